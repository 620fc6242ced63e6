"""Pure rules about what dealers send back: tables, and cents that always add up."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dangban.dealers import clauses, rules
from dangban.dealers.models import Arrival, DealerReturn, Finding, Signature
from dangban.dealers.rules import Asked, Costs, Found, Owing
from dangban.handbook.loader import preset
from dangban.handbook.rulebook import Rules
from dangban.testing.cast import TODAY


def default() -> Rules:
    return preset("default").on(TODAY)


# ---- The way ---------------------------------------------------------------------------------------


def test_every_state_awaits_somebody_until_a_moment_and_leads_to_an_end() -> None:
    assert set(rules.FLOW) == set(DealerReturn.State.values)
    table = default()
    ends = {name for name, stop in rules.FLOW.items() if stop.is_final}
    assert ends == set(DealerReturn.FINAL) == {"closed", "advised", "refused", "withdrawn"}
    assert set(clauses.STATES) == set(rules.FLOW) - ends
    for name, stop in rules.FLOW.items():
        if name not in ends:
            assert stop.party, name
            assert stop.permission, name
            assert rules.time_for(name, table) is not None, name
        reached, before = {name}, set[str]()
        while reached != before:
            before = set(reached)
            reached |= {target for one in before for targets in rules.FLOW[one].moves.values() for target in targets}
        assert reached & ends, f"{name} is a dead end"
        assert reached <= set(rules.FLOW)


def test_every_state_is_reached_from_the_first() -> None:
    reached, before = {"applied"}, set[str]()
    while reached != before:
        before = set(reached)
        reached |= {target for one in before for targets in rules.FLOW[one].moves.values() for target in targets}
    assert reached == set(rules.FLOW)


def test_codes_of_the_rules_and_of_the_rows_are_the_same() -> None:
    assert set(clauses.REASONS) == set(DealerReturn.Reason.values)
    assert set(clauses.CAUSES) == set(Finding.Cause.values)
    assert set(clauses.DISPOSALS) == set(Finding.Disposal.values)
    assert set(clauses.PARTS) == set(rules.COUNT_PERMISSIONS)
    assert Arrival.Why.TAKEN == ""
    assert set(Signature.Kind.values) == {"release", "count"}


# ---- Windows -----------------------------------------------------------------------------------------

FRIDAY = date(2026, 11, 13)


@pytest.mark.parametrize(
    ("start", "days", "rest", "last"),
    [
        (FRIDAY, 3, ("sat", "sun"), date(2026, 11, 18)),
        (FRIDAY, 1, ("sat", "sun"), date(2026, 11, 16)),
        (FRIDAY, 3, (), date(2026, 11, 16)),
        (FRIDAY, 7, (), date(2026, 11, 20)),
        (date(2026, 11, 14), 3, ("sat", "sun"), date(2026, 11, 18)),
        (FRIDAY, 2, rules.WEEK, date(2026, 11, 15)),
    ],
)
def test_the_last_day_of_a_window(start: date, days: int, rest: tuple[str, ...], last: date) -> None:
    assert rules.last_day(start, days, rest) == last


@pytest.mark.parametrize(
    ("reason", "reported", "photos", "outcome", "because"),
    [
        ("transport", 18, 18, "open", ("dealers.windows", "dealers.rest_days")),
        ("transport", 18, None, "photos", ("dealers.windows", "dealers.rest_days")),
        ("transport", 19, 18, "late", ("dealers.windows", "dealers.rest_days")),
        ("transport", 18, 19, "late", ("dealers.windows", "dealers.rest_days")),
        ("wrong", 20, None, "open", ("dealers.windows",)),
        ("wrong", 21, None, "late", ("dealers.windows",)),
        ("unwanted", 20, None, "open", ("dealers.windows",)),
        ("unwanted", 21, None, "late", ("dealers.windows",)),
        ("termination", 20, None, "open", ("dealers.windows",)),
        ("termination", 21, None, "late", ("dealers.windows",)),
        ("quality", 30, None, "open", ()),
        ("change", 30, None, "open", ()),
    ],
)
def test_whether_an_application_comes_in_time(reason: str, reported: int, photos: int | None, outcome: str, because: tuple[str, ...]) -> None:
    asked = Asked(reason, FRIDAY, date(2026, 11, reported), date(2026, 11, photos) if photos else None)
    decision = rules.acceptance(asked, default())
    assert (decision.outcome, decision.paths) == (outcome, because)


@pytest.mark.parametrize(
    ("batch", "disputed", "visited", "outcome"),
    [(False, False, False, "free"), (True, False, False, "required"), (False, True, False, "required"), (True, True, True, "free")],
)
def test_when_an_engineer_is_to_see_it_first(batch: bool, disputed: bool, visited: bool, outcome: str) -> None:
    assert rules.on_site(batch, disputed, visited, default()).outcome == outcome


def test_who_signs_one_after_the_other_and_together() -> None:
    steps, because = rules.signers(default())
    assert (steps, [one.path for one in because]) == ([["sales"], ["general_manager"]], ["dealers.signers"])
    assert [rules.permission_of(unit) for unit in ("sales", "general_manager")] == ["dealers.sign", "dealers.approve"]
    assert rules.count_parts(default()) == ("sales", "keeper", "admin", "finance")


# ---- Who answers --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cause", "reported", "counts", "department", "path"),
    [
        ("production", date(2026, 11, 19), "production", "生产部", "dealers.liable"),
        ("inspection", date(2026, 11, 19), "inspection", "品质部", "dealers.liable"),
        ("technique", date(2026, 11, 19), "technique", "技术部", "dealers.liable"),
        ("purchasing", date(2026, 11, 19), "purchasing", "采购部", "dealers.liable"),
        ("sales", date(2026, 11, 19), "sales", "销售部", "dealers.liable"),
        ("customer", date(2026, 11, 19), "customer", "客户", "dealers.liable"),
        ("other", date(2027, 2, 11), "other", "公司", "dealers.liable"),
        ("other", date(2027, 2, 12), "sales", "销售部", "dealers.late_after"),
        ("production", date(2027, 2, 12), "production", "生产部", "dealers.liable"),
    ],
)
def test_who_answers_for_a_cause(cause: str, reported: date, counts: str, department: str, path: str) -> None:
    decision = rules.liability(cause, Asked("quality", FRIDAY, reported), default())
    assert (decision.outcome, rules.department(decision.outcome, default()), decision.paths) == (counts, department, (path,))


@pytest.mark.parametrize(
    ("disposal", "loss", "approval"),
    [("stock", 500, "free"), ("rework", 500, "free"), ("discount", 4_500, "free"), ("material", 10_500, "free"), ("scrap", 10_500, "ask")],
)
def test_what_goods_lose_and_which_way_needs_an_approval(disposal: str, loss: int, approval: str) -> None:
    assert rules.loss(disposal, 10_000, 500, default()) == loss
    assert rules.needs_approval(disposal, default()).outcome == approval


# ---- What is paid ----------------------------------------------------------------------------------------


def found(cause: str = "production", disposal: str = "stock", quantity: int = 1, worth: int = 10_000, loss: int = 0, **more: Any) -> Found:
    return Found(cause, disposal, quantity, worth, loss, **more)


@pytest.mark.parametrize(
    ("reason", "judged", "pieces", "contract", "credit", "fees", "shares"),
    [
        ("quality", "return", [found(quantity=3)], None, 10_000, [], [("production", 301)]),
        ("quality", "repair", [found(loss=200)], None, 0, [], [("production", 501)]),
        ("quality", "return", [found(), found("sales", quantity=2)], None, 20_000, [], [("production", 100), ("sales", 201)]),
        ("unwanted", "return", [found("customer", quantity=5)], None, 10_000, [("dispatch", 300), ("packing", 1)], []),
        ("quality", "return", [found("customer", "scrap", loss=10_000)], None, 0, [("dispatch", 300), ("packing", 1)], []),
        ("quality", "return", [found(), found("customer", "scrap", loss=10_000)], None, 10_000, [("dispatch", 150)], [("production", 151)]),
        ("quality", "return", [found(), found("customer", "scrap", quantity=2)], None, 10_000, [("dispatch", 200), ("packing", 1)], [("production", 100)]),
        ("cancel", "return", [found(nonstandard=True)], 2_000, 10_000, [("breach", 2_000)], [("production", 301)]),
        ("cancel", "return", [found(nonstandard=True)], None, 10_000, [], [("production", 301)]),
        ("change", "return", [found()], 2_000, 10_000, [], [("production", 301)]),
        ("wrong", "return", [], None, 0, [], [("other", 301)]),
    ],
)
def test_the_note_by_rule(
    reason: str, judged: str, pieces: list[Found], contract: int | None, credit: int, fees: list[tuple[str, int]], shares: list[tuple[str, int]]
) -> None:
    bill = rules.bill(reason, judged, pieces, Costs(300, 1), contract, default())
    assert (bill.credit_fen, [(fee.kind, fee.amount_fen) for fee in bill.fees], list(bill.shares)) == (credit, fees, shares)


def test_what_could_not_be_repaired_is_paid_for_unless_the_dealer_spoilt_it() -> None:
    pieces = [
        found(quantity=8, worth=80_000), found(disposal="scrap", quantity=2, worth=20_000, loss=20_000, kept_fen=20_000),
        found("customer", "scrap", worth=10_000, loss=10_000, kept_fen=10_000),
    ]  # fmt: skip
    bill = rules.bill("quality", "repair", pieces, Costs(), None, default())
    assert (bill.credit_fen, bill.shares) == (20_000, (("production", 20_000),))


@pytest.mark.parametrize(
    ("pieces", "owing", "fees"),
    [
        ([], Owing(10, 199_000), [("unreturned", 199_000, "dealers.advance_returned_within")]),
        ([found(quantity=7)], Owing(3, 59_700), [("unreturned", 59_700, "dealers.advance_returned_within")]),
        ([found()], Owing(), []),
        ([found("customer", "scrap", worth=19_900)], Owing(), [("spoilt", 19_900, "dealers.liable")]),
        ([found("customer", "stock", worth=19_900)], Owing(), []),
    ],
)
def test_what_was_replaced_and_did_not_come_or_was_spoilt_is_charged(pieces: list[Found], owing: Owing, fees: list[tuple[str, int, str]]) -> None:
    bill = rules.bill("quality", "return", pieces, Costs(), None, default(), owing)
    assert (bill.credit_fen, bill.net_fen) == (0, -sum(amount for _kind, amount, _path in fees))
    assert [(fee.kind, fee.amount_fen, fee.because.path) for fee in bill.fees] == fees


@pytest.mark.parametrize(
    ("told", "parcel", "last"),
    [(1, None, date(2026, 11, 16)), (5, None, date(2026, 11, 20)), (1, date(2026, 11, 25), date(2026, 11, 25)), (1, date(2026, 11, 2), date(2026, 11, 16))],
)
def test_by_when_replaced_goods_are_to_be_back(told: int, parcel: date | None, last: date) -> None:
    due = rules.back_by(date(2026, 11, 1), date(2026, 11, told), parcel, default())
    assert due is not None
    assert (due[0], due[1].path) == (last, "dealers.advance_returned_within")


causes = st.sampled_from(list(clauses.CAUSES))
pieces_ = st.builds(
    Found, causes, st.sampled_from(list(clauses.DISPOSALS)), st.integers(1, 500), st.integers(0, 10**7), st.integers(0, 10**7), st.booleans()
)


@given(
    st.sampled_from(list(clauses.REASONS)), st.sampled_from(["return", "repair"]), st.lists(pieces_, max_size=6),
    st.integers(0, 10**7), st.integers(0, 10**7), st.none() | st.integers(0, 10_000),
)  # fmt: skip
def test_cents_always_add_up(reason: str, judged: str, pieces: list[Found], dispatch: int, packing: int, contract: int | None) -> None:
    bill = rules.bill(reason, judged, pieces, Costs(dispatch, packing), contract, default())
    charged = {fee.kind: fee.amount_fen for fee in bill.fees}
    sent = dispatch + packing - charged.get("dispatch", 0) - charged.get("packing", 0)
    ours = sum(one.loss_fen for one in pieces if one.cause != "customer")
    theirs = sum(one.loss_fen for one in pieces if one.cause == "customer" and one.disposal == "stock")
    assert bill.borne_fen == sent + ours + theirs
    assert bill.net_fen == bill.credit_fen - sum(charged.values())
    assert all(amount >= 0 for _cause, amount in bill.shares)
    assert 0 <= bill.credit_fen <= sum(one.value_fen for one in pieces)
    assert all(fee.amount_fen > 0 and fee.because.path for fee in bill.fees)


@pytest.mark.parametrize(("way", "outcome"), [("written", "may"), ("call", "may"), ("whim", "refused")])
def test_a_replacement_beforehand_takes_proof(way: str, outcome: str) -> None:
    decision = rules.advance(way, default())
    assert (decision.outcome, decision.paths) == (outcome, ("dealers.advance_needs",))
