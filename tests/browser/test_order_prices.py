"""A discount beyond one's authority, granted on a phone; an address changed by its customer on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from dangban.testing.browser import visit
from dangban.testing.live import LiveServer
from tests.browser.acts import WAIT

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.fixture(scope="module")
def desk(chromium: Any) -> Iterator[LiveServer]:
    with LiveServer.start(story="tests.browser.order_stories:prices_story") as server:
        yield server


def test_a_discount_beyond_authority_is_granted_on_a_phone(chromium: Any, desk: LiveServer) -> None:
    """Lin asks at the desk, Zhou answers on the way; Lin's open page shows it without being touched."""
    told = desk.told
    with visit(chromium, desk.url, told["lin"]) as lin, visit(chromium, desk.url, told["zhou"], **PHONE) as zhou:
        lin.goto(f"/orders/{told['unpaid']}/price/")
        lin.get_by_label("让价（元）").fill("50")
        lin.get_by_label("理由").fill("老顾客，对比过两家")
        lin.get_by_role("button", name="给优惠").click()
        lin.locator("#price-offers .badge", has_text="等答复").wait_for(timeout=WAIT)
        zhou.goto("/approvals/")
        ask = zhou.locator(".desk-ask", has_text="让价 ¥50.00（原价 ¥200.00）：老顾客，对比过两家")
        ask.wait_for(timeout=WAIT)
        fits(zhou)
        button = ask.get_by_role("button", name="同意")
        assert button.bounding_box()["height"] >= 40
        button.tap()
        ask.wait_for(state="detached", timeout=WAIT)
        lin.locator("#price-offers .badge", has_text="已给出").wait_for(timeout=WAIT)
        lin.goto(f"/orders/{told['unpaid']}/")
        assert "¥150.00" in lin.locator(".order__money").inner_text()


def test_the_customer_changes_the_address_on_a_phone(chromium: Any, desk: LiveServer) -> None:
    """Nothing is shown whole before the end of the phone number is right; then the order is changed at once."""
    told = desk.told
    with visit(chromium, desk.url, **PHONE, expected=("422",)) as phone, visit(chromium, desk.url, told["lin"]) as lin:
        lin.goto(f"/orders/{told['paid']}/")
        lin.locator("#order-changes").wait_for(timeout=WAIT)
        phone.goto(f"/o/{told['link']}/")
        fits(phone)
        assert "待发货" in phone.locator("h1").inner_text()
        assert "示例路8号" not in phone.content()
        tail(phone, "1111")
        phone.get_by_text("和收件手机号对不上").wait_for(timeout=WAIT)
        tail(phone, "0005")
        phone.get_by_text("示例路8号").wait_for(timeout=WAIT)
        phone.get_by_label("新地址").fill("浙江省杭州市拱墅区新开路 9 号 2 单元")
        fits(phone)
        phone.get_by_role("button", name="修改地址").tap()
        phone.get_by_text("地址已更新，谢谢。").wait_for(timeout=WAIT)
        assert "新开路 9 号 2 单元" in phone.content()
        lin.locator("#order-changes .change", has_text="顾客本人").wait_for(timeout=WAIT)


def tail(page: Any, digits: str) -> None:
    page.get_by_label("收件手机号后四位").fill(digits)
    page.get_by_role("button", name="查看完整信息").tap()


def fits(page: Any) -> None:
    """Nothing has to be pushed sideways to be read."""
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
