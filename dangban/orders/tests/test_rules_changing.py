"""The matrix of changes: what a stage allows, in which steps, who pays; pure."""

from __future__ import annotations

from datetime import date

import pytest

from dangban.handbook.loader import preset
from dangban.orders.changing import rules

RULES = preset("default").on(date(2026, 11, 19))


@pytest.mark.parametrize(
    ("status", "refund", "preparation", "stage"),
    [
        ("unpaid", "none", "", "unpaid"),
        ("paid", "none", "", "paid"),
        ("paid", "asked", "printed", "printed"),
        ("paid", "none", "packed", "packed"),
        ("part", "none", "printed", "dispatched"),
        ("signed", "none", "", "dispatched"),
        ("closed", "none", "", "over"),
        ("paid", "full", "", "over"),
    ],
)
def test_the_stage_follows_status_and_warehouse(status, refund, preparation, stage):
    assert rules.stage_of(status, refund, preparation) == stage


@pytest.mark.parametrize(
    ("field", "stage", "outcome", "steps"),
    [
        ("address", "unpaid", "yes", ["platform-address"]),
        ("cancel", "unpaid", "customer", []),
        ("quantity", "unpaid", "customer", []),
        ("address", "paid", "yes", ["platform-address"]),
        ("item", "paid", "steps", ["settle-difference"]),
        ("address", "printed", "steps", ["pull-slip", "platform-address"]),
        ("item", "packed", "steps", ["pull-parcel", "unpack", "settle-difference"]),
        ("item", "dispatched", "no", []),
        ("address", "dispatched", "steps", ["intercept"]),
        ("invoice", "printed", "yes", []),
        ("cancel", "printed", "steps", ["pull-slip", "ask-refund", "agree-refund"]),
        ("address", "over", "no", []),
    ],
)
def test_stage_and_field_decide(field, stage, outcome, steps):
    verdict = rules.allowed(field, stage, False, "wish", RULES)
    assert (verdict.outcome, [step.code for step in verdict.steps]) == (outcome, steps)


def test_a_decision_names_the_clauses_it_rests_on():
    verdict = rules.allowed("address", "dispatched", False, "wish", RULES)
    assert verdict.decision.paths == ("orders.changes", "orders.change_steps", "orders.change_freight")
    assert dict(verdict.decision.because[0].inputs) == {"stage": {"zh": "已发货", "en": "dispatched"}, "field": {"zh": "收货信息", "en": "address"}}


@pytest.mark.parametrize(("stage", "cause", "payer"), [("paid", "wish", "none"), ("dispatched", "wish", "customer"), ("dispatched", "ours", "shop")])
def test_freight_is_paid_by_rule(stage, cause, payer):
    assert rules.allowed("address", stage, False, cause, RULES).payer == payer


def test_of_what_was_signed_for_only_the_invoice_is_written_anew():
    assert rules.allowed("address", "dispatched", True, "wish", RULES).outcome == "no"
    assert rules.allowed("invoice", "dispatched", True, "wish", RULES).outcome == "steps"


def test_every_step_of_the_handbook_belongs_to_a_cell_that_takes_steps_or_is_open():
    from dangban.orders.clauses import CHANGE_STEPS, CHANGES

    closed = [
        (row.step, stage, field)
        for row in RULES[CHANGE_STEPS]
        for stage in row.stages
        for field in row.changes
        if RULES[CHANGES].at(stage, field) in ("no", "customer")
    ]
    assert closed == []


def test_the_matrix_in_the_documentation_is_the_preset_s():
    from pathlib import Path

    from dangban.orders.clauses import CHANGES

    text = (Path(__file__).parents[3] / "docs" / "orders.md").read_text()
    table = text.split("<!-- matrix: presets/default orders.changes -->\n")[1].split("<!-- end -->")[0]
    grid = CHANGES.shape.grid(RULES[CHANGES])
    head, *lines = [[cell.zh for cell in line] for line in (grid.head, *grid.lines)]
    written = [f"| {' | '.join(head)} |", "|---" * len(head) + "|", *(f"| {' | '.join(line)} |" for line in lines)]
    assert table.replace("|  |", "|  |").splitlines() == written
