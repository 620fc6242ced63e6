from datetime import date

import pytest

from dangban.lib.numbers import public_number, read_number


def test_a_number_names_kind_day_and_serial():
    assert public_number("SH", date(2026, 11, 22), 42) == "SH-20261122-0042"
    assert public_number("SH", date(2026, 11, 22), 12345) == "SH-20261122-12345"


def test_a_typed_number_is_read_back():
    assert read_number(" sh-20261122-0042 ") == ("SH", date(2026, 11, 22), 42)


@pytest.mark.parametrize("typed", ["SH-2026-1", "42", "SH-20261399-0001"])
def test_what_is_no_number_is_refused(typed):
    with pytest.raises(ValueError):
        read_number(typed)
