"""An exchange for dearer goods: they wait until the customer has paid the rest, then they are anybody's order to audit."""

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
    with LiveServer.start(story="tests.browser.exchange_stories:exchange_story") as server:
        yield server


def test_dearer_goods_leave_once_the_difference_is_paid(chromium: Any, desk: LiveServer) -> None:
    """Mei orders what is wanted, notes the customer's payment; Qian's open page follows; Ou finds it to be audited."""
    told = desk.told
    address = f"/aftersales/{told['case']}/money/"
    with visit(chromium, desk.url, told["mei"]) as mei, visit(chromium, desk.url, told["qian"], **PHONE) as qian:
        mei.goto(address)
        qian.goto(address)
        assert "¥199.00" in mei.locator("#case-sums .settle-steps tfoot").inner_text()
        goods = mei.locator("details.card", has_text="为本单发货")
        goods.locator("summary").click()
        assert goods.get_by_label("发出的 SKU").input_value() == "NF-WOOL"
        goods.get_by_role("button", name="下单发货").click()
        made = mei.locator("#case-sums", has_text=f"{told['number']}-1")
        made.wait_for(timeout=WAIT)
        assert "¥30.00" in made.inner_text()
        # The other page follows without being touched, and nothing sticks out of a phone.
        qian.locator("#case-sums", has_text=f"{told['number']}-1").wait_for(timeout=WAIT)
        assert qian.evaluate("document.documentElement.scrollWidth") <= 390
        paid = mei.locator("details.card", has_text="顾客已补款")
        assert paid.get_by_label("金额（元）").input_value() == "30.00"
        paid.get_by_label("流水号").fill("补运费-2200")
        paid.get_by_role("button", name="记下补款").click()
        mei.locator("#case-sums .settle-list", has_text="待发货").wait_for(timeout=WAIT)
    with visit(chromium, desk.url, told["ou"]) as ou:
        ou.goto("/dispatch/")
        ou.get_by_text(f"{told['number']}-1").first.wait_for(timeout=WAIT)
