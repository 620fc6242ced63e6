"""Pages of leave: on the phone, for who answers, for personnel."""

from __future__ import annotations

from typing import ClassVar

from dangban.handbook.actions import adopt_preset, forget
from dangban.leave import actions
from dangban.leave.models import BalanceEntry, LeaveRequest
from dangban.leave.tests.story import WEDNESDAY, Leaving
from dangban.lib.actor import SYSTEM
from dangban.testing import pages
from dangban.testing.cast import NOW
from dangban.workforce.actions import set_duty
from dangban.workforce.models import DutyPeriod
from dangban.workforce.queries import shifts


class Pages(pages.CastCase):
    story: ClassVar[Leaving]
    asked: ClassVar[LeaveRequest]

    @classmethod
    def set_up_story(cls) -> None:
        cls.story = Leaving(cls.cast)
        cls.story.roster()
        cls.asked = actions.ask(cls.cast.lin, "private", WEDNESDAY, WEDNESDAY, reason="家里有事要处理", at=NOW)


class OwnTest(Pages, pages.PageCase):
    reader = "lin"
    chinese, english, queries = "本月剩余休息日", "Rest days left this month", 30

    def address(self) -> str:
        return "/leave/"


class NewTest(Pages, pages.PageCase):
    reader = "mei"
    chinese, english = "替我的人", "Stands in for me"

    def address(self) -> str:
        return "/leave/new/"

    def given(self, **more: str) -> dict[str, str]:
        return {"kind": "private", "first": "2026-11-26", "last": "2026-11-26", "part": "day", "reason": "看牙"} | more

    def test_the_check_shows_the_shift_and_who_is_left(self) -> None:
        page = self.as_person(self.cast.mei).get("/leave/check/", self.given()).content.decode()
        assert ("白班" in page, "剩 1 人" in page, "主管批" in page) == (True, True, True)

    def test_the_check_tells_what_is_in_the_way(self) -> None:
        page = self.as_person(self.cast.mei).get("/leave/check/", self.given(kind="rest", first="2026-11-20", last="2026-11-20")).content.decode()
        assert ("2026-11-21" in page, BalanceEntry.objects.filter(person=self.cast.mei).count()) == (True, 0)

    def test_it_is_asked_for(self) -> None:
        response = self.as_person(self.cast.mei).post(self.address(), self.given())
        asked = LeaveRequest.objects.get(person=self.cast.mei)
        assert (response.status_code, response["Location"]) == (302, f"/leave/{asked.pk}/")

    def test_what_runs_short_is_told_by_its_name(self) -> None:
        data = self.given(kind="annual", first="2026-11-26", last="2026-12-09")
        page = self.as_person(self.cast.mei).get("/leave/check/", data).content.decode()
        assert "年假 2026：申请 " in page

    def test_a_refusal_stands_in_the_form_and_keeps_what_was_typed(self) -> None:
        response = self.as_person(self.cast.mei).post(self.address(), self.given(first="2026-11-19", last="2026-11-19"))
        page = response.content.decode()
        assert (response.status_code, "要提前 1 天申请" in page, "看牙" in page) == (422, True, True)
        assert not LeaveRequest.objects.filter(person=self.cast.mei).exists()

    def test_urgent_leave_names_who_took_the_call(self) -> None:
        urgent = self.given(first="2026-11-19", last="2026-11-19", is_urgent="on", told=str(self.cast.zhou.pk))
        assert self.as_person(self.cast.mei).post(self.address(), urgent).status_code == 302
        assert LeaveRequest.objects.get(person=self.cast.mei).state == "called"


class ShortShiftTest(pages.CastCase):
    def test_the_approval_tells_it_once(self) -> None:
        forget()
        adopt_preset("default")
        set_duty(self.cast.ou, self.cast.team, WEDNESDAY, shifts(NOW)[1], by=SYSTEM, at=NOW)
        asked = actions.ask(self.cast.ou, "private", WEDNESDAY, WEDNESDAY, reason="看牙", at=NOW)
        assert asked.approval is not None
        assert asked.approval.facts["影响"] == "2026-11-25 周三 晚班：还剩 0 人，至少要 1 人。"


