"""Customers go to who is on duty, for whichever of their teams, and to no newcomer before the tools exam."""

from __future__ import annotations

from datetime import date, timedelta

from dangban.conversations import facts
from dangban.conversations.queries.floor import floor
from dangban.conversations.tests.floor import FloorCase
from dangban.people.models import Person, TeamMembership, TeamShop
from dangban.staff.models import Attainment, StaffFile
from dangban.testing.cast import NOW, TODAY
from dangban.workforce.models import Plan


class OnDutyTest(FloorCase):
    def test_on_a_day_of_rest_by_the_published_roster_nobody_is_given_a_customer(self) -> None:
        self.online(self.cast.lin)
        Plan.objects.create(team=self.cast.team, first_day=date(2026, 11, 16), weeks=1, state=Plan.State.PUBLISHED, made_at=NOW)
        self.customer_says()
        assert (self.conversation().assignee, self.conversation().state) == (None, "offline")

    def test_a_draft_or_a_roster_that_is_over_says_nothing(self) -> None:
        self.online(self.cast.lin)
        Plan.objects.create(team=self.cast.team, first_day=date(2026, 11, 16), weeks=1, made_at=NOW)
        Plan.objects.create(team=self.cast.team, first_day=date(2026, 11, 9), weeks=1, state=Plan.State.PUBLISHED, made_at=NOW)
        self.customer_says()
        assert self.conversation().assignee == self.cast.lin

    def test_who_works_for_two_teams_is_on_duty_for_the_one_that_planned_them(self) -> None:
        TeamShop.objects.create(team=self.cast.other_team, shop=self.cast.shop)
        TeamMembership.objects.create(person=self.cast.lin, team=self.cast.other_team, since=date(2026, 1, 1))
        self.on_duty(self.cast.mei, "08:00", "16:00")
        self.on_duty(self.cast.lin, "08:00", "16:00", self.cast.other_team)
        self.online(self.cast.lin)
        self.customer_says()
        assert self.conversation().assignee == self.cast.lin
        assert facts.on_floor(self.cast.shop.pk, NOW).team_of[self.cast.lin.pk] == self.cast.other_team.pk


class NewcomersTest(FloorCase):
    def hired(self, day: date) -> None:
        Person.objects.filter(pk=self.cast.lin.pk).update(hired_on=day)
        self.online(self.cast.lin)

    def test_without_a_file_the_day_of_hiring_makes_a_newcomer(self) -> None:
        self.hired(TODAY - timedelta(days=30))
        self.customer_says()
        assert (self.conversation().assignee, self.conversation().state) == (None, "waiting")
        assert [one.held_back for one in floor(self.cast.zhou).people if one.person == self.cast.lin] == [True]

    def test_passed_they_are_given_customers(self) -> None:
        self.hired(TODAY - timedelta(days=30))
        Attainment.objects.create(person=self.cast.lin, kind="exam", code="tools", on=TODAY, passed=True, at=NOW)
        self.customer_says()
        assert self.conversation().assignee == self.cast.lin
        assert not any(one.held_back for one in floor(self.cast.zhou).people)

    def test_probation_over_by_the_handbook_and_confirmed_by_the_file_are_no_newcomers(self) -> None:
        # Two months of probation, the last of their days being the eighteenth.
        self.hired(date(2026, 9, 19))
        self.customer_says()
        assert self.conversation().assignee == self.cast.lin
        Person.objects.filter(pk=self.cast.mei.pk).update(hired_on=TODAY)
        StaffFile.objects.create(person=self.cast.mei, probation_until=date(2027, 1, 18), confirmed_on=TODAY, opened_at=NOW)
        assert not any(one.is_trainee for one in facts.on_floor(self.cast.shop.pk, NOW).candidates)
