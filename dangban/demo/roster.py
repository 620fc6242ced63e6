"""Who was on duty when, and how present: two shifts a day, two days off a week, a meal in between."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from dangban.chat.models import Presence
from dangban.demo.content import Staff
from dangban.demo.rows import Rows
from dangban.lib import clock
from dangban.people.models import Person
from dangban.workforce.models import DutyPeriod, ShiftExtension
from dangban.workforce.shifts import Shift


@dataclass(frozen=True, slots=True)
class OnDuty:
    """One person's shift, and what they take."""

    person: Person
    staff: Staff
    team_id: int
    day: date
    starts_at: datetime
    ends_at: datetime


class Roster:
    """The shifts of some days, found by team, stage and moment; `shifts` are those of the handbook, ``day`` and ``late``."""

    def __init__(
        self, random: Random, rows: Rows, people: dict[str, tuple[Person, Staff]], teams: dict[str, int],
        shifts: Mapping[str, Shift], *, today: date,
    ) -> None:  # fmt: skip
        self.random, self.rows, self.people, self.teams = random, rows, people, teams
        self.shifts, self.today = shifts, today
        self._by_day: dict[date, list[OnDuty]] = defaultdict(list)

    def plan(self, day: date, *, now: datetime) -> None:
        """Draw up one day; what is past by `now` was also worked."""
        for person, staff in self.people.values():
            if self.works(staff, day) and person.hired_on is not None and person.hired_on <= day:
                self._add(day, person, staff, self.teams[staff.team], staff.shift, now)
        self._cover(day, now)

    def works(self, staff: Staff, day: date) -> bool:
        return bool(staff.shift and staff.team) and (day - self.today).days % 7 not in staff.rests

    def serving(self, team_id: int, stage: str, at: datetime) -> list[OnDuty]:
        """Who of the team is on duty, of the stage if anybody is."""
        day = clock.local(at).date()
        there = [
            duty
            for one in (day, day - timedelta(days=1))
            for duty in self._by_day[one]
            if duty.team_id == team_id and duty.starts_at <= at < duty.ends_at
        ]
        return [duty for duty in there if stage in duty.staff.stages] or there

    def next_start(self, team_id: int, at: datetime) -> datetime | None:
        starts = [duty.starts_at for day in self._by_day.values() for duty in day if duty.team_id == team_id]
        return min((start for start in starts if start > at), default=None)

    def _cover(self, day: date, now: datetime) -> None:
        """A shift of a team that would stand empty is taken by the supervisor."""
        boss, staff = self.people["zhou"]
        served = {(duty.team_id, duty.staff.shift) for duty in self._by_day[day] if duty.staff.stages}
        for team in ("home", "snacks"):
            for shift in self.shifts:
                if (self.teams[team], shift) not in served and boss not in [d.person for d in self._by_day[day]]:
                    self._add(day, boss, staff, self.teams[team], shift, now)

    def _add(self, day: date, person: Person, staff: Staff, team_id: int, shift: str, now: datetime) -> None:
        kept = self.shifts[shift]
        starts_at, ends_at = kept.on(day)
        duty = DutyPeriod(
            person=person, team_id=team_id, day=day, name=kept.name, starts_at=starts_at, ends_at=ends_at, source="demo"
        )
        self.rows.add(duty)
        self._by_day[day].append(OnDuty(person, staff, team_id, day, starts_at, ends_at))
        if ends_at + timedelta(minutes=20) < now:
            self._worked(duty)

    def _worked(self, duty: DutyPeriod) -> None:
        """Present from the beginning, away for a meal, gone at the end, now and then some minutes later."""
        late = timedelta(minutes=self.random.uniform(4, 16)) if self.random.random() < 0.1 else timedelta(0)
        duty.ended_at = duty.ends_at + late
        if late:
            self.rows.add(ShiftExtension(duty=duty, started_at=duty.ends_at, ended_at=duty.ended_at))
        self.rows.add(*self._stretches(duty))

    def _stretches(self, duty: DutyPeriod) -> Iterator[Presence]:
        assert duty.ended_at is not None
        meal = duty.starts_at + timedelta(hours=3.4 + self.random.uniform(-0.3, 0.3))
        marks = [
            (duty.starts_at - timedelta(minutes=self.random.uniform(-2, 9)), Presence.State.ONLINE, ""),
            (meal, Presence.State.AWAY, Presence.Reason.MEAL),
            (meal + timedelta(minutes=self.random.uniform(22, 35)), Presence.State.ONLINE, ""),
        ]
        if self.random.random() < 0.4:
            pause = duty.starts_at + timedelta(hours=self.random.uniform(5.5, 7.5))
            marks += [
                (pause, Presence.State.AWAY, Presence.Reason.BREAK),
                (pause + timedelta(minutes=self.random.uniform(5, 14)), Presence.State.ONLINE, ""),
            ]
        ends = [*(mark[0] for mark in marks[1:]), duty.ended_at]
        for (start, state, reason), end in zip(marks, ends, strict=True):
            yield Presence(person=duty.person, state=state, reason=reason, started_at=start, ended_at=end)
