"""What stands there before the journey of a dealer's return."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from dangban.dealers import actions as dealers
from dangban.dealers.actions import About
from dangban.handbook.actions import adopt_preset
from dangban.lib import clock
from dangban.shops.models import Product, Sku
from dangban.stock import actions as stock
from dangban.testing.cast import LONG_AGO, Cast
from tests.browser.stories import session_of


def dealer_story() -> dict[str, Any]:
    """A dealer on the list, a warehouse, and everybody who has a hand in a return signed in."""
    with clock.frozen(LONG_AGO + timedelta(days=1)):
        cast = Cast()
        adopt_preset()
        stock.open_warehouse("main", "主仓", [cast.shop], by=cast.bao)
        product = Product.objects.create(shop=cast.shop, platform_id="P1", title="南风纯棉四件套", updated_at=clock.now())
        Sku.objects.create(product=product, shop=cast.shop, code="NF-BLUE", name="雾蓝 220")
    dealers.add_dealer(cast.shop, About("绍兴孙记家纺", "孙立", phone="13600000011"), by=cast.zhou)
    people = {name: session_of(getattr(cast, name)) for name in ("lin", "zhou", "qian", "bao", "ding")}
    return {**people, "today": f"{clock.business_day(clock.now()):%Y-%m-%d}"}
