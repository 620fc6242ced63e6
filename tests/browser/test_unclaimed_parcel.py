"""A parcel that nobody announced: scanned, described, matched with one key, counted, inspected."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from dangban.testing.browser import visit
from dangban.testing.live import LiveServer
from tests.browser.acts import WAIT

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def warehouse() -> Iterator[LiveServer]:
    with LiveServer.start(story="tests.browser.return_stories:returns_story") as server:
        yield server


def test_a_parcel_without_a_word_finds_its_order_and_becomes_a_case(chromium: Any, warehouse: LiveServer) -> None:
    with visit(chromium, warehouse.url, warehouse.told["ding"]) as ding:
        keys = ding.keyboard
        ding.goto("/aftersales/receiving/")

        # The scanner types into the field that has the focus, and ends with Enter.
        ding.locator("#scan:focus").wait_for(timeout=WAIT)
        keys.type("sf770001")
        keys.press("Enter")
        ding.locator(".pack__big", has_text="没人登记过").wait_for(timeout=WAIT)
        ding.get_by_role("link", name="记下面单内容并拍照").click()

        # Name and phone of the sender are enough for a guess; one key says that it is hers.
        ding.locator("input[name=sender]").fill("方静")
        ding.locator("input[name=phone_tail]").fill("5005")
        ding.locator("textarea[name=label_text]").fill(f"退货 订单 {warehouse.told['order']}")
        ding.get_by_role("button", name="重新匹配").click()
        guess = ding.locator(".inbound-guess").first
        guess.locator("text=订单号 +60").wait_for(timeout=WAIT)
        assert warehouse.told["order"] in guess.inner_text()
        ding.locator("#whose").click()
        keys.press("1")

        # It has a case now and is counted and inspected like every return.
        ding.get_by_role("button", name="清点完成").wait_for(timeout=WAIT)
        assert "SH" in ding.locator("#parcel-facts").inner_text()
        ding.get_by_role("button", name="清点完成").click()
        ding.locator("#inspection").wait_for(timeout=WAIT)
        ding.locator("#inspection").get_by_role("button", name="已验货").click()
        ding.locator("#parcel-facts", has_text="全新 → 良品入库").wait_for(timeout=WAIT)
        ding.goto("/stock/?q=NF-BLUE")
        ding.locator("tr", has_text="NF-BLUE").wait_for(timeout=WAIT)

    with visit(chromium, warehouse.url, warehouse.told["mei"]) as mei:
        mei.goto(f"/aftersales/?which=all&q={warehouse.told['order']}")
        mei.locator("#cases", has_text="验货完成").wait_for(timeout=WAIT)
