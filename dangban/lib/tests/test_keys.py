"""Names of rows behind which a page begins."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from dangban.lib import keys


def test_a_name_says_the_very_microsecond() -> None:
    at = datetime(2026, 11, 19, 2, 0, 0, 123457, tzinfo=UTC)
    assert keys.write(at, 42) == "1795053600123457-42"
    assert keys.read("1795053600123457-42") == (at, 42)


@pytest.mark.parametrize("written", ["", "x", "1-", "-1", "1-2-3", "1" * 40 + "-1"])
def test_what_is_no_name_begins_at_the_beginning(written: str) -> None:
    assert keys.read(written) is None
