"""Somebody leaves: entered ahead, withdrawn, carried out after the last day; newcomers get another mentor."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from dangban.desk.models import Notice, Task
from dangban.handbook.actions import adopt_preset, forget
from dangban.journal.models import Entry
from dangban.leave import actions as leave
from dangban.leave.models import LeaveRequest
from dangban.lib.actor import SYSTEM
from dangban.lib.errors import BadInput, Conflict, NotAllowed, Refused
from dangban.people.actions import off_board
from dangban.people.models import OffBoarding, Person
from dangban.staff import actions, queries
from dangban.staff.models import Departure, StaffFile
from dangban.testing import pages
from dangban.testing.cast import NOW, TODAY, at
from dangban.workforce.models import DutyPeriod
from dangban.workforce.tests.test_actions_duty import NIGHT, DutyCase

LAST = date(2026, 12, 4)


class DepartureCase(DutyCase):
    @classmethod
    def set_up_story(cls) -> None:
        forget()
        adopt_preset("cosmetics-shop")

    def entered(self, who: str = "lin", last_day: date = LAST, by: str = "zhou", **more: object) -> Departure:
        return actions.enter_departure(self.person(who), "resignation", last_day, by=self.person(by), at=NOW, **more)  # type: ignore[arg-type]

    def person(self, who: str) -> Person:
        return Person.objects.get(pk=getattr(self.cast, who).pk)


class EnteringTest(DepartureCase):
    def test_until_the_last_day_nothing_changes_for_the_person(self) -> None:
        before = self.person("lin").rights_version
        self.entered()
        assert actions.carry_out_due(at("12-04 23:59")) == 0
        lin = self.person("lin")
        assert (lin.is_active, lin.rights_version, lin.can("orders.view")) == (True, before, True)
        assert not OffBoarding.objects.exists()

    def test_on_the_day_after_the_account_closes_with_the_last_day_on_record(self) -> None:
        self.entered(to=self.cast.mei, reason="回老家")
        assert actions.carry_out_due(at("12-05 00:03")) == 1
        left = OffBoarding.objects.get()
        assert (left.last_day, left.at, left.by, left.handed_to, left.reason) == (LAST, at("12-05 00:03"), self.cast.zhou, self.cast.mei, "辞职 · 回老家")
        assert (self.person("lin").is_active, self.person("lin").memberships.get().until) == (False, date(2026, 12, 5))
        assert Departure.objects.get().closed_at == at("12-05 00:03")
        assert Entry.objects.get(verb="people.left").actor_kind == "system"
        assert actions.carry_out_due(at("12-05 00:08")) == 0

    def test_who_leads_keeps_files_or_manages_enters_it(self) -> None:
        for by in ("zhou", "shen", "bao"):
            self.entered(by=by)
            actions.withdraw_departure(Departure.objects.get(Departure.OPEN), "登错了", by=self.person(by), at=NOW)
        assert Departure.objects.filter(withdrawn_at=NOW).count() == 3

    def test_nobody_else_does_and_nobody_for_themselves(self) -> None:
        for by, who in (("mei", "lin"), ("hu", "lin"), ("qian", "lin"), ("ding", "lin"), ("lin", "lin"), ("bao", "bao"), ("shen", "shen"), ("lin", "zhou")):
            with pytest.raises(NotAllowed):
                self.entered(who, by=by)
        assert not Departure.objects.exists()
        assert not Notice.objects.exists()

    def test_days_gone_by_too_far_off_or_before_the_first_are_refused(self) -> None:
        for day in (TODAY - timedelta(days=1), TODAY + timedelta(days=367)):
            with pytest.raises(BadInput):
                self.entered(last_day=day)
        Person.objects.filter(pk=self.cast.lin.pk).update(hired_on=date(2026, 12, 7))
        with pytest.raises(BadInput):
            self.entered()
        assert not Departure.objects.exists()

    def test_twice_is_a_conflict(self) -> None:
        self.entered()
        with pytest.raises(Conflict):
            self.entered(by="shen")
        assert Departure.objects.count() == 1

    def test_the_person_the_superior_and_personnel_are_told_and_the_leader_has_a_task(self) -> None:
        self.entered(by="shen", to=self.cast.mei)
        assert {one.person.username for one in Notice.objects.select_related("person") if one.person} == {"lin", "zhou", "mei", "bao"}
        task = Task.objects.get()
        assert (task.owner, task.url, task.due_at) == (self.cast.zhou, f"/staff/{self.cast.lin.pk}/departure/", at("12-05 00:00") - timedelta(seconds=1))
        actions.carry_out_due(at("12-05 00:03"))
        task.refresh_from_db()
        assert task.done_at == at("12-05 00:03")

    def test_who_takes_over_serves_the_same_shops(self) -> None:
        with pytest.raises(Refused):
            self.entered(to=self.cast.hu)
        assert not Departure.objects.exists()

    def test_an_heir_who_has_left_meanwhile_is_passed_over_for_the_superior(self) -> None:
        self.entered(to=self.cast.mei)
        Task.objects.create(title="回访", owner=self.cast.lin, created_at=NOW, made_by_kind="system", made_by_name="")
        off_board(self.person("mei"), self.cast.ou, reason="x", by=self.cast.bao, at=NOW)
        actions.carry_out_due(at("12-05 00:03"))
        assert OffBoarding.objects.get(person=self.cast.lin).handed_to == self.cast.zhou
        assert Task.objects.get(title="回访").owner == self.cast.zhou

    def test_an_account_closed_by_hand_before_carries_it_out(self) -> None:
        self.entered()
        off_board(self.person("lin"), self.cast.mei, reason="提前走了", by=self.cast.bao, at=NOW)
        assert Departure.objects.get().closed_at == NOW
        assert actions.carry_out_due(at("12-05 00:03")) == 0
        assert queries.last_day(self.person("lin")) == TODAY


class PlanningTest(DepartureCase):
    def test_shifts_after_the_last_day_are_taken_out_and_come_back_when_it_is_withdrawn(self) -> None:
        for day in (LAST, LAST + timedelta(days=1), LAST + timedelta(days=3)):
            self.enter(day=day)
        made = self.entered()
        assert [one.day for one in DutyPeriod.objects.order_by("day")] == [LAST]
        self.enter(day=LAST - timedelta(days=1))
        with pytest.raises(BadInput):
            self.enter(day=LAST + timedelta(days=1))
        actions.withdraw_departure(made, "留下了", by=self.cast.zhou, at=NOW)
        assert [one.day.day for one in DutyPeriod.objects.order_by("day")] == [3, 4, 5, 7]

    def test_who_is_on_a_night_shift_of_the_last_day_ends_it_first(self) -> None:
        self.enter(day=LAST, shift=NIGHT)
        self.entered()
        assert actions.carry_out_due(at("12-05 00:30")) == 0
        assert self.person("lin").is_active
        assert actions.carry_out_due(at("12-05 01:01")) == 1
        assert OffBoarding.objects.get().last_day == LAST

    def test_a_shift_that_nobody_ended_holds_the_account_open_for_a_day_only(self) -> None:
        duty = self.enter(day=LAST, shift=NIGHT)
        duty.extensions.create(started_at=duty.ends_at)
        self.entered()
        assert actions.carry_out_due(at("12-05 20:00")) == 0
        assert actions.carry_out_due(at("12-06 00:03")) == 1


class WithdrawingTest(DepartureCase):
    def test_withdrawn_the_account_stays_open(self) -> None:
        made = self.entered()
        actions.withdraw_departure(made, "谈好留下", by=self.cast.zhou, at=NOW)
        assert actions.carry_out_due(at("12-05 00:03")) == 0
        assert self.person("lin").is_active
        assert queries.last_day(self.person("lin")) is None

    def test_once_carried_out_it_is_too_late(self) -> None:
        made = self.entered()
        actions.carry_out_due(at("12-05 00:03"))
        with pytest.raises(Conflict):
            actions.withdraw_departure(made, "晚了", by=self.cast.zhou, at=at("12-05 08:00"))
        assert not self.person("lin").is_active
        assert Departure.objects.get().withdrawn_at is None

    def test_the_wrong_people_withdraw_nothing(self) -> None:
        made = self.entered()
        for by in ("lin", "mei", "hu", "qian"):
            with pytest.raises(NotAllowed):
                actions.withdraw_departure(made, "不想走了", by=self.person(by), at=NOW)
        assert Departure.objects.get().is_open


class MentorTest(DepartureCase):
    def newcomer(self) -> StaffFile:
        Person.objects.filter(pk=self.cast.lin.pk).update(hired_on=date(2026, 11, 1))
        return actions.open_file(self.person("lin"), 220_000, mentor=self.cast.mei, by=self.cast.shen, at=NOW)

    def test_who_leads_a_newcomer_is_asked_for_another_mentor(self) -> None:
        kept = self.newcomer()
        off_board(self.person("mei"), self.cast.ou, reason="回老家", by=self.cast.bao, at=NOW)
        task = Task.objects.get(subject_kind="staff.stafffile", subject_id=kept.pk)
        assert (task.owner, task.url, "林小雨" in task.title, "梅芳" in task.title) == (self.cast.zhou, f"/staff/{self.cast.lin.pk}/", True, True)
        assert "已离职" in self.as_person(self.cast.zhou).get(task.url).content.decode()
        answer = self.as_person(self.cast.zhou).post(f"{task.url}mentor/", {"mentor": self.cast.ou.pk})
        assert answer.status_code == 302
        task.refresh_from_db()
        assert (StaffFile.objects.get().mentor, task.done_by) == (self.cast.ou, self.cast.zhou)

    def test_who_is_confirmed_needs_none(self) -> None:
        kept = self.newcomer()
        StaffFile.objects.filter(pk=kept.pk).update(confirmed_on=TODAY)
        off_board(self.person("mei"), self.cast.ou, reason="回老家", by=self.cast.bao, at=NOW)
        assert not Task.objects.exists()

    def test_only_who_leads_or_keeps_files_chooses_a_mentor(self) -> None:
        self.newcomer()
        for by in ("mei", "hu", "lin", "qian"):
            with pytest.raises(NotAllowed):
                actions.choose_mentor(self.person("lin"), self.cast.ou, by=self.person(by), at=NOW)
        assert StaffFile.objects.get().mentor == self.cast.mei


class PageTest(pages.PageCase):
    reader, strangers = "zhou", ("mei", "hu", "ding")
    chinese, english, queries = "最后工作日", "Last day of work", 60

    @classmethod
    def set_up_story(cls) -> None:
        forget()
        adopt_preset("cosmetics-shop")
        actions.open_file(cls.cast.lin, 226_600, by=SYSTEM, at=NOW)

    def address(self) -> str:
        return f"/staff/{self.cast.lin.pk}/departure/"

    def test_it_is_entered_shown_and_withdrawn(self) -> None:
        client = self.as_person(self.cast.zhou)
        assert client.post(f"{self.address()}withdrawal/", {"why": "没有登记过"}).status_code == 409
        given = {"kind": "resignation", "last_day": "2026-12-04", "to": self.cast.mei.pk, "reason": ""}
        assert client.post(self.address(), given).status_code == 302
        assert "2026-12-04" in client.get(f"/staff/{self.cast.lin.pk}/").content.decode()
        assert "2026-12-04" in client.get("/staff/").content.decode()
        assert client.post(f"{self.address()}withdrawal/", {"why": ""}).status_code == 422
        assert client.post(f"{self.address()}withdrawal/", {"why": "留下了"}).status_code == 302
        assert not Departure.objects.filter(Departure.OPEN).exists()

    def test_a_wrong_day_stands_beside_its_field_with_what_was_typed(self) -> None:
        page = self.as_person(self.cast.zhou).post(self.address(), {"kind": "dismissal", "last_day": "2026-11-01", "reason": "旷工三天"})
        assert (page.status_code, "旷工三天" in page.content.decode()) == (422, True)
        assert not Departure.objects.exists()

    def test_the_person_sees_it_and_enters_nothing(self) -> None:
        client = self.as_person(self.cast.lin)
        assert client.get(self.address()).status_code == 200
        given = {"kind": "resignation", "last_day": "2026-12-04"}
        assert (client.post(self.address(), given).status_code, client.post(self.address(), {}).status_code) == (403, 403)
        assert self.as_person(self.cast.qian).post(self.address(), given).status_code == 403
        assert not Departure.objects.exists()


class LeaveTest(DepartureCase):
    def test_leave_after_the_last_day_is_not_asked_for(self) -> None:
        self.entered()
        for first, last in ((LAST, LAST + timedelta(days=1)), (LAST + timedelta(days=3), LAST + timedelta(days=3))):
            with pytest.raises(Refused):
                leave.ask(self.person("lin"), "private", first, last, reason="搬家", at=NOW)
        assert not LeaveRequest.objects.exists()
