"""The story, first part: a customer, goods, an order and what was asked of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from dangban.backorders.models import Attempt, Ordered, Shortfall, Wait
from dangban.campaigns.models import Campaign, CampaignProduct, CampaignShop
from dangban.customers.models import Address, Merge, RiskMark, Tag
from dangban.orders.imports.words import refresh_words
from dangban.orders.models import (
    ChangeRequest,
    ChangeStep,
    Contact,
    FlagChange,
    FollowUp,
    Order,
    OrderChange,
    OrderException,
    OrderLink,
    Parcel,
    PriceOffer,
    Remark,
    Requirement,
)
from dangban.shops.models import Batch, Courier, ImportRun, Product, Sku
from dangban.stock.models import (
    Alert,
    Balance,
    Expected,
    Level,
    Movement,
    Reservation,
    Shortage,
    ShortageList,
    Warehouse,
    WarehouseShop,
    Zone,
)
from dangban.testing.cast import NOW, TODAY, at
from dangban.tracking.models import Account, Step, Track
from tests.strangers.telling import Telling


class Buying(Telling):
    """Bought, marked, changed, waited for."""

    def _customer(self) -> None:
        cast = self.cast
        cast.fang.name = self.secret("name")
        cast.fang.phone, cast.fang.phone_tail = "13500884477", "4477"
        self.case.marks.append("13500884477")
        cast.fang.save()
        cast.fang.handles.update(handle=self.secret("handle"))
        Address.objects.create(customer=cast.fang, receiver=self.secret("receiver"), detail=self.secret("detail"), last_used_at=NOW)
        self.tag = Tag.objects.create(customer=cast.fang, shop=cast.shop, text=self.secret("tag"), by=cast.lin, at=NOW)
        self.risk = RiskMark.objects.create(
            customer=cast.fang, shop=cast.shop, kind="disputes", evidence=self.secret("evidence"), by=cast.zhou, at=NOW,
            expires_on="2027-01-01", confidentiality=1,
        )  # fmt: skip
        twin = cast.customer(self.secret("twinhandle"), self.secret("twin"), cast.shop)
        nothing: dict[str, Any] = {"handles": [], "addresses": [], "risk_marks": [], "tags": [], "shops": []}
        self.merge = Merge.objects.create(
            kept=cast.fang, merged=twin, by=cast.zhou, at=NOW, reason=self.secret("merge"), moved={"customers": nothing}
        )

    def _goods(self) -> None:
        shop = self.cast.shop
        self.product = Product.objects.create(
            shop=shop, platform_id="P1", title=self.secret("title"), must_say=self.secret("mustsay"),
            supplier=self.secret("supplier"), search="暗号", price_fen=100, updated_at=NOW,
        )  # fmt: skip
        self.sku = Sku.objects.create(product=self.product, shop=shop, code=self.secret("sku"), name=self.secret("variant"), search="暗号")
        Batch.objects.create(sku=self.sku, number=self.secret("batch"))
        self.courier = Courier.objects.create(shop=shop, name=self.secret("courier"))
        self.goods_run = self._run(ImportRun.Kind.CATALOGUE)
        self.run = self._run(ImportRun.Kind.ORDERS)

    def _stock(self) -> None:
        shop, sku = self.cast.shop, self.sku
        by = {"by_kind": "person", "by_id": self.cast.ding.pk, "by_name": self.cast.ding.name}
        self.warehouse = Warehouse.objects.create(code="main", name=self.secret("warehouse"), opened_on=TODAY)
        WarehouseShop.objects.create(warehouse=self.warehouse, shop=shop)
        zone = Zone.objects.create(warehouse=self.warehouse, code="good", name=self.secret("zone"), status="good")
        Level.objects.create(warehouse=self.warehouse, sku=sku, shop=shop)
        Balance.objects.create(zone=zone, sku=sku, quantity=0)
        self.movement = Movement.objects.create(
            kind="receipt", sku=sku, shop=shop, target=zone, quantity=1, reason=self.secret("moved"), key="k", at=NOW,
            business_day=TODAY, **by,
        )  # fmt: skip
        Reservation.objects.create(
            sku=sku, shop=shop, subject_kind="x", subject_id=1, label=self.secret("reserved"), wanted=1, at=NOW, **by
        )
        self.arrival = Expected.objects.create(
            warehouse=self.warehouse, sku=sku, shop=shop, quantity=5, expected_on=TODAY, first_expected_on=TODAY,
            supplier=self.secret("arrives"), noted_at=NOW, **by,
        )  # fmt: skip
        today = ShortageList.objects.create(warehouse=self.warehouse, day=TODAY, published_at=NOW, **by)
        Shortage.objects.create(list=today, sku=sku, shop=shop, note=self.secret("shortage"))
        Alert.objects.create(kind="oversold", sku=sku, shop=shop, amount=2, since=NOW)
        self.count_run = self._run(ImportRun.Kind.COUNT)

    def _campaign(self) -> None:
        self.campaign = Campaign.objects.create(
            name=self.secret("campaign"), kind="gift", gift=self.secret("gift"), say=self.secret("say"), tiers=[[0, 0]],
            starts_at=NOW - timedelta(days=1), ends_at=NOW + timedelta(days=1), made_at=NOW, by_kind="system",
            by_name=self.secret("planned"), start_told_at=NOW,
        )  # fmt: skip
        CampaignShop.objects.create(campaign=self.campaign, shop=self.cast.shop)
        CampaignProduct.objects.create(campaign=self.campaign, product=self.product)

    def _order(self) -> None:
        cast = self.cast
        self.case.marks.append("554433221100778899")
        self.order = Order.objects.create(
            shop=cast.shop, platform_id="554433221100778899", number_tail="778899", customer=cast.fang, status="paid",
            total_fen=39800, paid_fen=39800, quantity=1, created_at=NOW, business_day=TODAY, imported_at=NOW, flag="1",
            receiver=self.secret("orderreceiver"), phone="13500884477", phone_tail="4477", address=self.secret("road"),
            tracking_number=self.secret("tracking"), buyer_message=self.secret("wish"), platform_remark=self.secret("platform"),
            invoice_title=self.secret("invoice"), courier=self.secret("carried"),
        )  # fmt: skip
        self.order.lines.create(position=1, title=self.secret("line"), variant=self.secret("linevariant"), quantity=1, sku=self.sku)
        by = {"by_kind": "person", "by_id": cast.lin.pk, "by_name": cast.lin.name}
        FlagChange.objects.create(order=self.order, flag="1", at=NOW, **by)
        remark = Remark.objects.create(order=self.order, flag="1", text=self.secret("remark"), at=NOW, **by)
        self.requirement = Requirement.objects.create(
            order=self.order, customer=cast.fang, shop=cast.shop, kind="day", text=self.secret("requirement"),
            remark=remark, by=cast.lin, at=NOW,
        )  # fmt: skip
        self.follow_up = FollowUp.objects.create(order=self.order, shop=cast.shop, placed_at=NOW, owner=cast.lin, contacts=1)
        Contact.objects.create(
            follow_up=self.follow_up, shop=cast.shop, ordinal=1, person=cast.lin, way="phone", reason="comparing",
            text=self.secret("prompt"), at=NOW,
        )  # fmt: skip
        self.parcel = Parcel.objects.create(
            order=self.order, shop=cast.shop, courier=self.secret("parcelcourier"), number=self.secret("parcel").upper(), sent_at=NOW
        )
        self.track = Track.objects.create(
            parcel=self.parcel, shop=cast.shop, state="problem", moved_at=NOW, last_text=self.secret("lasttext"), stalled_since=NOW
        )
        Step.objects.create(
            track=self.track, at=NOW, state="problem", text=self.secret("steptext"), place=self.secret("place"), source="hand",
            by_name=self.secret("notedby"), noted_at=NOW, digest="d",
        )  # fmt: skip
        self.parcel_run = self._run(ImportRun.Kind.PARCELS)
        Account.objects.create(
            vendor="kuaidi100", customer=self.secret("account"), sealed_key=self.secret("sealed"), kept_at=NOW, by_name=self.secret("kept")
        )
        self.exception = OrderException.objects.create(
            order=self.order, parcel=self.parcel, shop=cast.shop, kind="urgent", reason="complaint", note=self.secret("exception"),
            owner=cast.lin, opened_at=NOW, due_at=at("12:00"),
        )  # fmt: skip
        OrderChange.objects.create(order=self.order, run=self.run, field="address", before=self.secret("before"), after=self.secret("after"), at=NOW)
        self._change()
        refresh_words(self.order)

    def _change(self) -> None:
        """A change under way and one that ended, a discount that waits and one that was offered."""
        cast = self.cast
        asked = {"asked_by_kind": "person", "asked_by_id": cast.lin.pk, "asked_by_name": self.secret("asker"), "asked_at": NOW}
        common: dict[str, Any] = {"order": self.order, "shop": cast.shop, "stage": "paid", "follower": cast.lin, **asked}
        words = {"zh": self.secret("step"), "en": "step"}
        self.change = ChangeRequest.objects.create(
            field="invoice", before={"invoice_title": self.secret("oldtitle")}, after={"invoice_title": self.secret("newtitle")},
            note=self.secret("changenote"), **common,
        )  # fmt: skip
        self.step_of_change = ChangeStep.objects.create(request=self.change, position=1, code="x", who="agent", what=words)
        ChangeRequest.objects.create(
            field="courier", before={"courier": self.secret("oldcourier")}, after={"courier": self.secret("newcourier")}, settled_at=NOW,
            settled_by_name=self.secret("ender"), outcome="withdrawn", answer=self.secret("changeanswer"), **common,
        )  # fmt: skip
        self.offer = PriceOffer.objects.create(
            shop=cast.shop, customer=cast.fang, basket=[{"title": self.secret("basket"), "variant": "", "pieces": 1, "price_fen": 100}],
            list_fen=39800, before_fen=39800, off_fen=100, gift=self.secret("present"), price_fen=39700, reason=self.secret("bargain"),
            asked_by=cast.lin, asked_at=NOW, authority="own", state="open",
        )  # fmt: skip
        OrderLink.objects.create(order=self.order, made_by=cast.lin, made_at=NOW, until=NOW + timedelta(days=9), opened=1)

    def _backorders(self) -> None:
        cast = self.cast
        self.wait = Wait.objects.create(
            shop=cast.shop, customer=cast.fang, sku=self.sku, gets=self.sku, quantity=2, wait_until=TODAY + timedelta(days=3),
            note=self.secret("waitnote"), registered_by=cast.lin, registered_at=NOW, business_day=TODAY, owner=cast.lin,
        )  # fmt: skip
        Attempt.objects.create(wait=self.wait, ordinal=1, person=cast.lin, way="phone", reached=False, text=self.secret("attempt"), at=NOW)
        Ordered.objects.create(wait=self.wait, order=self.order, quantity=1, amount_fen=100, at=NOW)
        lacks = OrderException.objects.create(
            order=self.order, shop=cast.shop, kind="out_of_stock", reason="short", owner=cast.lin, opened_at=NOW, due_at=NOW
        )
        self.shortfall = Shortfall.objects.create(
            exception=lacks, order=self.order, shop=cast.shop, sku=self.sku, quantity=1, seller=cast.lin
        )
