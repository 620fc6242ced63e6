"""Attendance in the demonstration: a fortnight of punches; one late and disputed, one announced, one missing, one absent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random

from dangban.attendance import disputing, judging, publishing, punching, repairing, settling
from dangban.attendance.models import Consequence, Punch, ShiftRecord
from dangban.lib import clock
from dangban.people.models import Person
from dangban.workforce.models import DutyPeriod

SEED = 311
BACK = timedelta(days=13)
MINUTE = timedelta(minutes=1)


class Attending:
    def __init__(self, people: Mapping[str, Person], now: datetime) -> None:
        self.people, self.now = people, now
        # From the beginning of a day: whoever came that morning was there.
        self.begin = clock.day_span(clock.business_day(now - BACK))[0]
        self.random = Random(SEED)  # noqa: S311

    def act(self) -> None:
        """Everybody's punches, then what a supervisor and the people made of them."""
        duty = list(
            DutyPeriod.objects.filter(starts_at__gte=self.begin, starts_at__lt=self.now).select_related("person").order_by("starts_at", "person_id")
        )
        odd = self._odd(duty)
        for one in duty:
            self._punch(one, odd.get(one.pk, ""))
        judging.open_records(self.begin, self.now)
        for back in range(BACK.days, -1, -1):
            while judging.sweep(self.now - timedelta(days=back)):
                pass
        self._publish()
        self._disputed()
        self._repair()

    def _odd(self, duty: list[DutyPeriod]) -> dict[int, str]:
        """Which shift has which oddity: the latest finished ones of these people."""
        done = [one for one in duty if one.ends_at < self.now - timedelta(hours=8)]
        wanted = (("lin", "late", 2), ("mei", "missing", 1), ("ou", "announced", 1), ("lin", "stayed", 4), ("mei", "early", 4))
        found: dict[int, str] = {}
        for username, what, back in wanted:
            person = self.people.get(username)
            own = [one for one in done if person is not None and one.person_id == person.pk]
            if len(own) >= back:
                found[own[-back].pk] = what
        return found

    def _punch(self, duty: DutyPeriod, what: str) -> None:
        came = duty.starts_at - self.random.randrange(2, 14) * MINUTE
        # Nobody goes before the customer is served for whom the shift was extended.
        went = max(duty.ends_at, duty.ended_at or duty.ends_at) + self.random.randrange(1, 12) * MINUTE
        if what == "late":
            came = duty.starts_at + 12 * MINUTE
        elif what == "announced":
            came = duty.starts_at + 18 * MINUTE
            said = duty.starts_at - 50 * MINUTE
            with clock.frozen(said):
                punching.announce(duty.person, duty.day, "地铁停运，改坐公交", minutes=20, by=duty.person, at=said)
        elif what == "early":
            went = duty.ends_at - 6 * MINUTE
        elif what == "stayed":
            went = duty.ends_at + 35 * MINUTE
        self._put(duty.person, came)
        if went <= self.now and what != "missing":
            self._put(duty.person, went)

    def _put(self, person: Person, at: datetime) -> None:
        Punch.objects.get_or_create(person=person, at=at, source=Punch.Source.WEB, defaults={"made_at": at, "place": "10.1.0.23"})

    def _publish(self) -> None:
        """Last week's sheet, as it came out on Monday."""
        today = clock.business_day(self.now)
        monday = today - timedelta(days=today.weekday())
        at = clock.at_local(monday, publishing.MORNING)
        publishing.publish_due(at if at <= self.now else at - timedelta(days=7))

    def _disputed(self) -> None:
        lin, zhou = self.people.get("lin"), self.people.get("zhou")
        row = Consequence.objects.filter(person=lin, kind=Consequence.Kind.LATENESS).order_by("-day").first()
        if row is None or lin is None or zhou is None:
            return
        settling.confirm(row, by=zhou, at=self.now - timedelta(hours=3))
        disputing.dispute(row, "那天地铁临时停运，站里有公告，能不能不算？", by=lin, at=self.now - timedelta(hours=1))

    def _repair(self) -> None:
        mei = self.people.get("mei")
        held = ShiftRecord.objects.filter(person=mei, state=ShiftRecord.State.UNJUDGED).order_by("-starts_at").first()
        if held is not None and mei is not None:
            repairing.ask(held, "departure", held.ends_at + 3 * MINUTE, "下班时打卡页卡住了，忘了再打", by=mei, at=self.now - timedelta(hours=2))
