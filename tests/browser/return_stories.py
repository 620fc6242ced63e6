"""What comes back to the warehouse in a scratch installation; run in a process of its own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction

from dangban.aftersales import actions, inbound
from dangban.aftersales.facts import paid_shares
from dangban.customers.models import Customer
from dangban.handbook.actions import adopt_preset
from dangban.lib import clock
from dangban.orders.models import Order, OrderLine
from dangban.shops.models import Product, Sku
from dangban.stock import actions as stock
from dangban.testing.cast import LONG_AGO, Cast
from tests.browser.stories import session_of


def returns_story() -> dict[str, Any]:
    """A return on its way, one to be inspected, and an order signed for whose buyer told nobody that she sends it back."""
    with clock.frozen(LONG_AGO + timedelta(days=1)):
        cast = Cast()
        adopt_preset()
        main = stock.open_warehouse("main", "主仓", [cast.shop], by=cast.bao)
        product = Product.objects.create(shop=cast.shop, platform_id="P1", title="南风纯棉四件套", updated_at=clock.now())
        sku = Sku.objects.create(product=product, shop=cast.shop, code="NF-BLUE", name="雾蓝 220")
    quiet = _order(cast, sku, "4126330781125590312", "方静", "5005", cast.fang)
    told = _order(cast, sku, "4126330781125590420", "许安", "7007", None)
    other = _order(cast, sku, "4126330781125590533", "周晓", "9009", None)
    _announced(cast, told, "YT5550001")
    _announced(cast, other, "YT5550002")
    parcel = inbound.arrive("YT5550002", by=cast.ding, warehouse=main)
    inbound.count(parcel, {item.pk: 1 for item in parcel.items.all()}, by=cast.ding)
    return {"ding": session_of(cast.ding), "mei": session_of(cast.mei), "order": quiet.platform_id, "told": told.platform_id, "counted": parcel.pk}


def _order(cast: Cast, sku: Sku, number: str, receiver: str, tail: str, customer: Customer | None) -> Order:
    placed = clock.now() - timedelta(days=6)
    order = Order.objects.create(
        shop=cast.shop, platform_id=number, number_tail=number[-6:], customer=customer, status="signed", quantity=1, total_fen=39_900,
        paid_fen=39_900, created_at=placed, paid_at=placed, dispatched_at=placed + timedelta(days=1), signed_at=placed + timedelta(days=4),
        business_day=clock.business_day(placed), imported_at=placed, receiver=receiver, phone=f"1380000{tail}", phone_tail=tail,
        province="浙江省", city="杭州市", address="示例路 8 号", courier="中通", tracking_number=f"ZT{number[-7:]}",
    )  # fmt: skip
    OrderLine.objects.create(
        order=order, position=1, title="南风纯棉四件套", variant=sku.name, quantity=1, price_fen=39_900, sku=sku, sku_code=sku.code
    )
    return order


def _announced(cast: Cast, order: Order, number: str) -> None:
    """The customer was asked to send it back, and has."""
    shares = paid_shares(order)
    lines = [actions.Wanted(line, line.quantity, shares[line.pk]) for line in order.lines.all()]
    case = actions.open_case(order.shop, "return", "size", by=cast.mei, source="order", order=order, lines=lines)
    for act, to in (("assess", "assessed"), ("agree_return", "returning")):
        with transaction.atomic():
            actions.move(actions.locked(case.pk), act, to, by=cast.mei, at=clock.now())
    inbound.announce(case, "圆通", number, by=cast.mei)
