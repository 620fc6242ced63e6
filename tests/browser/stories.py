"""What stands in the scratch installation before a journey begins; run in a process of its own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from dangban.handbook.actions import adopt_preset
from dangban.knowledge import actions as knowledge
from dangban.lib import clock
from dangban.orders import actions as orders
from dangban.orders import events
from dangban.orders.models import Order, OrderLine
from dangban.people.models import Person
from dangban.shops import catalogue
from dangban.shops.models import Courier, Product, Sku
from dangban.stock import actions as stock
from dangban.stock.models import Zone
from dangban.testing.cast import LONG_AGO, Cast
from dangban.testing.handbooks import adopt_with


def floor_story() -> dict[str, Any]:
    """The cast today, Lin and Mei signed in, a script, and an unshipped order of Fang's."""
    with clock.frozen(LONG_AGO + timedelta(days=1)):
        cast = Cast()
        adopt_preset()
    now = clock.now()
    knowledge.write_script(by=cast.zhou, scope="company", stage="need", title="尺码说明", body="您好{顾客}，1.8 米床选 220 的那套。")
    order = Order.objects.create(
        shop=cast.shop, platform_id="4126330781125590312", number_tail="590312", customer=cast.fang, status="paid",
        total_fen=39900, paid_fen=39900, quantity=1, created_at=now, paid_at=now,
        business_day=clock.business_day(now), imported_at=now,
    )  # fmt: skip
    OrderLine.objects.create(order=order, position=1, title="南风纯棉四件套", variant="雾蓝 220", quantity=1)
    return {"lin": session_of(cast.lin), "mei": session_of(cast.mei), "shop": cast.shop.pk, "key": "key-nanfeng",
            "fang": customer_token(cast)}  # fmt: skip


def customer_token(cast: Cast) -> str:
    from dangban.chat import actions as chat
    from dangban.chat import tokens

    thread = chat.open_thread(cast.shop, customer=cast.fang)
    return tokens.visitor_token(thread, name=cast.fang.name)


def session_of(person: Person) -> str:
    """A session as signing in makes it."""
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.create()
    return str(session.session_key)


def waiting_story() -> dict[str, Any]:
    """The cast today, Lin and Ding signed in, and goods of which the warehouse has none."""
    with clock.frozen(LONG_AGO + timedelta(days=1)):
        cast = Cast()
        stock.open_warehouse("main", "主仓", [cast.shop], by=cast.bao)
    # Whatever the hour of the test, it is nobody's night.
    quiet = "13:00-14:00" if clock.local(clock.now()).hour < 12 else "03:00-04:00"
    adopt_with({"orders.quiet_hours": f'is = "{quiet}"'})
    product = Product.objects.create(shop=cast.shop, platform_id="P-1", title="加厚四件套", price_fen=19900, updated_at=clock.now())
    product.search = catalogue.searched(product)
    product.save()
    sku = Sku.objects.create(product=product, shop=cast.shop, code="SJT-180-BL", name="深蓝 1.8 米", price_fen=19900)
    catalogue.index([product])
    zone = Zone.objects.get(warehouse__code="main", status="good")
    # The warehouse knows the goods: it had one, which is gone.
    stock.receive(sku, zone, 1, by=cast.ding, key="first")
    stock.take_out(sku, 1, by=cast.ding, key="gone")
    return {"lin": session_of(cast.lin), "ding": session_of(cast.ding), "zhou": session_of(cast.zhou), "shop": cast.shop.pk,
            "key": "key-nanfeng", "sku": sku.pk, "fang": customer_token(cast)}  # fmt: skip


def warehouse_story() -> dict[str, Any]:
    """An order that was paid while nobody was there, a wish on it from the chat, its goods on the shelf."""
    with clock.frozen(LONG_AGO + timedelta(days=1)):
        cast = Cast()
        adopt_preset()
        main = stock.open_warehouse("main", "主仓", [cast.shop], by=cast.bao)
        product = Product.objects.create(shop=cast.shop, platform_id="P1", title="南风纯棉四件套", updated_at=clock.now())
        sku = Sku.objects.create(product=product, shop=cast.shop, code="NF-BLUE", name="雾蓝 220")
        stock.receive(sku, main.zones.get(status="good"), 5, by=cast.ding, key="story")
        Courier.objects.create(shop=cast.shop, name="圆通速递")
    night = clock.now() - timedelta(hours=9)
    order = Order.objects.create(
        shop=cast.shop, platform_id="4126330781125590312", number_tail="590312", customer=cast.fang, status="paid",
        total_fen=39900, paid_fen=39900, quantity=1, created_at=night, paid_at=night, business_day=clock.business_day(night),
        imported_at=night, receiver="方静", phone="13500000005", province="浙江省", city="杭州市", district="西湖区",
        address="示例路8号",
    )  # fmt: skip
    OrderLine.objects.create(order=order, position=1, title=product.title, variant=sku.name, sku=sku, sku_code=sku.code, quantity=1)
    orders.put_requirement(order, "gift", "写张贺卡", by=cast.lin, thread_id=1, message_seq=1)
    events.came([order], clock.now())
    return {"ou": session_of(cast.ou), "ding": session_of(cast.ding), "order": order.platform_id}
