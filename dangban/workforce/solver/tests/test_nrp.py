"""The public problems are read as they are written."""

from __future__ import annotations

import pytest

from dangban.testing.datasets import dataset
from dangban.workforce.solver import Barred, Count, Cover, Limit, Run, Tally, Wish, nrp, score

TEXT = """# a comment
SECTION_HORIZON
7

SECTION_SHIFTS
E,480,
L,600,E

SECTION_STAFF
A,E=0|L=3,2400,1200,5,2,3,1

SECTION_DAYS_OFF
A,0,6

SECTION_SHIFT_ON_REQUESTS
A,2,L,2

SECTION_SHIFT_OFF_REQUESTS
A,3,L,1

SECTION_COVER
0,L,2,100,1
"""


def test_every_section_becomes_a_rule() -> None:
    read = nrp.read(TEXT)
    (person,) = read.people
    assert read.days == 7
    assert [(shift.id, shift.minutes, shift.cannot_follow) for shift in read.shifts] == [
        ("E", 480, frozenset()),
        ("L", 600, frozenset({"E"})),
    ]
    assert person.tallies == (
        Tally(Count("minutes"), Limit(1200, "min_minutes"), Limit(2400, "max_minutes")),
        Tally(Count("weekends"), most=Limit(1, "max_weekends")),
        Tally(Count(shifts=frozenset("L")), most=Limit(3, "max_shifts")),
    )
    assert person.runs == (
        Run(least=Limit(2, "min_consecutive"), most=Limit(5, "max_consecutive")),
        Run(off=True, least=Limit(3, "min_days_off")),
    )
    assert person.barred == (Barred("days_off", days=frozenset({0, 6})), Barred("max_shifts", shifts=frozenset("E")))
    assert person.wishes == (Wish(2, "L", 2), Wish(3, "L", 1, wanted=False))
    assert read.cover == (Cover(0, frozenset("L"), 2, 100, 1, source="cover"),)


@pytest.mark.data
def test_an_empty_roster_of_the_first_costs_all_cover_and_all_wishes() -> None:
    first = nrp.read(dataset("nurse_rostering/Instance1.txt").read_text(encoding="utf-8"))
    nobody = {person.id: ("",) * 14 for person in first.people}
    assert score(first, nobody).total == 100 * sum(line.need for line in first.cover) + sum(
        wish.weight for person in first.people for wish in person.wishes if wish.wanted
    )
