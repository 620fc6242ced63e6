"""Sixty people and four weeks cost no more queries than three people, and a keystroke stays quick."""

from __future__ import annotations

import time
from datetime import date, timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from dangban.handbook.actions import adopt_preset
from dangban.lib.actor import SYSTEM
from dangban.people.models import Person, TeamMembership
from dangban.testing import pages
from dangban.testing.cast import NOW
from dangban.workforce import actions
from dangban.workforce.models import Cell
from dangban.workforce.rosters import reading

MONDAY = date(2026, 11, 23)


class LargeRoster(pages.CastCase):
    @classmethod
    def set_up_story(cls) -> None:
        adopt_preset("default", by=SYSTEM, at=NOW)
        cls.plan = actions.make_plan(cls.cast.team, MONDAY, 4, by=cls.cast.zhou, at=NOW)
        Cell.objects.create(plan=cls.plan, person=cls.cast.lin, day=MONDAY, shift="白班", hours="08:00-16:00")

    def test_sixty_by_twenty_eight(self) -> None:
        reading.grid(self.plan, NOW)
        with CaptureQueriesContext(connection) as few:
            reading.grid(self.plan, NOW)
        people = [
            Person.objects.create(username=f"p{number}", name=f"同事{number}", service_name="客服") for number in range(54)
        ]
        TeamMembership.objects.bulk_create(
            TeamMembership(person=one, team=self.cast.team, since=date(2026, 1, 1)) for one in people
        )
        Cell.objects.bulk_create(
            Cell(plan=self.plan, person=one, day=MONDAY + timedelta(days=day), shift="白班", hours="08:00-16:00")
            for number, one in enumerate(people)
            for day in range(28)
            if (day + number) % 7 < 5
        )
        started = time.process_time()
        with CaptureQueriesContext(connection) as many:
            grid = reading.grid(self.plan, NOW)
        assert len(grid.rows) == 60
        assert len(many) == len(few)
        assert time.process_time() - started < 2
        client = self.as_person(self.cast.zhou)
        place = f"{people[0].pk}:2026-11-28"
        client.post(f"/rosters/{self.plan.pk}/cells/", {"shift": "rest", "cell": place}, HTTP_HX_REQUEST="true")
        started = time.process_time()
        answer = client.post(f"/rosters/{self.plan.pk}/cells/", {"shift": "白班", "cell": place}, HTTP_HX_REQUEST="true")
        took = time.process_time() - started
        assert answer.status_code == 200
        assert took < 1, took
