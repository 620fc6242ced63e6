"""The pages of the day, the handover, approvals, tasks, questions, incidents and requests."""

from __future__ import annotations

import json
from typing import Any

from dangban.desk import actions
from dangban.desk.models import (
    Approval,
    ApprovalWord,
    DepartmentRequest,
    Handover,
    Incident,
    Notice,
    Question,
    Task,
    TaskComment,
    WorkDay,
)
from dangban.desk.tests.desk import FACTS, DayCase
from dangban.testing import pages
from dangban.testing.cast import NOW, at


class TasksPage(DayCase, pages.PageCase):
    queries = 20
    chinese = "任务"
    english = "what somebody is to do"

    @classmethod
    def lay_out(cls) -> None:
        cls.task()
        cls.task("盘点", "mei")

    def address(self) -> str:
        return "/tasks/"

    def test_ones_own_and_those_one_gave(self) -> None:
        assert "盘点" not in self.page("/tasks/")
        assert "盘点" in self.page("/tasks/?which=given", "zhou")


class TaskPage(DayCase, pages.PageCase):
    queries = 24
    strangers = ("hu", "mei")

    @classmethod
    def lay_out(cls) -> None:
        cls.one = cls.task(steps=["点数", "拍照"])

    def address(self) -> str:
        return f"/tasks/{self.one.pk}/"

    def test_a_step_is_ticked_from_the_page(self) -> None:
        step = self.one.steps.get(position=1)
        answer = self.post(f"/tasks/{self.one.pk}/steps/{step.pk}/", done="yes")
        step.refresh_from_db()
        assert (answer.status_code, step.done_by) == (302, self.cast.lin)

    def test_whoever_is_mentioned_sees_it_from_then_on(self) -> None:
        self.post(f"/tasks/{self.one.pk}/comments/", body="你看一下", mentioned=[self.cast.mei.pk])
        assert TaskComment.objects.get().mentioned.get() == self.cast.mei
        assert "你看一下" in self.page(f"/tasks/{self.one.pk}/", "mei")
        assert "提到您" in self.page("/inbox/", "mei")

    def test_nobody_of_another_shop_is_mentioned(self) -> None:
        answer = self.post(f"/tasks/{self.one.pk}/comments/", body="你看一下", mentioned=[self.cast.hu.pk])
        assert (answer.status_code, TaskComment.objects.count()) == (422, 0)

    def test_a_task_with_open_steps_is_not_done(self) -> None:
        assert self.post(f"/tasks/{self.one.pk}/done/").status_code == 409
        assert Task.objects.get(pk=self.one.pk).done_at is None


class RecurringPage(DayCase, pages.PageCase):
    reader = "zhou"
    strangers = ("qian",)
    stranger_status = 403
    queries = 24

    def address(self) -> str:
        return "/tasks/recurring/"

    def test_something_that_comes_again_is_written(self) -> None:
        answer = self.post("/tasks/recurring/", "zhou", title="核对赠品", team=self.cast.team.pk, every="week", weekdays=["0", "3"], appears_at="09:00")
        assert answer.status_code == 302
        assert "核对赠品" in self.page("/tasks/recurring/", "zhou")


