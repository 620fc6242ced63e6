"""Orders that journeys at the order desk begin with; run in a process of its own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from dangban.dispatch.actions import auditing, waves
from dangban.dispatch.models import Preparation, Slip
from dangban.handbook.actions import adopt_preset
from dangban.lib import clock
from dangban.orders import events
from dangban.orders.models import Order, OrderLine
from dangban.orders.self_service import links
from dangban.shops.models import Courier, Product, Sku
from dangban.stock import actions as stock
from dangban.testing.cast import LONG_AGO, Cast
from tests.browser.stories import session_of


def prices_story() -> dict[str, Any]:
    """An order of Fang's that awaits payment, one that is paid, and the link to it that Lin has given."""
    with clock.frozen(LONG_AGO + timedelta(days=1)):
        cast = Cast()
        adopt_preset()
    unpaid = _order(cast, "4126330781125590401", status="unpaid", total_fen=20000)
    paid = _order(cast, "4126330781125590402", status="paid", total_fen=39900, paid_fen=39900, paid_at=clock.now())
    sessions = {name: session_of(getattr(cast, name)) for name in ("lin", "zhou")}
    return sessions | {"unpaid": unpaid.pk, "paid": paid.pk, "link": links.token(paid, cast.lin, clock.now())}


def printed_story() -> dict[str, Any]:
    """A paid order of Fang's: audited, its slip printed, its goods on the shelf."""
    with clock.frozen(LONG_AGO + timedelta(days=1)):
        cast = Cast()
        adopt_preset()
        main = stock.open_warehouse("main", "主仓", [cast.shop], by=cast.bao)
        product = Product.objects.create(shop=cast.shop, platform_id="P1", title="南风纯棉四件套", updated_at=clock.now())
        sku = Sku.objects.create(product=product, shop=cast.shop, code="NF-BLUE", name="雾蓝 220")
        stock.receive(sku, main.zones.get(status="good"), 5, by=cast.ding, key="story")
        Courier.objects.create(shop=cast.shop, name="圆通速递")
    order = _order(cast, "4126330781125590403", status="paid", total_fen=39900, paid_fen=39900, paid_at=clock.now())
    OrderLine.objects.filter(order=order).update(sku=sku, sku_code=sku.code)
    events.came([order], clock.now())
    row = Preparation.objects.get(order=order)
    auditing.audit([row.pk], by=cast.ou)
    wave = waves.make_wave(cast.shop, [row.pk], by=cast.ou)
    slip = Slip.objects.get(wave=wave)
    waves.note_printed(wave, "labels", [slip.pk], by=cast.ou)
    sessions = {name: session_of(getattr(cast, name)) for name in ("lin", "ou", "ding")}
    return sessions | {"order": order.pk, "number": order.platform_id, "slip": slip.number}


def _order(cast: Cast, number: str, **given: Any) -> Order:
    now = clock.now()
    order = Order.objects.create(
        shop=cast.shop, platform_id=number, number_tail=number[-6:], customer=cast.fang, quantity=1, created_at=now,
        business_day=clock.business_day(now), imported_at=now, receiver="方静", phone="13500000005", phone_tail="0005",
        province="浙江省", city="杭州市", district="西湖区", address="示例路8号", **given,
    )  # fmt: skip
    OrderLine.objects.create(order=order, position=1, title="南风纯棉四件套", variant="雾蓝 220", quantity=1)
    return order
