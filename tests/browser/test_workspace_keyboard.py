"""An agent's work without a mouse, and a customer on a bad line."""

from __future__ import annotations

import re
from typing import Any

import pytest

from dangban.testing.browser import visit
from dangban.testing.live import LiveServer
from tests.browser.acts import WAIT, bubbles, customer, go, write

pytestmark = pytest.mark.browser

def test_with_the_keyboard_alone_a_customer_is_taken_answered_passed_on_and_resolved(
    chromium: Any, floor: LiveServer
) -> None:
    with visit(chromium, floor.url, floor.told["mei"]) as mei, visit(chromium, floor.url, floor.told["lin"]) as lin:
        keys = lin.keyboard
        lin.goto("/workspace/")
        # On hold nobody is given a customer; one takes them by hand.
        go(lin, "held")
        chat, fang = customer(chromium, floor, floor.told["fang"])
        write(fang, "四件套 1.8 米床能用吗？周六前能送到吗")
        lin.locator("[data-key='2'] .tabs__count").wait_for(timeout=WAIT)
        keys.press("n")
        lin.locator("[data-conversation][data-mine=yes] [data-composer-text]:focus").wait_for(timeout=WAIT)
        keys.press("Escape")

        # Answer with a script found by the initials of its title.
        keys.press("r")
        keys.type("/cmsm")
        lin.locator(".complete .menu__item").first.wait_for(timeout=WAIT)
        keys.press("Enter")
        keys.press("Enter")
        bubbles(fang, "您好方静，1.8 米床选 220 的那套。").wait_for(timeout=WAIT)

        # Her wish goes onto the order.
        keys.press("Escape")
        keys.press("q")
        lin.locator("#dialog[open] textarea").wait_for(timeout=WAIT)
        assert "周六前能送到吗" in lin.locator("#dialog textarea").input_value()
        lin.locator("#dialog textarea").focus()
        keys.press("Tab")
        lin.locator("#dialog button[type=submit]").focus()
        keys.press("Enter")
        lin.locator("#dialog:not([open])").wait_for(state="attached", timeout=WAIT)
        keys.press("Alt+2")
        lin.locator(".pane--context .promise", has_text="周六前能送到吗").wait_for(timeout=WAIT)

        # Passed on to Mei, who accepts and resolves.
        mei.goto("/workspace/")
        go(mei, "online")
        keys.press("t")
        lin.locator("#dialog[open] .targets__one", has_text="梅芳").wait_for(timeout=WAIT)
        keys.press("Tab")
        keys.type("问过尺码，要周六前送到，已记到订单")
        lin.locator("#dialog button[type=submit]").focus()
        keys.press("Enter")
        lin.locator("#dialog:not([open])").wait_for(state="attached", timeout=WAIT)
        mei.locator(".conv").first.wait_for(timeout=WAIT)
        mei.keyboard.press(">")
        mei.locator("[data-composer-text]:focus").wait_for(timeout=WAIT)
        mei.keyboard.press("Escape")
        mei.keyboard.press("y")
        mei.locator("[data-conversation][data-mine=yes] [data-composer-text]:focus").wait_for(timeout=WAIT)
        mei.keyboard.press("Escape")
        mei.keyboard.press("e")
        mei.locator("#dialog[open]").wait_for(timeout=WAIT)
        mei.locator("#dialog button[type=submit]").focus()
        mei.keyboard.press("Enter")
        mei.locator(".composer__hint", has_text=re.compile("会话已结束")).wait_for(timeout=WAIT)
    fang.locator("#rating").wait_for(timeout=WAIT)
    chat.__exit__(None, None, None)


