"""The rules of coming and going, by examples that a supervisor can read."""

from __future__ import annotations

import tomllib
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dangban.attendance import clauses
from dangban.attendance.rules import bonus, following
from dangban.attendance.rules.judging import Facts, Repair, judge, windows
from dangban.handbook.loader import preset
from dangban.handbook.rulebook import Rules
from dangban.lib import clock
from dangban.testing.handbooks import handbook_with

DAY = date(2026, 11, 19)
NOVEMBER = date(2026, 11, 1)
EXAMPLES = Path(__file__).parent / "examples"
BOUNDS = (clauses.LATENESS_MODE.path, clauses.ABSENCE.path, clauses.PUNCH_LATE_DEPARTURE.path)


def examples(name: str, key: str = "example") -> list[Any]:
    read = tomllib.loads((EXAMPLES / f"{name}.toml").read_text("utf-8"))[key]
    return [pytest.param(one, id=one["says"]) for one in read]


def rules_of(case: dict[str, Any], day: date = DAY) -> Rules:
    return preset(case.get("handbook", "brand-group")).on(day, lifted=BOUNDS if case.get("lifted") else ())


def at(text: str, day: date = DAY) -> datetime:
    ahead, _, wall = text.rpartition(" ")
    found = time.fromisoformat(wall)
    return clock.at_local(day + timedelta(days=int(ahead or 0)), found)


@pytest.mark.parametrize("case", examples("judging"))
def test_a_shift_is_judged(case: dict[str, Any]) -> None:
    start, end = (at(one) for one in case["shift"])
    repair = case.get("repair")
    facts = Facts(
        start, end, [at(one) for one in case["punches"]],
        extensions=[(at(case["extension"][0]), at(case["extension"][1]))] if "extension" in case else (),
        away=[(at(case["away"][0]), at(case["away"][1]))] if "away" in case else (),
        announced_at=at(case["announced"]) if "announced" in case else None,
        repairs=[Repair(repair["side"], at(repair["at"]), repair["nth"])] if repair else (),
    )  # fmt: skip
    found = judge(facts, rules_of(case))
    missed = [side for side, gone in (("arrival", found.missed_arrival), ("departure", found.missed_departure)) if gone]
    assert (found.late_minutes, found.early_minutes, found.excused) == (case.get("late", 0), case.get("early", 0), case.get("excused", False))
    assert missed == case.get("missed", [])
    assert found.state == case.get("state", "judged")
    assert found.absence_days == Decimal(case.get("absence", "0"))
    assert found.leave_share == Decimal(case.get("share", "0"))
    assert (found.minutes, found.extension_minutes) == (case.get("minutes", 0), case.get("extension_minutes", 0))
    assert found.priced_departure == case.get("priced", False)


@pytest.mark.parametrize("case", examples("following", "minutes"))
def test_minutes_bring(case: dict[str, Any]) -> None:
    found = following.of_minutes("lateness", case["minutes"], rules_of(case))
    assert found is not None
    assert (found.way, found.stated_fen, found.amount_fen, found.packets) == (case["way"], case["stated"], case["amount"], case.get("packets"))
    assert found.absence_days == Decimal(case.get("absence", "0"))
    assert found.because[0].path == "attendance.lateness"


@pytest.mark.parametrize("case", examples("following", "absence"))
def test_absence_brings(case: dict[str, Any]) -> None:
    found = following.of_absence(Decimal(case["days"]), NOVEMBER, rules_of(case), on_leave=Decimal(case.get("on_leave", "0")))
    assert found is not None
    assert (found.stated_days, found.days_pay) == (Decimal(case["stated"]), Decimal(case["paid"]))
    assert (found.notice, found.dismissal) == (case.get("notice", False), case.get("dismissal", False))


@pytest.mark.parametrize("case", examples("following", "bonus"))
def test_the_bonus_is(case: dict[str, Any]) -> None:
    given = {name: Decimal(value) if isinstance(value, str) else value for name, value in case["month"].items()}
    found = bonus.full_bonus(bonus.Month(**given), rules_of(case))
    assert (found.kept, found.amount_fen) == (case["kept"], case["fen"])


@pytest.mark.parametrize(("written", "fen"), [("true", 0), ("false", 20000)])
def test_that_the_whole_month_is_needed_is_the_handbooks_to_say(written: str, fen: int) -> None:
    rules = handbook_with({"pay.full_attendance_whole_month": f"is = {written}"}).on(DAY)
    found = bonus.full_bonus(bonus.Month(shifts=22, part_days=29), rules)
    assert (found.kept, found.amount_fen) == (fen > 0, fen)
    assert [(one.code, one.counted) for one in found.conditions if not one.kept] == ([] if fen else [("whole_month", Decimal(29))])
    assert ("pay.full_attendance_whole_month" in {one.path for one in found.because}) == (not fen)


@pytest.mark.parametrize("case", examples("following", "publication"))
def test_a_sheet_comes_out(case: dict[str, Any]) -> None:
    found = following.next_publication(case["day"], rules_of(case, case["day"]))
    assert found.isoformat() == case["on"]


def test_in_time_brings_nothing() -> None:
    assert following.of_minutes("lateness", 0, rules_of({})) is None
    assert following.of_absence(Decimal(0), NOVEMBER, rules_of({})) is None


def test_a_punch_between_two_shifts_belongs_to_the_nearer() -> None:
    night = (at("17:00"), at("+1 01:00"))
    morning = (at("+1 08:30"), at("+1 17:30"))
    first, second = windows([night, morning], rules_of({}))
    assert first.closes_at == second.opens_at == at("+1 04:45")
    assert first.opens_at == at("13:00")
    assert second.closes_at == at("+1 23:30")


def test_both_halves_of_a_split_shift_have_their_own_window() -> None:
    morning, evening = (at("09:00"), at("12:00")), (at("18:00"), at("22:00"))
    first, second = windows([morning, evening], rules_of({}))
    assert first.closes_at == second.opens_at == at("15:00")


def test_granted_overtime_keeps_the_window_open() -> None:
    shift = (at("08:30"), at("17:30"))
    over = (at("18:30"), at("+1 00:57"))
    assert windows([shift], rules_of({}))[0].closes_at == at("23:30")
    assert windows([shift], rules_of({}), [over])[0].closes_at == at("+1 04:57")


def test_a_departure_repaired_once_too_often_costs_ten_yuan_in_five_packets_where_the_bound_is_lifted() -> None:
    found = following.of_departure(rules_of({"lifted": True}), 4)
    assert found is not None
    assert (found.way, found.stated_fen, found.amount_fen, found.packets) == ("packets", 1000, 1000, 5)
    lawful = following.of_departure(rules_of({}), 4)
    assert lawful is not None
    assert (lawful.way, lawful.stated_fen, lawful.amount_fen) == ("bonus", 1000, 0)
