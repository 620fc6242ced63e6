"""Shapes of one value: number, money, percent, duration, clock time, choice, yes/no, text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from decimal import Decimal
from typing import Any, Generic, TypeVar

from dangban.handbook.faults import Spot, expected, kind_of, nearest
from dangban.lib import money

from .values import MIDNIGHT, ClockSpan, Percent
from .words import UNITS, Said, Words, same, words

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Grid:
    """A value drawn as a table, for pages and terminals alike."""

    head: tuple[Words, ...]
    lines: tuple[tuple[Words, ...], ...]


class Shape(Generic[V]):
    """How a rule's value is written in a file, checked, and shown to people."""

    kind = ""
    key = "is"
    unit = ""
    example = "…"

    def parse(self, raw: Any, spot: Spot) -> V:
        """The value, or `Wrong` after every fault in it has been noted."""
        raise NotImplementedError

    def show(self, value: V) -> Words:
        """The value in one line."""
        raise NotImplementedError

    def grid(self, value: V) -> Grid | None:
        """The value as a table, for shapes that are tables."""
        return None


def _unit(name: str) -> str:
    if name and name not in UNITS:
        raise ValueError(f"{name!r} is not a unit; see dangban.handbook.shapes.words.UNITS")
    return name


def _within(found: Any, least: Any, most: Any, spot: Spot, shown: Any) -> None:
    if least is not None and found < least:
        raise spot.wrong("too-small", found=shown, least=least)
    if most is not None and found > most:
        raise spot.wrong("too-large", found=shown, most=most)


def _with_unit(text: str, unit: str) -> Words:
    if not unit:
        return same(text)
    label = UNITS[unit]
    return Words(f"{text} {label.zh}", f"{text} {label.en}") if unit != "percent" else same(f"{text}%")


class Number(Shape[int]):
    """A whole number of something."""

    kind = "number"
    example = "3"

    def __init__(self, unit: str = "", *, minimum: int | None = 0, maximum: int | None = None) -> None:
        self.unit = _unit(unit)
        self.minimum = minimum
        self.maximum = maximum

    def parse(self, raw: Any, spot: Spot) -> int:
        spot.expect(raw, int, "whole")
        _within(raw, self.minimum, self.maximum, spot, raw)
        return int(raw)

    def show(self, value: int) -> Words:
        return _with_unit(f"{value:,}", self.unit)


class Decimals(Shape[Decimal]):
    """A number with a fixed count of places after the point, kept exactly."""

    kind = "number"
    example = "1.5"

    def __init__(
        self, unit: str = "", *, places: int = 2, minimum: int | None = 0, maximum: int | None = None
    ) -> None:
        self.unit = _unit(unit)
        self.places = places
        self.minimum = minimum
        self.maximum = maximum

    def parse(self, raw: Any, spot: Spot) -> Decimal:
        spot.expect(raw, (int, float), "number")
        value = Decimal(str(raw))
        if not value.is_finite():
            raise spot.wrong("wrong-type", expected=expected("number"), found=str(raw))
        if value != round(value, self.places):
            raise spot.wrong("too-fine", found=raw, places=self.places)
        _within(value, self.minimum, self.maximum, spot, raw)
        return value

    def show(self, value: Decimal) -> Words:
        return _with_unit(f"{value.normalize():f}", self.unit)


class Money(Shape[int]):
    """An amount: yuan in quotes in the file, fen in the program."""

    kind = "money"
    unit = "CNY"
    example = '"20.00"'

    def __init__(self, *, minimum: str | None = "0", maximum: str | None = None) -> None:
        self.minimum = minimum
        self.maximum = maximum

    def parse(self, raw: Any, spot: Spot) -> int:
        if isinstance(raw, int | float) and not isinstance(raw, bool):
            raise spot.wrong("money-as-number", found=raw)
        spot.expect(raw, str, "text")
        if not re.fullmatch(r"-?\d+(\.\d{1,2})?", raw):
            raise spot.wrong("not-an-amount", found=raw)
        fen = money.fen(raw)
        least = None if self.minimum is None else Decimal(self.minimum)
        most = None if self.maximum is None else Decimal(self.maximum)
        _within(Decimal(raw), least, most, spot, raw)
        return fen

    def show(self, value: int) -> Words:
        return same(money.show(value))


class Share(Shape[Percent]):
    """A percentage with up to two places."""

    kind = "percent"
    unit = "percent"
    example = "20"

    def __init__(self, *, minimum: int = 0, maximum: int = 100) -> None:
        self.minimum = minimum
        self.maximum = maximum

    def parse(self, raw: Any, spot: Spot) -> Percent:
        return Percent(int(Decimals("percent", minimum=self.minimum, maximum=self.maximum).parse(raw, spot) * 100))

    def show(self, value: Percent) -> Words:
        return same(str(value))


