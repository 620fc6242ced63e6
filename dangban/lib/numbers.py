"""Public numbers: what people read out on the phone, one series per kind and company day."""

from __future__ import annotations

import re
from datetime import date

_NUMBER = re.compile(r"^([A-Z]{2,4})-(\d{8})-(\d{4,})$")


def public_number(kind: str, day: date, serial: int) -> str:
    """``SH-20261122-0042``; the serial grows beyond four digits rather than starting over."""
    if not re.fullmatch(r"[A-Z]{2,4}", kind):
        raise ValueError(f"{kind!r} is not a kind of number: two to four capital letters")
    if serial < 1:
        raise ValueError("a series of numbers begins at 1")
    return f"{kind}-{day:%Y%m%d}-{serial:04d}"


def read_number(text: str) -> tuple[str, date, int]:
    """Kind, day and serial of a public number as somebody typed it; ValueError if it is none."""
    match = _NUMBER.match(text.strip().upper())
    if not match:
        raise ValueError(f"{text!r} is not a number of this house")
    kind, day, serial = match.groups()
    return kind, date(int(day[:4]), int(day[4:6]), int(day[6:])), int(serial)
