"""Staff files and leave in the demonstration: contracts, exams, one promotion that waits; leave asked for, granted, called in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from dangban.desk.actions import settle_approval
from dangban.leave import actions as leave
from dangban.leave.models import LeaveRequest
from dangban.lib import clock, days
from dangban.lib.errors import Said
from dangban.people.models import Person
from dangban.staff import actions as staff
from dangban.staff.rules.terms import months_later
from dangban.workforce.models import DutyPeriod

# Base wage in fen by level, a little above what the handbook asks for at least.
BASE = {
    "trainee": 260_000, "junior": 280_000, "mid": 310_000, "senior": 360_000, "leader": 420_000, "supervisor": 520_000, "manager": 800_000,
}  # fmt: skip
INSURANCE = 118_000
TYPING = {"lin": 96, "xu": 62, "mei": 118, "tang": 84, "jiang": 78, "ou": 92, "lu": 110, "he": 104}


class Employing:
    """Acts out what personnel kept, and what people asked for."""

    def __init__(self, people: Mapping[str, Person], now: datetime, opened: datetime) -> None:
        self.people, self.now, self.opened = people, now, opened
        self.today = clock.business_day(now)
        self.hr, self.boss, self.head = people["ren"], people["zhou"], people["shen"]

    def act(self) -> None:
        with clock.frozen(self._before(50)):
            self._open_files()
        with clock.frozen(self._before(30)):
            self._attain()
        with clock.frozen(self._before(2)):
            self._propose()
        for person in self.people.values():
            leave.open_periods(person, [self.today], at=self.now)
        self._leave()

    def _before(self, ago: float) -> datetime:
        """Not before the department was opened: a short history has no earlier days."""
        return max(self.now - timedelta(days=ago), self.opened)

    def _open_files(self) -> None:
        at = clock.now()
        for username, person in self.people.items():
            if person.pk == self.hr.pk or person.hired_on is None or person.hired_on > clock.business_day(at):
                continue
            mentor = self.people["mei"] if username == "xu" else None
            staff.open_file(
                person, BASE.get(person.level, 310_000), insurance_fen=INSURANCE, education="college", experience_months=12,
                mentor=mentor, by=self.hr, at=at,
            )  # fmt: skip
            ends = months_later(person.hired_on, 36)
            while ends < self.today:
                ends = months_later(ends, 36)
            ends = self.today + timedelta(days=24) if username == "tang" else ends
            starts = max(person.hired_on, months_later(ends, -36))
            staff.add_contract(person, "fixed", starts, ends, starts, number=f"HT-{person.pk:03d}", by=self.hr, at=at)

    def _attain(self) -> None:
        at, day = clock.now(), clock.business_day(clock.now())
        for username, speed in TYPING.items():
            person = self.people[username]
            if person.hired_on is None or person.hired_on > day:
                continue
            staff.add_attainment(person, "typing", "打字", day, result=speed, by=self.hr, at=at)
            if username == "xu":
                staff.add_attainment(person, "exam", "tools", day, result=72, note="售后单一项没做完，下周补考", by=self.hr, at=at)
            else:
                staff.add_attainment(person, "exam", "tools", day - timedelta(days=20), result=88, by=self.hr, at=at)
                staff.add_attainment(person, "training", "产品知识", day - timedelta(days=12), by=self.hr, at=at)
        forklift = self.people["ding"]
        staff.add_attainment(
            forklift, "licence", "叉车证", date(day.year - 3, day.month, 1), expires_on=day + timedelta(days=48), number="TS6-10421", by=self.hr, at=at
        )

    def _propose(self) -> None:
        staff.propose(
            self.people["jiang"], "promotion", level="mid", base_fen=300_000, since=days.next_month(self.today), reason="接待量和好评都稳定",
            by=self.people["he"], at=clock.now(),
        )  # fmt: skip

    def _leave(self) -> None:
        """One granted, one that waits and would leave a shift short, one called in this morning."""
        granted = self._asked("mei", "annual", 6, 2, "回老家看父母")
        if granted is not None and granted.approval is not None:
            settle_approval(granted.approval, True, by=self.boss, answer="同意", at=self._before(0.5))
        self._asked("tang", "private", 3, 0, "孩子学校开家长会")
        with clock.frozen(self._before(0.1)):
            try:
                leave.call_in(self.people["jiang"], "sick", self.today, self.today, reason="发烧，去医院", by=self.people["he"], at=clock.now())
            except Said:
                return

    def _asked(self, who: str, kind: str, ahead: int, more: int, reason: str) -> LeaveRequest | None:
        """On the first day from then on on which the person is awaited; none where the handbook says no."""
        person = self.people[who]
        duty = DutyPeriod.objects.filter(person=person, day__gte=self.today + timedelta(days=ahead)).order_by("day").first()
        first = duty.day if duty else self.today + timedelta(days=ahead)
        with clock.frozen(self._before(1)):
            try:
                return leave.ask(person, kind, first, first + timedelta(days=more), reason=reason, at=clock.now())
            except Said:
                return None

