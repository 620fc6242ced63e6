"""What the handbook says of cards, checks, damage on the way back, unused credit and old evidence is what happens."""

from __future__ import annotations

from datetime import timedelta
from unittest.mock import patch

import pytest
from django.db import transaction

from dangban.aftersales import inbound, settling, telling
from dangban.aftersales.evidence import lapsing, note_evidence
from dangban.aftersales.models import Case, CourierClaim, Evidence, Finding, InboundParcel, LedgerEntry
from dangban.aftersales.rules.inspecting import Found
from dangban.aftersales.settling import ledger, reminding
from dangban.aftersales.tests.test_inbound_inspecting import InspectingCase
from dangban.desk.models import Task
from dangban.lib.errors import BadInput, Conflict
from dangban.testing.cast import NOW
from dangban.testing.handbooks import adopt_with


class CardTest(InspectingCase):
    def test_where_the_card_has_to_lie_inside_the_keeper_looks_for_it(self) -> None:
        adopt_with({"aftersales.return_card": "is = true"})
        case, parcel = self.returned()
        with pytest.raises(BadInput) as said:
            self.count(parcel, 2)
        assert list(said.value.fields) == ["card"]
        parcel.refresh_from_db()
        assert parcel.state == "arrived"
        self.count(parcel, 2, inside=inbound.Inside(card=False))
        assert "没有附退换货登记卡" in self.task().body
        assert self.task().owner == case.owner

    def test_the_customer_is_asked_to_put_it_in(self) -> None:
        case = self.story.move(self.story.move(self.story.case(), "assess", "assessed"), "agree_return", "returning")
        assert "登记卡" not in telling.next_step(case)
        adopt_with({"aftersales.return_card": "is = true"})
        assert "登记卡" in telling.next_step(case)

    def test_elsewhere_nobody_has_to_look(self) -> None:
        _case, parcel = self.returned()
        assert self.count(parcel, 2).state == "counted"
        assert not Task.objects.filter(subject_kind="aftersales.inboundparcel").exists()


class OneCheckTest(InspectingCase):
    def test_with_two_checks_nothing_is_inspected_before_the_count(self) -> None:
        _case, parcel = self.returned()
        with pytest.raises(Conflict):
            self.inspect(parcel, (2, "good", "stock", ""))
        assert not Finding.objects.exists()

    def test_with_one_the_inspector_counts_as_well(self) -> None:
        adopt_with({"aftersales.two_checks": "is = false"})
        case, parcel = self.returned()
        parcel = self.inspect(parcel, (1, "good", "stock", ""), (1, "missing", "none", ""))
        case.refresh_from_db()
        assert (parcel.state, parcel.counted_by, parcel.items.get().counted) == ("inspected", self.cast.ding, 1)
        assert (case.state, self.lying()) == ("inspected", {"good": 1})


class DamageOnTheWayBackTest(InspectingCase):
    def damaged(self) -> tuple[Case, InboundParcel]:
        """Both pieces came, one broken by the courier: 50.00 are lost by it."""
        case, parcel = self.returned()
        self.count(parcel, 2)
        item = parcel.items.get().pk
        found = [Found(item, 1, "good", "stock"), Found(item, 1, "damaged", "discount", None, "courier", 0, 5_000)]
        return case, inbound.inspect(parcel, found, by=self.cast.ding, at=NOW)

    def test_it_is_claimed_on_the_courier_and_the_customer_gets_all(self) -> None:
        case, parcel = self.damaged()
        claim = CourierClaim.objects.get()
        assert (claim.case, claim.number, claim.courier, claim.kind, claim.amount_fen) == (case, parcel.number, "中通", "damaged", 5_000)
        assert claim.because[0]["path"] == "aftersales.return_damage"
        assert settling.ceiling(Case.objects.get()).goods_fen == 39_800

    def test_where_it_is_the_buyers_the_loss_is_taken_off_by_the_rule(self) -> None:
        adopt_with({"aftersales.return_damage": 'is = "buyer"'})
        self.damaged()
        told = settling.ceiling(Case.objects.get())
        assert (told.goods_fen, CourierClaim.objects.count()) == (34_800, 0)
        assert "aftersales.return_damage" in {one.path for one in told.because}


class CreditTest(InspectingCase):
    def kept(self) -> Case:
        case = self.story.case()
        parts = {LedgerEntry.Account.SELLER: -3_000, LedgerEntry.Account.CREDIT: 3_000}
        with transaction.atomic():
            ledger.post(Case.objects.get(), "refund", parts, key="c1", by=self.cast.qian, at=NOW)
        return case

    def test_unused_credit_is_told_of_once_each_time_the_rule_says(self) -> None:
        self.kept()
        assert reminding.remind(NOW + timedelta(days=89)) == 0
        later = NOW + timedelta(days=91)
        assert (reminding.remind(later), reminding.remind(later)) == (1, 0)
        assert reminding.remind(later + timedelta(days=90)) == 1

    def test_what_was_used_is_not_told_of(self) -> None:
        case = self.kept()
        settling.use_credit(case, 3_000, self.story.order(number="8901"), by=self.cast.mei, key="u1", at=NOW)
        assert reminding.remind(NOW + timedelta(days=91)) == 0


    def test_who_was_told_takes_no_place_of_others(self) -> None:
        self.kept()
        other = self.cast.customer("sun", "孙立", self.cast.shop)
        case = self.story.case(order=self.story.order(number="8902", customer=other))
        parts = {LedgerEntry.Account.SELLER: -1_000, LedgerEntry.Account.CREDIT: 1_000}
        with transaction.atomic():
            ledger.post(Case.objects.get(pk=case.pk), "refund", parts, key="c2", by=self.cast.qian, at=NOW + timedelta(days=1))
        later = NOW + timedelta(days=92)
        with patch.object(reminding, "_AT_ONCE", 1):
            assert [reminding.remind(later) for _time in range(3)] == [1, 1, 0]

    def test_the_same_key_with_another_amount_is_another_act(self) -> None:
        case, other = self.kept(), self.story.order(number="8903")
        settling.use_credit(case, 1_000, other, by=self.cast.mei, key="u1", at=NOW)
        with pytest.raises(Conflict):
            settling.use_credit(case, 2_000, other, by=self.cast.mei, key="u1", at=NOW)
        settling.use_credit(case, 1_000, other, by=self.cast.mei, key="u1", at=NOW)
        assert settling.credit_fen(case.customer_id, case.shop_id) == 2_000


class KeepingTest(InspectingCase):
    def test_evidence_goes_when_it_is_kept_no_longer_and_its_hash_stays(self) -> None:
        case = self.story.case()
        filed = note_evidence(case, "weight", "2.1 千克", by=self.cast.mei, at=NOW)
        assert lapsing.lapse(NOW + timedelta(days=4_000)) == 0
        Case.objects.update(closed_at=NOW, state="closed")
        assert lapsing.lapse(NOW + timedelta(days=36 * 30)) == 0
        assert (lapsing.lapse(NOW + timedelta(days=1_130)), lapsing.lapse(NOW + timedelta(days=1_130))) == (1, 0)
        gone = Evidence.objects.get()
        assert (gone.text, gone.sha256) == ("", filed.sha256)
        assert "aftersales.evidence_lapsed" in self.verbs(case)
