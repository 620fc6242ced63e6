"""Orders of Fang's that she is not content with; run in a process of its own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from dangban.aftersales import actions
from dangban.aftersales.facts import paid_shares
from dangban.lib import clock
from dangban.orders.models import Order, OrderLine
from dangban.shops.models import Product, Sku
from dangban.stock import actions as stock
from dangban.testing.cast import LONG_AGO, Cast
from dangban.testing.handbooks import adopt_with
from tests.browser.stories import customer_token, session_of


def cases_story() -> dict[str, Any]:
    """Three orders that were signed for: one she writes about, one with a case of worn goods, one of which something is missing."""
    with clock.frozen(LONG_AGO + timedelta(days=1)):
        cast = Cast()
        stock.open_warehouse("main", "主仓", [cast.shop], by=cast.bao)
    # Whatever the hour of the test, it is nobody's night.
    quiet = "13:00-14:00" if clock.local(clock.now()).hour < 12 else "03:00-04:00"
    adopt_with({"orders.quiet_hours": f'is = "{quiet}"'})
    product = Product.objects.create(shop=cast.shop, platform_id="P1", title="南风纯棉四件套", category="家纺", updated_at=clock.now())
    sku = Sku.objects.create(product=product, shop=cast.shop, code="NF-BLUE", name="雾蓝 220")
    torn = _order(cast, sku, "4126330781125590412", timedelta(days=2))
    worn = _case(cast, _order(cast, sku, "4126330781125590523", timedelta(days=2)), "return", "dislike")
    missing = _case(cast, _order(cast, sku, "4126330781125590634", timedelta(hours=30)), "reship", "missing")
    sessions = {name: session_of(getattr(cast, name)) for name in ("mei", "ding", "qian", "zhou")}
    return sessions | {"torn": torn.pk, "worn": worn, "missing": missing, "key": "key-nanfeng", "fang": customer_token(cast)}


def _order(cast: Cast, sku: Sku, number: str, signed: timedelta) -> Order:
    now = clock.now()
    placed = now - timedelta(days=6)
    order = Order.objects.create(
        shop=cast.shop, platform_id=number, number_tail=number[-6:], customer=cast.fang, status="signed", quantity=1, total_fen=39_900,
        paid_fen=39_900, created_at=placed, paid_at=placed, dispatched_at=placed + timedelta(days=1), signed_at=now - signed,
        business_day=clock.business_day(placed), imported_at=placed, receiver="方静", phone="13800005005", phone_tail="5005",
        province="浙江省", city="杭州市", address="示例路 8 号", courier="中通", tracking_number=f"ZT{number[-7:]}",
    )  # fmt: skip
    OrderLine.objects.create(
        order=order, position=1, title="南风纯棉四件套", variant=sku.name, quantity=1, price_fen=39_900, sku=sku, sku_code=sku.code
    )
    return order


def _case(cast: Cast, order: Order, kind: str, reason: str) -> int:
    shares = paid_shares(order)
    lines = [actions.Wanted(line, line.quantity, shares[line.pk]) for line in order.lines.all()]
    made = actions.open_case(order.shop, kind, reason, by=cast.mei, source="order", order=order, lines=lines)
    return int(made.pk)
