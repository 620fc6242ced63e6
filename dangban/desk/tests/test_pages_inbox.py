"""The inbox as it is used: one list, put aside, passed on, done; nobody else's."""

from __future__ import annotations

import re
from datetime import timedelta

from dangban.desk import actions
from dangban.desk.models import Approval, Deadline, Delegation, Notice, Task
from dangban.lib import clock
from dangban.lib.actor import SYSTEM
from dangban.people.models import Person
from dangban.testing import pages
from dangban.testing.cast import NOW, at


class DeskCase(pages.CastCase):
    @classmethod
    def task(cls, title: str = "核对赠品", who: str = "lin", **given: object) -> Task:
        owner = getattr(cls.cast, who)
        values = {"owner": owner, "by": cls.cast.zhou, "shop": cls.cast.shop, "due_at": at("16:00"), "at": NOW}
        return actions.write_task(title, **(values | given))  # type: ignore[arg-type]

    @classmethod
    def clock(cls, label: str = "方静 首次回复", **given: object) -> Deadline:
        values = {
            "rule": "conversations.first_reply", "allowed_seconds": 600, "by": SYSTEM, "owner": cls.cast.lin,
            "shop": cls.cast.shop, "label": label, "at": NOW,
        }  # fmt: skip
        return actions.start_deadline("conversations.first_reply", ("chat.thread", 5), **(values | given))  # type: ignore[arg-type]

    def page(self, who: str = "lin", path: str = "/inbox/") -> str:
        return self.as_person(getattr(self.cast, who)).get(path).content.decode()

    def post(self, path: str, who: str = "lin", **data: str):
        return self.as_person(getattr(self.cast, who)).post(path, data, HTTP_HX_REQUEST="true")


class InboxPage(DeskCase, pages.PageCase):
    queries = 26
    chinese = "待办"
    english = "what waits for me"

    @classmethod
    def set_up_story(cls) -> None:
        cls.task()
        cls.clock()
        cls.task("给团队的事", team=cls.cast.team, owner=None)
        actions.ask_approval(
            "conversations.override", ("chat.thread", 5), title="想多送一件赠品", needs="desk.approve",
            by=cls.cast.lin, shop=cls.cast.shop, at=NOW,
        )  # fmt: skip
        actions.write_notice("大促排班", "周五前报休息日", by=cls.cast.zhou, team=cls.cast.team, must_read=True, at=NOW)

    def address(self) -> str:
        return "/inbox/"

    def test_what_is_due_first_stands_on_top(self) -> None:
        page = self.page()
        order = [page.index(label) for label in ("方静 首次回复", "核对赠品", "给团队的事", "大促排班")]
        assert order == sorted(order)

    def test_a_task_of_the_team_waits_for_all_of_it_and_for_nobody_else(self) -> None:
        assert "给团队的事" in self.page("mei")
        assert "给团队的事" not in self.page("hu")

    def test_an_approval_waits_for_who_may_grant_it_not_for_who_asked(self) -> None:
        assert "approval-" in self.page("zhou")
        assert 'id="item-approval' not in self.page("lin")
        assert "想多送一件赠品" not in self.page("hu")

    def test_one_kind_only(self) -> None:
        page = self.page(path="/inbox/list/?only=tasks")
        assert "核对赠品" in page
        assert "方静 首次回复" not in page

    def test_the_number_in_the_top_bar(self) -> None:
        assert ">4<" in self.page(path="/inbox/count/")

    def test_a_paused_clock_does_not_wait_for_its_owner(self) -> None:
        actions.pause_deadline(("chat.thread", 5), "conversations.first_reply", by=SYSTEM, reason="等顾客", at=NOW)
        assert "方静 首次回复" not in self.page()


