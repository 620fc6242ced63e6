"""Text in the two languages of the handbook, and the closed list of units."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


def _chinese() -> str:
    return "zh"


_current_language: Callable[[], str] = _chinese


def set_language_source(source: Callable[[], str]) -> None:
    """Let `str(words)` follow the reader's language; the web application installs its own source."""
    global _current_language
    _current_language = source


@dataclass(frozen=True, slots=True)
class Words:
    """The same thing said in Chinese and in English; `str()` gives the reader's language."""

    zh: str
    en: str

    def in_language(self, language: str) -> str:
        return self.en if language.startswith("en") else self.zh

    def __str__(self) -> str:
        return self.in_language(_current_language())

    def __bool__(self) -> bool:
        return bool(self.zh or self.en)

    def __add__(self, other: Words) -> Words:
        return Words(self.zh + other.zh, self.en + other.en)

    def as_data(self) -> dict[str, str]:
        return {"zh": self.zh, "en": self.en}


Said = Words | tuple[str, str]
"""How declarations may give words: `Words` or a plain (zh, en) pair."""


def words(said: Said) -> Words:
    return said if isinstance(said, Words) else Words(*said)


def same(text: str) -> Words:
    """Words that need no translation: figures, times, names."""
    return Words(text, text)


UNITS: dict[str, Words] = {
    "seconds": Words("秒", "seconds"),
    "minutes": Words("分钟", "minutes"),
    "hours": Words("小时", "hours"),
    "days": Words("天", "days"),
    "weeks": Words("周", "weeks"),
    "nights": Words("个夜班", "nights"),
    "working_days": Words("个工作日", "working days"),
    "months": Words("个月", "months"),
    "years": Words("年", "years"),
    "CNY": Words("元", "CNY"),
    "percent": Words("%", "%"),
    "times": Words("次", "times"),
    "people": Words("人", "people"),
    "chats": Words("位", "customers"),
    "conversations": Words("个会话", "conversations"),
    "orders": Words("单", "orders"),
    "pieces": Words("件", "pieces"),
    "packets": Words("个", "packets"),
    "messages": Words("条", "messages"),
    "characters": Words("字", "characters"),
    "characters_per_minute": Words("字/分钟", "characters a minute"),
    "megabytes": Words("MB", "MB"),
    "grams": Words("克", "grams"),
    "pixels": Words("像素", "pixels"),
    "points": Words("分", "points"),
    "day_of_month": Words("日", "day of the month"),
    "days_pay": Words("天工资", "days' pay"),
}
"""Every unit a rule may be counted in; a unit outside this list can't be declared."""
