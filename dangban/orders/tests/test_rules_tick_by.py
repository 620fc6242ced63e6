"""By when a wish is ticked: to the minute, on either side of the cut-off, of a month and of a year."""

from datetime import datetime, time, timedelta

import pytest

from dangban.handbook import loader
from dangban.handbook.rulebook import Rules
from dangban.lib import clock
from dangban.orders import rules

DEFAULT = loader.preset("default")


def wall(written: str) -> datetime:
    return datetime.strptime(written, "%Y-%m-%d %H:%M:%S").replace(tzinfo=clock.COMPANY_ZONE)


def without(*paths: str) -> Rules:
    kept = DEFAULT.on(wall("2026-11-19 10:00:00").date())
    return Rules({path: rule for path, rule in kept.table.items() if path not in paths}, kept.at)


@pytest.mark.parametrize(
    ("put", "shop_cut_off", "due"),
    [
        ("2026-11-19 10:00:00", None, "2026-11-19 15:30"),
        ("2026-11-19 15:29:59", None, "2026-11-19 15:30"),
        ("2026-11-19 15:30:00", None, "2026-11-20 15:30"),
        ("2026-11-19 16:00:00", None, "2026-11-20 15:30"),
        ("2026-11-19 16:30:00", None, "2026-11-20 15:30"),
        ("2026-11-19 23:59:59", None, "2026-11-20 15:30"),
        ("2026-11-20 00:00:00", None, "2026-11-20 15:30"),
        ("2026-11-30 18:00:00", None, "2026-12-01 15:30"),
        ("2026-12-31 16:45:00", None, "2027-01-01 15:30"),
        ("2028-02-28 20:00:00", None, "2028-02-29 15:30"),
        ("2026-11-19 10:00:00", time(18, 0), "2026-11-19 17:00"),
        ("2026-11-19 16:40:00", time(18, 0), "2026-11-19 17:00"),
        ("2026-11-19 10:00:00", time(11, 0), "2026-11-20 10:00"),
        ("2026-11-30 22:30:00", time(0, 30), "2026-11-30 23:30"),
        ("2026-11-30 23:45:00", time(0, 30), "2026-12-01 23:30"),
    ],
)
def test_a_wish_is_ticked_an_hour_before_the_next_cut_off(put, shop_cut_off, due):
    found = rules.tick_by(wall(put), shop_cut_off, DEFAULT.on(wall(put).date()))
    assert (clock.local(found.at).strftime("%Y-%m-%d %H:%M"), found.decision.outcome) == (due, due)


def test_it_rests_on_both_rules_and_on_what_they_were_applied_to():
    put = wall("2026-11-19 10:00:00")
    decision = rules.tick_by(put, None, DEFAULT.on(put.date())).decision
    assert decision.paths == ("orders.requirement_before_cut_off", "orders.cut_off")
    assert decision.because[0].inputs == {"cut_off": "16:30", "put_at": "2026-11-19T10:00:00+08:00"}


def test_with_a_shops_own_cut_off_the_handbooks_is_no_reason():
    put = wall("2026-11-19 10:00:00")
    decision = rules.tick_by(put, time(18), DEFAULT.on(put.date())).decision
    assert decision.paths == ("orders.requirement_before_cut_off",)
    assert decision.because[0].inputs["shop_cut_off"] == "18:00"


def test_a_handbook_that_leaves_no_time_before_it_ends_at_the_cut_off():
    found = rules.tick_by(wall("2026-11-19 10:00:00"), None, without("orders.requirement_before_cut_off"))
    assert clock.local(found.at) == wall("2026-11-19 16:30:00")
    assert found.decision.paths == ("orders.cut_off",)


def test_where_no_cut_off_is_known_there_is_no_moment_but_with_a_shops_own_there_is():
    nothing = without("orders.requirement_before_cut_off", "orders.cut_off")
    assert rules.tick_by(wall("2026-11-19 10:00:00"), None, nothing) is None
    own = rules.tick_by(wall("2026-11-19 10:00:00"), time(18), nothing)
    assert (clock.local(own.at), own.decision.because) == (wall("2026-11-19 18:00:00"), ())


@pytest.mark.parametrize("minutes", range(0, 24 * 60, 7))
def test_it_always_lies_ahead_and_never_more_than_a_day(minutes):
    put = wall("2026-11-30 00:00:00") + timedelta(minutes=minutes)
    ahead = rules.tick_by(put, None, DEFAULT.on(put.date())).at - put
    assert timedelta() < ahead <= timedelta(days=1)


@pytest.mark.parametrize(
    ("kind", "status", "refund", "ends"),
    [
        ("gift", "unpaid", "none", False),
        ("gift", "paid", "asked", False),
        ("gift", "part", "none", False),
        ("gift", "sent", "none", True),
        ("gift", "signed", "none", True),
        ("gift", "done", "none", True),
        ("gift", "closed", "none", True),
        ("gift", "paid", "full", True),
        ("gift", "paid", "partial", False),
        ("invoice", "sent", "none", False),
        ("invoice", "done", "none", False),
        ("invoice", "closed", "none", True),
    ],
)
def test_what_of_an_order_ends_a_wish(kind, status, refund, ends):
    assert rules.ends_tick(kind, status, refund) is ends
