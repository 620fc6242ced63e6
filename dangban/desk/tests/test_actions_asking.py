"""Approvals and who stands in, tasks and objections, what comes again, questions, incidents, requests."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404

from dangban.desk import access, actions, inbox, jobs
from dangban.desk.models import Approval, Deadline, Incident, Notice, Recurrence, StandIn, Task, TaskObjection
from dangban.desk.tests.desk import FACTS, DayCase
from dangban.journal.models import Entry
from dangban.lib import clock
from dangban.lib.actor import SYSTEM
from dangban.lib.errors import BadInput, Conflict, NotAllowed, Refused
from dangban.media.models import Use
from dangban.people import ports as people
from dangban.testing.cast import NOW, at


class StandingIn(DayCase):
    def ask(self, who: str = "lin") -> Approval:
        return actions.ask_approval(
            "orders.discount", ("orders.order", 1), title="优惠 8 元", by=getattr(self.cast, who), shop=self.cast.shop, at=NOW
        )

    def stand_in(self, deputy: str = "mei", **given: object) -> StandIn:
        values = {"since": NOW, "until": at("11-21 18:00"), "reason": "年假", "by": self.cast.zhou, "at": NOW}
        return actions.name_stand_in(self.cast.zhou, getattr(self.cast, deputy), **(values | given))  # type: ignore[arg-type]

    def test_who_stands_in_answers_by_the_others_right_and_it_is_written_down_whose(self) -> None:
        self.stand_in()
        settled = actions.settle_approval(self.ask(), True, by=self.cast.mei, at=NOW)
        assert (settled.settled_by, settled.settled_for) == (self.cast.mei, self.cast.zhou)
        assert Entry.objects.get(verb="desk.approval_granted").change["instead_of"] == "周敏"

    def test_nobody_approves_their_own_through_a_stand_in(self) -> None:
        self.stand_in()
        asked = self.ask("zhou")
        with pytest.raises(NotAllowed):
            actions.settle_approval(asked, True, by=self.cast.mei, at=NOW)
        assert Approval.objects.get().settled_at is None

    def test_nobody_approves_their_own_by_standing_in(self) -> None:
        self.stand_in("lin")
        with pytest.raises(NotAllowed):
            actions.settle_approval(self.ask("lin"), True, by=self.cast.lin, at=NOW)
        assert Approval.objects.get().settled_at is None

    def test_it_goes_no_further_than_one_step(self) -> None:
        self.stand_in()
        StandIn.objects.create(
            person=self.cast.mei, deputy=self.cast.ou, since=NOW, until=at("11-21 18:00"), reason="x", made_by=self.cast.zhou,
            made_at=NOW,
        )  # fmt: skip
        with pytest.raises(NotAllowed):
            actions.settle_approval(self.ask(), True, by=self.cast.ou, at=NOW)

    def test_it_ends_with_its_time(self) -> None:
        self.stand_in()
        asked = self.ask()
        with clock.frozen(at("11-21 18:00")), pytest.raises(NotAllowed):
            actions.settle_approval(asked, True, by=self.cast.mei, at=at("11-21 18:00"))

    def test_it_can_be_ended_before(self) -> None:
        actions.end_stand_in(self.stand_in(), by=self.cast.zhou, at=NOW + timedelta(minutes=1))
        with pytest.raises(NotAllowed):
            actions.settle_approval(self.ask(), True, by=self.cast.mei, at=NOW + timedelta(minutes=2))

    def test_two_at_once_are_refused(self) -> None:
        self.stand_in()
        with pytest.raises(Conflict):
            self.stand_in("ou")
        assert StandIn.objects.count() == 1

    def test_only_oneself_or_ones_superior_names_somebody(self) -> None:
        with pytest.raises(NotAllowed):
            self.stand_in(by=self.cast.mei)
        assert self.stand_in(by=self.cast.bao).deputy == self.cast.mei

    def test_it_waits_in_the_inbox_of_who_stands_in(self) -> None:
        self.stand_in()
        asked = self.ask()
        keys = [item.key for item in inbox.inbox(self.cast.mei, NOW).items]
        assert f"approval:{asked.pk}" in keys

    def test_its_clock_is_the_handbooks_and_ends_with_the_answer(self) -> None:
        asked = self.ask()
        deadline = Deadline.objects.get(kind="desk.approval")
        assert (deadline.owner, deadline.due_at) == (self.cast.zhou, at("14:00"))
        actions.settle_approval(asked, True, by=self.cast.zhou, at=at("11:00"))
        deadline.refresh_from_db()
        assert deadline.met_at == at("11:00")


class Objecting(DayCase):
    def test_who_is_to_do_it_says_why_not_and_its_giver_has_to_answer(self) -> None:
        task = self.task()
        objection = actions.object_to_task(task, "仓库今天盘点", by=self.cast.lin, at=NOW)
        assert f"objection:{objection.pk}" in [item.key for item in inbox.inbox(self.cast.zhou, NOW).items]
        assert Task.objects.get().done_at is None

    def test_upheld_the_task_is_taken_back_and_counts_as_nobodys_work(self) -> None:
        objection = actions.object_to_task(self.task(), "仓库今天盘点", by=self.cast.lin, at=NOW)
        actions.answer_objection(objection, True, by=self.cast.zhou, answer="", at=at("11:00"))
        task = Task.objects.get()
        assert (task.withdrawn, task.done_at) == (True, at("11:00"))
        assert Notice.objects.get(person=self.cast.lin).title == "按您的异议收回：核对赠品"

    def test_it_stands_only_with_a_reason(self) -> None:
        objection = actions.object_to_task(self.task(), "仓库今天盘点", by=self.cast.lin, at=NOW)
        with pytest.raises(BadInput):
            actions.answer_objection(objection, False, by=self.cast.zhou, answer="", at=NOW)
        actions.answer_objection(objection, False, by=self.cast.zhou, answer="先点一半", at=NOW)
        assert (Task.objects.get().done_at, TaskObjection.objects.get().upheld) == (None, False)

    def test_nobody_answers_their_own_objection(self) -> None:
        objection = actions.object_to_task(self.task(), "x", by=self.cast.lin, at=NOW)
        with pytest.raises(NotAllowed):
            actions.answer_objection(objection, True, by=self.cast.lin, answer="", at=NOW)

    def test_one_at_a_time(self) -> None:
        task = self.task()
        actions.object_to_task(task, "x", by=self.cast.lin, at=NOW)
        with pytest.raises(Conflict):
            actions.object_to_task(task, "y", by=self.cast.lin, at=NOW)

    def test_answered_twice_is_a_conflict(self) -> None:
        objection = actions.object_to_task(self.task(), "x", by=self.cast.lin, at=NOW)
        actions.answer_objection(objection, False, by=self.cast.zhou, answer="y", at=NOW)
        with pytest.raises(Conflict):
            actions.answer_objection(objection, True, by=self.cast.zhou, answer="", at=NOW)
        assert Task.objects.get().withdrawn is False

    def test_what_one_noted_for_oneself_is_not_objected_to(self) -> None:
        own = actions.write_task("回电", by=self.cast.lin, owner=self.cast.lin, at=NOW)
        with pytest.raises(NotAllowed):
            actions.object_to_task(own, "x", by=self.cast.lin, at=NOW)


class WithoutObjections(DayCase):
    handbook = {"desk.tasks_may_be_objected": "is = false"}

    def test_where_the_handbook_lets_none_it_is_refused_with_its_rule(self) -> None:
        with pytest.raises(Refused) as refused:
            actions.object_to_task(self.task(), "x", by=self.cast.lin, at=NOW)
        assert refused.value.decision.paths[0] == "desk.tasks_may_be_objected"
        assert TaskObjection.objects.count() == 0


class Steps(DayCase):
    def test_it_is_done_after_its_last_step(self) -> None:
        task = self.task(steps=["点数", " ", "拍照"])
        with pytest.raises(Refused) as refused:
            actions.finish_task(task, by=self.cast.lin, at=NOW)
        assert refused.value.details == ["点数", "拍照"]
        for step in task.steps.all():
            actions.tick_step(step, True, by=self.cast.lin, at=NOW)
        actions.finish_task(task, by=self.cast.lin, at=NOW)
        assert Task.objects.get().done_by == self.cast.lin

    def test_somebody_who_does_not_see_it_ticks_nothing(self) -> None:
        step = self.task(steps=["点数"]).steps.get()
        with pytest.raises(Http404):
            actions.tick_step(step, True, by=self.cast.hu, at=NOW)

    def test_a_file_is_kept_as_one_of_its_own(self) -> None:
        task = self.task()
        sent = SimpleUploadedFile("盘点.csv", b"a,b\n1,2\n")
        answer = self.as_person(self.cast.lin).post(f"/tasks/{task.pk}/files/", {"file": sent})
        assert answer.status_code in (302, 422)
        assert Use.objects.filter(subject_kind="desk.task", subject_id=task.pk).count() == (answer.status_code == 302)


class ComingAgain(DayCase):
    def rule(self, **given: object) -> Recurrence:
        values = {
            "by": self.cast.zhou, "at": NOW, "every": "week", "weekdays": [3], "appears_at": time(9), "due_by": time(18),
            "team": self.cast.team, "steps": ["点数"],
        }  # fmt: skip
        return actions.write_recurrence("盘点赠品", **(values | given))  # type: ignore[arg-type]

    def test_it_comes_once_at_its_time_whoever_sweeps(self) -> None:
        rule = self.rule()
        assert rule.next_at == at("11-26 09:00")
        assert [actions.let_come(at("11-26 09:01")), actions.let_come(at("11-26 09:01"))] == [1, 0]
        task = Task.objects.get()
        assert (task.team, task.due_at, task.made_by_name) == (self.cast.team, at("11-26 18:00"), "周敏")
        assert task.steps.get().text == "点数"

    def test_times_that_passed_unseen_come_as_one(self) -> None:
        self.rule(every="day")
        assert actions.let_come(at("11-30 10:00")) == 1
        assert Recurrence.objects.get().next_at == at("12-01 09:00")

    def test_a_short_month_takes_its_last_day(self) -> None:
        assert self.rule(every="month", day_of_month=31).next_at == at("11-30 09:00")

    def test_ended_it_comes_no_more(self) -> None:
        actions.end_recurrence(self.rule(), by=self.cast.zhou, at=NOW)
        assert actions.let_come(at("11-26 09:01")) == 0

    def test_an_agent_lets_nothing_come_to_others(self) -> None:
        with pytest.raises(NotAllowed):
            self.rule(by=self.cast.lin)
        assert Recurrence.objects.count() == 0

    def test_the_desk_looks_round_by_itself(self) -> None:
        self.rule()
        with clock.frozen(at("11-26 09:01")):
            jobs.let_come(clock.now())
        assert Task.objects.count() == 1


class Questions(DayCase):
    def test_its_clock_runs_a_day_for_who_leads(self) -> None:
        self.question()
        deadline = Deadline.objects.get(kind="desk.question")
        assert (deadline.owner, deadline.due_at) == (self.cast.zhou, at("11-20 10:00"))

    def test_the_expert_who_was_asked_answers(self) -> None:
        question = self.question(expert=self.cast.mei)
        actions.answer_question(question, "可以", by=self.cast.mei, at=at("11:00"))
        assert Deadline.objects.get(kind="desk.question").met_at == at("11:00")

    def test_a_colleague_who_was_not_asked_does_not(self) -> None:
        with pytest.raises(NotAllowed):
            actions.answer_question(self.question(), "可以", by=self.cast.mei, at=NOW)

    def test_two_answers_at_once_are_one(self) -> None:
        question = self.question()
        actions.answer_question(question, "可以", by=self.cast.zhou, at=NOW)
        with pytest.raises(Conflict):
            actions.answer_question(question, "不可以", by=self.cast.bao, at=NOW)
        question.refresh_from_db()
        assert question.answer == "可以"

    def test_only_who_asked_tells_the_customer_and_once(self) -> None:
        question = self.question()
        with pytest.raises(Conflict):
            actions.tell_customer(question, by=self.cast.lin, at=NOW)
        actions.answer_question(question, "可以", by=self.cast.zhou, at=NOW)
        with pytest.raises(NotAllowed):
            actions.tell_customer(question, by=self.cast.zhou, at=NOW)
        actions.tell_customer(question, by=self.cast.lin, at=NOW)
        with pytest.raises(Conflict):
            actions.tell_customer(question, by=self.cast.lin, at=NOW)

    def test_an_address_outside_is_not_kept(self) -> None:
        assert self.question(url="https://example.com/").url == ""
        assert self.question(url="/workspace/3/").url == "/workspace/3/"


class Incidents(DayCase):
    def test_what_the_handbook_wants_is_noted_or_named(self) -> None:
        with pytest.raises(BadInput) as said:
            actions.note_incident(self.cast.shop, {"problem": "开线"}, by=self.cast.lin, at=NOW)
        assert list(said.value.fields) == ["order", "handle", "bought_on", "return_tracking", "wish"]
        assert Incident.objects.count() == 0

    def test_who_leaves_hands_it_over(self) -> None:
        incident = self.incident()
        source = people.registry.open_work["incidents"][1]
        assert source.hand_over(self.cast.lin, self.cast.mei, by=SYSTEM, at=NOW) == 1
        incident.refresh_from_db()
        assert incident.owner == self.cast.mei

    def test_what_customers_said_is_not_in_the_journal(self) -> None:
        self.incident()
        assert FACTS["problem"] not in str(list(Entry.objects.values_list("change", flat=True)))


class FewerFields(DayCase):
    handbook = {"desk.incident_fields": 'list = ["problem"]'}

    def test_a_house_that_wants_less_notes_less(self) -> None:
        incident = actions.note_incident(self.cast.shop, FACTS, by=self.cast.lin, at=NOW)
        assert incident.facts == {"problem": "四件套开线"}


class Requests(DayCase):
    @classmethod
    def lay_out(cls) -> None:
        cls.in_storage()

    def test_received_once_and_the_clock_is_theirs(self) -> None:
        request = self.request()
        actions.receive_request(request, by=self.cast.ding, at=at("11:00"))
        with pytest.raises(Conflict):
            actions.receive_request(request, by=self.cast.ding, at=at("11:01"))
        assert Deadline.objects.get(kind="desk.request").owner == self.cast.ding

    def test_needed_earlier_it_is_due_earlier_never_later(self) -> None:
        assert self.request(due_at=at("15:00")).due_at == at("15:00")
        assert self.request(due_at=at("11-30 15:00")).due_at == at("11-20 10:00")

    def test_declining_says_why_and_is_told(self) -> None:
        request = self.request()
        with pytest.raises(BadInput):
            actions.settle_request(request, False, "", by=self.cast.ding, at=NOW)
        actions.settle_request(request, False, "没收到", by=self.cast.ding, at=NOW)
        assert Notice.objects.get(person=self.cast.lin).title == "丁大力 不办：查一下退件"

    def test_another_department_settles_nothing(self) -> None:
        request = self.request()
        with pytest.raises(NotAllowed):
            actions.settle_request(request, True, "", by=self.cast.mei, at=NOW)
        request.refresh_from_db()
        assert request.settled_at is None

    def test_only_fields_of_its_form_are_kept(self) -> None:
        assert self.request(facts={"tracking": "SF1", "x": "y"}).facts == {"tracking": "SF1"}

    def test_it_is_seen_by_the_department_who_asked_and_who_leads(self) -> None:
        request = self.request()
        seen = [name for name in ("lin", "ding", "zhou", "mei", "hu") if access.visible_requests(getattr(self.cast, name)).filter(pk=request.pk).exists()]
        assert seen == ["lin", "ding", "zhou"]
