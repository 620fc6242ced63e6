"""A late punch: confirmed by the supervisor, disputed by whom it concerns, withdrawn by the manager."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from dangban.testing.browser import visit
from dangban.testing.live import LiveServer
from tests.browser.acts import WAIT

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def desk() -> Iterator[LiveServer]:
    with LiveServer.start(story="tests.browser.attendance_stories:late_story") as server:
        yield server


def test_a_late_punch_is_confirmed_disputed_and_withdrawn(chromium: Any, desk: LiveServer) -> None:
    told = desk.told
    with visit(chromium, desk.url, told["zhou"]) as zhou, visit(chromium, desk.url, told["lin"]) as lin, visit(chromium, desk.url, told["bao"]) as bao:
        zhou.goto("/attendance/consequences/")
        zhou.locator("tr", has_text="林小雨").get_by_role("button", name="确认").click()
        zhou.locator("tr", has_text="已确认").wait_for(timeout=WAIT)

        # She sees it with its reason, and says what is wrong with it.
        lin.goto(f"/attendance/?month={told['month']}")
        line = lin.locator(".attendance-follows a", has_text="迟到").first
        line.wait_for(timeout=WAIT)
        address = line.get_attribute("href")
        lin.goto(address)
        lin.get_by_text("不得全勤奖").first.wait_for(timeout=WAIT)
        lin.locator("textarea[name=said]").fill("地铁停运，站里有公告")
        lin.get_by_role("button", name="申诉").click()
        lin.locator(".badge", has_text="申诉中").first.wait_for(timeout=WAIT)

        # Who confirmed it does not answer; somebody else does.
        zhou.goto(address)
        zhou.locator(".badge", has_text="申诉中").first.wait_for(timeout=WAIT)
        assert not zhou.locator("select[name=outcome]").count()
        bao.goto(address)
        bao.locator("select[name=outcome]").select_option("withdrawn")
        bao.locator("textarea[name=words]").fill("公告属实，不扣")
        bao.get_by_role("button", name="提交答复").click()
        bao.locator(".badge", has_text="已撤销").first.wait_for(timeout=WAIT)

        lin.goto(f"/attendance/?month={told['month']}")
        lin.locator(".attendance-follows", has_text="已撤销").wait_for(timeout=WAIT)
