"""What holds of every assessment, whatever the facts and the handbook."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from datetime import UTC, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dangban.aftersales.rules.assessment import REASONS, Assessment, Facts, assess
from dangban.aftersales.rules.assessment.approvals import BEFORE_PROMISING
from dangban.aftersales.rules.assessment.facts import CATEGORIES, DAMAGE_FOUND, EXCLUDED, WANTED
from dangban.aftersales.rules.assessment.freight import ways
from dangban.aftersales.rules.assessment.wording import ALTERNATIVES, APPROVALS, REFUSALS
from dangban.aftersales.tests.judged import NOW, handbook, house
from dangban.handbook.rulebook import Rules
from dangban.handbook.shapes import Matrix, Row, Table, discover

PRESETS = ("default", "growth-team", "returns-first", "brand-group", "taobao-shop")
CENTS = st.integers(0, 500_000)
INSTANTS = st.none() | st.integers(-60 * 24 * 3, 60 * 24 * 800).map(lambda minutes: (NOW - timedelta(minutes=minutes)).astimezone(UTC))
TEXTS = {
    "wanted": st.sampled_from([*WANTED, "nothing known"]), "reason": st.sampled_from([*REASONS, "nothing known"]),
    "category": st.sampled_from([*CATEGORIES, "nothing known"]), "excluded": st.sampled_from(["", *EXCLUDED, "nothing known"]),
    "damage_found": st.sampled_from(["", *DAMAGE_FOUND]), "inspected": st.sampled_from(["", "fault", "good"]),
    "courier_back": st.sampled_from(["", "顺丰速运", "圆通速递"]), "return_number": st.sampled_from(["", "SF1"]),
    "moved_days": st.sampled_from(["", "2026-11-17 2026-11-21"]),
}  # fmt: skip


def _strategy(field: dataclasses.Field[Any]) -> st.SearchStrategy[Any]:
    if field.name in TEXTS:
        return TEXTS[field.name]
    if field.name.endswith("_at"):
        return INSTANTS
    if field.name == "asked_fen":
        return st.none() | CENTS
    if field.name.endswith("_fen"):
        return CENTS
    return st.none() | st.integers(0, 3) if field.name == "gifts_back" else st.integers(0, 3)


FIELDS = {one.name: one for one in dataclasses.fields(Facts) if one.name != "asked_at"}
YES_NO = sorted(name for name, one in FIELDS.items() if isinstance(one.default, bool))
# A few things are out of the ordinary in a request; all of them at once would only find refusals.
ODD = st.sets(st.sampled_from(YES_NO), max_size=4).map(lambda names: {name: not FIELDS[name].default for name in names})
FACTS = st.tuples(st.fixed_dictionaries({name: _strategy(one) for name, one in FIELDS.items() if name not in YES_NO}), ODD).map(
    lambda told: Facts(asked_at=NOW, **told[0], **told[1])
)


@settings(max_examples=400, deadline=None)
@given(facts=FACTS, name=st.sampled_from(PRESETS))
def test_no_facts_are_too_strange_to_be_judged(facts: Facts, name: str) -> None:
    judged = assess(facts, handbook(name))
    assert judged.outcome in ("accepted", "approval", "evidence", "refused")
    assert judged.wording.zh
    assert judged.wording.en
    assert set(judged.alternatives) <= set(ALTERNATIVES)
    assert {one.code for one in judged.approvals} <= set(APPROVALS)


@settings(max_examples=400, deadline=None)
@given(facts=FACTS, name=st.sampled_from(PRESETS))
def test_the_shares_of_every_way_add_up_to_what_it_costs(facts: Facts, name: str) -> None:
    judged = assess(facts, handbook(name))
    costs = {"out": facts.freight_out_fen, "back": facts.freight_back_fen, "again": facts.freight_again_fen}
    for way in {one.leg for one in judged.freight}:
        assert sum(one.fen for one in judged.freight if one.leg == way) == costs[way]
    assert all(one.fen >= 0 for one in judged.freight)
    assert sum(judged.borne(who) for who in ("seller", "buyer", "insurance")) == sum(one.fen for one in judged.freight)
    if judged.outcome != "refused" and facts.inspected != "good":
        assert list(dict.fromkeys(one.leg for one in judged.freight)) == list(ways(facts))


@settings(max_examples=400, deadline=None)
@given(facts=FACTS, name=st.sampled_from(PRESETS))
def test_every_refusal_rests_on_a_clause_and_leaves_a_way_open(facts: Facts, name: str) -> None:
    judged = assess(facts, handbook(name))
    assert (judged.outcome == "refused") == bool(judged.refusals)
    if judged.refusals:
        assert judged.because
        assert all(one.clause and one.summary for one in judged.because)
        assert judged.alternatives
        assert set(judged.refusals) <= set(REFUSALS)
        assert judged.remedies == ()


@settings(max_examples=200, deadline=None)
@given(facts=FACTS, name=st.sampled_from(PRESETS))
def test_judged_as_plain_data_it_is_the_same(facts: Facts, name: str) -> None:
    judged = assess(facts, handbook(name))
    assert Assessment.from_data(json.loads(json.dumps(judged.as_data()))) == judged
    assert Facts.from_data(json.loads(json.dumps(facts.as_data()))) == facts
    assert assess(Facts.from_data(facts.as_data()), handbook(name)).outcome == judged.outcome


@settings(max_examples=200, deadline=None)
@given(facts=FACTS, name=st.sampled_from(PRESETS))
def test_what_may_be_had_is_limited_by_what_was_paid(facts: Facts, name: str) -> None:
    for remedy in assess(facts, handbook(name)).remedies:
        assert remedy.limit_fen is None or 0 <= remedy.limit_fen <= facts.paid_fen


@settings(max_examples=200, deadline=None)
@given(facts=FACTS, name=st.sampled_from(PRESETS))
def test_no_request_in_time_for_goods_as_new_is_refused_for_its_days(facts: Facts, name: str) -> None:
    in_time = dataclasses.replace(facts, signed_at=NOW - timedelta(days=6), reported_at=None)
    assert "window" not in assess(in_time, handbook(name)).refusals


# Kinder: one rule, as it is written and as it would be kinder.
def _cells(path: str, change: Callable[[str, str, str], str]) -> Callable[[Rules], Any]:
    def kinder(rules: Rules) -> Matrix:
        cells = rules[f"aftersales.{path}"].cells
        return Matrix({row: {name: change(row, name, what) for name, what in columns.items()} for row, columns in cells.items()})

    return kinder


def _longer(path: str, by: timedelta) -> Callable[[Rules], timedelta]:
    return lambda rules: rules[f"aftersales.{path}"] + by


def _confirmed_only(rules: Rules) -> Table:
    return Table([Row({**row, "confirm": True}) for row in rules["aftersales.excluded_goods"]], "goods")


def _nothing_to_show(rules: Rules) -> Table:
    return Table([Row({**row, "show": ()}) for row in rules["aftersales.evidence_needed"]], "about")


KINDER: Mapping[str, Callable[[Rules], Any]] = {
    "no_reason_days": _longer("no_reason_days", timedelta(days=8)),
    "no_reason_start": lambda _: "day_after",
    "quality_days": _longer("quality_days", timedelta(days=30)),
    "quality_exchange_days": _longer("quality_exchange_days", timedelta(days=30)),
    "warranty_days": _longer("warranty_days", timedelta(days=365)),
    "late_fault": lambda _: "as_usual",
    "worn_fault": lambda _: "as_usual",
    "missing_within": _longer("missing_within", timedelta(hours=48)),
    "transport_report_days": lambda rules: rules["aftersales.transport_report_days"] + 4,
    "damage_after_signing": lambda _: "evidence",
    "proxy_signing_counts": lambda _: False,
    "condition": _cells("condition", lambda row, name, what: {"blocks": "deduct"}.get(what, "ok")),
    "excluded_goods": _confirmed_only,
    "gift_lost": lambda _: "deducted",
    "gifts_claimable": lambda _: True,
    "only_our_goods": lambda _: False,
    "misuse": lambda _: "repair",
    "exchanges": lambda rules: rules["aftersales.exchanges"] + 1,
    "evidence_needed": _nothing_to_show,
    "evidence_within": _longer("evidence_within", timedelta(hours=48)),
    "no_evidence": lambda _: "check",
    "freight": _cells("freight", lambda row, name, what: "seller"),
    "free_shipping_out": lambda _: "seller",
    "free_shipping_lost": lambda _: "seller",
    "sent_despite_refund": lambda _: "seller",
    "return_freight_cap": lambda _: "none",
    "surface_mail_accepted": lambda _: True,
    "adjustment_cap": lambda _: "none",
}
@pytest.mark.parametrize("name", KINDER)
@settings(max_examples=60, deadline=None)
@given(facts=FACTS, preset=st.sampled_from(PRESETS), lifted=st.booleans())
def test_a_kinder_rule_never_makes_it_worse_for_the_buyer(name: str, facts: Facts, preset: str, lifted: bool) -> None:
    bounds = tuple(f"aftersales.{path}" for path in KINDER) if lifted else ()
    before = house(preset, lifted=bounds)
    after = house(preset, {f"aftersales.{name}": KINDER[name](before)}, bounds)
    stern, kind = assess(facts, before), assess(facts, after)
    if stern.outcome != "refused":
        assert kind.outcome != "refused"
        # Another question may be asked of the supervisor, never one more.
        assert len(_asked_of_the_supervisor(kind)) <= len(_asked_of_the_supervisor(stern))
        # With more time there may be something to show where it would else have been sent in unseen.
        assert set(kind.evidence) <= set(stern.evidence) or stern.check_first
        assert {one.code for one in stern.remedies} <= {one.code for one in kind.remedies}
        assert kind.borne("buyer") <= stern.borne("buyer")
        assert set(kind.deductions) <= set(stern.deductions)
        limits = {one.code: one.limit_fen or 0 for one in kind.remedies}
        assert all((one.limit_fen or 0) <= limits[one.code] for one in stern.remedies)


def _asked_of_the_supervisor(judged: Assessment) -> set[str]:
    return {one.code for one in judged.approvals} & BEFORE_PROMISING


def test_every_kinder_rule_is_one_of_the_handbook() -> None:
    assert {f"aftersales.{name}" for name in KINDER} <= set(discover().clauses)
