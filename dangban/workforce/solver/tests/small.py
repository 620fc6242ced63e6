"""Small rosters of people we know, written as strings: a letter a day, a dot for a day off."""

from __future__ import annotations

from typing import Any

from dangban.workforce.solver import OFF, Cover, Person, Problem, Shift

EARLY = Shift("E", 480, 480, 960, kind="early")
LATE = Shift("L", 480, 960, 1440, kind="late")
NIGHT = Shift("N", 480, 1020, 1500, night=True, kind="night")


def problem(*people: Person, days: int = 7, cover: tuple[Cover, ...] = (), **more: Any) -> Problem:
    return Problem(days, more.pop("shifts", (EARLY, LATE, NIGHT)), people, cover, **more)


def row(text: str) -> tuple[str, ...]:
    return tuple(OFF if letter == "." else letter for letter in text)


def shown(cells: tuple[str, ...]) -> str:
    return "".join(cell or "." for cell in cells)


def need(shift: str, count: int, *days: int, under: int = 100, over: int = 1, **more: Any) -> tuple[Cover, ...]:
    return tuple(Cover(day, frozenset({shift}), count, under, over, source="cover", **more) for day in days)
