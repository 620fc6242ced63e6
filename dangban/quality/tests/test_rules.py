"""The ladder of conduct: which step, how much, who decides, until when it counts."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from dangban.handbook.loader import preset
from dangban.handbook.rulebook import Rules
from dangban.quality import rules
from dangban.testing.cast import NOW, TODAY


def of(name: str, *, lifted: tuple[str, ...] = ()) -> Rules:
    return preset(name).on(TODAY, lifted=lifted)


@pytest.mark.parametrize(
    ("handbook", "offence", "earlier", "outcome"),
    [
        # No employer may fine: the first time counts as a warning, the steps after it stay.
        ("growth-team", "private_account", 0, "warning"),
        ("growth-team", "private_account", 1, "talk"),
        ("growth-team", "private_account", 2, "dismissal"),
        ("growth-team", "private_account", 5, "dismissal"),
        ("growth-team", "browsing", 0, "warning"),
        ("growth-team", "browsing", 1, "talk"),
        ("growth-team", "browsing", 2, "dismissal"),
        # Once each time, whatever was before.
        ("growth-team", "knowledge", 0, "training"),
        ("growth-team", "knowledge", 4, "training"),
        ("returns-first", "games", 0, "warning"),
        ("returns-first", "games", 1, "warning"),
        ("returns-first", "games", 2, "dismissal"),
        ("brand-group", "downloads", 0, "demerit"),
        ("brand-group", "downloads", 3, "demerit"),
        ("brand-group", "idle_online", 0, "none"),
        ("default", "abuse", 0, "demerit"),
        ("default", "abuse", 1, "dismissal"),
    ],
)
def test_the_step_of_the_ladder(handbook: str, offence: str, earlier: int, outcome: str) -> None:
    step = rules.ladder(of(handbook), offence, earlier)
    assert (step.outcome, step.amount_fen) == (outcome, 0)
    assert step.paths == ("conduct.offences",)


@pytest.mark.parametrize(
    ("handbook", "earlier", "outcome", "fen"),
    [("growth-team", 0, "fine", 1000), ("growth-team", 1, "talk", 0), ("returns-first", 0, "fine", 1000), ("returns-first", 1, "fine", 3000)],
)
def test_a_fine_is_taken_only_where_somebody_lifted_the_bound_by_name(handbook: str, earlier: int, outcome: str, fen: int) -> None:
    step = rules.ladder(of(handbook, lifted=("conduct.offences",)), "private_account", earlier)
    assert (step.outcome, step.amount_fen) == (outcome, fen)


def test_the_reason_keeps_what_the_handbook_says_though_the_law_takes_it() -> None:
    step = rules.ladder(of("growth-team"), "private_account", 0)
    named = {"zh": "上班登录私人账号", "en": "using a private account at work"}
    assert step.because[0].inputs == {"offence": named, "times_before": 0, "stated": "¥10.00"}


def test_quiet_music_is_no_offence_where_it_is_allowed() -> None:
    assert ("music" in rules.known_offences(of("taobao-shop")), "music" in rules.known_offences(of("brand-group"))) == (True, False)


@pytest.mark.parametrize(
    ("consequence", "level", "fits"),
    [
        ("warning", "leader", True), ("warning", "mid", False), ("demerit", "leader", False), ("demerit", "deputy", True),
        ("dismissal", "supervisor", False), ("dismissal", "manager", True),
    ],
)  # fmt: skip
def test_heavier_consequences_are_decided_further_up(consequence: str, level: str, fits: bool) -> None:
    needed, because = rules.decider(of("default"), consequence)
    assert (rules.ranks_for(level, needed), because.path) == (fits, "conduct.decided_by")


@pytest.mark.parametrize(
    ("day", "until"),
    [
        (date(2026, 11, 19), date(2027, 11, 19)),
        (date(2028, 2, 29), date(2029, 2, 28)),
        (date(2026, 12, 31), date(2027, 12, 31)),
    ],
)
def test_a_sanction_counts_for_a_year(day: date, until: date) -> None:
    assert rules.expires_on(of("default"), day) == until


def test_only_what_had_not_expired_counts() -> None:
    before = [(date(2025, 11, 18), date(2026, 11, 18)), (date(2026, 1, 1), date(2027, 1, 1)), (date(2026, 11, 20), date(2027, 11, 20))]
    assert rules.counted(before, TODAY) == 1


@pytest.mark.parametrize(("heard", "at", "outcome"), [(None, NOW, "wait"), (NOW, NOW, "heard"), (None, datetime(2026, 11, 22, tzinfo=NOW.tzinfo), "heard")])
def test_nobody_is_sanctioned_unheard(heard: datetime | None, at: datetime, outcome: str) -> None:
    answer_by = datetime(2026, 11, 21, 2, 0, tzinfo=NOW.tzinfo)
    assert rules.may_decide(of("default"), heard_at=heard, answer_by=answer_by, at=at).outcome == outcome


def test_a_loss_is_borne_by_the_company_unless_the_handbook_says_otherwise() -> None:
    assert [rules.loss_borne(of(name), 5000).amount_fen for name in ("default", "brand-group")] == [0, 5000]


def test_bounties_by_handbook() -> None:
    found = {name: [rules.bounty(of(name), kind).amount_fen for kind in ("page_fault", "idea", "praise", "progress")] for name in ("default", "returns-first", "growth-team")}
    assert found == {"default": [0, 0, 0, 0], "returns-first": [500, 1000, 0, 0], "growth-team": [0, 0, 0, 2000]}
