"""A roster by keyboard: written, checked while it is written, computed, published, known, swapped."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from dangban.testing.browser import visit
from dangban.testing.live import LiveServer
from tests.browser.acts import WAIT, type_into

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def week() -> Iterator[LiveServer]:
    with LiveServer.start(story="tests.browser.roster_stories:roster_story") as server:
        yield server


def test_a_roster_is_written_checked_computed_published_known_and_swapped(chromium: Any, week: LiveServer) -> None:
    told = week.told
    with (
        visit(chromium, week.url, told["zhou"]) as zhou,
        visit(chromium, week.url, told["lin"]) as lin,
        visit(chromium, week.url, told["mei"]) as mei,
    ):
        zhou.goto(f"/rosters/{told['plan']}/")
        write_lins_week(zhou, told)
        compute(zhou)
        publish(zhou)
        free_mei(zhou, told)

        lin.goto("/duty/mine/")
        lin.get_by_role("button", name="我已知悉").press("Enter")
        lin.get_by_text("已确认知悉").first.wait_for(timeout=WAIT)

        lin.get_by_text("换班或替班").press("Enter")
        lin.locator("select[name=day]").select_option(told["days"][0])
        lin.locator("select[name=with]").select_option(str(told["mei_id"]))
        lin.locator("#swap-theirs", has_text="梅芳").wait_for(timeout=WAIT)
        type_into(lin.locator("input[name=reason]"), "陪家人去医院")
        lin.keyboard.press("Enter")
        lin.locator(".roster-swaps .badge", has_text="等同事答复").wait_for(timeout=WAIT)

        mei.goto("/duty/mine/")
        mei.get_by_role("button", name="我来上").press("Enter")
        mei.locator(".roster-swaps .badge", has_text="等待批准").wait_for(timeout=WAIT)

        zhou.goto("/approvals/")
        zhou.locator("button[name=granted][value=yes]").first.press("Enter")
        zhou.get_by_text("梅芳 替 林小雨").first.wait_for(state="detached", timeout=WAIT)
        lin.goto("/duty/mine/")
        lin.locator(".roster-swaps .badge", has_text="已换").wait_for(timeout=WAIT)
        assert "白班" not in lin.locator(f"[data-day='{told['days'][0]}']").inner_text()


def cell(page: Any, person: int, day: str) -> Any:
    return page.locator(f"[data-cell='{person}:{day}']")


def write_lins_week(page: Any, told: dict[str, Any]) -> None:
    """Six days by keyboard are one too many; the sixth is taken back."""
    days = told["days"]
    page.keyboard.press("e")
    page.locator("[data-cell]:focus").wait_for(timeout=WAIT)
    cell(page, told["lin_id"], days[0]).focus()
    for _day in range(5):
        page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("a")
    cell(page, told["lin_id"], days[5]).locator(".roster__mark").wait_for(timeout=WAIT)
    page.locator("#roster-told", has_text="林小雨").get_by_text("48 小时").first.wait_for(timeout=WAIT)
    # What was written stays chosen; a step to the side and back chooses the one day alone.
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("r")
    cell(page, told["lin_id"], days[5]).locator(".roster__mark--rest").wait_for(timeout=WAIT)
    page.locator(".roster__cell--bad").first.wait_for(state="detached", timeout=WAIT)


def compute(page: Any) -> None:
    """A key opens the form and stands in it; what is to be pressed next is where one is."""
    page.keyboard.press("c")
    page.locator("[name=seconds]:focus").wait_for(timeout=WAIT)
    page.keyboard.press("Control+a")
    page.keyboard.type("5")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="采用这份排班").wait_for(timeout=3 * WAIT)
    page.locator("#roster-next:focus").wait_for(timeout=WAIT)
    page.keyboard.press("Enter")
    page.get_by_text("手工排的保持不变").wait_for(timeout=WAIT)
    page.get_by_role("button", name="采用这份排班").wait_for(state="detached", timeout=WAIT)


def publish(page: Any) -> None:
    page.keyboard.press("p")
    page.locator("[name=in_spite_of]:focus").wait_for(timeout=WAIT)
    page.keyboard.type("组长只有一位，已说明")
    page.keyboard.press("Enter")
    page.locator(".page-head .badge", has_text="已发布").wait_for(timeout=WAIT)


def free_mei(page: Any, told: dict[str, Any]) -> None:
    """Mei rests on the day of the swap, by a change that is published."""
    page.goto(f"/rosters/{told['plan']}/")
    cell(page, told["mei_id"], told["days"][0]).focus()
    page.keyboard.press("r")
    cell(page, told["mei_id"], told["days"][0]).locator(".roster__mark--rest").wait_for(timeout=WAIT)
    publish_again(page)


def publish_again(page: Any) -> None:
    type_into(page.locator("input[name=in_spite_of]"), "梅芳当天休息")
    page.locator("form[action$='/publish/'] button").first.press("Enter")
    page.get_by_text("已发布：变动").first.wait_for(timeout=WAIT)
