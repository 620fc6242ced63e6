"""A lost parcel: the courier confirms the loss, the goods are sent again, the claim is filed, granted and paid."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from dangban.testing.browser import visit
from dangban.testing.live import LiveServer
from tests.browser.acts import WAIT

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def desk(chromium: Any) -> Iterator[LiveServer]:
    with LiveServer.start(story="tests.browser.lost_stories:lost_story") as server:
        yield server


def press(page: Any, key: str) -> None:
    """A plain key of the page, wherever the focus was."""
    page.evaluate("document.activeElement?.blur()")
    page.keyboard.press(key)


def test_a_lost_parcel_is_sent_again_and_the_courier_pays(chromium: Any, desk: LiveServer) -> None:
    told = desk.told
    with visit(chromium, desk.url, told["mei"]) as mei:
        # Nothing is promised before the courier has confirmed the loss.
        mei.goto(f"/aftersales/{told['case']}/")
        mei.locator("input[name=loss_confirmed]").check()
        press(mei, "a")
        mei.locator("#case", has_text="可以处理").wait_for(timeout=WAIT)
        press(mei, "g")
        mei.locator(".case-where", has_text="待发出").wait_for(timeout=WAIT)

        # The claim was drafted meanwhile: she files it and enters the answer.
        mei.goto("/aftersales/registers/claims/")
        mei.locator("tbody tr", has_text=told["number"]).locator("a.id").first.click()
        filing = mei.locator("form[action$='/filing/']")
        filing.locator("[name=reference]").fill("YT-LP-1")
        filing.locator("[name=note]").fill("底单随后补")
        filing.locator("button[type=submit]").click()
        answer = mei.locator("form[action$='/answer/']")
        answer.locator("[name=amount]").fill("300.00")
        answer.locator("button[type=submit]").click()
        mei.locator(".card__head", has_text="同意赔付").wait_for(timeout=WAIT)
        claim = mei.url
    with visit(chromium, desk.url, told["ou"]) as ou:
        ou.goto("/dispatch/")
        ou.get_by_text(f"{told['number']}-1").first.wait_for(timeout=WAIT)
    with visit(chromium, desk.url, told["qian"]) as qian:
        qian.goto(claim)
        qian.locator("form[action$='/payment/'] button[type=submit]").click()
        qian.locator(".card__head", has_text="已到账").wait_for(timeout=WAIT)
        # What the courier paid stands among the money of the case.
        qian.goto(f"/aftersales/{told['case']}/money/")
        qian.locator("#case-sums", has_text="¥300.00").wait_for(timeout=WAIT)
