"""Files that a customer sends and the shop does not take."""

from __future__ import annotations

from typing import Any

import pytest

from dangban.testing.live import LiveServer
from tests.browser.acts import WAIT, customer

pytestmark = pytest.mark.browser

NO_PICTURE = {"name": "照片.jpg", "mimeType": "image/jpeg", "buffer": b"this is not a picture at all"}


def test_a_refused_picture_says_why_and_is_never_a_broken_one(chromium: Any, floor: LiveServer) -> None:
    """Also after the page was loaded anew; taken away it is gone, and the shop has seen nothing of it."""
    chat, page = customer(chromium, floor, expected=("Failed to load resource",))
    page.locator("input[type=file]").first.set_input_files(NO_PICTURE)
    failed = page.locator(".bubble[data-state=failed]")
    for _before_and_after_reload in range(2):
        failed.wait_for(timeout=WAIT)
        assert "不是图片" in failed.locator(".bubble__state").inner_text()
        assert "照片.jpg" in failed.locator(".bubble__body").inner_text()
        assert page.locator("#log img").count() == 0
        page.reload()
        page.locator("body[data-ready=yes]").wait_for(timeout=WAIT)
    failed.get_by_role("button", name="移除").click()
    page.reload()
    page.locator("body[data-ready=yes]").wait_for(timeout=WAIT)
    assert page.locator(".bubble").count() == 0
    chat.__exit__(None, None, None)
