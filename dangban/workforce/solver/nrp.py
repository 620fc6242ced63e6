"""Reads the public nurse rostering benchmark (sections of comma-separated lines), by which rosters are compared."""

from __future__ import annotations

from collections.abc import Iterator

from dangban.workforce.solver.problem import (
    Barred,
    Count,
    Cover,
    Limit,
    Person,
    Problem,
    Run,
    Shift,
    Tally,
    Wish,
)


def read(text: str) -> Problem:
    """The problem of one file; ``KeyError`` or ``ValueError`` where it isn't one."""
    sections = _sections(text)
    days = int(sections["SECTION_HORIZON"][0][0])
    shifts = tuple(
        Shift(name, int(minutes), cannot_follow=frozenset(_words(after)), source="cannot_follow")
        for name, minutes, after in sections["SECTION_SHIFTS"]
    )
    off = {name: frozenset(map(int, given)) for name, *given in sections["SECTION_DAYS_OFF"]}
    wishes: dict[str, list[Wish]] = {}
    for section, wanted in (("SECTION_SHIFT_ON_REQUESTS", True), ("SECTION_SHIFT_OFF_REQUESTS", False)):
        for name, day, shift, weight in sections[section]:
            wishes.setdefault(name, []).append(Wish(int(day), shift, int(weight), wanted))
    people = tuple(
        _person(line, off.get(line[0], frozenset()), tuple(wishes.get(line[0], ())))
        for line in sections["SECTION_STAFF"]
    )
    cover = tuple(
        Cover(int(day), frozenset({shift}), int(need), int(under), int(over), source="cover")
        for day, shift, need, under, over in sections["SECTION_COVER"]
    )
    return Problem(days, shifts, people, cover)


def _person(line: list[str], off: frozenset[int], wishes: tuple[Wish, ...]) -> Person:
    name, most_of, most_minutes, least_minutes, most_on, least_on, least_off, weekends = line
    tallies = [
        Tally(
            Count("minutes"), Limit(int(least_minutes), "min_minutes"), Limit(int(most_minutes), "max_minutes")
        ),
        Tally(Count("weekends"), most=Limit(int(weekends), "max_weekends")),
    ]
    never = set()
    for part in _words(most_of):
        shift, _, most = part.partition("=")
        if int(most) == 0:
            never.add(shift)
        else:
            tallies.append(Tally(Count(shifts=frozenset({shift})), most=Limit(int(most), "max_shifts")))
    barred = [Barred("days_off", days=off)] if off else []
    if never:
        barred.append(Barred("max_shifts", shifts=frozenset(never)))
    runs = (
        Run(most=Limit(int(most_on), "max_consecutive"), least=Limit(int(least_on), "min_consecutive")),
        Run(off=True, least=Limit(int(least_off), "min_days_off")),
    )
    return Person(name, tallies=tuple(tallies), runs=runs, barred=tuple(barred), wishes=wishes)


def _sections(text: str) -> dict[str, list[list[str]]]:
    found: dict[str, list[list[str]]] = {}
    for line in _lines(text):
        if line.startswith("SECTION_"):
            found[line] = []
        else:
            found[list(found)[-1]].append([part.strip() for part in line.split(",")])
    return found


def _lines(text: str) -> Iterator[str]:
    for line in text.splitlines():
        line = line.strip()
        if line and not line.startswith("#"):
            yield line


def _words(text: str) -> list[str]:
    return [word for word in text.split("|") if word]
