"""Somebody will leave: their shifts after the last day are taken out, and nobody plans them for later."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import pgettext

from dangban.lib import clock
from dangban.lib.actor import SYSTEM
from dangban.lib.errors import Said
from dangban.people.models import Person, Team
from dangban.staff import queries as staff
from dangban.workforce.actions.duty import set_duty
from dangban.workforce.actions.following import plan_of, write_cell
from dangban.workforce.actions.laying import lay_duty
from dangban.workforce.models import DutyPeriod
from dangban.workforce.ports import GONE, Away
from dangban.workforce.queries import current_duty
from dangban.workforce.shifts import Shift, read_hours


class Shifts:
    """What is published; cells of drafts stand as days on which they are away."""

    def take_out(self, person: Person, last_day: date, *, at: datetime) -> list[Any]:
        coming = DutyPeriod.objects.filter(person=person, day__gt=last_day, ended_at=None).select_related("team").order_by("day", "starts_at")
        kept, gone = [], defaultdict(set)
        for duty in coming:
            kept.append({"day": duty.day.isoformat(), "team": duty.team_id, "name": duty.name, "hours": duty.shift.hours, "source": duty.source})
            gone[duty.team].add(duty.day)
        # In one go: they are told once that they leave, and not of every shift.
        for team, days in gone.items():
            lay_duty(team, {(person.pk, day): None for day in days}, by=SYSTEM, at=at)
            for day in days:
                plan = plan_of(team, day)
                if plan is not None:
                    write_cell(plan, person, day, None)
        return kept

    def put_back(self, person: Person, kept: list[Any], *, at: datetime) -> None:
        teams = {team.pk: team for team in Team.objects.filter(pk__in=[one["team"] for one in kept])}
        for one in kept:
            day, hours = date.fromisoformat(one["day"]), read_hours(one["hours"])
            if hours is None or day < clock.business_day(at) or DutyPeriod.objects.filter(person=person, day=day).exists():
                continue
            try:
                set_duty(person, teams[one["team"]], day, Shift(one["name"], *hours), by=SYSTEM, at=at, source=one["source"])
            except Said:
                # Something else was planned around it meanwhile: the roster's maker sees the gap.
                continue

    def is_at_work(self, person: Person, at: datetime) -> bool:
        return current_duty(person, at) is not None


def away(person_ids: Sequence[int], first: date, last: date) -> Iterable[Away]:
    """From the day after the last on."""
    for person_id, day in staff.last_days(person_ids).items():
        if day < last:
            yield Away(person_id, max(first, day + timedelta(days=1)), last, GONE, pgettext("roster", "left"))
