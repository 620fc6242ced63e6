"""Registers fill themselves: who bears what went wrong, claims on couriers, faults that repeat."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from openpyxl import load_workbook

from dangban.aftersales.actions import Wanted, deciding, open_case
from dangban.aftersales.models import (
    Case,
    ClaimTemplate,
    CourierClaim,
    LedgerEntry,
    Mistake,
    QualityAlarm,
    QualityNote,
)
from dangban.aftersales.registers import claims, listing, mistakes, months, quality
from dangban.aftersales.tests.story import ReturningCase
from dangban.desk.models import Deadline, Notice, Task
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
        with pytest.raises(BadInput):
            mistakes.correct(one, "agent", self.cast.hu, "漏备注", by=self.cast.zhou, at=NOW)
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

    def test_the_freight_of_a_lost_parcel_is_claimed_although_other_goods_are_sent_instead_of_money(self) -> None:
        order = self.story.order(number="8899", signed_at=None)
        Order.objects.filter(pk=order.pk).update(freight_fen=1_000)
        case = self.story.case("reship", "lost", order=Order.objects.get(pk=order.pk))
        deciding.assess(case, {"loss_confirmed": True}, by=self.cast.mei, at=NOW)
        assert CourierClaim.objects.get().reckoned_fen == 20_900

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
        for wrong in ({"within_days": 0}, {"within_days": 10**6}, {"most_fen": 0}, {"most_fen": 10**20}):
            with pytest.raises(BadInput):
                claims.write_template("中通", "lost", ["purchase"], by=self.cast.zhou, at=NOW, **wrong)  # type: ignore[arg-type]
        assert not ClaimTemplate.objects.exists()
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


class CounterEntryTests(RegisterCase):
    def paid(self, fen: int = 51_000) -> CourierClaim:
        self.lost()
        Case.objects.update(remedy="reship")
        one = claims.file_claim(CourierClaim.objects.get(), 19_900, "L1", note="底单随后补", by=self.cast.mei, at=NOW)
        one = claims.answer(one, 15_000, "按规定赔付", by=self.cast.mei, at=NOW)
        return claims.pay(one, fen, bill="2026-11", by=self.cast.qian, at=NOW)

    def entered(self) -> list[tuple[str, int, str]]:
        return list(LedgerEntry.objects.filter(kind="claim").order_by("pk").values_list("account", "amount_fen", "memo"))

    def test_a_payment_typed_wrongly_is_entered_against_with_a_reason_and_then_typed_rightly(self) -> None:
        before = self.lost_cost()
        one = self.paid(51_000)
        case = Case.objects.get()
        assert case.cost_fen == before - 51_000
        one = claims.enter_against(one, "多打了一位，快递实付 150", by=self.cast.qian, seen=one.version, at=NOW)
        case.refresh_from_db()
        assert (one.state, one.paid_fen, one.paid_at, one.bill, one.granted_fen, one.due_at) == ("granted", None, None, "", 15_000, NOW + timedelta(days=15))
        assert case.cost_fen == before
        one = claims.pay(one, 15_000, bill="2026-11", by=self.cast.qian, at=NOW)
        case.refresh_from_db()
        assert (one.state, one.paid_fen, case.cost_fen) == ("paid", 15_000, before - 15_000)
        assert self.entered() == [
            ("seller", 51_000, f"{one} 中通 2026-11"), ("courier", -51_000, f"{one} 中通 2026-11"),
            ("seller", -51_000, "多打了一位，快递实付 150"), ("courier", 51_000, "多打了一位，快递实付 150"),
            ("seller", 15_000, f"{one} 中通 2026-11"), ("courier", -15_000, f"{one} 中通 2026-11"),
        ]  # fmt: skip
        assert [entry.amount_fen for entry in claims.entries(one)] == [51_000, -51_000, 15_000]

    def lost_cost(self) -> int:
        return Case.objects.first().cost_fen if Case.objects.exists() else 0

    def test_only_finance_enters_against_with_a_reason_and_only_what_was_paid(self) -> None:
        one = self.paid()
        with pytest.raises(NotAllowed):
            claims.enter_against(one, "打错了", by=self.cast.mei, at=NOW)
        with pytest.raises(NotAllowed):
            claims.enter_against(one, "打错了", by=self.cast.hu, at=NOW)
        with pytest.raises(BadInput):
            claims.enter_against(one, "  ", by=self.cast.qian, at=NOW)
        with pytest.raises(Conflict):
            claims.enter_against(one, "打错了", by=self.cast.qian, seen=one.version - 1, at=NOW)
        one.refresh_from_db()
        assert (one.state, one.paid_fen, len(self.entered())) == ("paid", 51_000, 2)
        claims.enter_against(one, "打错了", by=self.cast.qian, at=NOW)
        with pytest.raises(Refused):
            claims.enter_against(one, "打错了", by=self.cast.qian, at=NOW)
        assert len(self.entered()) == 4

    def test_both_lines_stand_on_its_page_and_an_agent_is_offered_no_counter_entry(self) -> None:
        one = self.paid()
        address = f"/aftersales/registers/claims/{one.pk}/"
        assert "against/" not in self.as_person(self.cast.mei).get(address).content.decode()
        assert self.as_person(self.cast.mei).post(address + "against/", {"seen": one.version, "why": "打错了"}).status_code == 403
        finance = self.as_person(self.cast.qian)
        assert finance.post(address + "against/", {"seen": one.version, "why": " "}).status_code == 422
        assert finance.post(address + "against/", {"seen": one.version, "why": "打错了"}).status_code == 302
        page = finance.get(address).content.decode()
        assert (page.count("510.00"), "打错了" in page, "冲正" in page) == (2, True, True)
        assert finance.post(address + "anything/", {"seen": one.version, "why": "打错了"}).status_code == 404

    def test_a_courier_that_refused_looks_at_it_again(self) -> None:
        self.lost()
        Case.objects.update(remedy="reship")
        one = claims.file_claim(CourierClaim.objects.get(), 19_900, "L1", note="底单随后补", by=self.cast.mei, at=NOW)
        with pytest.raises(Refused):
            claims.take_up(one, "申诉", by=self.cast.mei, at=NOW)
        one = claims.answer(one, 0, "已超过索赔时效", by=self.cast.mei, at=NOW)
        with pytest.raises(BadInput):
            claims.take_up(one, "", by=self.cast.mei, at=NOW)
        one = claims.take_up(one, "申诉成功，网点重新受理", by=self.cast.mei, at=NOW)
        assert (one.state, one.answered_at, one.answer, one.granted_fen, one.reference) == ("filed", None, "", None, "L1")
        assert one.due_at == NOW + timedelta(days=15)
        assert Deadline.objects.filter(kind=claims.CLOCK, subject_id=one.pk, met_at=None, cancelled_at=None).count() == 1


class TakingOutTests(RegisterCase):
    def test_a_workbook_has_each_thing_in_a_column_of_its_own(self) -> None:
        one = CounterEntryTests.paid(self, 15_000)  # type: ignore[arg-type]
        answer = self.as_person(self.cast.bao).get("/aftersales/registers/claims/export/")
        rows = list(load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True))
        told = dict(zip(rows[0], rows[1], strict=True))
        assert (told["编号"], told["店铺"], told["快递"], told["运单号"]) == (str(one), one.shop.name, "中通", "ZT8899")
        assert (told["索赔金额"], told["同意赔付"], told["已到账"], told["账单月份"]) == (199, 150, 150, "2026-11")

    def test_registers_are_searched_by_their_own_numbers_and_by_parts_of_a_courier_s_name(self) -> None:
        self.lost()
        one = CourierClaim.objects.get()
        CourierClaim.objects.update(courier="中通快递")
        for typed, found in ((str(one), 1), (f"lp{one.pk}", 1), (f"LP{one.pk + 1:06d}", 0), ("中通", 1), ("ZT8899", 1), ("顺丰", 0)):
            assert listing.count(self.cast.mei, listing.REGISTERS["claims"], listing.Filters(search=typed)) == found, typed

    def test_a_print_says_what_it_was_narrowed_to(self) -> None:
        shown = listing.REGISTERS["claims"]
        filters = listing.Filters(shop=self.cast.shop.pk, search="中通", chosen=(("state", "draft"),))
        assert listing.in_words(self.cast.mei, shown, filters) == [self.cast.shop.name, "状态 待提交", "“中通”"]


class OneParcelTests(RegisterCase):
    def lost_with_freight(self) -> tuple[CourierClaim, CourierClaim]:
        """Two cases about two things in one lost parcel, whose freight was 8.00."""
        order = self.story.order(self.story.blue, self.story.grey, signed_at=None)
        Order.objects.filter(pk=order.pk).update(freight_fen=800, total_fen=40_600, paid_fen=40_600)
        order = Order.objects.get(pk=order.pk)
        Parcel.objects.create(order=order, shop=order.shop, courier="中通", number="ZT8899", sent_at=NOW - timedelta(days=5))
        for line in order.lines.order_by("position"):
            case = open_case(order.shop, "reship", "lost", by=self.cast.mei, source="order", order=order, lines=[Wanted(line, 1, 19_900)], at=NOW)
            deciding.assess(case, {"loss_confirmed": True}, by=self.cast.mei, at=NOW)
        first, second = CourierClaim.objects.order_by("pk")
        return first, second

    def test_the_freight_of_a_parcel_is_claimed_once_and_the_second_case_shows_where(self) -> None:
        first, second = self.lost_with_freight()
        assert (first.reckoned_fen, claims.freight_in(first)) == (20_700, 800)
        assert (second.reckoned_fen, claims.freight_in(second)) == (19_900, 0)
        page = self.as_person(self.cast.mei).get(f"/aftersales/registers/claims/{second.pk}/").content.decode()
        assert str(first) in page
        assert "运费已在那里索赔" in page

    def test_the_same_goods_in_two_cases_are_claimed_once(self) -> None:
        first = self.lost()
        second = open_case(first.shop, "refund", "lost", by=self.cast.mei, source="order", order=first.order, lines=[Wanted(first.order.lines.get(), 1, 19_900)], at=NOW)
        deciding.assess(second, {"loss_confirmed": True}, by=self.cast.mei, at=NOW)
        assert list(CourierClaim.objects.order_by("pk").values_list("case", "reckoned_fen")) == [(first.pk, 19_900), (second.pk, 0)]

    def test_a_claim_that_is_dropped_leaves_the_freight_to_the_draft_beside_it(self) -> None:
        first, second = self.lost_with_freight()
        first = claims.drop(first, "商品找回来了", by=self.cast.mei, at=NOW)
        second.refresh_from_db()
        assert (second.reckoned_fen, second.amount_fen, claims.freight_in(second)) == (20_700, 20_700, 800)
        first = claims.take_up(first, "又丢了", by=self.cast.mei, at=NOW)
        assert (first.state, first.reckoned_fen, claims.freight_in(first)) == ("draft", 19_900, 0)

    def test_a_courier_pays_for_one_parcel_no_more_than_its_contract_has_over_all_cases(self) -> None:
        claims.write_template("中通", "lost", ["purchase"], by=self.cast.zhou, most_fen=30_000, at=NOW)
        first, second = self.lost_with_freight()
        assert first.reckoned_fen + second.reckoned_fen == 30_000


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


class MistakesOverTimeTests(RegisterCase):
    def test_sending_again_what_was_missing_costs_what_sending_it_cost(self) -> None:
        order = self.story.order(number="8899", signed_at=NOW - timedelta(hours=2))
        Order.objects.filter(pk=order.pk).update(freight_fen=1_000)
        case = self.story.case("reship", "missing", order=Order.objects.get(pk=order.pk))
        deciding.assess(case, {"weights": True, "photos": True}, by=self.cast.mei, at=NOW)
        assert Mistake.objects.get().freight_fen == 1_000

    def test_an_order_that_left_late_stays_late_when_its_case_is_taken_back(self) -> None:
        exception = MistakeTests.late(self, "1001")  # type: ignore[arg-type]
        mistakes.left(Parcel.objects.create(order=exception.order, shop=exception.shop, courier="中通", number="A1", sent_at=NOW), NOW)
        case = self.story.case("adjust", "late", order=exception.order)
        one = Mistake.objects.get()
        assert one.case == case
        deciding.withdraw(case, "算了", by=self.cast.mei, at=NOW)
        one.refresh_from_db()
        assert (one.case, one.void_at, one.kind) == (None, None, "late")


class ClaimClockTests(RegisterCase):
    def test_a_draft_s_clock_rests_on_the_rule_for_filing_and_a_filed_one_s_on_the_rule_for_chasing(self) -> None:
        self.lost()
        one = CourierClaim.objects.get()
        clock_of = Deadline.objects.filter(kind=claims.CLOCK, subject_id=one.pk).order_by("-pk")
        assert (clock_of[0].rule, clock_of[0].because[0]["path"]) == ("aftersales.claim_within", "aftersales.claim_within")
        Case.objects.update(remedy="reship")
        claims.file_claim(one, 19_900, "L1", note="底单随后补", by=self.cast.mei, at=NOW)
        assert (clock_of[0].rule, clock_of[0].because[0]["path"]) == ("aftersales.claim_ages", "aftersales.claim_ages")

    def test_a_bill_of_a_month_that_no_calendar_has_is_refused(self) -> None:
        for typed in ("9999-12", "2026-13", "", "١٢"):
            with pytest.raises(BadInput):
                claims.month_of(typed)
        assert claims.month_of(" 2026-11 ") == "2026-11"
