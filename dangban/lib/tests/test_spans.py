import itertools
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from dangban.lib import spans

START = datetime(2026, 11, 22, tzinfo=UTC)


def at(minute):
    return START + timedelta(minutes=minute)


def minutes(covered):
    """The minutes that spans cover, as a set: what the arithmetic is checked against."""
    return {minute for start, end in covered for minute in range(100) if start <= at(minute) < end}


some_spans = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 60)).map(lambda pair: (at(pair[0]), at(pair[1]))), max_size=8
)


@given(some_spans)
def test_union_covers_the_same_minutes_in_order_and_apart(given_spans):
    joined = spans.union(given_spans)
    assert minutes(joined) == minutes(given_spans)
    assert all(one[1] < other[0] for one, other in itertools.pairwise(joined))


@given(some_spans, some_spans)
def test_intersection_and_difference_agree_with_counting(one, other):
    assert minutes(spans.intersection(one, other)) == minutes(one) & minutes(other)
    assert minutes(spans.subtract(one, other)) == minutes(one) - minutes(other)


@given(some_spans)
def test_total_counts_each_minute_once(given_spans):
    assert spans.total(given_spans) == timedelta(minutes=len(minutes(given_spans)))


@given(some_spans, st.integers(0, 60), st.integers(1, 60))
def test_after_is_the_first_instant_at_which_the_clock_shows_the_amount(given_spans, begin, amount):
    found = spans.after(given_spans, at(begin), timedelta(minutes=amount))
    later = sorted(minute for minute in minutes(given_spans) if minute >= begin)
    assert found == (at(later[amount - 1] + 1) if len(later) >= amount else None)


def test_a_clock_stops_over_lunch():
    duty = [(at(0), at(10)), (at(30), at(60))]
    assert spans.after(duty, at(5), timedelta(minutes=8)) == at(33)
    assert spans.total_within(duty, at(5), at(33)) == timedelta(minutes=8)
