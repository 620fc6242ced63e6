"""Headless Chromium for the few tests where the browser matters.

Import `chromium` into a test module as a fixture, and `visit` to open pages as somebody. A page
that logs an error or breaks the content-security policy fails its test.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from dangban.people.models import Person
from dangban.testing import scratch

# Playwright's own loop runs in this thread; Django would refuse its database there.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    program = scratch.chromium()
    if program is None:
        pytest.skip("Chromium is not installed")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=program, args=list(ARGUMENTS))
        yield browser
        browser.close()


def signed_in(person: Person) -> str:
    """The session of somebody who has just signed in."""
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client.cookies[settings.SESSION_COOKIE_NAME].value


@contextmanager
def visit(
    browser: Any, base_url: str, session: str = "", *, expected: tuple[str, ...] = (), **options: Any
) -> Iterator[Any]:
    """A new page in a browser of its own; `expected` are parts of the errors that the test provokes."""
    context = browser.new_context(
        **{"viewport": {"width": 1366, "height": 768}, "base_url": base_url} | options
    )
    if session:
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": base_url}])
    page = context.new_page()
    # Patience, not expectation: whoever waits for something that comes doesn't wait longer for it.
    page.set_default_timeout(20_000)
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda message: troubles.append(message.text) if _is_trouble(message) else None)
    try:
        yield page
    finally:
        context.close()
    left = [trouble for trouble in troubles if not any(part in trouble for part in expected)]
    assert not left, left


def _is_trouble(message: Any) -> bool:
    """Errors count, but for the lane's doors, which a server of Django alone does not have."""
    return message.type == "error" and "/lane/" not in message.location.get("url", "")


def wait_until(page: Any, expression: str, seconds: float = 20) -> None:
    """Wait for JavaScript to be true; Playwright's own way needs eval, which our pages forbid."""
    for _try in range(round(seconds * 20)):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never became true: {expression}")


@contextmanager
def served(blocker: Any) -> Iterator[str]:
    """Django's pages (without the message lane) on rows that a whole module of tests shares.

    They are really committed, and emptied at the end. Some test of the module needs the mark `django_db`,
    or no tables are made; the tests that use this must not have it. Gives the address.
    """
    with blocker.unblock():
        server = LiveServer("localhost")
        yield server.url
        server.stop()
        call_command("flush", verbosity=0, interactive=False, inhibit_post_migrate=True)
