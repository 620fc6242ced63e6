from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dangban.lib import money


@pytest.mark.parametrize(
    ("text", "expected"),
    [("12.30", 1230), ("¥1,234.50", 123450), ("0元", 0), (" 8 ", 800), ("-3", -300), ("0.005", 1)],
)
def test_amounts_are_read_the_way_exports_write_them(text, expected):
    assert money.fen(text) == expected


@pytest.mark.parametrize("text", ["", "abc", "1e5", "NaN", "1.2.3", "十元", "9" * 40])
def test_what_is_not_an_amount_is_refused(text):
    with pytest.raises(ValueError):
        money.fen(text)


def test_a_float_is_refused_because_it_has_lost_its_cents():
    with pytest.raises(TypeError):
        money.fen(1.1)


def test_yuan_has_two_places():
    assert money.yuan(5) == Decimal("0.05")
    assert money.show(-123450) == "-¥1,234.50"


@given(st.integers(-10**9, 10**9), st.lists(st.integers(0, 10**6), min_size=1, max_size=20))
def test_a_split_adds_up_to_the_fen(total, weights):
    assert sum(money.split(total, weights)) == total
