"""Out of stock in the chat, registered, arrived in the warehouse, told, ordered, credited."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from dangban.lib import clock
from dangban.testing.browser import visit
from dangban.testing.live import LiveServer
from tests.browser.acts import WAIT, bubbles, customer, go, write

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def shop() -> Iterator[LiveServer]:
    with LiveServer.start(story="tests.browser.stories:waiting_story") as server:
        yield server


def test_who_asked_for_what_was_out_is_told_when_it_comes_and_their_order_is_credited(chromium: Any, shop: LiveServer) -> None:
    with visit(chromium, shop.url, shop.told["lin"]) as lin, visit(chromium, shop.url, shop.told["ding"]) as ding:
        keys = lin.keyboard
        lin.goto("/workspace/")
        go(lin, "held")
        chat, fang = customer(chromium, shop, shop.told["fang"])
        write(fang, "深蓝的四件套还有吗")
        lin.locator("[data-key='2'] .tabs__count").wait_for(timeout=WAIT)
        keys.press("n")
        lin.locator("[data-conversation][data-mine=yes] [data-composer-text]:focus").wait_for(timeout=WAIT)

        # It is out: one click on the goods, one on the register.
        keys.press("Escape")
        lin.locator("[data-tab=products]").click()
        lin.locator(".pane--context input[type=search]").fill("SJT-180-BL")
        lin.locator(".product-line", has_text="SJT-180-BL").get_by_role("button", name="登记缺货").click(timeout=WAIT)
        lin.locator("#wait-panel form button", has_text="登记缺货").click(timeout=WAIT)
        lin.locator("#wait-panel", has_text="等货中").wait_for(timeout=WAIT)
        address = lin.locator("#wait-panel .pane__section a").first.get_attribute("href")

        # The warehouse books what has come.
        ding.goto(f"/stock/{shop.told['sku']}/?act=receipt")
        ding.locator("input[name=quantity]").fill("2")
        ding.locator("form:has(input[name=kind]) button[type=submit]").click()

        # She reads it, he has a clock; her answer stops it.
        bubbles(fang, "您登记的加厚四件套 深蓝 1.8 米到货了").wait_for(timeout=WAIT)
        lin.goto("/inbox/")
        lin.get_by_text("加厚四件套 深蓝 1.8 米到货了：联系登记等货的顾客").first.wait_for(timeout=WAIT)
        lin.goto(address)
        lin.locator("#wait-card", has_text="已留言").wait_for(timeout=WAIT)
        write(fang, "太好了，我现在拍")
        lin.locator("#wait-card", has_text="已联系，留货中").wait_for(timeout=WAIT)

        # Her order is paid: credited, on the page that is open.
        load_paid_order(shop)
        lin.locator("#wait-card", has_text="已成交").wait_for(timeout=WAIT)
        assert "¥199.00" in lin.locator("#wait-card").inner_text()
        lin.goto("/backorders/report/")
        assert "林小雨" in lin.locator("main").inner_text()
    chat.__exit__(None, None, None)


def load_paid_order(shop: LiveServer) -> None:
    """As the order desk takes in the platform's file."""
    now = clock.local(clock.now() + timedelta(seconds=1))
    head = "订单号,买家账号,订单状态,下单时间,付款时间,订单金额,实付金额,商品编码,商品名称,数量,单价"
    row = f"88990011,fang_2008,待发货,{now:%Y-%m-%d %H:%M:%S},{now:%Y-%m-%d %H:%M:%S},199.00,199.00,SJT-180-BL,加厚四件套,1,199.00"
    file = shop.data / "orders.csv"
    file.write_text(f"{head}\n{row}\n", encoding="utf-8")
    shop.command("import", "orders", str(file), "--shop", "nanfeng")