class JoiningTest(DeskCase):
    """What is to be told on a platform about one order is one task, whatever comes to it."""

    def tell(self, body: str, **given: object) -> Task:
        values = {"owner": self.cast.lin, "subject": ("orders.order", 7), "shop": self.cast.shop, "by": SYSTEM, "at": NOW, "joins": True}
        return actions.write_task("在平台告知买家", body=body, **(values | given))  # type: ignore[arg-type]

    def test_the_newest_words_stand_first_and_the_earlier_time_holds(self) -> None:
        first = self.tell("请寄回", due_at=at("16:00"))
        joined = self.tell("已收到单号", due_at=at("11-25 16:00"))
        assert (joined.pk, joined.body, joined.due_at) == (first.pk, "已收到单号\n\n请寄回", at("16:00"))
        assert self.page().count("在平台告知买家") == 1

    def test_the_inbox_leads_to_the_words_and_they_to_the_order(self) -> None:
        task = self.tell("请寄回 2 号库", url="/orders/7/")
        page = self.page()
        assert f'href="/tasks/{task.pk}/"' in page
        assert "请寄回 2 号库" in page
        assert 'href="/orders/7/"' in self.page(path=f"/tasks/{task.pk}/")

    def test_another_order_another_owner_or_one_that_is_done_begins_anew(self) -> None:
        first = self.tell("请寄回")
        assert self.tell("请寄回", subject=("orders.order", 8)).pk != first.pk
        assert self.tell("请寄回", owner=self.cast.mei).pk != first.pk
        actions.finish_task(first, by=self.cast.lin, at=NOW)
        assert self.tell("已收到单号").body == "已收到单号"


class PutAsideTest(DeskCase):
    def test_put_aside_it_is_out_of_sight_until_then(self) -> None:
        task = self.task()
        page = self.post(f"/inbox/task:{task.pk}/snooze/", until="120").content.decode()
        assert 'id="item-task' not in page
        with clock.frozen(NOW + timedelta(hours=2, minutes=1)):
            assert 'id="item-task' in self.page()

    def test_it_can_be_taken_back(self) -> None:
        task = self.task()
        answer = self.post(f"/inbox/task:{task.pk}/snooze/", until="30")
        assert f"/inbox/task:{task.pk}/wake/" in answer["HX-Trigger"]
        assert 'id="item-task' in self.post(f"/inbox/task:{task.pk}/wake/").content.decode()

    def test_nothing_is_put_beyond_its_time(self) -> None:
        deadline = self.clock()
        assert self.post(f"/inbox/deadline:{deadline.pk}/snooze/", until="30").status_code == 409

    def test_the_fourth_time_is_refused(self) -> None:
        task = self.task(due_at=at("11-30 16:00"))
        answers = [self.post(f"/inbox/task:{task.pk}/snooze/", until="30").status_code for _ in range(4)]
        assert answers == [200, 200, 200, 409]

    def test_a_time_of_ones_own_is_the_companys_wall_clock(self) -> None:
        task = self.task()
        self.post(f"/inbox/task:{task.pk}/snooze/", until="at", at="2026-11-19T15:30")
        with clock.frozen(at("15:31")):
            assert 'id="item-task' in self.page()

    def test_an_unreadable_time_is_said_to_be(self) -> None:
        task = self.task()
        assert self.post(f"/inbox/task:{task.pk}/snooze/", until="at", at="half past").status_code == 422

    def test_somebody_elses_item_is_not_there(self) -> None:
        task = self.task()
        assert self.post(f"/inbox/task:{task.pk}/snooze/", "mei", until="30").status_code == 404


class PassingOnTest(DeskCase):
    def test_a_task_passed_on_waits_for_the_other_with_a_word(self) -> None:
        task = self.task()
        answer = self.post(f"/inbox/task:{task.pk}/delegation/", to=str(self.cast.mei.pk), note="我要下班了")
        assert answer.status_code == 200
        task.refresh_from_db()
        assert task.owner == self.cast.mei
        assert Delegation.objects.get().note == "我要下班了"
        assert Notice.objects.get(person=self.cast.mei).title == "林小雨把这件事交给您：核对赠品"

    def test_nobody_of_another_shop_can_be_chosen(self) -> None:
        task = self.task()
        page = self.post(f"/inbox/task:{task.pk}/delegation/", to=str(self.cast.hu.pk)).content.decode()
        assert "field__error" in page
        task.refresh_from_db()
        assert task.owner == self.cast.lin

    def test_a_clock_that_belongs_to_its_conversation_stays_with_it(self) -> None:
        deadline = self.clock()
        answer = self.post(f"/inbox/deadline:{deadline.pk}/delegation/", to=str(self.cast.mei.pk))
        assert answer.status_code == 403


