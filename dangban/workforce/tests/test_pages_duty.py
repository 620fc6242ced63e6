"""The duty page: the week of a team; leaders enter, everybody of the team reads."""

from __future__ import annotations

from datetime import time

from dangban.handbook.actions import adopt_preset
from dangban.lib.actor import SYSTEM
from dangban.testing import pages
from dangban.testing.cast import NOW, TODAY
from dangban.workforce import actions
from dangban.workforce.models import DutyPeriod
from dangban.workforce.shifts import Shift

DAY = Shift("白班", time(8), time(16))


class DutyPage(pages.PageCase):
    reader = "zhou"
    queries = 16
    chinese = "值班"
    english = "who is on when"

    @classmethod
    def set_up_story(cls) -> None:
        adopt_preset("default", by=SYSTEM, at=NOW)
        actions.set_duty(cls.cast.lin, cls.cast.team, TODAY, DAY, by=cls.cast.zhou, at=NOW)

    def address(self) -> str:
        return "/duty/"

    def cell(self, who: str = "mei", day: str = "2026-11-20") -> str:
        return f"/duty/{self.cast.team.pk}/{getattr(self.cast, who).pk}/{day}/"

    def post(self, as_who: str, path: str, **data: str):
        return self.as_person(getattr(self.cast, as_who)).post(path, data, HTTP_HX_REQUEST="true")

    def test_a_leader_enters_a_shift_of_the_handbook(self) -> None:
        answer = self.post("zhou", self.cell(), shift="晚班")
        assert answer.status_code == 200
        assert "selected" in answer.content.decode()
        assert DutyPeriod.objects.get(person=self.cast.mei).name == "晚班"

    def test_hours_of_ones_own(self) -> None:
        self.post("zhou", self.cell(), shift="own", hours="10：00-18：30")
        assert DutyPeriod.objects.get(person=self.cast.mei).name == "10:00-18:30"

    def test_unreadable_hours_are_said_to_be(self) -> None:
        assert self.post("zhou", self.cell(), shift="own", hours="morning").status_code == 422
        assert self.post("zhou", self.cell(), shift="午班").status_code == 422
        assert not DutyPeriod.objects.filter(person=self.cast.mei).exists()

    def test_a_day_of_rest(self) -> None:
        self.post("zhou", self.cell("lin", TODAY.isoformat()), shift="")
        assert DutyPeriod.objects.count() == 0

    def test_an_agent_reads_and_changes_nothing(self) -> None:
        page = self._get("lin").content.decode()
        assert "林小雨" in page
        assert "<select" not in page[page.index("duty__now") :]
        assert self.post("lin", self.cell(), shift="晚班").status_code == 403

    def test_another_shops_leader_sees_neither_page_nor_cell(self) -> None:
        assert self.as_person(self.cast.hu).get(f"/duty/?team={self.cast.team.pk}").status_code == 404
        assert self.post("hu", self.cell(), shift="晚班").status_code == 404
        assert "林小雨" not in self._get("hu").content.decode()

    def test_somebody_of_no_team_finds_an_empty_page(self) -> None:
        assert self._get("qian").status_code == 200

    def test_last_week_is_copied(self) -> None:
        answer = self.as_person(self.cast.zhou).post(f"/duty/{self.cast.team.pk}/weeks/2026-11-23/copy/")
        assert answer.status_code == 302
        assert DutyPeriod.objects.filter(person=self.cast.lin, day="2026-11-26").count() == 1

    def test_odd_days_in_the_address_do_no_harm(self) -> None:
        assert self.as_person(self.cast.zhou).get("/duty/?day=tomorrow").status_code == 200
        assert self.post("zhou", self.cell(day="tomorrow"), shift="晚班").status_code == 404
