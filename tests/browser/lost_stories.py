"""What a lost parcel begins with: a customer who waits, a parcel without news, the same goods in stock."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from dangban.aftersales.tests.story import Returning
from dangban.handbook.actions import adopt_preset
from dangban.lib import clock
from dangban.orders.models import Order, Parcel
from dangban.shops.models import Sku
from dangban.stock import actions as stock
from dangban.stock.tests.goods import sku_of
from dangban.testing.cast import LONG_AGO, Cast
from tests.browser.stories import session_of


def lost_story() -> dict[str, Any]:
    """Fang waits nine days for the blue set, sent with 圆通; two more lie in stock. Mei has opened the case."""
    with clock.frozen(LONG_AGO + timedelta(days=1)):
        cast = Cast()
        adopt_preset()
        main = stock.open_warehouse("main", "主仓", [cast.shop], by=cast.bao)
        blue = sku_of(cast.shop, "NF-BLUE")
        Sku.objects.filter(pk=blue.pk).update(price_fen=39_900)
        stock.receive(blue, main.zones.get(status="good"), 2, by=cast.ding, key="story")
    story = Returning.__new__(Returning)
    story.cast, story.blue = cast, blue
    now = clock.now()
    sent = now - timedelta(days=8)
    order = story.order(blue, number="4126330781125590707", signed_at=None, paid_fen=39_900)
    Order.objects.filter(pk=order.pk).update(created_at=sent, paid_at=sent, dispatched_at=sent, courier="圆通速递", tracking_number="YT7001")
    Parcel.objects.create(order=order, shop=order.shop, courier="圆通速递", number="YT7001", sent_at=sent)
    order.refresh_from_db()
    case = story.case("reship", "lost", order=order, at=now)
    sessions = {name: session_of(getattr(cast, name)) for name in ("mei", "ou", "qian")}
    return sessions | {"case": case.pk, "number": case.number}
