"""The customer moves after the slip was printed: the old paper sends nothing, the new one goes to the new address."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from dangban.testing.browser import visit
from dangban.testing.live import LiveServer
from tests.browser.acts import WAIT, scan, type_into

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def printed() -> Iterator[LiveServer]:
    with LiveServer.start(story="tests.browser.order_stories:printed_story") as server:
        yield server


def test_an_address_changed_after_printing_voids_the_slip_and_the_parcel_goes_to_the_new_one(
    chromium: Any, printed: LiveServer
) -> None:
    told = printed.told
    with (
        visit(chromium, printed.url, told["lin"]) as lin,
        visit(chromium, printed.url, told["ding"], expected=("409",)) as ding,
        visit(chromium, printed.url, told["ou"]) as ou,
    ):
        ask_for_another_address(lin, told)

        # While it is under way the slip that is out there can't be packed.
        ding.goto("/dispatch/pack/")
        scan(ding, told["slip"])
        ding.locator(".pack__state--bad", has_text="收货信息").wait_for(timeout=WAIT)

        # The warehouse has the paper in hand, the agent has changed the platform: the order is changed.
        ding.goto("/orders/changes/")
        ding.get_by_role("link", name="收货信息").press("Enter")
        ding.locator(".change__step", has_text="仓库").get_by_role("button").press("Enter")
        lin.locator(".change__step--done", has_text="丁大力").wait_for(timeout=WAIT)
        lin.locator(".change__step", has_text="平台后台").get_by_role("button").press("Enter")
        lin.locator("#change .order-states", has_text="已改好").wait_for(timeout=WAIT)

        # Who scans the old slip all the same is told; it is pulled.
        ding.goto("/dispatch/pack/")
        scan(ding, told["slip"])
        ding.locator(".pack__state--bad", has_text=f"作废面单 {told['slip']}").wait_for(timeout=WAIT)
        ding.goto("/dispatch/void/")
        ding.locator("tr", has_text=told["slip"]).get_by_role("button", name="已抽出").press("Enter")
        ding.get_by_text("没有待抽出的作废面单").wait_for(timeout=WAIT)

        slip = print_anew(ou, told)
        assert slip != told["slip"]
        ding.goto("/dispatch/pack/")
        scan(ding, slip)
        ding.get_by_text("请扫商品").wait_for(timeout=WAIT)
        scan(ding, "NF-BLUE")
        ding.get_by_text("装齐了，请扫运单号").wait_for(timeout=WAIT)
        scan(ding, "YT2002")
        ding.get_by_text("已发出：圆通速递 YT2002").wait_for(timeout=WAIT)

        lin.goto(f"/orders/{told['order']}/")
        lin.get_by_text("已发货").first.wait_for(timeout=WAIT)
        assert "滨江区" in lin.locator("main").inner_text()


def ask_for_another_address(lin: Any, told: dict[str, Any]) -> None:
    """From the page of the order: what is typed, and the steps it takes."""
    lin.goto(f"/orders/{told['order']}/")
    lin.locator("#order-changes").get_by_role("link", name="收货信息").press("Enter")
    type_into(lin.locator("textarea[name=address]"), "浙江省杭州市滨江区江边路9号")
    lin.get_by_role("button", name="开始办理").press("Enter")
    lin.locator("#change .change__step").nth(1).wait_for(timeout=WAIT)


def print_anew(ou: Any, told: dict[str, Any]) -> str:
    """Audited once more, the remark of the change read, a wave of its own; gives the new slip's number."""
    ou.goto("/dispatch/")
    ou.locator("tr", has_text=told["number"]).wait_for(timeout=WAIT)
    ou.keyboard.press("a")
    ou.get_by_text("0 单通过，1 单未过").wait_for(timeout=2 * WAIT)
    ou.goto("/dispatch/?stage=held")
    ou.get_by_role("link", name=told["number"]).press("Enter")
    ou.locator(".dispatch-release button").press("Enter")
    ou.locator(".dispatch-release").wait_for(state="detached", timeout=WAIT)
    ou.goto("/dispatch/waves/")
    ou.locator("[data-bulk-bar] button[type=submit]").wait_for(timeout=WAIT)
    ou.keyboard.press("w")
    slip = ou.locator("td .id").first
    slip.wait_for(timeout=WAIT)
    with ou.expect_download(timeout=2 * WAIT) as labels:
        ou.get_by_role("button", name="面单", exact=True).press("Enter")
    assert labels.value.suggested_filename.endswith(".pdf")
    return str(slip.text_content())
