"""When a parcel is stalled, what is trouble, what is told and when."""

from __future__ import annotations

from datetime import datetime

import pytest

from dangban.handbook import loader
from dangban.handbook.rulebook import Rules
from dangban.lib import clock
from dangban.tracking import rules

DEFAULT = loader.preset("default")


def wall(written: str) -> datetime:
    return datetime.strptime(f"2026-{written}", "%Y-%m-%d %H:%M").replace(tzinfo=clock.COMPANY_ZONE)


def kept(*without: str) -> Rules:
    found = DEFAULT.on(wall("11-19 10:00").date())
    return Rules({path: rule for path, rule in found.table.items() if path not in without}, found.at)


@pytest.mark.parametrize(
    ("moved", "remote", "until"),
    [
        # Thursday; Friday; Saturday; Sunday night: weekends don't count.
        ("11-17 10:00", False, "11-19 10:00"),
        ("11-19 10:00", False, "11-23 10:00"),
        ("11-20 18:00", False, "11-24 18:00"),
        ("11-21 09:00", False, "11-25 00:00"),
        ("11-22 23:59", False, "11-25 00:00"),
        ("11-16 10:00", True, "11-20 10:00"),
        ("11-19 10:00", True, "11-25 10:00"),
    ],
)
def test_a_parcel_may_stand_still_for_two_working_days_to_remote_areas_for_four(moved: str, remote: bool, until: str) -> None:
    found = rules.patience(wall(moved), remote=remote, rules=kept())
    assert found is not None
    assert found.until == wall(until)
    assert [reason.path for reason in found.because][1:] == ["tracking.weekends_count"]


def test_without_the_weekend_rule_the_hours_simply_run() -> None:
    found = rules.patience(wall("11-20 18:00"), remote=False, rules=kept("tracking.weekends_count"))
    assert found is not None
    assert found.until == wall("11-22 18:00")
    assert rules.patience(wall("11-20 18:00"), remote=False, rules=kept("orders.stalled_after")) is None


@pytest.mark.parametrize(
    ("state", "kind", "trouble"),
    [
        ("problem", "", "problem"), ("problem", "refused", "refused"), ("returning", "refused", "refused"),
        ("problem", "undeliverable", "undeliverable"), ("problem", "cancelled", "problem"), ("returning", "", "returning"),
        ("returned", "", "returning"), ("moving", "", ""), ("signed", "", ""), ("", "", ""),
    ],
)  # fmt: skip
def test_what_is_trouble(state: str, kind: str, trouble: str) -> None:
    assert rules.trouble(state, kind) == trouble


@pytest.mark.parametrize(
    ("at", "when"),
    [("11-19 10:00", "11-19 10:00"), ("11-19 22:00", "11-20 08:30"), ("11-20 08:29", "11-20 08:30"), ("11-20 08:30", "11-20 08:30")],
)
def test_nobody_is_written_to_in_the_night(at: str, when: str) -> None:
    assert rules.not_before(wall(at), kept()) == wall(when)


def test_reminders_come_after_signing_by_their_rules() -> None:
    assert rules.reminders(wall("11-19 10:00"), kept()) == [
        ("satisfaction", wall("11-20 10:00")), ("confirm", wall("11-22 10:00")), ("review", wall("11-24 10:00")),
    ]  # fmt: skip
    assert rules.reminders(wall("11-19 10:00"), kept("tracking.tells")) == []


def test_old_news_is_not_told() -> None:
    due = wall("11-19 10:00")
    assert rules.still_news("delivering", due, wall("11-19 10:05"), "delivering")
    assert not rules.still_news("delivering", due, wall("11-19 10:05"), "signed")
    assert not rules.still_news("problem", due, wall("11-19 12:00"), "moving")
    assert not rules.still_news("review", due, wall("11-22 10:01"), "signed")


def test_the_newest_step_that_says_something_counts() -> None:
    steps = [(wall("11-19 10:00"), "delivering", ""), (wall("11-18 10:00"), "moving", ""), (wall("11-19 11:00"), "", "")]
    assert rules.latest(steps) == (wall("11-19 10:00"), "delivering", "")
    assert rules.latest([(wall("11-19 10:00"), "", "")]) is None
