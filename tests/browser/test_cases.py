"""From the customer's photo to the refund; worn goods refused and let pass; missing goods told too late."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image

from dangban.testing.browser import visit
from dangban.testing.live import LiveServer
from tests.browser.acts import WAIT, bubbles, customer, go, write

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def desk() -> Iterator[LiveServer]:
    with LiveServer.start(story="tests.browser.case_stories:cases_story") as server:
        yield server


def photo() -> dict[str, Any]:
    drawn = io.BytesIO()
    Image.new("RGB", (320, 240), (40, 90, 140)).save(drawn, "JPEG")
    return {"name": "开线.jpg", "mimeType": "image/jpeg", "buffer": drawn.getvalue()}


def press(page: Any, key: str) -> None:
    """A plain key of the page, wherever the focus was."""
    page.evaluate("document.activeElement?.blur()")
    page.keyboard.press(key)


def test_a_photo_from_the_chat_leads_to_a_refund(chromium: Any, desk: LiveServer) -> None:
    told = desk.told
    with visit(chromium, desk.url, told["mei"]) as mei, visit(chromium, desk.url, told["ding"]) as ding:
        mei.goto("/workspace/")
        go(mei, "held")
        chat, fang = customer(chromium, desk, told["fang"])
        write(fang, "四件套开线了")
        fang.locator("input[type=file]").first.set_input_files(photo())
        fang.locator("#log img").first.wait_for(timeout=WAIT)
        mei.locator("[data-key='2'] .tabs__count").wait_for(timeout=WAIT)
        mei.keyboard.press("n")
        mei.locator("[data-conversation][data-mine=yes] [data-composer-text]:focus").wait_for(timeout=WAIT)

        # One key opens the case with her photo in it.
        mei.keyboard.press("Alt+0")
        panel = mei.locator("#case-panel")
        panel.locator("select[name=order]").wait_for(timeout=WAIT)
        panel.locator("select[name=order]").select_option(str(told["torn"]))
        mei.keyboard.press("Control+Shift+S")
        made = panel.locator(".pane__section", has_text="质量问题").locator("a.id").first
        made.wait_for(timeout=WAIT)
        address = made.get_attribute("href")

        # Judged with one key, agreed on with another; she reads what comes next.
        mei.goto(address)
        press(mei, "a")
        mei.locator("#case", has_text="可以处理").wait_for(timeout=WAIT)
        press(mei, "g")
        mei.locator(".case-where", has_text="待顾客寄回").wait_for(timeout=WAIT)
        bubbles(fang, "已同意").first.wait_for(timeout=WAIT)
        mei.locator("input[name=courier]").fill("中通")
        mei.locator("input[name=number]").fill("ZT880077")
        mei.get_by_role("button", name="登记退货单号").click()
        mei.locator(".case-where", has_text="退回途中").wait_for(timeout=WAIT)

        # It comes, is counted and looked at; the open page follows.
        ding.goto("/aftersales/receiving/")
        ding.locator("#scan:focus").wait_for(timeout=WAIT)
        ding.keyboard.type("zt880077")
        ding.keyboard.press("Enter")
        mei.locator(".case-where", has_text="待验货").wait_for(timeout=WAIT)
        ding.goto(mei.locator(".case-parcels a.id").first.get_attribute("href"))
        ding.get_by_role("button", name="清点完成").click()
        inspection = ding.locator("#inspection")
        inspection.wait_for(timeout=WAIT)
        inspection.locator("select[name$=condition]").first.select_option("defective")
        inspection.locator("select[name$=matches]").first.select_option("yes")
        inspection.locator("select[name$=responsibility]").first.select_option("production")
        inspection.locator("select[name$=disposal]").first.select_option("discount")
        inspection.get_by_role("button", name="已验货").click()
        mei.locator(".case-where", has_text="验货完成").wait_for(timeout=WAIT)
        press(mei, "a")
        mei.locator(".case-remedy--asked", has_text="¥399.00").wait_for(timeout=WAIT)
        press(mei, "g")
        mei.locator(".case-where", has_text="待付款").wait_for(timeout=WAIT)
    chat.__exit__(None, None, None)
    with visit(chromium, desk.url, told["qian"]) as qian:
        qian.goto("/aftersales/payments/")
        qian.locator("#payments tbody a").first.click()
        qian.get_by_role("button", name="已付款").click(timeout=WAIT)
        qian.goto(address)
        qian.locator(".case-where", has_text="已办结").wait_for(timeout=WAIT)


def test_worn_goods_are_refused_by_a_clause_and_let_pass_by_who_may(chromium: Any, desk: LiveServer) -> None:
    told = desk.told
    address = f"/aftersales/{told['worn']}/"
    with visit(chromium, desk.url, told["mei"]) as mei, visit(chromium, desk.url, told["zhou"]) as zhou:
        mei.goto(address)
        mei.locator("input[name=washed]").check()
        press(mei, "a")
        mei.locator("textarea[name=text]", has_text="没有办法退换").first.wait_for(timeout=WAIT)
        assert mei.locator("#case", has_text="不予办理").count() == 1
        mei.locator("input[name=why]").first.fill("三年的老顾客")
        mei.get_by_role("button", name="申请破例").click()
        mei.locator(".case-where", has_text="待审批").wait_for(timeout=WAIT)
        zhou.goto(address)
        zhou.locator(".case-where a", has_text="等审批人").click()
        zhou.get_by_role("button", name="同意").first.click(timeout=WAIT)
        mei.locator(".case-where", has_text="待谈妥").wait_for(timeout=WAIT)
        mei.locator("#case", has_text="已破例").wait_for(timeout=WAIT)
        press(mei, "g")
        mei.locator(".case-where", has_text="待顾客寄回").wait_for(timeout=WAIT)


def test_what_is_told_missing_thirty_hours_after_signing_is_refused_with_kind_words(chromium: Any, desk: LiveServer) -> None:
    told = desk.told
    with visit(chromium, desk.url, told["mei"]) as mei:
        mei.goto(f"/aftersales/{told['missing']}/")
        press(mei, "a")
        words = mei.locator("textarea[name=text]").first
        words.wait_for(timeout=WAIT)
        assert "24 小时" in words.input_value() or "24小时" in words.input_value()
        press(mei, "r")
        mei.locator(".case-where", has_text="已拒绝").wait_for(timeout=WAIT)
        assert "现在已经超过了这个时间" in mei.locator(".case-log").first.inner_text() + mei.locator("#case").inner_text()
