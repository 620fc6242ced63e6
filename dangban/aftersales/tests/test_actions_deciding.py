"""A request is judged, refused with its clause, let pass, agreed on, taken back; time ends what nobody ends."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dangban.aftersales import jobs, telling
from dangban.aftersales.actions import agreeing, deciding
from dangban.aftersales.models import Assessment, Case, CaseContact, Settlement
from dangban.aftersales.tests.story import ReturningCase
from dangban.desk import actions as desk
from dangban.desk.models import Deadline, Task
from dangban.journal.models import Entry
from dangban.lib.errors import BadInput, NotAllowed, Refused
from dangban.testing.cast import NOW

WORN = {"washed": True, "category": "clothing"}


class DecidingTest(ReturningCase):
    def test_goods_nobody_used_may_come_back(self) -> None:
        case = self.story.case(reason="dislike")
        made = deciding.assess(case, {}, by=self.cast.mei, at=NOW)
        case.refresh_from_db()
        assert (made.outcome, case.state, case.waits_for) == ("accepted", "assessed", "agent")

    def test_worn_goods_are_refused_by_a_clause_and_nothing_is_said_yet(self) -> None:
        case = self.story.case(reason="dislike")
        made = deciding.assess(case, WORN, by=self.cast.mei, at=NOW)
        judged = deciding.result_of(made)
        assert (made.outcome, judged.refusals) == ("refused", ("condition",))
        assert judged.because
        assert not CaseContact.objects.exists()

    def test_the_refusal_is_told_in_the_agents_words(self) -> None:
        case = self.story.case(reason="dislike")
        deciding.assess(case, WORN, by=self.cast.mei, at=NOW)
        held = deciding.refuse(case, "很抱歉，洗过的商品没有办法退。", by=self.cast.mei, at=NOW)
        assert (held.state, held.waits_for) == ("refused", "customer")
        assert Task.objects.filter(owner=self.cast.mei, body="很抱歉，洗过的商品没有办法退。").count() == 1

    def test_what_the_handbook_accepts_is_not_refused(self) -> None:
        case = self.story.case(reason="dislike")
        deciding.assess(case, {}, by=self.cast.mei, at=NOW)
        with pytest.raises(Refused):
            deciding.refuse(case, "不行", by=self.cast.mei, at=NOW)
        case.refresh_from_db()
        assert case.state == "assessed"

    def test_an_exception_is_granted_by_somebody_else_and_opens_the_way(self) -> None:
        case = self.story.case(reason="dislike")
        deciding.assess(case, WORN, by=self.cast.mei, at=NOW)
        approval = deciding.ask_exception(case, "老顾客", by=self.cast.mei, at=NOW)
        case.refresh_from_db()
        assert (case.state, case.waits_for) == ("approval", "approver")
        desk.settle_approval(approval, True, by=self.cast.zhou, at=NOW)
        case.refresh_from_db()
        made = Assessment.objects.get()
        assert (case.state, made.lifted_by, made.lifted_why) == ("assessed", self.cast.zhou, "老顾客")
        assert agreeing.agree(case, "return", by=self.cast.mei, at=NOW).state == "returning"

    def test_an_exception_that_is_declined_leads_back(self) -> None:
        case = self.story.case(reason="dislike")
        deciding.assess(case, WORN, by=self.cast.mei, at=NOW)
        approval = deciding.ask_exception(case, "老顾客", by=self.cast.mei, at=NOW)
        desk.settle_approval(approval, False, by=self.cast.zhou, answer="已洗两次", at=NOW)
        case.refresh_from_db()
        assert (case.state, Assessment.objects.get().lifted_at) == ("assessed", None)
        with pytest.raises(Refused):
            agreeing.agree(case, "return", by=self.cast.mei, at=NOW)

    def test_what_was_let_pass_stays_so_when_it_is_judged_again(self) -> None:
        case = self.story.case(reason="dislike")
        deciding.assess(case, WORN, by=self.cast.mei, at=NOW)
        desk.settle_approval(deciding.ask_exception(case, "老顾客", by=self.cast.mei, at=NOW), True, by=self.cast.zhou, at=NOW)
        again = deciding.assess(case, {}, by=self.cast.mei, at=NOW)
        assert (again.outcome, again.lifted_by) == ("refused", self.cast.zhou)

    def test_goods_missing_thirty_hours_after_signing_come_too_late(self) -> None:
        order = self.story.order(signed_at=NOW - timedelta(hours=30))
        made = deciding.assess(self.story.case("reship", "missing", order=order), {"weights": True}, by=self.cast.mei, at=NOW)
        assert (made.outcome, deciding.result_of(made).refusals) == ("refused", ("missing_late",))

    def test_quality_without_a_photo_waits_for_one_and_says_until_when(self) -> None:
        case = self.story.case()
        deciding.assess(case, {"photos": False}, by=self.cast.mei, at=NOW)
        case.refresh_from_db()
        assert (case.state, case.waits_for) == ("evidence", "customer")
        assert Task.objects.filter(owner=self.cast.mei, body__contains=case.number).count() == 1

    def test_who_does_not_handle_cases_judges_none(self) -> None:
        case = self.story.case()
        with pytest.raises(NotAllowed):
            deciding.assess(case, {}, by=self.cast.ding, at=NOW)
        assert not Assessment.objects.exists()

    def test_money_that_was_agreed_on_is_put_down_once(self) -> None:
        case = self.story.case("refund", "late", order=self.story.order(signed_at=None))
        deciding.assess(case, {}, by=self.cast.mei, at=NOW)
        held = agreeing.agree(case, "refund", by=self.cast.mei, at=NOW, key="one", terms=agreeing.Terms(amount_fen=5000))
        assert held.state == "settling"
        with pytest.raises(Refused):
            agreeing.agree(case, "refund", by=self.cast.mei, at=NOW, key="one", terms=agreeing.Terms(amount_fen=5000))
        assert list(Settlement.objects.values_list("amount_fen", flat=True)) == [5000]

    def test_a_withdrawn_case_is_over_and_its_clocks_are_still(self) -> None:
        held = deciding.withdraw(self.story.case(), "顾客不退了", by=self.cast.mei, at=NOW)
        assert (held.state, held.closed_at) == ("withdrawn", NOW)
        assert not Deadline.objects.filter(subject_kind="aftersales.case", met_at=None, cancelled_at=None).exists()

    def test_a_message_left_is_no_contact(self) -> None:
        case = self.story.case(reason="dislike")
        deciding.assess(case, WORN, by=self.cast.mei, at=NOW)
        deciding.refuse(case, "很抱歉", by=self.cast.mei, at=NOW)
        telling.note_contact(case, "phone", "没人接", False, by=self.cast.mei, at=NOW)
        made = CaseContact.objects.get(way="phone")
        assert (made.reached, made.text) == (False, "没人接")

    def test_a_dispute_keeps_where_the_case_stood(self) -> None:
        with pytest.raises(BadInput):
            deciding.dispute(self.story.case(), "未收到货", by=self.cast.mei, due_at=NOW, at=NOW)
        held = deciding.dispute(Case.objects.get(), "未收到货", by=self.cast.mei, at=NOW)
        assert (held.state, held.disputed_from) == ("disputed", "opened")


class LapsingTest(ReturningCase):
    def test_evidence_that_never_came_lets_the_goods_be_looked_at(self) -> None:
        case = self.story.case()
        deciding.assess(case, {}, by=self.cast.mei, at=NOW)
        case.refresh_from_db()
        assert case.due_at is not None
        assert jobs.sweep(case.due_at - timedelta(seconds=1)) == 0
        assert jobs.sweep(case.due_at) == 1
        assert jobs.sweep(case.due_at) == 0
        case.refresh_from_db()
        assert (case.state, case.facts["no_evidence"]) == ("returning", True)

    def test_a_refusal_nobody_objects_to_rests(self) -> None:
        case = self.story.case(reason="dislike")
        deciding.assess(case, WORN, by=self.cast.mei, at=NOW)
        held = deciding.refuse(case, "很抱歉", by=self.cast.mei, at=NOW)
        assert held.due_at is not None
        jobs.sweep(held.due_at)
        case.refresh_from_db()
        assert (case.state, case.closed_at) == ("closed", held.due_at)

    def test_a_return_without_a_number_is_reminded_once(self) -> None:
        case = self.story.case(reason="dislike")
        deciding.assess(case, {}, by=self.cast.mei, at=NOW)
        held = agreeing.agree(case, "return", by=self.cast.mei, at=NOW)
        assert held.due_at is not None
        soon = held.due_at - timedelta(hours=1)
        assert (jobs.sweep(soon), jobs.sweep(soon)) == (1, 0)
        assert Entry.objects.filter(verb="aftersales.reminded").count() == 1

    def test_a_severe_complaint_is_to_be_solved_sooner(self) -> None:
        plain, severe = self.story.case(), self.story.case(order=self.story.order(number="9900"), severe=True)
        allowed = dict(Deadline.objects.filter(kind="aftersales.solve").values_list("subject_id", "allowed_seconds"))
        assert (allowed[plain.pk], allowed[severe.pk]) == (48 * 3600, 1800)
