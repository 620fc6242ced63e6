"""Pages that stay open while things happen, the server's end among them."""

from __future__ import annotations

import re
from typing import Any

import pytest

from dangban.testing.browser import visit
from dangban.testing.live import LiveServer
from tests.browser.acts import WAIT, bubbles, customer, go, write

pytestmark = pytest.mark.browser


def shown(page: Any) -> list[str]:
    """Everything the thread and the list say, but for what only time changes."""
    lines = page.locator(".bubble[data-seq] .bubble__body").all_text_contents()
    names = page.locator(".conv .conv__name").all_text_contents()
    texts = page.locator(".conv .conv__text").all_text_contents()
    return lines + [" ".join(part.split()) for part in [*names, *texts]]


def shown_by_both(old: Any, fresh: Any) -> list[str]:
    """What both pages show, once the news that are still on their way have come to both."""
    for _look in range(40):
        found = shown(old), shown(fresh)
        if found[0] == found[1]:
            return found[0]
        old.wait_for_timeout(500)
    raise AssertionError(f"the old page shows {found[0]}, a fresh one {found[1]}")


def test_an_old_page_and_its_events_show_what_a_fresh_page_shows(chromium: Any, floor: LiveServer) -> None:
    """Also across a server that was killed: what came while it was away is there, once, in order."""
    trouble = "Failed to load resource"
    with visit(chromium, floor.url, floor.told["lin"], expected=trouble) as lin:
        lin.goto("/workspace/")
        go(lin, "held")
        chat, page = customer(chromium, floor, expected=trouble)
        write(page, "第一问")
        lin.locator("[data-key='2'] .tabs__count").wait_for(timeout=WAIT)
        lin.keyboard.press("n")
        lin.locator("[data-conversation][data-mine=yes] [data-composer-text]:focus").wait_for(timeout=WAIT)
        floor.kill()
        page.locator("#text").fill("服务器重启时发的")
        page.locator(".tool--send").click()
        lin.keyboard.type("重启时的回复")
        lin.keyboard.press("Enter")
        floor.run()
        bubbles(lin, "服务器重启时发的").wait_for(timeout=2 * WAIT)
        bubbles(page, "重启时的回复").wait_for(timeout=2 * WAIT)
        lin.locator(".conv .conv__text", has_text=re.compile("重启时")).wait_for(timeout=WAIT)
        with visit(chromium, floor.url, floor.told["lin"]) as fresh:
            fresh.goto(lin.url)
            fresh.locator(".bubble[data-seq]").first.wait_for(timeout=WAIT)
            old = shown_by_both(lin, fresh)
        assert sorted(line for line in old if line.endswith(("发的", "的回复"))) != []
        assert bubbles(page, "服务器重启时发的").count() == 1
        assert bubbles(lin, "重启时的回复").count() == 1
        chat.__exit__(None, None, None)
