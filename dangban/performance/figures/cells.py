"""Cells as other tools write them: 8分48秒, 62.5% or 0.625, ¥1,234.50, 【暂无数据】."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

_NOTHING = frozenset({"", "-", "--", "—", "——", "–", "/", "暂无数据", "【暂无数据】", "[暂无数据]", "无", "null", "None"})
_TIME = re.compile(r"(?:(\d+)(?:小时|时|h))?(?:(\d+)(?:分钟|分|m))?(?:(\d+(?:\.\d+)?)(?:秒|s))?")
_CLOCK = re.compile(r"(?:(\d+):)?(\d{1,2}):(\d{2}(?:\.\d+)?)")


# Above it no count, no second and no yuan of a month lies.
_MOST = Decimal(10) ** 12


class Unreadable(ValueError):
    """Not what the column holds."""


def narrow(cell: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", cell))


def is_empty(cell: str) -> bool:
    """A day without data is no zero."""
    return narrow(cell) in _NOTHING or cell.strip() in _NOTHING


def seconds(cell: str) -> Decimal:
    text = narrow(cell)
    if (clock := _CLOCK.fullmatch(text)) is not None:
        return Decimal(clock[1] or 0) * 3600 + Decimal(clock[2]) * 60 + Decimal(clock[3])
    spoken = _TIME.fullmatch(text)
    if spoken is not None and any(spoken.groups()):
        hours, minutes, rest = (Decimal(part or 0) for part in spoken.groups())
        return hours * 3600 + minutes * 60 + rest
    return number(text)


def number(cell: str) -> Decimal:
    text = narrow(cell).replace(",", "").lstrip("¥￥").removesuffix("元")
    try:
        found = Decimal(text)
    except InvalidOperation:
        raise Unreadable(cell) from None
    if not found.is_finite() or abs(found) > _MOST:
        raise Unreadable(cell)
    return found


def count(cell: str) -> int:
    found = number(cell)
    if found != int(found):
        raise Unreadable(cell)
    return int(found)


def share(cell: str, *, fractions: bool) -> Decimal:
    """In percent. `fractions`: the column is written as 0.625."""
    text = narrow(cell)
    if text.endswith("%"):
        return number(text[:-1])
    found = number(text)
    return found * 100 if fractions else found


def are_fractions(cells: Iterable[str]) -> bool:
    """A whole column tells: where no cell without a sign is above one, they are parts of one."""
    plain = [found for cell in cells if not narrow(cell).endswith("%") and (found := _readable(cell)) is not None]
    return bool(plain) and all(found <= 1 for found in plain)


def _readable(cell: str) -> Decimal | None:
    try:
        return None if is_empty(cell) else number(cell)
    except Unreadable:
        return None
