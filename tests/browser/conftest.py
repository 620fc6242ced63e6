"""One server and one browser for all journeys of a module."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from dangban.testing.browser import chromium  # noqa: F401  a fixture
from dangban.testing.live import LiveServer


@pytest.fixture(scope="module")
def floor(chromium: Any) -> Iterator[LiveServer]:  # noqa: F811
    with LiveServer.start(story="tests.browser.stories:floor_story") as server:
        yield server
