"""The story, second part: the parcel, what dealers and customers send back, what that costs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from dangban.aftersales.models import (
    Case,
    CaseContact,
    CaseLine,
    CaseOrder,
    CaseStep,
    CourierClaim,
    Dispute,
    Evidence,
    InboundParcel,
    LedgerEntry,
    Mistake,
    ParcelCase,
    ParcelItem,
    QualityAlarm,
    QualityNote,
    RetentionOffer,
    ReworkOrder,
    Settlement,
    SupplierSlip,
)
from dangban.aftersales.models import Finding as ReturnFinding
from dangban.dealers.models import Advance, Arrival, Dealer, DealerReturn, Finding
from dangban.dispatch.models import AuditRun, Help, Miss, Pickup, Preparation, Slip, SlipLine, Wave
from dangban.shops.models import Sku
from dangban.stock.models import (
    Zone,
)
from dangban.testing.cast import NOW, TODAY, at
from tests.strangers.telling import Telling


class Sending(Telling):
    """Packed, called for, sent back, judged, paid."""

    def _dispatch(self) -> None:
        cast, shop = self.cast, self.cast.shop
        self.wave = Wave.objects.create(shop=shop, day=TODAY, ordinal=1, orders=1, by=cast.zhou, made_at=NOW)
        self.preparation = Preparation.objects.create(
            order=self.order, shop=shop, came_at=NOW, due_at=at("16:30"), holder=cast.zhou, wave=self.wave, stage="printed"
        )
        self.slip = Slip.objects.create(
            number=self.secret("slip"), preparation=self.preparation, wave=self.wave, shop=shop, digest="0" * 64, courier="EMS", made_at=NOW
        )
        SlipLine.objects.create(slip=self.slip, position=1, order=self.order, title=self.secret("slipline"), quantity=1)
        self.audit_run = AuditRun.objects.create(shops=[shop.pk], total=1, by=cast.zhou, started_at=NOW, moved_at=NOW, finished_at=NOW)
        self.miss = Miss.objects.create(
            preparation=self.preparation, order=self.order, shop=shop, day=TODAY, due_at=NOW, at=NOW, reason="held",
            note=self.secret("miss"), promised_for=at("16:30"),
        )  # fmt: skip
        self.pickup = Pickup.objects.create(
            warehouse=self.warehouse, courier=self.secret("pickupcourier"), parcels=1, comes_at=at("16:00"), number=self.secret("booking"),
            driver=self.secret("driver"), by=cast.ding, at=NOW,
        )  # fmt: skip
        self.call = Help.objects.create(
            kind="help", place="warehouse", shop=shop, why=self.secret("help"), until=at("18:00"), by=cast.zhou, at=NOW
        )

    def _dealers(self) -> None:
        """A return that was inspected, with a rework and a replacement, and something that was turned away."""
        cast, shop = self.cast, self.cast.shop
        self.dealer = Dealer.objects.create(
            shop=shop, name=self.secret("dealer"), contact=self.secret("dealercontact"), phone="13500884477", address=self.secret("dealeraddress"), added_at=NOW
        )
        self.dealer_return = DealerReturn.objects.create(
            dealer=self.dealer, shop=shop, reason="quality", words=self.secret("dealerwords"), received_on=TODAY, state="disposing", owner=cast.zhou,
            applied_by=cast.lin, applied_at=NOW, judged="return", judged_by=cast.zhou, judged_at=NOW, judgement=self.secret("judgement"),
            number=self.secret("dealernumber"), arrived_at=NOW, warehouse=self.warehouse, inspected_at=NOW, inspected_by=cast.zhou, key="k",
        )  # fmt: skip
        line = self.dealer_return.lines.create(position=1, sku=self.sku, quantity=2, counted=2, price_fen=100, fault=self.secret("dealerfault"))
        zone = Zone.objects.filter(warehouse=self.warehouse).first()
        assert zone is not None
        self.rework = ReworkOrder.objects.create(
            key="k", sku=self.sku, shop=shop, quantity=1, zone=zone, cause=self.secret("reworkcause"), plan=self.secret("reworkplan"),
            subject_kind="dealers.dealerreturn", subject_id=self.dealer_return.pk, subject_label=self.secret("reworkof"), ordered_by=cast.zhou, ordered_at=NOW,
        )  # fmt: skip
        found = {"line": line, "quantity": 1, "fault": self.secret("finding"), "found_cause": "sales", "cause": "sales", "department": "x"}
        self.dealer_finding = Finding.objects.create(position=1, disposal="stock", state="ready", **found)
        Finding.objects.create(position=2, disposal="rework", state="workshop", rework=self.rework, **found)
        self.dealer_advance = Advance.objects.create(
            made=self.dealer_return, way="call", words=self.secret("advance"), said_on=TODAY, state="granted", asked_by=cast.lin, asked_at=NOW
        )
        Arrival.objects.create(shop=shop, number=self.secret("gate"), sender=self.secret("gatesender"), why="unknown", by=cast.ding, at=NOW)

    def _cases(self) -> None:
        cast, by = self.cast, {"by_kind": "person", "by_id": self.cast.mei.pk, "by_name": self.cast.mei.name}
        self.case_ = Case.objects.create(
            shop=cast.shop, platform_refund_id=self.secret("refund"), order=self.order, customer=cast.fang, kind="return", source="order",
            reason="quality", note=self.secret("casenote"), state="opened", waits_for="agent", owner=cast.mei, opened_by_kind="person",
            opened_by_id=cast.mei.pk, opened_by_name=cast.mei.name, opened_at=NOW, asked_at=NOW, state_since=NOW, due_at=NOW + timedelta(hours=1),
        )  # fmt: skip
        self.case.ids["case"] = self.case_.pk
        CaseLine.objects.create(case=self.case_, title=self.secret("caseline"), quantity=1, paid_fen=100)
        CaseStep.objects.create(case=self.case_, act="open", state="opened", waits_for="agent", note=self.secret("casestep"), at=NOW, **by)
        CaseContact.objects.create(case=self.case_, way="phone", text=self.secret("casecontact"), at=NOW, **by)
        self.refund_run = self._run("refunds")
        self._inbound()
        self._registers(by)
        self._settling(by)

    def _settling(self, by: dict[str, Any]) -> None:
        """A payment that is to be made, an offer, goods sent for a case."""
        case, cast, ids = self.case_, self.cast, self.case.ids
        ids["settlement"] = Settlement.objects.create(
            case=case, shop=cast.shop, kind="goodwill", way="alipay", state="ready", amount_fen=100, key="strangers", payee=self.secret("payee"),
            account=self.secret("account"), note=self.secret("payment"), proposed_by=cast.mei, proposed_at=NOW, promised_for=NOW,
        ).pk  # fmt: skip
        ids["retention_offer"] = RetentionOffer.objects.create(
            case=case, shop=cast.shop, kind="help", note=self.secret("retention"), by=cast.mei, at=NOW
        ).pk
        memo = self.secret("credit")
        used = [
            LedgerEntry.objects.create(
                case=case, shop=cast.shop, account=account, amount_fen=fen, kind="credit", memo=memo, key="strangers", business_day=NOW.date(), at=NOW, **by
            )
            for account, fen in (("credit", -100), ("seller", 100))
        ]  # fmt: skip
        ids["credit_entry"] = used[0].pk
        ids["case_order"] = CaseOrder.objects.create(case=case, order=self.order, kind="reship", key="strangers", by=cast.mei, at=NOW).pk

    def _registers(self, by: dict[str, Any]) -> None:
        """A line in each register of after-sales, a proof and a dispute."""
        case, shop, ids = self.case_, self.cast.shop, self.case.ids
        sku = Sku.objects.filter(shop=shop).order_by("pk").first()
        assert sku is not None
        ids["mistake"] = Mistake.objects.create(shop=shop, kind="wrong", case=case, goods=self.secret("mistake"), pieces=1, borne_by="agent", person=self.cast.lin, at=NOW).pk
        ids["claim"] = CourierClaim.objects.create(
            shop=shop, case=case, courier=self.secret("claimcourier"), number=self.secret("claim").upper(), kind="lost", reckoned_fen=100, amount_fen=100, at=NOW
        ).pk
        ids["fault"] = QualityNote.objects.create(shop=shop, case=case, product=sku.product, sku=sku, reason="quality", fault=self.secret("fault"), pieces=1, at=NOW).pk
        ids["alarm"] = QualityAlarm.objects.create(
            shop=shop, product=sku.product, reason="quality", fault=self.secret("alarm"), times=3, since=NOW, owner=self.cast.zhou, raised_at=NOW
        ).pk
        ids["proof"] = Evidence.objects.create(shop=shop, case=case, kind="weight", sha256="0" * 64, text=self.secret("proof"), problem="quality", taken_at=NOW, at=NOW, **by).pk
        ids["case_dispute"] = Dispute.objects.create(shop=shop, case=case, about="quality", claim=self.secret("dispute"), opened_at=NOW).pk

    def _inbound(self) -> None:
        """A parcel that came back, with goods on a slip to the supplier."""
        cast, line = self.cast, self.case_.lines.get()
        self.inbound = InboundParcel.objects.create(
            shop=cast.shop, warehouse=self.warehouse, number=self.secret("inbound").upper(), courier="中通", state="inspected", announced_at=NOW,
            arrived_at=NOW, signed_over_at=NOW, received_by=cast.ding, sender=self.secret("sender"), label_text=self.secret("label"), note=self.secret("inboundnote"),
        )  # fmt: skip
        ParcelCase.objects.create(parcel=self.inbound, case=self.case_)
        zone = Zone.objects.filter(warehouse=self.warehouse).first()
        item = ParcelItem.objects.create(parcel=self.inbound, line=line, sku=self.sku, title=self.secret("inboundgoods"), announced=1, counted=1, zone=zone)
        self.inbound_finding = ReturnFinding.objects.create(
            item=item, quantity=1, condition="defective", disposal="supplier", responsibility="production", note=self.secret("inboundfinding"), by=cast.ding, at=NOW
        )
        self.supplier_slip = SupplierSlip.objects.create(
            shop=cast.shop, warehouse=self.warehouse, supplier=self.secret("supplier"), note=self.secret("slipnote"), made_by=cast.ding, made_at=NOW
        )
        self.supplier_slip.lines.create(finding=self.inbound_finding, sku=self.sku, zone=zone, quantity=1, reason=self.secret("slipreason"))
