"""Rosters of the demonstration: what is published is mostly known, the week after it is a draft, a swap waits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta

from dangban.demo.roster import Roster
from dangban.handbook.current import in_force
from dangban.lib import clock
from dangban.lib.errors import Refused
from dangban.people.models import Person, Team
from dangban.workforce import actions, arrivals, ports
from dangban.workforce.models import DutyPeriod, Plan, Receipt
from dangban.workforce.queries import shifts_of

# How many the home team wants by day, where the handbook asks for one.
BY_DAY = 2
# Of the draft so many days are set by hand, the last one is still to be planned.
BY_HAND = 3
STAYING = "周日晚上有活动，要留人到半夜；周一早班已和本人说好，照常上"
WEEK = timedelta(days=7)
FRIDAY = 4


def published_until(today: date) -> date:
    """The Sunday until which rosters are out: this week's, from Friday on the next week's too."""
    sunday = today + timedelta(days=6 - today.weekday())
    return sunday + WEEK if today.weekday() >= FRIDAY else sunday


class Rostering:
    """Acts out what the supervisor plans and what the team says to it."""

    def __init__(self, people: Mapping[str, Person], teams: Mapping[str, Team], roster: Roster, now: datetime) -> None:
        self.people, self.team, self.roster, self.now = people, teams["home"], roster, now
        self.today = clock.business_day(now)
        self.monday = self.today - timedelta(days=self.today.weekday())
        self.boss = people["zhou"]
        self.members = [(person, staff) for person, staff in roster.people.values() if staff.shift and staff.team == "home"]

    def publish(self) -> None:
        """What was published by now, each some days ahead."""
        while arrivals.count_some(self.now):
            pass
        monday = self.monday
        while monday <= published_until(self.today):
            self._publish(monday)
            monday += WEEK

    def plan_ahead(self) -> None:
        """Once it is known who will be on leave: the draft of the week behind, and a swap."""
        self._draft(published_until(self.today) + timedelta(days=1))
        self._ask_for_a_swap()

    def _publish(self, monday: date) -> None:
        at = min(clock.at_local(monday - timedelta(days=4), datetime.min.time()) + timedelta(hours=16), self.now - timedelta(hours=3))
        with clock.frozen(at):
            plan = self._begun(monday, at)
            try:
                actions.publish(plan, by=self.boss, at=at)
            except Refused:
                # Made on a Sunday evening: whoever stays until midnight begins early on Monday.
                actions.publish(plan, by=self.boss, at=at, in_spite_of=STAYING)
        for receipt in Receipt.objects.filter(published__plan=plan).exclude(person=self.people["xu"]).select_related("person"):
            actions.acknowledge(receipt, by=receipt.person, at=at + timedelta(hours=2))

    def _begun(self, monday: date, at: datetime) -> Plan:
        plan = actions.make_plan(self.team, monday, 1, by=self.boss, at=at)
        early = shifts_of(in_force(at))[0].name
        return actions.set_needs(plan, {day: {early: BY_DAY} for day in plan.days}, by=self.boss, at=at)

    def _draft(self, monday: date) -> None:
        at = self.now - timedelta(hours=3)
        actions.set_wish(monday + timedelta(days=5), "", "表妹结婚", by=self.people["mei"], at=at)
        plan = self._begun(monday, at)
        away = {
            (one.person_id, day)
            for one in ports.away([person.pk for person, _staff in self.members], plan.first_day, plan.last_day)
            for day in plan.days
            if one.first_day <= day <= one.last_day
        }
        for number, day in enumerate(plan.days[:-1]):
            for person, staff in self.members:
                if self.roster.works(staff, day) and (person.pk, day) not in away:
                    shift = self.roster.shifts[staff.shift]
                    actions.set_cells(plan, [(person.pk, day)], shift, by=self.boss, at=at, fixed=number < BY_HAND)

    def _ask_for_a_swap(self) -> None:
        """The first exchange of Lin's that no rule forbids."""
        at = self.now - timedelta(hours=2)
        for colleague, day, other in self._exchanges():
            try:
                swap = actions.ask_swap(day, colleague, "陪家里人去医院", by=self.people["lin"], at=at, other_day=other)
            except Refused:
                continue
            actions.agree_swap(swap, by=colleague, at=at + timedelta(minutes=25))
            return

    def _exchanges(self) -> Iterator[tuple[Person, date, date]]:
        coming = DutyPeriod.objects.filter(team=self.team, starts_at__gt=self.now + timedelta(days=1)).order_by("day")
        held = {(one.person_id, one.day) for one in coming}
        lin = self.people["lin"]
        days = sorted({day for _person, day in held})
        for colleague in (self.people["mei"], self.people["lu"]):
            for day in days:
                for other in days:
                    mine, theirs = (lin.pk, day) in held, (colleague.pk, other) in held
                    if mine and theirs and (lin.pk, other) not in held and (colleague.pk, day) not in held:
                        yield colleague, day, other