class TasksTest(DeskCase):
    def test_done_and_undone(self) -> None:
        task = self.task()
        assert 'id="item-task' not in self.post(f"/tasks/{task.pk}/done/").content.decode()
        assert 'id="item-task' in self.post(f"/tasks/{task.pk}/reopen/").content.decode()

    def test_done_twice_is_a_conflict(self) -> None:
        task = self.task()
        self.post(f"/tasks/{task.pk}/done/")
        assert self.post(f"/tasks/{task.pk}/done/").status_code == 409

    def test_nobody_of_another_shop_finishes_it(self) -> None:
        assert self.post(f"/tasks/{self.task().pk}/done/", "hu").status_code == 404

    def test_an_agent_notes_things_for_oneself_only(self) -> None:
        self.post("/tasks/new/", title="回电方静", owner=str(self.cast.lin.pk))
        self.post("/tasks/new/", title="你来做", owner=str(self.cast.mei.pk))
        assert list(Task.objects.values_list("title", flat=True)) == ["回电方静"]

    def test_a_leader_gives_tasks_to_the_team(self) -> None:
        self.post("/tasks/new/", "zhou", title="盘点赠品", team=str(self.cast.team.pk), due_at="2026-11-19T18:00")
        task = Task.objects.get()
        assert (task.team, task.owner, task.due_at) == (self.cast.team, None, at("18:00"))

    def test_whoever_may_note_nothing_gets_no_task(self) -> None:
        assert self.post("/tasks/new/", "qian", title="x", owner=str(self.cast.qian.pk)).status_code == 403


class ApprovalsTest(DeskCase):
    def ask(self, who: str = "lin") -> Approval:
        return actions.ask_approval(
            "orders.discount", ("orders.order", 1), title="优惠 8 元", needs="desk.approve",
            by=getattr(self.cast, who), shop=self.cast.shop, at=NOW,
        )  # fmt: skip

    def test_granted_by_a_leader_of_the_shop(self) -> None:
        approval = self.ask()
        self.as_person(self.cast.zhou).post(f"/approvals/{approval.pk}/", {"granted": "yes"})
        approval.refresh_from_db()
        assert (approval.granted, approval.settled_by) == (True, self.cast.zhou)
        assert Notice.objects.get(person=self.cast.lin).title == "同意了：优惠 8 元"

    def test_never_ones_own(self) -> None:
        approval = self.ask("zhou")
        answer = self.as_person(self.cast.zhou).post(f"/approvals/{approval.pk}/", {"granted": "yes"})
        approval.refresh_from_db()
        assert (answer.status_code, approval.settled_at) == (403, None)

    def test_a_refusal_says_why(self) -> None:
        approval = self.ask()
        answer = self.as_person(self.cast.zhou).post(f"/approvals/{approval.pk}/", {"granted": "no"})
        assert answer.status_code == 422

    def test_answered_twice_is_a_conflict(self) -> None:
        approval = self.ask()
        statuses = [
            self.as_person(who).post(f"/approvals/{approval.pk}/", {"granted": "yes"}).status_code
            for who in (self.cast.zhou, self.cast.bao)
        ]
        assert statuses == [302, 409]

    def test_another_shops_leader_does_not_even_see_it(self) -> None:
        approval = self.ask()
        assert self.as_person(self.cast.hu).get(f"/approvals/{approval.pk}/").status_code == 404

    def test_the_same_question_is_asked_once(self) -> None:
        assert self.ask().pk == self.ask().pk


class ApprovalPage(DeskCase, pages.PageCase):
    reader = "zhou"
    strangers = ("hu", "mei")
    queries = 14

    @classmethod
    def set_up_story(cls) -> None:
        cls.approval = actions.ask_approval(
            "orders.discount", ("orders.order", 1), title="优惠 8 元", needs="desk.approve", by=cls.cast.lin,
            shop=cls.cast.shop, at=NOW,
        )  # fmt: skip

    def address(self) -> str:
        return f"/approvals/{self.approval.pk}/"


class DayPage(DeskCase, pages.PageCase):
    queries = 30
    chinese = "下班小结"
    english = "Done today"

    @classmethod
    def set_up_story(cls) -> None:
        done = cls.task("寄发票")
        actions.finish_task(done, by=cls.cast.lin, at=NOW)
        cls.task("核对赠品")
        cls.task("月底盘点", due_at=at("11-30 18:00"))

    def address(self) -> str:
        return "/inbox/day/"

    def test_what_is_due_another_day_is_no_leftover(self) -> None:
        page = self.page(path="/inbox/day/")
        assert "寄发票" in page
        assert "核对赠品" in page
        assert "月底盘点" not in page