class ApprovalsPage(DayCase, pages.PageCase):
    reader = "zhou"
    queries = 24
    chinese = "想多送一件"

    @classmethod
    def lay_out(cls) -> None:
        cls.asked = actions.ask_approval(
            "orders.discount", ("orders.order", 1), title="想多送一件", by=cls.cast.lin, shop=cls.cast.shop, at=NOW
        )

    def address(self) -> str:
        return "/approvals/"

    def test_the_list_answers_at_once_also_where_scripts_have_not_come(self) -> None:
        answer = self.as_person(self.cast.zhou).post(f"/approvals/{self.asked.pk}/answer/", {"granted": "yes"}, follow=True)
        assert (answer.redirect_chain, Approval.objects.get().granted) == ([("/approvals/", 302)], True)
        assert "同意了：想多送一件" in answer.content.decode()
        assert "想多送一件" in self.page("/approvals/?which=settled", "zhou")

    def answered(self, who: str = "zhou", act: str = "answer", **given: str) -> Any:
        """As the page sends it: the list keeps all but the one that was answered."""
        return self.as_person(getattr(self.cast, who)).post(f"/approvals/{self.asked.pk}/{act}/", given, headers={"HX-Request": "true"})

    def test_the_answered_one_goes_alone_and_the_last_leaves_word(self) -> None:
        actions.ask_exception("换小一号的赠品", "没有大号", by=self.cast.lin, shop=self.cast.shop, at=NOW)
        first = self.answered(granted="yes")
        assert (first.content, json.loads(first["HX-Trigger"])["toast"]) == (b"", {"text": "同意了：想多送一件 · 还有 1 条待审批", "kind": "ok"})
        self.asked = Approval.objects.get(settled_at=None)
        last = self.answered(granted="no", answer="有大号")
        assert (last["HX-Retarget"], json.loads(last["HX-Trigger"])["toast"]["text"]) == ("#approvals-list", "拒绝了：换小一号的赠品")

    def test_what_a_colleague_answered_meanwhile_goes_too_and_keeps_its_answer(self) -> None:
        actions.settle_approval(self.asked, True, by=self.cast.bao, at=NOW)
        late = self.answered(granted="no", answer="不用")
        assert (late.status_code, json.loads(late["HX-Trigger"])["toast"]["kind"]) == (200, "bad")
        assert f"{self.cast.bao.name} 已经处理了" in json.loads(late["HX-Trigger"])["toast"]["text"]
        assert Approval.objects.get().granted is True

    def test_asked_back_the_request_waits_on_and_both_read_what_was_said(self) -> None:
        row = self.answered(act="words", answer="送哪一件？").content.decode()
        assert "送哪一件？" in row
        assert Approval.objects.get().settled_at is None
        assert Notice.objects.get(person=self.cast.lin).title == f"{self.cast.zhou.name} 追问：想多送一件"
        self.answered("lin", "words", answer="粉色那件")
        assert Notice.objects.get(person=self.cast.zhou).title == f"{self.cast.lin.name} 补充说明：想多送一件"
        assert "粉色那件" in self.page("/approvals/", "zhou")

    def test_nobody_else_asks_back_nor_with_nothing_nor_after_the_answer(self) -> None:
        assert self.answered("hu", "words", answer="为什么").status_code == 404
        assert self.answered("mei", "words", answer="为什么").status_code == 404
        assert self.answered("zhou", "words", answer=" ").status_code == 422
        actions.settle_approval(self.asked, True, by=self.cast.bao, at=NOW)
        assert self.answered("zhou", "words", answer="送哪一件？").status_code == 409
        assert ApprovalWord.objects.count() == 0

    def test_another_shops_leader_sees_none_of_it(self) -> None:
        assert "想多送一件" not in self.page("/approvals/", "hu")
        assert self.post(f"/approvals/{self.asked.pk}/answer/", "hu", granted="yes").status_code == 404

    def test_who_asked_sees_it_under_asked(self) -> None:
        assert "想多送一件" not in self.page("/approvals/list/")
        assert "想多送一件" in self.page("/approvals/?which=asked")


class AbsencePage(DayCase, pages.PageCase):
    reader = "zhou"
    queries = 20

    def address(self) -> str:
        return "/approvals/absence/"

    def test_a_leader_names_who_stands_in(self) -> None:
        answer = self.post(
            "/approvals/absence/", "zhou", person=self.cast.zhou.pk, deputy=self.cast.mei.pk, since="2026-11-19T09:00",
            until="2026-11-21T18:00", reason="年假",
        )  # fmt: skip
        assert answer.status_code == 302
        assert "年假" in self.page("/approvals/", "mei")


class QuestionsPage(DayCase, pages.PageCase):
    queries = 20
    chinese = "这款被芯能机洗吗"

    @classmethod
    def lay_out(cls) -> None:
        cls.question()

    def address(self) -> str:
        return "/questions/"

    def test_counted_for_both(self) -> None:
        actions.answer_question(Question.objects.get(), "可以", by=self.cast.zhou, at=NOW)
        page = self.page("/questions/?which=counts", "zhou")
        assert "林小雨" in page
        assert "周敏" in page


