"""The demonstration's rosters go by its own handbook, on whatever day of the week it is made."""

from __future__ import annotations

import tomllib
from datetime import date, datetime, time, timedelta
from random import Random
from types import SimpleNamespace

import pytest
from django.db import transaction
from django.test import TestCase

from dangban.demo.build import LONG_AGO
from dangban.demo.content import FOLDER, HANDBOOK, content
from dangban.demo.department import Opening
from dangban.demo.present import Present
from dangban.demo.roster import Roster
from dangban.demo.rostering import FRIDAY, STAYING, Rostering, published_until
from dangban.demo.rows import Rows
from dangban.handbook import actions as handbook
from dangban.handbook.loader import load
from dangban.journal.models import Entry
from dangban.lib import clock
from dangban.lib.actor import SYSTEM
from dangban.testing.cast import NOW, PASSWORD, TODAY
from dangban.workforce.models import DutyPeriod, Plan, Swap
from dangban.workforce.queries import shifts_of
from dangban.workforce.rosters import reading

WEEK = timedelta(days=7)
SUNDAY = 6


@pytest.mark.parametrize(
    ("today", "last"),
    [("2026-11-23", "2026-11-29"), ("2026-11-26", "2026-11-29"), ("2026-11-27", "2026-12-06"), ("2026-11-29", "2026-12-06")],
)
def test_from_friday_on_the_next_week_is_out_too(today: str, last: str) -> None:
    assert published_until(date.fromisoformat(today)) == date.fromisoformat(last)


class TheDemonstrationsRosters(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        handbook.forget()
        cls.addClassCleanup(handbook.forget)
        with clock.frozen(NOW):
            handbook.adopt(load(HANDBOOK), by=SYSTEM, reason="开业时采用", effective_on=LONG_AGO, backdating_confirmed=True, at=NOW)
            cls.opening = Opening(content(), at=NOW - timedelta(days=60), now=NOW, password=PASSWORD)
            cls.opening.open()

    def rostering(self, today: date, now: datetime) -> Rostering:
        """The shifts of a demonstration that is made on a day, without its customers."""
        random, rows = Random(1), Rows()
        staff = {one.username: (self.opening.people[one.username], one) for one in content().staff}
        early, late = shifts_of(handbook.in_force(now))
        teams = {code: team.pk for code, team in self.opening.teams.items()}
        roster = Roster(random, rows, staff, teams, {"day": early, "late": late}, today=today)
        for offset in range(-15, (published_until(today) - today).days + 1):
            roster.plan(today + timedelta(days=offset), now=now)
        DutyPeriod.objects.bulk_create(rows.of(DutyPeriod))
        return Rostering(self.opening.people, self.opening.teams, roster, now)

    def test_its_handbook_is_lawful(self) -> None:
        assert load(HANDBOOK).warnings == []
        assert [(one.name, one.hours) for one in shifts_of(handbook.in_force(NOW))] == [("早班", "08:30-17:00"), ("晚班", "17:00-01:00")]

    def test_on_every_day_of_the_week_nothing_published_breaks_a_rule_and_the_draft_lacks_its_last_day_only(self) -> None:
        for offset in range(7):
            today = TODAY + timedelta(days=offset)
            with self.subTest(today=today), transaction.atomic(), clock.frozen(NOW + timedelta(days=offset)):
                rostering = self.rostering(today, NOW + timedelta(days=offset))
                rostering.publish()
                rostering.plan_ahead()
                plans = list(Plan.objects.order_by("first_day"))
                told = [(plan.state, [one.text for one in reading.grid(plan, clock.now()).told]) for plan in plans]
                last = f"{plans[-1].last_day:%m-%d}"
                assert told.pop() == ("draft", [f"{last} 早班缺 2 人", f"{last} 晚班缺 1 人"])
                assert told == [("published", [])] * (2 if today.weekday() >= FRIDAY else 1)
                assert Swap.objects.get().state == Swap.State.AGREED
                transaction.set_rollback(True)

    def test_made_in_the_evening_it_is_published_and_on_sunday_it_is_told_why_people_begin_early_on_monday(self) -> None:
        for offset in range(7):
            today = TODAY + timedelta(days=offset)
            now = clock.at_local(today, time(20))
            with self.subTest(today=today), transaction.atomic(), clock.frozen(now):
                rostering = self.rostering(today, now)
                present = Present.__new__(Present)
                present.people, present.teams, present.now = self.opening.people, self.opening.teams, now
                present.history = SimpleNamespace(roster=rostering.roster, content=content())
                present.story = tomllib.loads((FOLDER / "present.toml").read_text(encoding="utf-8"))
                present._be_on_duty()
                there = set(DutyPeriod.objects.filter(starts_at__lte=now, ends_at__gt=now).values_list("person__username", flat=True))
                assert there >= {"lin", "mei"}
                rostering.publish()
                told = [one.text for plan in Plan.objects.filter(state="published") for one in reading.grid(plan, now).told]
                reasons = [entry.change["reason"] for entry in Entry.objects.filter(verb="workforce.plan_published") if "reason" in entry.change]
                assert (len(told), reasons) == ((2, [STAYING]) if today.weekday() == SUNDAY else (0, []))
                assert all("休息" in one for one in told)
                transaction.set_rollback(True)