def test_what_is_written_off_line_arrives_once_after_a_reload(chromium: Any, floor: LiveServer) -> None:
    chat, page = customer(chromium, floor, expected="Failed to load resource")
    page.context.set_offline(True)
    for text in ("第一句 𠮷", "第二句 😀"):
        page.evaluate("document.getElementById('write').hidden = false; document.getElementById('leave').hidden = true")
        page.locator("#text").fill(text)
        page.locator(".tool--send").click()
    page.locator(".bubble[data-state=sending]").nth(1).wait_for(timeout=WAIT)
    assert page.locator(".bubble[data-state=sending]").count() == 2
    page.context.set_offline(False)
    page.reload()
    page.locator("body[data-ready=yes]").wait_for(timeout=WAIT)
    page.locator(".bubble--customer[data-seq]").nth(1).wait_for(timeout=WAIT)
    page.reload()
    page.locator(".bubble--customer[data-seq]").nth(1).wait_for(timeout=WAIT)
    page.wait_for_timeout(1000)
    said = page.locator(".bubble--customer .bubble__body").all_text_contents()
    assert said == ["第一句 𠮷", "第二句 😀"]
    chat.__exit__(None, None, None)


def test_enter_that_ends_a_composition_does_not_send(chromium: Any, floor: LiveServer) -> None:
    chat, page = customer(chromium, floor)
    page.evaluate("document.getElementById('write').hidden = false; document.getElementById('leave').hidden = true")
    page.locator("#text").fill("ni'hao")
    sent = page.evaluate(
        """() => {
            const area = document.getElementById('text');
            const composing = new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, bubbles: true, cancelable: true});
            const old = new KeyboardEvent('keydown', {key: 'Enter', keyCode: 229, bubbles: true, cancelable: true});
            area.dispatchEvent(composing);
            area.dispatchEvent(old);
            return document.querySelectorAll('.bubble--customer').length;
        }"""
    )
    assert sent == 0
    assert page.locator("#text").input_value() == "ni'hao"
    chat.__exit__(None, None, None)


def test_markup_in_what_people_write_is_shown_as_text(chromium: Any, floor: LiveServer) -> None:
    evil = "<img src=x onerror=alert(1)></script><b>粗</b>"
    chat, page = customer(chromium, floor)
    write(page, evil)
    page.locator(".bubble--customer[data-seq]").wait_for(timeout=WAIT)
    assert page.locator(".bubble--customer .bubble__body").first.text_content() == evil
    with visit(chromium, floor.url, floor.told["lin"]) as lin:
        lin.goto("/workspace/?tab=waiting")
        lin.wait_for_timeout(500)
        assert lin.locator(".conv b, .conv img").count() == 0
    chat.__exit__(None, None, None)


def test_a_late_answer_to_one_tab_does_not_cover_the_tab_chosen_after_it(chromium: Any, floor: LiveServer) -> None:
    with visit(chromium, floor.url, floor.told["mei"]) as mei:
        asked: list[Any] = []
        mei.route("**/context/customer/", lambda request: asked.append(request))
        mei.goto("/workspace/?tab=waiting")
        go(mei, "held")
        chat, page = customer(chromium, floor)
        write(page, "床笠和床单有什么不同")
        mei.locator(".conv", has_text="床笠和床单").first.click(timeout=WAIT)
        mei.locator("[data-tab=products]").click(timeout=WAIT)
        search = mei.locator(".pane--context input[type=search]")
        search.wait_for(timeout=WAIT)
        assert len(asked) == 1
        asked[0].fulfill(body="<p>late</p>")
        mei.wait_for_timeout(300)
        assert search.is_visible()
        assert mei.get_by_text("late", exact=True).count() == 0
        chat.__exit__(None, None, None)


def test_the_chat_weighs_less_than_sixty_kilobytes(chromium: Any, floor: LiveServer) -> None:
    with visit(chromium, floor.url) as page:
        weights: list[int] = []
        page.on("response", lambda answer: weights.append(len(answer.body())) if answer.request.resource_type != "fetch" else None)
        page.goto(f"/w/{floor.told['key']}/")
        page.locator("body[data-ready=yes]").wait_for(timeout=WAIT)
        assert sum(weights) <= 60 * 1024