class QuestionPage(DayCase, pages.PageCase):
    queries = 20
    strangers = ("hu",)

    @classmethod
    def lay_out(cls) -> None:
        cls.one = cls.question()

    def address(self) -> str:
        return f"/questions/{self.one.pk}/"

    def test_the_whole_way_of_a_question(self) -> None:
        assert self.post(f"/questions/{self.one.pk}/answer/", "mei", answer="不知道").status_code == 403
        self.post(f"/questions/{self.one.pk}/answer/", "zhou", answer="三十度以下可以")
        assert "告诉顾客" in self.page("/inbox/")
        self.post(f"/questions/{self.one.pk}/told/")
        assert Question.objects.get().told_at == NOW
        assert "告诉顾客" not in self.page("/inbox/list/")


class QuestionFormPage(DayCase, pages.PageCase):
    queries = 20

    def address(self) -> str:
        return "/questions/new/"

    def test_it_is_asked(self) -> None:
        self.post("/questions/new/", text="能开专票吗", shop=self.cast.shop.pk, for_customer="on")
        assert Question.objects.get().asked_by == self.cast.lin


class IncidentsPage(DayCase, pages.PageCase):
    queries = 18
    chinese = "四件套开线"

    @classmethod
    def lay_out(cls) -> None:
        cls.incident()

    def address(self) -> str:
        return "/incidents/"


class IncidentPage(DayCase, pages.PageCase):
    queries = 20
    strangers = ("hu",)

    @classmethod
    def lay_out(cls) -> None:
        cls.one = cls.incident()

    def address(self) -> str:
        return f"/incidents/{self.one.pk}/"

    def test_looked_at_again_then_settled(self) -> None:
        self.post(f"/incidents/{self.one.pk}/follow-up/", next_at="2026-11-20T10:00")
        self.post(f"/incidents/{self.one.pk}/settlement/", outcome="换货已发出")
        found = Incident.objects.get()
        assert (found.next_at, found.outcome) == (at("11-20 10:00"), "换货已发出")

    def test_whoever_does_not_hold_it_settles_nothing(self) -> None:
        assert self.post(f"/incidents/{self.one.pk}/settlement/", "mei", outcome="x").status_code == 403
        assert Incident.objects.get().settled_at is None


class IncidentFormPage(DayCase, pages.PageCase):
    queries = 18

    def address(self) -> str:
        return "/incidents/new/"

    def test_noted_with_what_the_handbook_wants(self) -> None:
        assert self.post("/incidents/new/", shop=self.cast.shop.pk, **FACTS).status_code == 302
        assert Incident.objects.get().facts == FACTS

    def test_what_is_missing_is_said_at_its_field(self) -> None:
        assert self.post("/incidents/new/", shop=self.cast.shop.pk, problem="开线").status_code == 200
        assert Incident.objects.count() == 0


class RequestsPage(DayCase, pages.PageCase):
    queries = 22

    @classmethod
    def lay_out(cls) -> None:
        cls.in_storage()
        cls.request()

    def address(self) -> str:
        return "/requests/"

    def test_it_stands_with_the_department_and_with_who_asked(self) -> None:
        assert "查一下退件" in self.page("/requests/", "ding")
        assert "查一下退件" in self.page("/requests/?which=asked")
        assert "查一下退件" not in self.page("/requests/?which=all", "mei")


class RequestPage(DayCase, pages.PageCase):
    queries = 20
    strangers = ("hu", "mei")

    @classmethod
    def lay_out(cls) -> None:
        cls.in_storage()
        cls.one = cls.request()

    def address(self) -> str:
        return f"/requests/{self.one.pk}/"

    def test_received_and_settled_by_the_department(self) -> None:
        assert self.post(f"/requests/{self.one.pk}/receipt/").status_code == 403
        assert self.post(f"/requests/{self.one.pk}/receipt/", "ding").status_code == 302
        self.post(f"/requests/{self.one.pk}/settlement/", "ding", done="yes", answer="已入库")
        found = DepartmentRequest.objects.get()
        assert (found.received_by, found.done, found.answer) == (self.cast.ding, True, "已入库")

    def test_only_who_asked_takes_it_back(self) -> None:
        assert self.post(f"/requests/{self.one.pk}/withdrawal/", "ding").status_code == 403
        assert self.post(f"/requests/{self.one.pk}/withdrawal/").status_code == 302


