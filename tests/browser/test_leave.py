"""Leave on a phone: asked for with its effect in view, approved, and the roster is another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from dangban.testing.browser import visit
from dangban.testing.live import LiveServer
from tests.browser.acts import WAIT, type_into

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def department() -> Iterator[LiveServer]:
    with LiveServer.start(story="tests.browser.leave_stories:leave_story") as server:
        yield server


def test_leave_is_asked_for_on_a_phone_approved_and_changes_the_roster(chromium: Any, department: LiveServer) -> None:
    told = department.told
    with (
        visit(chromium, department.url, told["lin"], viewport=PHONE) as lin,
        visit(chromium, department.url, told["zhou"], viewport=PHONE) as zhou,
    ):
        lin.goto("/leave/")
        lin.get_by_role("link", name="请假").first.click()
        lin.locator("select[name=kind]").select_option("private")
        for name in ("first", "last"):
            lin.locator(f"input[name={name}]").fill(told["day"])
        type_into(lin.locator("textarea[name=reason]"), "孩子学校开家长会")
        lin.locator("#leave-check").get_by_text("剩 1 人").wait_for(timeout=WAIT)
        assert lin.evaluate("document.documentElement.scrollWidth <= innerWidth")
        lin.get_by_role("button", name="提交").click()
        lin.get_by_text("等批复").first.wait_for(timeout=WAIT)

        zhou.goto("/leave/team/")
        zhou.get_by_role("link", name="林小雨 · 事假").first.click()
        zhou.get_by_text("孩子学校开家长会").wait_for(timeout=WAIT)
        assert zhou.evaluate("document.documentElement.scrollWidth <= innerWidth")
        zhou.get_by_role("button", name="批准").click()
        zhou.get_by_text("已批准，排班已改。").first.wait_for(timeout=WAIT)

        lin.reload()
        lin.get_by_text("已批准").first.wait_for(timeout=WAIT)
        zhou.goto(f"/duty/?team={told['team']}&day={told['day']}")
        assert zhou.locator(f"#duty-{told['lin_id']}-{told['day']} select").input_value() == ""
