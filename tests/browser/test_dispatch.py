"""From an order placed in the night to a parcel that has left, with nothing but a keyboard and a scanner."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from dangban.testing.browser import chromium, visit  # noqa: F401  a fixture
from dangban.testing.live import LiveServer
from tests.browser.acts import WAIT, scan

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def warehouse(chromium: Any) -> Iterator[LiveServer]:  # noqa: F811
    with LiveServer.start(story="tests.browser.stories:warehouse_story") as server:
        yield server


def test_a_wish_is_ticked_the_order_audited_printed_packed_and_sent(chromium: Any, warehouse: LiveServer) -> None:  # noqa: F811
    order = warehouse.told["order"]
    with visit(chromium, warehouse.url, warehouse.told["ou"]) as desk:
        desk.goto("/dispatch/")
        desk.locator("tr", has_text=order).wait_for(timeout=WAIT)
        desk.get_by_role("button", name="全部审单").click()
        desk.get_by_text("0 单通过，1 单未过").wait_for(timeout=2 * WAIT)
        desk.goto("/dispatch/?stage=held")
        desk.get_by_role("link", name=order).click()
        desk.get_by_role("link", name="去核对或答复").click()
        desk.locator(".wish button[value=yes]").click()
        desk.locator(".wish--settled").wait_for(timeout=WAIT)
        desk.goto("/dispatch/")
        desk.goto("/dispatch/?stage=held")
        desk.locator("[data-bulk-item]").check()
        desk.locator("[data-bulk-bar] button[type=submit]").click()
        desk.goto("/dispatch/waves/")
        desk.locator("[data-bulk-bar] button[type=submit]").click()
        slip = desk.locator("td .id").first.text_content()
        with desk.expect_download(timeout=2 * WAIT) as labels:
            desk.get_by_role("button", name="面单", exact=True).click()
        assert labels.value.suggested_filename.endswith(".pdf")
    with visit(chromium, warehouse.url, warehouse.told["ding"], expected=("409",)) as table:
        table.goto("/dispatch/pack/")
        scan(table, slip)
        table.get_by_text("请扫商品").wait_for(timeout=WAIT)
        scan(table, "NF-999")
        table.get_by_text("货不对").wait_for(timeout=WAIT)
        scan(table, "NF-BLUE")
        table.get_by_text("装齐了，请扫运单号").wait_for(timeout=WAIT)
        scan(table, "YT1001")
        table.get_by_text("已发出：圆通速递 YT1001").wait_for(timeout=WAIT)
        table.goto(f"/orders/?q={order}")
        table.get_by_text("已发货").first.wait_for(timeout=WAIT)
