"""What a night leaves goes to the morning: written, signed, taken item by item, given back, and never forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from dangban.testing.browser import visit
from dangban.testing.live import LiveServer
from tests.browser.acts import WAIT, type_into

pytestmark = pytest.mark.browser


def zone_where_it_is_ten_at_night() -> str:
    """Whatever the hour of the test, the company is in its night. (`Etc/GMT-5` lies five hours east.)"""
    east = (22 - datetime.now(UTC).hour + 11) % 24 - 11
    return f"Etc/GMT{-east:+d}"


@pytest.fixture(scope="module")
def night() -> Iterator[LiveServer]:
    zone = {"DANGBAN_TIME_ZONE": zone_where_it_is_ten_at_night()}
    with LiveServer.start(story="tests.browser.shift_stories:night_story", environment=zone) as server:
        yield server


def test_what_a_night_leaves_is_handed_over_line_by_line(chromium: Any, night: LiveServer) -> None:
    told = night.told
    with (
        visit(chromium, night.url, told["lin"], expected=("409",)) as lin,
        visit(chromium, night.url, told["mei"]) as mei,
    ):
        # Nobody leaves over what is silent.
        assert "核对赠品" in refused_to_sign_off(lin)

        sheet = write_and_sign(lin, told)
        clocks = lin.locator(f"[data-clock][data-due='{told['noon']}']")
        clocks.nth(2).wait_for(timeout=WAIT)
        assert clocks.count() == 3

        # The morning takes two and gives one back.
        mei.goto("/handover/")
        mei.locator(f"a[href='{sheet}']").first.press("Enter")
        line(mei, "核对赠品").wait_for(timeout=WAIT)
        mei.keyboard.press("1")
        line(mei, "核对赠品").locator(".badge", has_text="已接收").wait_for(timeout=WAIT)
        mei.keyboard.press("3")
        line(mei, "空调遥控器").locator(".badge", has_text="已接收").wait_for(timeout=WAIT)
        type_into(line(mei, "问仓库缺货").locator("input[name=word]"), "仓库夜里有人，请当班问")
        mei.keyboard.press("Enter")
        line(mei, "问仓库缺货").locator(".badge", has_text="已退回").wait_for(timeout=WAIT)

        # It stands with the night again, at once, and keeps its day open until it is done.
        line(lin, "问仓库缺货").get_by_text("仓库夜里有人，请当班问").wait_for(timeout=WAIT)
        left = refused_to_sign_off(lin)
        assert "问仓库缺货" in left
        assert "核对赠品" not in left
        lin.goto("/day/")
        lin.get_by_role("link", name="问仓库缺货").press("Enter")
        lin.get_by_role("button", name="完成", exact=True).wait_for(timeout=WAIT)
        lin.keyboard.press("d")
        lin.get_by_role("button", name="完成", exact=True).wait_for(state="detached", timeout=WAIT)
        sign_off(lin)

        # What was written by hand is closed by hand.
        type_into(line(mei, "空调遥控器").locator("input[name=word]"), "已放回抽屉")
        mei.keyboard.press("Enter")
        line(mei, "空调遥控器").get_by_text("已放回抽屉").wait_for(timeout=WAIT)


def refused_to_sign_off(page: Any) -> str:
    """What the refusal names."""
    page.goto("/day/")
    page.locator("[data-key=s]").wait_for(timeout=WAIT)
    page.keyboard.press("s")
    page.get_by_text("当天还有事既没办结也没交接").first.wait_for(timeout=WAIT)
    return str(page.locator("main").inner_text())


def write_and_sign(lin: Any, told: dict[str, Any]) -> str:
    """The sheet with a line of her own and a word to each; gives its address."""
    lin.goto("/handover/draft/")
    type_into(lin.locator("input[name=label]"), "空调遥控器在前台")
    lin.keyboard.press("Enter")
    line(lin, "空调遥控器").wait_for(timeout=WAIT)

    # Signing without a word to each is refused; what was written is still there.
    type_into(line(lin, "核对赠品").get_by_role("textbox"), "少两份，已告诉仓库")
    lin.locator("select[name=to]").select_option(str(told["mei_id"]))
    lin.get_by_role("button", name="签字交班").press("Enter")
    lin.get_by_text("每一项都要写明进展和要做的事").first.wait_for(timeout=WAIT)
    lin.goto("/handover/draft/")
    assert line(lin, "核对赠品").get_by_role("textbox").input_value() == "少两份，已告诉仓库"

    # Enter in a line keeps the words of all.
    type_into(line(lin, "空调遥控器").get_by_role("textbox"), "早班放回抽屉")
    type_into(line(lin, "问仓库缺货").get_by_role("textbox"), "夜里没人接")
    with lin.expect_navigation(timeout=WAIT):
        lin.keyboard.press("Enter")
    assert line(lin, "空调遥控器").get_by_role("textbox").input_value() == "早班放回抽屉"
    lin.locator("select[name=to]").select_option(str(told["mei_id"]))
    with lin.expect_navigation(url="**/handover/*/", timeout=WAIT):
        lin.get_by_role("button", name="签字交班").press("Enter")
    return str(lin.url.removeprefix(lin.evaluate("location.origin")))


def line(page: Any, label: str) -> Any:
    return page.locator(".desk-line", has_text=label)


def sign_off(page: Any) -> None:
    """Every step of the day's end, then the day."""
    page.goto("/day/")
    steps = page.locator("section", has_text="收工").locator(".desk-tick")
    for number in range(steps.count()):
        steps.nth(number).press("Enter")
        page.wait_for_selector(f"section:has-text('收工') li:nth-child({number + 1}) .desk-tick--on", timeout=WAIT)
    page.keyboard.press("s")
    page.get_by_text("已签退").first.wait_for(timeout=WAIT)