_CENTURY = timedelta(days=36_500)
_SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}


class Duration(Shape[timedelta]):
    """A length of time, written in the one unit its declaration names."""

    kind = "duration"
    example = "30"

    def __init__(self, unit: str, *, minimum: int | None = 0, maximum: int | None = None) -> None:
        self.unit = _unit(unit)
        self.step = timedelta(seconds=_SECONDS[unit])
        self.minimum = minimum
        self.maximum = _CENTURY // self.step if maximum is None else maximum

    def parse(self, raw: Any, spot: Spot) -> timedelta:
        spot.expect(raw, int, "whole")
        _within(raw, self.minimum, self.maximum, spot, raw)
        return self.step * int(raw)

    def show(self, value: timedelta) -> Words:
        return _with_unit(f"{value // self.step:,}", self.unit)


def _clock(raw: str) -> time | None:
    found = re.fullmatch(r"(\d{1,2})[:：](\d{2})", raw.strip())
    if found is None or not (int(found[1]) < 24 and int(found[2]) < 60):
        return None
    return time(int(found[1]), int(found[2]))


class Clock(Shape[time]):
    """A time of day on the company's wall clock."""

    kind = "clock"
    example = '"16:30"'

    def parse(self, raw: Any, spot: Spot) -> time:
        if isinstance(raw, time):
            return raw
        spot.expect(raw, str, "text")
        clock = _clock(raw)
        if clock is None:
            raise spot.wrong("not-a-clock-time", found=raw)
        return clock

    def show(self, value: time) -> Words:
        return same(f"{value:%H:%M}")


class Span(Shape[ClockSpan]):
    """A stretch of the day, such as 08:00-16:00; one that ends before it starts runs past midnight."""

    kind = "span"
    example = '"08:00-16:00"'

    def parse(self, raw: Any, spot: Spot) -> ClockSpan:
        spot.expect(raw, str, "text")
        parts = re.split(r"\s*[-–—~]\s*", raw.strip())
        if len(parts) != 2:
            raise spot.wrong("not-a-span", found=raw)
        start = _clock(parts[0])
        end = MIDNIGHT if parts[1] == "24:00" else _clock(parts[1])
        if start is None or end is None:
            raise spot.wrong("not-a-span", found=raw)
        return ClockSpan(start, end)

    def show(self, value: ClockSpan) -> Words:
        return same(str(value))


class Choice(Shape[str]):
    """One of a few named possibilities, each with its words: `Choice(queue=("排队", "queue"), …)`."""

    kind = "choice"

    def __init__(self, options: Mapping[str, Said] | None = None, **more: Said) -> None:
        self.options = {name: words(said) for name, said in {**(options or {}), **more}.items()}
        self.example = f'"{next(iter(self.options))}"'

    def parse(self, raw: Any, spot: Spot) -> str:
        spot.expect(raw, str, "text")
        if raw not in self.options:
            close = nearest(raw, self.options)
            raise spot.wrong("not-a-choice", found=raw, nearest=close, choices=", ".join(self.options))
        return str(raw)

    def show(self, value: str) -> Words:
        return self.options[value]


class YesNo(Shape[bool]):
    """Yes or no."""

    kind = "yes_no"
    example = "true"

    def parse(self, raw: Any, spot: Spot) -> bool:
        spot.expect(raw, bool, "yes-no")
        return bool(raw)

    def show(self, value: bool) -> Words:
        return Words("是", "yes") if value else Words("否", "no")


# A line break, and the joiner inside composed emoji.
WANTED = "\n\u200d"


class Text(Shape[str]):
    """Words as they will be used, in the company's language."""

    kind = "text"
    example = '"…"'

    def __init__(self, *, longest: int = 2000) -> None:
        self.longest = longest

    def parse(self, raw: Any, spot: Spot) -> str:
        spot.expect(raw, str, "text")
        if not raw.strip():
            raise spot.wrong("empty-text")
        if hidden := [sign for sign in raw if not sign.isprintable() and sign not in WANTED]:
            raise spot.wrong("hidden-character", found=f"U+{ord(hidden[0]):04X}")
        _within(len(raw), None, self.longest, spot, len(raw))
        return raw.strip()

    def show(self, value: str) -> Words:
        return same(value)


class BothLanguages(Shape[Words]):
    """Words in Chinese and English."""

    kind = "text"
    example = '{zh = "…", en = "…"}'

    def parse(self, raw: Any, spot: Spot) -> Words:
        texts = isinstance(raw, dict) and set(raw) == {"zh", "en"}
        if not texts or not all(isinstance(text, str) and text.strip() for text in raw.values()):
            raise spot.wrong("wrong-type", expected=expected("texts"), found=kind_of(raw))
        return Words(raw["zh"].strip(), raw["en"].strip())

    def show(self, value: Words) -> Words:
        return value