class NoticesTest(DeskCase):
    def write(self, who: str = "zhou", **data: str):
        given = {"title": "大促排班", "body": "周五前报休息日", "confidentiality": "1"} | data
        return self.as_person(getattr(self.cast, who)).post("/notices/new/", given)

    def test_a_must_read_notice_stands_on_every_page_until_confirmed(self) -> None:
        self.write(team=str(self.cast.team.pk), must_read="on")
        assert "大促排班" in self.page(path="/notices/banner/")
        notice = Notice.objects.get()
        answer = self.as_person(self.cast.lin).post(
            f"/notices/{notice.pk}/receipt/", HTTP_HX_REQUEST="true", HTTP_HX_TARGET="notice-banner"
        )
        assert "hidden" in answer.content.decode()
        assert "大促排班" not in self.page(path="/notices/banner/")

    def test_its_writer_sees_who_has_not_read_it(self) -> None:
        self.write(team=str(self.cast.team.pk), must_read="on")
        notice = Notice.objects.get()
        actions.read_notice(notice, by=self.cast.lin, at=NOW)
        page = self.page("zhou", f"/notices/{notice.pk}/")
        waiting = page.split("Not yet" if "Not yet" in page else "还没读")[1]
        assert "梅芳" in waiting.split("</p>")[0]
        assert "林小雨" not in waiting.split("</p>")[0]

    def test_another_team_neither_sees_nor_confirms_it(self) -> None:
        self.write(team=str(self.cast.team.pk))
        notice = Notice.objects.get()
        assert self.as_person(self.cast.hu).get(f"/notices/{notice.pk}/").status_code == 404
        assert self.as_person(self.cast.hu).post(f"/notices/{notice.pk}/receipt/").status_code == 404

    def test_a_leader_writes_to_their_own_shops_only(self) -> None:
        self.write("hu", team=str(self.cast.team.pk))
        assert self.write("hu").status_code == 403
        assert self.write("lin").status_code == 403
        assert Notice.objects.count() == 0

    def test_a_confidential_notice_is_for_who_is_cleared(self) -> None:
        self.write("bao", confidentiality="3")
        notice = Notice.objects.get()
        assert self.as_person(self.cast.lin).get(f"/notices/{notice.pk}/").status_code == 404
        assert self.as_person(self.cast.zhou).get(f"/notices/{notice.pk}/").status_code == 200

    def test_nobody_writes_above_their_own_clearance(self) -> None:
        page = self.write(team=str(self.cast.team.pk), confidentiality="4")
        assert (page.status_code, Notice.objects.count()) == (200, 0)

    def test_withdrawn_it_asks_nobody_any_more(self) -> None:
        self.write(team=str(self.cast.team.pk), must_read="on")
        self.as_person(self.cast.zhou).post(f"/notices/{Notice.objects.get().pk}/withdrawal/")
        with clock.frozen(NOW + timedelta(seconds=1)):
            assert "大促排班" not in self.page(path="/notices/banner/")


class NoticesPage(DeskCase, pages.PageCase):
    queries = 12
    chinese = "通知"
    english = "for my teams and shops"

    def address(self) -> str:
        return "/notices/"


class NoticeFormPage(DeskCase, pages.PageCase):
    reader = "zhou"
    strangers = ("lin", "ding")
    stranger_status = 403
    queries = 14

    def address(self) -> str:
        return "/notices/new/"


class CountFragment(DeskCase, pages.PageCase):
    queries = 18

    def address(self) -> str:
        return "/inbox/count/"

    def test_people_who_left_are_not_counted(self) -> None:
        Person.objects.filter(pk=self.cast.lin.pk).update(is_active=False)
        assert self.as_person(self.cast.lin).get("/inbox/count/").status_code == 302


class Rail(pages.CastCase):
    def test_the_room_is_marked_on_every_page_of_the_desk(self) -> None:
        client = self.as_person(self.cast.zhou)
        for address, room in (("/requests/", "/inbox/"), ("/notices/", "/inbox/"), ("/tasks/", "/inbox/"), ("/handover/", "/day/"), ("/search/", "/numbers/")):
            page = client.get(address).content.decode()
            marked = re.findall(r'<a class="rail__room"[^>]*aria-current[^>]*>', page)
            assert [f'href="{room}"' in one for one in marked] == [True], address
