"""The rules of the floor, by examples that a leader can read."""

from __future__ import annotations

import time
import tomllib
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from dangban.conversations.rules import clocks, guard, routing, service, stages, wishes
from dangban.conversations.tests.floor import house
from dangban.testing.cast import NOW

HERE = Path(__file__).parent / "examples"
HOUSE = house()


def examples(name: str, key: str = "example") -> list[Any]:
    read = tomllib.loads((HERE / f"{name}.toml").read_text("utf-8"))[key]
    return [pytest.param(one, id=one["says"]) for one in read]


def candidate(given: dict[str, Any]) -> routing.Candidate:
    return routing.Candidate(
        person_id=given["id"],
        state=given.get("state", "online"),
        on_duty=given.get("on_duty", True),
        load=given.get("load", 0),
        capacity=given.get("capacity"),
        stages=frozenset(given.get("stages", ())),
        last_assigned_at=NOW - timedelta(minutes=given["idle"]) if "idle" in given else None,
        is_trainee=given.get("trainee", False),
    )


@pytest.mark.parametrize("case", examples("routing"))
def test_a_customer_is_given(case: dict[str, Any]) -> None:
    last, seat = case.get("last", {}), case.get("seat", {})
    arrival = routing.Arrival(
        stage="presale",
        at=NOW,
        last_agent_id=last.get("id"),
        last_served_at=NOW - timedelta(days=last["days"]) if last else None,
        seat_holder_id=seat.get("holder"),
        seat_receives=seat.get("receives", True),
        not_to=frozenset(case.get("not_to", ())),
    )
    found = routing.route(arrival, [candidate(one) for one in case["team"]], HOUSE)
    assert (found.decision.outcome, found.person_id) == (case["outcome"], case.get("person"))
    assert list(found.decision.paths) == case["because"]


@pytest.mark.parametrize("case", examples("stage"))
def test_a_customer_is_at_a_stage(case: dict[str, Any]) -> None:
    rules = house({"conversations.aftersale_from": case["from"]}) if "from" in case else HOUSE
    newest = stages.NewestOrder(**case["order"]) if "order" in case else None
    decision = stages.stage(newest, rules)
    assert (decision.outcome, list(decision.paths)) == (case["outcome"], ["conversations.aftersale_from"])


def spoken(number: int, text: str) -> clocks.Spoken:
    who, seconds, *recalled = text.split()
    author = {"c": "customer", "m": "auto"}.get(who, "agent")
    kind = {"n": "note", "r": "recall"}.get(who, "text")
    at = NOW + timedelta(seconds=int(seconds))
    return clocks.Spoken(number, author, 7, at, kind, who == "n", int(recalled[0]) if recalled else None)


@pytest.mark.parametrize("case", examples("rounds"))
def test_questions_and_answers_are_read_off_the_log(case: dict[str, Any]) -> None:
    found = clocks.rounds(spoken(number, line) for number, line in enumerate(case["lines"], 1))
    seconds = [
        [one.opened_seq, int((one.answered_at - one.opened_at).total_seconds()) if one.answered_at else -1] for one in found
    ]
    assert seconds == case["rounds"]
    assert [one.first for one in found] == [True, *[False] * (len(found) - 1)]


@pytest.mark.parametrize("case", examples("service", "transfer"))
def test_a_transfer(case: dict[str, Any]) -> None:
    assert service.transfer(case["already"], case["reason"], HOUSE).outcome == case["outcome"]


@pytest.mark.parametrize("case", examples("service", "invitation"))
def test_an_invitation(case: dict[str, Any]) -> None:
    last = NOW - timedelta(hours=case["hours_ago"]) if "hours_ago" in case else None
    assert service.invitation(case["how"], last, NOW, HOUSE).outcome == case["outcome"]


@pytest.mark.parametrize("case", examples("service", "recall"))
def test_taking_a_line_back(case: dict[str, Any]) -> None:
    sent = NOW - timedelta(seconds=case["seconds"])
    decision = service.taking_back(sent, NOW, channel_allows=case.get("channel", True), rules=HOUSE)
    assert decision.outcome == case["outcome"]


@pytest.mark.parametrize("case", examples("service", "leaving"))
def test_leaving(case: dict[str, Any]) -> None:
    assert service.leaving(case["open"], HOUSE).outcome == case["outcome"]


@pytest.mark.parametrize("case", examples("service", "wait"))
def test_how_a_wait_looks(case: dict[str, Any]) -> None:
    assert clocks.waiting_colour(case["seconds"], HOUSE) == case["outcome"]


@pytest.mark.parametrize("case", examples("guard"))
def test_the_guard(case: dict[str, Any]) -> None:
    findings = guard.compiled(HOUSE).examine(case["line"], case.get("known", ()))
    assert (guard.gravest(findings), sorted(finding.word for finding in findings)) == (
        case["act"], sorted(case.get("words", [])),
    )  # fmt: skip
    if "offer" in case:
        assert guard.offered(case["line"], findings) == case["offer"]


def test_a_finding_names_its_rule() -> None:
    finding = guard.compiled(HOUSE).examine("这是最好的")[0]
    assert (finding.path, finding.because.path, finding.because.inputs) == (
        "conversations.guard.superlatives", "conversations.guard.superlatives", {"word": "最好"},
    )  # fmt: skip


def test_the_lists_are_compiled_once_while_they_stand() -> None:
    assert guard.compiled(house()) is guard.compiled(house())


def test_other_lists_make_another_guard() -> None:
    row = HOUSE["conversations.guard.rude"]
    changed = house({"conversations.guard.rude": type(row)({**row, "words": ("笨",)})})
    assert [one.word for one in guard.compiled(changed).examine("真笨")] == ["笨"]
    assert guard.compiled(HOUSE).examine("真笨") == []


def test_a_clean_line_costs_little() -> None:
    words = guard.compiled(HOUSE)
    line = "您好，您看中的这款沙发垫有货，下午四点半前付款今天就能安排，请问要几件呢"
    best = min(_time(words, line) for _ in range(5))
    assert best < 150e-6, f"{best * 1e6:.1f} µs"


def _time(words: guard.Guard, line: str) -> float:
    # What other processes take meanwhile is not counted.
    began = time.thread_time()
    for _ in range(500):
        words.examine(line)
    return (time.thread_time() - began) / 500


@pytest.mark.parametrize("case", examples("wishes"))
def test_a_line_asks_for(case: dict[str, Any]) -> None:
    about = wishes.Talk(
        today=date(2026, 11, 19),
        couriers=["申通快递", "中国邮政"],
        reaching=case.get("reaching", []),
        is_remote=case.get("remote", False),
        ordered=[wishes.OrderedLine(**one) for one in case.get("ordered", [])],
    )
    found = {one.kind: one for one in wishes.suggestions(case["line"], about)}
    assert {kind: one.text for kind, one in found.items()} == case["wishes"]
    for kind, fields in case.get("fields", {}).items():
        assert found[kind].fields == fields
    warned = {kind: list(one.warnings) for kind, one in found.items() if one.warnings}
    assert warned == case.get("warnings", {})
