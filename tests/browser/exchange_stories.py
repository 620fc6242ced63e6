"""What an exchange begins with: goods that came back as new, dearer ones wanted instead."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from dangban.aftersales.models import Finding, InboundParcel, ParcelItem
from dangban.aftersales.tests.story import Returning
from dangban.handbook.actions import adopt_preset
from dangban.lib import clock
from dangban.orders.models import Order
from dangban.shops.models import Sku
from dangban.stock import actions as stock
from dangban.stock.tests.goods import sku_of
from dangban.testing.cast import LONG_AGO, Cast
from tests.browser.stories import session_of


def exchange_story() -> dict[str, Any]:
    """Fang sent the blue set back as new and wants the wool one, 30 yuan dearer; two of it are in stock."""
    with clock.frozen(LONG_AGO + timedelta(days=1)):
        cast = Cast()
        adopt_preset()
        main = stock.open_warehouse("main", "主仓", [cast.shop], by=cast.bao)
        blue, wool = sku_of(cast.shop, "NF-BLUE"), sku_of(cast.shop, "NF-WOOL", "羊毛毯", "米白")
        Sku.objects.filter(pk=blue.pk).update(price_fen=19_900)
        Sku.objects.filter(pk=wool.pk).update(price_fen=22_900)
        stock.receive(wool, main.zones.get(status="good"), 2, by=cast.ding, key="story")
    story = Returning.__new__(Returning)
    story.cast, story.blue, story.grey = cast, blue, wool
    now = clock.now()
    order = story.order(blue, number="4126330781125590404", signed_at=now - timedelta(days=1))
    Order.objects.filter(pk=order.pk).update(created_at=now - timedelta(days=4), paid_at=now - timedelta(days=4))
    case = story.case("exchange", "size", order=order, at=now)
    case.lines.update(wanted_sku=wool)
    line = case.lines.get()
    parcel = InboundParcel.objects.create(shop=cast.shop, number="ZT4404", courier="中通", state="inspected", arrived_at=now)
    item = ParcelItem.objects.create(parcel=parcel, line=line, sku=blue, announced=1, counted=1)
    Finding.objects.create(item=item, quantity=1, condition="good", disposal="stock", by=cast.ding, at=now)
    sessions = {name: session_of(getattr(cast, name)) for name in ("mei", "ou", "qian")}
    return sessions | {"case": case.pk, "number": case.number}
