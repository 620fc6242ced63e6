"""Registers fill themselves: who bears what went wrong, claims on couriers, faults that repeat."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from dangban.aftersales.actions import deciding
from dangban.aftersales.models import Case, CourierClaim, LedgerEntry, Mistake, QualityAlarm, QualityNote
from dangban.aftersales.registers import claims, mistakes, months, quality
from dangban.aftersales.tests.story import ReturningCase
from dangban.desk.models import Notice, Task
from dangban.handbook.models import StoredDecision
from dangban.lib import clock
from dangban.lib.errors import BadInput, Conflict, NotAllowed, Refused
from dangban.orders.exceptions import chasing
from dangban.orders.models import FollowUp, Order, OrderException, Parcel, Requirement
from dangban.testing.cast import NOW


class RegisterCase(ReturningCase):
    def judged(self, kind: str, reason: str, number: str = "8899", **given: Any) -> Case:
        case = self.story.case(kind, reason, order=self.story.order(number=number))
        deciding.assess(case, given, by=self.cast.mei, at=NOW)
        return Case.objects.get(pk=case.pk)

    def lost(self, number: str = "8899", **given: Any) -> Case:
        order = self.story.order(number=number, signed_at=None)
        Parcel.objects.create(order=order, shop=order.shop, courier="中通", number=f"ZT{number}", sent_at=NOW - timedelta(days=5))
        case = self.story.case("reship", "lost", order=order)
        deciding.assess(case, {"loss_confirmed": True} | given, by=self.cast.mei, at=NOW)
        return Case.objects.get(pk=case.pk)


class MistakeTests(RegisterCase):
    def wish(self, order: Order, **given: Any) -> Requirement:
        return Requirement.objects.create(order=order, customer=self.cast.fang, shop=order.shop, kind="colour", text="要深蓝", by=self.cast.lin, at=NOW - timedelta(days=5), **given)

    def test_wrong_goods_are_written_down_as_soon_as_they_are_judged_with_the_decision_kept(self) -> None:
        case = self.judged("exchange", "wrong")
        one = Mistake.objects.get()
        assert (one.case, one.kind, one.order, one.pieces, one.void_at) == (case, "wrong", case.order, 1, None)
        kept = StoredDecision.objects.get(kind="aftersales.blame")
        assert (one.decision, kept.outcome) == (kept, one.borne_by)
        assert one.because[0]["path"] == "aftersales.missing_goods_borne_by"
        deciding.assess(case, {}, by=self.cast.mei, at=NOW)
        assert (Mistake.objects.count(), StoredDecision.objects.filter(kind="aftersales.blame").count()) == (1, 1)

    def test_a_case_taken_back_takes_its_line_along(self) -> None:
        case = self.judged("exchange", "wrong")
        deciding.withdraw(case, "不要了", by=self.cast.mei, at=NOW)
        assert Mistake.objects.get().void_at == NOW

    def test_somebody_with_the_authority_says_otherwise_and_it_stays_so(self) -> None:
        case = self.judged("exchange", "wrong")
        one = Mistake.objects.get()
        with pytest.raises(NotAllowed):
            mistakes.correct(one, "company", None, "系统出错", by=self.cast.mei, at=NOW)
        with pytest.raises(BadInput):
            mistakes.correct(one, "agent", None, "漏备注", by=self.cast.zhou, at=NOW)
        mistakes.correct(one, "agent", self.cast.lin, "漏备注", by=self.cast.zhou, seen=one.version, at=NOW)
        with pytest.raises(Conflict):
            mistakes.correct(one, "company", None, "再改", by=self.cast.zhou, seen=one.version, at=NOW)
        deciding.assess(case, {}, by=self.cast.mei, at=NOW)
        one.refresh_from_db()
        assert (one.borne_by, one.person, one.changed_by) == ("agent", self.cast.lin, self.cast.zhou)

    def late(self, number: str) -> OrderException:
        order = self.story.order(number=number, signed_at=None)
        Order.objects.filter(pk=order.pk).update(status="paid", dispatched_at=None)
        FollowUp.objects.create(order=order, shop=order.shop, placed_at=order.created_at, owner=self.cast.lin)
        return OrderException.objects.create(
            order=order, shop=order.shop, kind="late", owner=self.cast.mei, opened_at=NOW - timedelta(days=1), due_at=NOW, facts={}
        )

    def test_a_late_order_is_the_agent_s_unless_they_chased_the_warehouse(self) -> None:
        silent, chased = self.late("1001"), self.late("1002")
        chasing.chase(Order.objects.get(pk=chased.order_id), by=self.cast.lin, at=NOW - timedelta(hours=2))
        for one in (silent, chased):
            mistakes.left(Parcel.objects.create(order=one.order, shop=one.shop, courier="中通", number=f"A{one.pk}", sent_at=NOW), NOW)
        blamed = {one.order_id: (one.borne_by, one.person) for one in Mistake.objects.filter(kind="late")}
        rules_of = {order: who for order, (who, _person) in blamed.items()}
        assert rules_of[silent.order_id] == "agent"
        assert rules_of[chased.order_id] == "warehouse"
        assert blamed[silent.order_id][1] == self.cast.lin
        mistakes.left(Parcel.objects.get(order=silent.order), NOW)
        assert Mistake.objects.count() == 2

    def test_mistaken_service_is_fed_back_once_to_who_served_before_the_sale(self) -> None:
        order = self.story.order()
        FollowUp.objects.create(order=order, shop=order.shop, placed_at=order.created_at, owner=self.cast.lin)
        case = self.story.case("adjust", "service", order=order)
        for _time in range(2):
            deciding.assess(case, {}, by=self.cast.mei, at=NOW)
        assert Notice.objects.filter(person=self.cast.lin).count() == 1
        assert Mistake.objects.get().told_at == NOW


class ClaimTests(RegisterCase):
    def claim(self, **given: Any) -> CourierClaim:
        self.lost(**given)
        return CourierClaim.objects.get()

    def test_a_lost_parcel_s_claim_is_drafted_from_the_case_by_the_rule(self) -> None:
        one = self.claim()
        assert (one.courier, one.number, one.kind, one.state) == ("中通", "ZT8899", "lost", "draft")
        assert one.reckoned_fen >= 19_900
        assert one.due_at == NOW + timedelta(days=3)
        assert one.because[0]["path"] == "aftersales.claim_covers"

    def test_it_is_filed_after_the_customer_was_seen_to_and_with_what_the_courier_asks_for(self) -> None:
        one = self.claim()
        with pytest.raises(Refused) as early:
            claims.file_claim(one, 19_900, "", by=self.cast.mei, at=NOW)
        assert early.value.decision is not None
        Case.objects.update(remedy="reship")
        with pytest.raises(BadInput):
            claims.file_claim(one, 19_900, "", by=self.cast.mei, at=NOW)
        one.refresh_from_db()
        assert one.state == "draft"
        claims.file_claim(one, 19_900, "L1", note="底单随后补", by=self.cast.mei, seen=one.version, at=NOW)
        one.refresh_from_db()
        assert (one.state, one.amount_fen, one.due_at) == ("filed", 19_900, NOW + timedelta(days=15))

    def filed(self) -> CourierClaim:
        one = self.claim()
        Case.objects.update(remedy="reship")
        return claims.file_claim(one, 19_900, "L1", note="底单随后补", by=self.cast.mei, at=NOW)

    def test_answered_and_set_off_against_the_month_it_lowers_what_the_case_cost_once(self) -> None:
        one = self.filed()
        claims.answer(one, 15_000, "按规定赔付", by=self.cast.mei, at=NOW)
        before = Case.objects.get().cost_fen
        with pytest.raises(NotAllowed):
            claims.settle_month("中通", "2099-01", [one.shop_id], by=self.cast.mei, at=NOW)
        assert claims.settle_month("中通", "2099-01", [one.shop_id], by=self.cast.qian, at=NOW) == (1, 15_000)
        assert claims.settle_month("中通", "2099-01", [one.shop_id], by=self.cast.qian, at=NOW) == (0, 0)
        one.refresh_from_db()
        assert (one.state, one.paid_fen, one.bill) == ("paid", 15_000, "2099-01")
        assert Case.objects.get().cost_fen == before - 15_000
        assert sum(LedgerEntry.objects.filter(kind="claim").values_list("amount_fen", flat=True)) == 0

    def test_a_refusal_says_why_and_ends_its_clock(self) -> None:
        one = self.filed()
        with pytest.raises(BadInput):
            claims.answer(one, 0, "", by=self.cast.mei, at=NOW)
        claims.answer(one, 0, "已超过索赔时效", by=self.cast.mei, at=NOW)
        one.refresh_from_db()
        assert (one.state, one.due_at) == ("refused", None)

    def test_what_is_open_ages_like_debts(self) -> None:
        self.filed()
        later = NOW + timedelta(days=20)
        with clock.frozen(later):
            (debt,) = months.debts(self.cast.qian, later)
            (month,) = months.months(self.cast.qian, later)
        assert (debt.courier, debt.counts, debt.fen) == ("中通", [0, 0, 1, 0], 19_900)
        assert (month.courier, month.filed, month.open, month.amount_fen) == ("中通", 1, 1, 19_900)

    def test_what_a_courier_pays_at_most_and_asks_for_is_written_down(self) -> None:
        with pytest.raises(NotAllowed):
            claims.write_template("中通", "lost", ["purchase"], by=self.cast.mei, most_fen=10_000, within_days=1, at=NOW)
        claims.write_template("中通", "lost", ["purchase"], by=self.cast.zhou, most_fen=10_000, within_days=1, at=NOW)
        one = self.claim()
        assert (one.reckoned_fen, one.due_at) == (10_000, NOW + timedelta(days=1))
        assert [(code, there) for code, _label, there in claims.checklist(one)] == [("purchase", False)]

    def test_its_page_files_it_and_then_asks_for_the_answer(self) -> None:
        one = self.claim()
        Case.objects.update(remedy="reship")
        client = self.as_person(self.cast.mei)
        address = f"/aftersales/registers/claims/{one.pk}/"
        answer = client.post(address + "filing/", {"seen": one.version, "amount": "199.00", "reference": "L1", "note": "底单随后补"})
        assert answer.status_code == 302, answer.content.decode()[-3000:]
        assert "/answer/" in client.get(address).content.decode()


class QualityTests(RegisterCase):
    def faults(self, count: int) -> None:
        for number in range(count):
            self.judged("return", "quality", number=f"{number:04d}", photos=True)

    def test_the_same_fault_three_times_a_week_raises_one_alarm_with_one_task(self) -> None:
        self.faults(2)
        assert not QualityAlarm.objects.exists()
        self.judged("return", "quality", number="7001")
        self.judged("return", "quality", number="7002")
        alarm = QualityAlarm.objects.get()
        assert (alarm.product, alarm.times, alarm.owner.can("aftersales.approve")) == (self.story.blue.product, 4, True)
        assert Task.objects.filter(subject_kind="aftersales.qualityalarm", subject_id=alarm.pk).count() == 1
        assert StoredDecision.objects.filter(kind="aftersales.quality_alarm").count() == 1

    def test_an_alarm_that_was_ended_counts_anew(self) -> None:
        self.faults(3)
        alarm = QualityAlarm.objects.get()
        with pytest.raises(BadInput):
            quality.end_alarm(alarm, " ", by=self.cast.zhou, at=NOW)
        quality.end_alarm(alarm, "通知工厂换线", by=self.cast.zhou, at=NOW)
        self.judged("return", "quality", number="7003")
        assert QualityAlarm.objects.count() == 1

    def test_faults_of_another_name_are_counted_apart(self) -> None:
        self.faults(2)
        quality.name_fault(QualityNote.objects.order_by("pk")[0], "脱线", by=self.cast.mei, at=NOW)
        self.judged("return", "quality", number="7004")
        assert not QualityAlarm.objects.exists()
        quality.name_fault(QualityNote.objects.order_by("pk")[1], "脱线", by=self.cast.mei, at=NOW)
        quality.name_fault(QualityNote.objects.order_by("pk")[2], "脱线", by=self.cast.mei, at=NOW)
        assert QualityAlarm.objects.get().fault == "脱线"
