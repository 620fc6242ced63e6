"""What people do in journeys: open the chat, write, set their state."""

from __future__ import annotations

import contextlib
from typing import Any

from dangban.testing.browser import visit
from dangban.testing.live import LiveServer

WAIT = 20_000


def customer(browser: Any, server: LiveServer, token: str = "", **options: Any) -> Any:
    """The chat page on a phone; with a token, as that customer."""
    opened = visit(browser, server.url, viewport={"width": 390, "height": 844}, **options)
    page = opened.__enter__()
    if token:
        page.add_init_script(f"localStorage.setItem('dangban:{server.told['key']}:token', {token!r})")
    page.goto(f"/w/{server.told['key']}/")
    page.locator("body[data-ready=yes]").wait_for(timeout=WAIT)
    return opened, page


def write(page: Any, text: str) -> None:
    page.locator("#text:visible, #leave textarea:visible").first.wait_for(timeout=WAIT)
    if page.locator("#leave").is_visible():
        page.locator("#leave textarea").fill(text)
        page.locator("#leave .go").click()
    else:
        page.locator("#text").fill(text)
        page.locator(".tool--send").click()


def bubbles(page: Any, text: str) -> Any:
    return page.locator(".bubble__body", has_text=text)


def go(page: Any, state: str) -> None:
    """Set one's state from the menu; once more, if news drew the menu anew while a hand was in it."""
    from playwright.sync_api import TimeoutError as Late

    page.locator("[popovertarget=state-menu]").wait_for(timeout=WAIT)
    item = page.locator(f"#state-menu .menu__item:has(.presence--{state})").first
    chosen = page.locator(f"[popovertarget=state-menu] .presence--{state}")
    for _time in range(4):
        if not item.is_visible():
            page.keyboard.press("Control+Shift+O")
        item.focus(timeout=WAIT)
        page.keyboard.press("Enter")
        with contextlib.suppress(Late):
            return chosen.wait_for(timeout=WAIT / 4)
    chosen.wait_for(timeout=WAIT)


def type_into(field: Any, text: str) -> None:
    """Typed with the keyboard, in place of what stood there."""
    field.press("Control+A", timeout=WAIT)
    field.page.keyboard.insert_text(text)


def scan(page: Any, text: str) -> None:
    """A scanner types and ends with Enter; the field is there without a click."""
    page.locator("#scan:focus").wait_for(timeout=WAIT)
    page.keyboard.type(text)
    page.keyboard.press("Enter")