class RequestTest(Pages, pages.PageCase):
    reader, strangers = "lin", ("mei", "hu", "ding")
    chinese, english = "家里有事要处理", "The request"

    def address(self) -> str:
        return f"/leave/{self.asked.pk}/"

    def test_the_supervisor_approves_and_the_roster_changes(self) -> None:
        client = self.as_person(self.cast.zhou)
        assert "白班" in client.get(self.address()).content.decode()
        assert client.post(f"{self.address()}answer/", {"granted": "yes"}).status_code == 302
        assert LeaveRequest.objects.get(pk=self.asked.pk).state == "approved"
        assert not DutyPeriod.objects.filter(person=self.cast.lin, day=WEDNESDAY).exists()

    def test_nobody_answers_their_own(self) -> None:
        assert self.as_person(self.cast.lin).post(f"{self.address()}answer/", {"granted": "yes"}).status_code == 403
        assert LeaveRequest.objects.get(pk=self.asked.pk).state == "asked"

    def test_refusing_says_why(self) -> None:
        client = self.as_person(self.cast.zhou)
        assert client.post(f"{self.address()}answer/", {"granted": "no", "answer": ""}).status_code == 422
        assert client.post(f"{self.address()}answer/", {"granted": "no", "answer": "大促"}).status_code == 302
        assert LeaveRequest.objects.get(pk=self.asked.pk).answer == "大促"

    def test_strangers_do_nothing(self) -> None:
        for act in ("answer", "withdrawal", "cancellation", "writing", "stand-in"):
            assert self.as_person(self.cast.hu).post(f"{self.address()}{act}/", {"granted": "yes"}).status_code == 404, act
        assert LeaveRequest.objects.get(pk=self.asked.pk).state == "asked"


class TeamTest(Pages, pages.PageCase):
    reader, strangers, stranger_status = "zhou", ("lin", "qian"), 403
    chinese, english, queries = "林小雨", "Leave of the team", 40

    def address(self) -> str:
        return "/leave/team/?month=2026-11"

    def test_it_leaves_the_house_with_an_entry_and_without_reasons(self) -> None:
        response = self.as_person(self.cast.zhou).get("/leave/team/export/?month=2026-11&as=csv")
        text = response.content.decode("utf-8-sig")
        assert ("林小雨,2026-11-25,事假,1,否" in text, "家里有事" in text) == (True, False)

    def test_a_call_is_noted(self) -> None:
        given = {"person": str(self.cast.mei.pk), "kind": "sick", "first": "2026-11-19", "last": "2026-11-19", "part": "day", "reason": "发烧"}
        assert self.as_person(self.cast.zhou).post("/leave/calls/new/", given).status_code == 302
        assert self.as_person(self.cast.lin).get("/leave/calls/new/").status_code == 403
        assert LeaveRequest.objects.get(person=self.cast.mei).told == self.cast.zhou


class BalancesTest(Pages, pages.PageCase):
    reader, strangers, stranger_status = "shen", ("lin",), 403
    chinese, english, queries = "林小雨", "Leave balances", 34

    def address(self) -> str:
        return "/leave/balances/"

    def test_the_ledger_says_the_same_of_rest_days_as_ones_own_page(self) -> None:
        client = self.as_person(self.cast.lin)
        own, ledger = (client.get(path).content.decode() for path in ("/leave/", f"/leave/balances/{self.cast.lin.pk}/"))
        tiles = [page.split("本月剩余休息日")[1].split("</div>")[0] for page in (own, ledger)]
        assert tiles[0] == tiles[1]
        assert "休息日 2026-11" not in ledger

    def test_the_ledger_of_others_is_for_who_leads_them(self) -> None:
        address = f"/leave/balances/{self.cast.lin.pk}/"
        assert {name: self.as_person(getattr(self.cast, name)).get(address).status_code for name in ("lin", "zhou", "shen", "mei", "hu")} == {
            "lin": 200, "zhou": 200, "shen": 200, "mei": 404, "hu": 404,
        }  # fmt: skip

    def test_personnel_enters_days(self) -> None:
        address = f"/leave/balances/{self.cast.lin.pk}/"
        assert self.as_person(self.cast.shen).post(address, {"kind": "in_lieu", "days": "1", "note": "周六盘点"}).status_code == 302
        assert self.as_person(self.cast.zhou).post(address, {"kind": "in_lieu", "days": "1", "note": "周六盘点"}).status_code == 403
        assert BalanceEntry.objects.filter(person=self.cast.lin, kind="in_lieu").count() == 1
