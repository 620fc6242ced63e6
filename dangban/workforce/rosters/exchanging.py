"""What an exchange of shifts would break that is kept today: both people's own rules, and what the shifts need."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from dangban.handbook.rulebook import Rules
from dangban.people.models import Team
from dangban.workforce.rosters import judging, problems
from dangban.workforce.rosters.telling import Told
from dangban.workforce.shifts import Shift


def broken_by(team: Team, wanted: Mapping[tuple[int, date], Shift | None], rules: Rules) -> list[Told]:
    """The points that duty breaks once it is as wanted, and doesn't break as it is."""
    days = [day for _person, day in wanted]
    facts = problems.read_duty(team, min(days), max(days), rules)
    found = judging.stretches(facts)
    rows = {str(person.pk): list(problems.row_of(person, facts)) for person in facts.people}
    had = {breach for _stretch, breach in judging.of_all(found, rows)}
    for (person_id, day), shift in wanted.items():
        if str(person_id) in rows:
            rows[str(person_id)][facts.index(day)] = shift.name if shift else ""
    new = [(stretch, breach) for stretch, breach in judging.of_all(found, rows) if breach not in had]
    return judging.tell(new, {person.pk: person.name for person in facts.people})
