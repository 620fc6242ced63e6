"""Replacements that left before the return: consent that ends with it, and goods that never come."""

from __future__ import annotations

from datetime import date

import pytest

from dangban.dealers import actions, jobs
from dangban.dealers.actions import Result
from dangban.dealers.models import Advance, Arrival, DealerReturn, Fee
from dangban.dealers.tests.story import DealerCase
from dangban.desk import actions as desk
from dangban.desk.models import Approval, Deadline, Notice
from dangban.handbook.models import StoredDecision
from dangban.lib.errors import Conflict, Refused
from dangban.testing.cast import TODAY, at


class Replaced(DealerCase):
    def asked(self, made: DealerReturn) -> Advance:
        return actions.ask_advance(made, "call", "工地等着用", TODAY, by=self.cast.lin)

    def consented(self, made: DealerReturn) -> Advance:
        advance = self.asked(made)
        desk.settle_approval(Approval.objects.get(kind="dealers.advance", settled_at=None), True, by=self.cast.bao)
        advance.refresh_from_db()
        return advance

    def replaced(self, made: DealerReturn) -> DealerReturn:
        self.story.goods.receive(10)
        actions.send_advance(self.consented(made), "顺丰", "SF1", by=self.cast.ding)
        return self.story.again(made)

    def told(self) -> DealerReturn:
        made = self.story.sign(self.story.judged())
        return actions.tell(made, "请寄到主仓", by=self.cast.lin)

    def arrive(self, made: DealerReturn, when: str) -> Arrival:
        return actions.arrive(self.cast.shop, self.story.goods.warehouse, made.title, by=self.cast.ding, at=at(when))

    def counted(self, made: DealerReturn, pieces: int) -> DealerReturn:
        actions.count(made, {made.lines.get().pk: (pieces, "")}, by=self.cast.ding)
        for part, person in (("sales", self.cast.lin), ("keeper", self.cast.ding), ("admin", self.cast.zhou), ("finance", self.cast.qian)):
            actions.sign_count(made, part, by=person)
        return self.story.again(made)


class EndsWithTheReturnTest(Replaced):
    def test_nobody_is_to_consent_to_what_was_withdrawn(self) -> None:
        made = self.told()
        self.asked(made)
        actions.withdraw(made, "客户自己消化", by=self.cast.lin)
        assert (Approval.objects.filter(settled_at=None).count(), Advance.objects.get().state) == (0, "refused")

    def test_turned_down_by_a_unit_nothing_leaves_until_it_is_judged_anew(self) -> None:
        self.story.goods.receive(10)
        made = self.story.judged()
        advance = self.consented(made)
        desk.settle_approval(Approval.objects.get(kind="dealers.signature"), False, by=self.cast.qian, answer="先上门看")
        with pytest.raises(Conflict):
            actions.send_advance(advance, "顺丰", "SF1", by=self.cast.ding)
        assert self.story.lying() == {"good": 10}
        actions.judge(made, "repair", "返厂修", by=self.cast.zhou)
        assert Advance.objects.get().state == "refused"

    def test_once_the_replacement_has_left_it_is_neither_refused_nor_solved_otherwise(self) -> None:
        made = self.replaced(self.story.judged())
        desk.settle_approval(Approval.objects.get(kind="dealers.signature"), False, by=self.cast.qian, answer="先上门看")
        for act in (
            lambda: actions.judge(made, "advise", "教会拆装", by=self.cast.zhou),
            lambda: actions.judge(made, "repair", "返厂修", by=self.cast.zhou),
            lambda: actions.refuse(made, "不收", by=self.cast.zhou),
        ):
            with pytest.raises(Refused):
                act()
        assert self.story.again(made).state == "applied"
        actions.judge(made, "return", "退回来", by=self.cast.zhou)
        assert self.story.again(made).state == "signing"


class NeverComesTest(Replaced):
    def test_the_day_after_the_last_finance_charges_the_pieces(self) -> None:
        made = self.replaced(self.told())
        assert jobs.sweep(at("12-04 23:59")) == 0
        assert (jobs.sweep(at("12-05 00:00")), jobs.sweep(at("12-05 00:01"))) == (1, 0)
        made = self.story.again(made)
        kept = StoredDecision.objects.get(kind="dealers.unreturned")
        assert (made.state, kept.amount_fen, kept.because[0]["path"]) == ("settling", 199_000, "dealers.advance_returned_within")
        assert Deadline.objects.get(subject_id=made.pk, met_at=None, cancelled_at=None, subject_kind="dealers.dealerreturn").kind == "dealers.settling"
        assert Notice.objects.filter(person=self.cast.lin, title__contains="没退回").count() == 1
        note = self.story.settle(made)
        assert (note.credit_fen, note.fees_fen, note.net_fen, note.borne_fen) == (0, 199_000, -199_000, 0)
        assert list(Fee.objects.values_list("kind", "amount_fen")) == [("unreturned", 199_000)]
        assert self.arrive(made, "12-08 10:00").why == "over"

    def test_what_is_not_replaced_is_not_charged(self) -> None:
        made = self.told()
        assert (jobs.sweep(at("12-20 10:00")), self.story.again(made).state) == (0, "told")

    def test_a_parcel_that_left_in_time_has_the_time_of_its_way(self) -> None:
        made = self.replaced(self.told())
        actions.send(made, "德邦", "DB9", by=self.cast.lin, at=at("12-04 18:00"))
        assert jobs.sweep(at("12-14 23:59")) == 0
        assert jobs.sweep(at("12-15 00:00")) == 1

    def test_what_comes_before_the_note_is_let_in_and_only_the_rest_is_charged(self) -> None:
        made = self.replaced(self.told())
        jobs.sweep(at("12-05 09:00"))
        assert (self.arrive(made, "12-06 10:00").why, self.story.again(made).state) == ("", "counting")
        made = self.counted(made, 7)
        actions.report(made, [Result(made.lines.get().pk, 7, "开线", "production", "stock")], by=self.cast.zhou)
        actions.dispose(self.story.findings(made).get(), by=self.cast.ding)
        note = self.story.settle(self.story.again(made))
        assert list(note.fees.values_list("kind", "amount_fen")) == [("unreturned", 59_700)]
        assert (note.credit_fen, note.net_fen, self.arrive(made, "12-07 10:00").why) == (0, -59_700, "over")

    def test_the_page_says_by_when_and_the_note_what_for(self) -> None:
        made = self.replaced(self.told())
        page = self.as_person(self.cast.lin).get(f"/dealers/{made.pk}/").content.decode()
        assert "最迟 2026-12-04 退回" in page
        jobs.sweep(at("12-05 09:00"))
        page = self.as_person(self.cast.qian).get(f"/dealers/{made.pk}/").content.decode()
        assert "先换后退未退回" in page
        assert "1,990.00" in page


class RepairedTest(DealerCase):
    def test_pieces_that_could_not_be_repaired_are_paid_for(self) -> None:
        made = self.story.disposed((8, "production", "stock"), (2, "production", "scrap"), judged="repair", received_on=date(2026, 11, 18))
        note = self.story.settle(made)
        assert (note.credit_fen, note.net_fen, note.borne_fen) == (39_800, 39_800, 39_800)
