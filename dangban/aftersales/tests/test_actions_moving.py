"""A case has a state, somebody it waits for and a clock; it moves by one door."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from dangban.aftersales import actions
from dangban.aftersales.models import Case
from dangban.aftersales.tests.story import ReturningCase
from dangban.journal.actions import record
from dangban.journal.chronicle import tell
from dangban.journal.models import Entry
from dangban.lib.errors import BadInput, Conflict, NotAllowed, Refused
from dangban.testing.cast import NOW


class MovingTest(ReturningCase):
    def test_a_new_case_waits_for_its_agent_five_minutes(self) -> None:
        case = self.story.case()
        assert (case.state, case.waits_for, case.owner, case.due_at) == ("opened", "agent", self.cast.mei, NOW + timedelta(minutes=5))
        running = self.clock_of(case)
        assert running is not None
        assert (running.kind, running.owner, running.allowed_seconds) == ("aftersales.case", self.cast.mei, 300)
        assert self.verbs(case) == ["aftersales.opened"]

    def test_its_clock_is_met_and_the_next_one_runs(self) -> None:
        case = self.story.move(self.story.case(), "ask_evidence", "evidence", at=NOW + timedelta(minutes=2))
        assert (case.waits_for, case.due_at) == ("customer", NOW + timedelta(minutes=2, hours=72))
        running = self.clock_of(case)
        assert running is not None
        assert (running.kind, running.owner) == ("aftersales.waiting", self.cast.mei)
        assert [(step.act, step.state, step.left_at) for step in case.steps.order_by("id")] == [
            ("open", "opened", NOW + timedelta(minutes=2)),
            ("ask_evidence", "evidence", None),
        ]

    def test_where_no_act_leads_nothing_changes(self) -> None:
        case = self.story.case()
        with pytest.raises(Refused):
            self.story.move(case, "pay", "settled", by=self.cast.qian)
        assert (Case.objects.get().state, case.steps.count(), self.verbs(case)) == ("opened", 1, ["aftersales.opened"])

    def test_who_does_not_handle_cases_moves_none(self) -> None:
        case = self.story.case()
        with pytest.raises(NotAllowed):
            self.story.move(case, "refuse", "refused", by=self.cast.hu)
        assert Case.objects.get().state == "opened"

    def test_the_slower_of_two_hears_of_it(self) -> None:
        case = self.story.case()
        seen = case.version
        self.story.move(case, "refuse", "refused")
        with pytest.raises(Conflict), transaction.atomic():
            actions.locked(case.pk, seen)

    def test_the_same_refund_of_a_platform_is_one_case(self) -> None:
        first = self.story.case(platform_refund_id="TK9001")
        again = self.story.case(order=first.order, platform_refund_id=" TK9001 ")
        assert (again.pk, Case.objects.count()) == (first.pk, 1)

    def test_more_than_was_bought_is_not_asked_back(self) -> None:
        order = self.story.order()
        line = order.lines.get()
        with pytest.raises(BadInput):
            actions.open_case(order.shop, "return", "quality", by=self.cast.mei, source="order", order=order, lines=[actions.Wanted(line, 2, 39_800)], at=NOW)
        assert Case.objects.count() == 0

    def test_a_case_is_handed_on_with_its_clock(self) -> None:
        case = actions.hand_to(self.story.case(), self.cast.lin, by=self.cast.mei, at=NOW)
        running = self.clock_of(case)
        assert running is not None
        assert (case.owner, running.owner) == (self.cast.lin, self.cast.lin)


class ToldTests(ReturningCase):
    def test_the_journal_tells_of_a_case_in_words_and_of_money_in_yuan(self) -> None:
        case = self.story.case("return", "quality")
        self.story.move(case, "assess", "assessed")
        with transaction.atomic():
            record("aftersales.paid", subject=case, by=self.cast.qian, change={"kind": "freight", "way": "alipay", "amount_fen": 123_456}, at=NOW)
        told = tell(list(Entry.objects.filter(subject_kind="aftersales.case", subject_id=case.pk).order_by("pk")))
        # Databases keep the parts of a change in different orders.
        assert {("判定", None), ("待谈妥", "待判定")} <= {(one.after, one.before) for one in told[1].changes}
        assert {(one.label, one.after) for one in told[2].changes} == {("种类", "返还运费"), ("方式", "支付宝"), ("金额", "¥1,234.56")}