class RequestFormPage(DayCase, pages.PageCase):
    queries = 22

    def address(self) -> str:
        return "/requests/new/?kind=warehouse.parcel"

    def test_asked_with_the_fields_of_its_kind(self) -> None:
        self.post(self.address(), title="查退件", department=self.cast.storage.pk, shop=self.cast.shop.pk, tracking="SF1", body="")
        assert DepartmentRequest.objects.get().facts == {"tracking": "SF1"}


class DayPage(DayCase, pages.PageCase):
    queries = 44
    chinese = "核对赠品"
    english = "What is left of the day"

    @classmethod
    def lay_out(cls) -> None:
        cls.task()

    def address(self) -> str:
        return "/day/"

    def test_a_step_of_the_morning_is_ticked(self) -> None:
        self.post("/day/ticks/", moment="open", step="tools", done="yes")
        assert WorkDay.objects.get().ticks.get().step == "tools"

    def test_a_step_that_is_somebody_elses_is_refused(self) -> None:
        assert self.post("/day/ticks/", moment="open", step="stock", done="yes").status_code == 422
        assert WorkDay.objects.count() == 0

    def test_it_is_not_signed_off_over_what_is_left(self) -> None:
        answer = self.post("/day/signature/")
        assert answer.status_code == 409
        assert "核对赠品" in answer.content.decode()


class FiguresPage(DayCase, pages.PageCase):
    reader = "zhou"
    strangers = ("lin", "ding")
    stranger_status = 403
    queries = 24

    @classmethod
    def lay_out(cls) -> None:
        actions.begin_day(cls.cast.lin, at=NOW)

    def address(self) -> str:
        return "/day/figures/"


class SummaryPage(DayCase, pages.PageCase):
    reader = "zhou"
    strangers = ("lin", "hu")
    queries = 24

    def address(self) -> str:
        return f"/day/summaries/{self.cast.team.pk}/"

    def test_it_is_kept_and_shown(self) -> None:
        self.post(self.address(), "zhou", questions="机洗", not_sold="价格", aftersales="")
        assert "机洗" in self.page("/day/figures/", "zhou")


class HandoversPage(DayCase, pages.PageCase):
    reader = "mei"
    queries = 22
    chinese = "核对赠品"

    @classmethod
    def lay_out(cls) -> None:
        cls.task()
        cls.sheet()

    def address(self) -> str:
        return "/handover/"


class DraftPage(DayCase, pages.PageCase):
    queries = 60
    chinese = "核对赠品"

    @classmethod
    def lay_out(cls) -> None:
        cls.task()

    def address(self) -> str:
        return "/handover/draft/"

    def test_signed_with_a_note_to_each_line(self) -> None:
        self.page("/handover/draft/")
        item = Handover.objects.get().items.get()
        assert self.post("/handover/draft/", to=self.cast.mei.pk, note="").status_code == 409
        answer = self.post("/handover/draft/", to=self.cast.mei.pk, **{f"note-{item.pk}": "仓库没回"})
        assert answer.status_code == 302
        assert Handover.objects.get().to_person == self.cast.mei

    def test_a_line_by_hand_and_off_again(self) -> None:
        self.post("/handover/lines/", label="空调遥控器在前台", note="")
        item = Handover.objects.get().items.get(key="")
        self.post(f"/handover/lines/{item.pk}/removal/")
        assert not Handover.objects.get().items.filter(key="").exists()


class SheetPage(DayCase, pages.PageCase):
    reader = "mei"
    strangers = ("hu",)
    queries = 24

    @classmethod
    def lay_out(cls) -> None:
        cls.task()
        cls.one = cls.sheet()

    def address(self) -> str:
        return f"/handover/{self.one.pk}/"

    def test_accepted_from_the_page(self) -> None:
        item = self.one.items.get()
        assert self.post(f"/handover/lines/{item.pk}/answer/", "ou", said="accept").status_code == 403
        assert self.post(f"/handover/lines/{item.pk}/answer/", "mei", said="accept").status_code == 302
        assert Task.objects.get().owner == self.cast.mei
