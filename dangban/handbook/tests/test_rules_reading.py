"""Reading rules on a day: dates, repeal, shapes, the law's bounds. No database."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dangban.handbook import loader
from dangban.handbook.decisions import Decision
from dangban.handbook.diff import changes
from dangban.handbook.faults import Spot, Wrong
from dangban.handbook.rulebook import Layer, NoValue
from dangban.handbook.shapes import ClockSpan, Percent
from dangban.handbook.tests import sample

MANIFEST = 'name = "sample"\ntitle = {zh = "样例", en = "Sample"}\n'


def handbook(chapter: str, name: str = "sample"):
    files = {"handbook.toml": MANIFEST, "attendance.toml": chapter}
    return loader.read_layers([Layer(name, files)], sample.SAMPLE)


def rule(name: str, *values: str, unit: str = "") -> str:
    head = f'[{name}]\nsummary = {{zh = "样例", en = "Sample"}}\n' + (f'unit = "{unit}"\n' if unit else "")
    return head + "".join(f'[[{name}.value]]\nclause = "handbook: 3"\n{value}\n' for value in values)


GRACE = rule("grace", "since = 2026-01-01\nis = 5", "since = 2026-03-15\nis = 3", unit="minutes")
BONUS = rule(
    "bonus", "since = 2026-01-01\nis = '200'", "since = 2026-02-01\nis = '500'", "since = 2026-03-01\nrepealed = true",
    unit="CNY",
)  # fmt: skip


def test_the_value_of_the_day_is_read_when_it_changes_in_mid_month():
    book = handbook(GRACE)
    assert book.on(date(2026, 3, 14))[sample.GRACE] == timedelta(minutes=5)
    assert book.on(date(2026, 3, 15))[sample.GRACE] == timedelta(minutes=3)


def test_a_rule_reads_by_path_as_by_its_declaration():
    rules = handbook(GRACE).on(date(2026, 3, 1))
    assert rules["attendance.grace"] == rules.value("attendance.grace") == timedelta(minutes=5)
    assert rules.rule(sample.GRACE).reference == "handbook: 3"


def test_before_its_first_day_a_rule_has_no_value_and_says_so():
    with pytest.raises(NoValue, match=r"attendance.grace has no value on 2025-12-31: not yet"):
        handbook(GRACE).on(date(2025, 12, 31))[sample.GRACE]


def test_a_repealed_rule_has_no_value_and_says_so():
    with pytest.raises(NoValue, match=r"attendance.bonus has no value on 2026-03-01: repealed"):
        handbook(BONUS).on(date(2026, 3, 1))["attendance.bonus"]


def test_a_value_beyond_the_law_warns_and_is_capped_until_lifted_by_name():
    book = handbook(BONUS)
    assert [(w.path, w.shown.en, w.source) for w in book.warnings] == [
        ("attendance.bonus", "¥500.00", "law: sample §1")
    ]
    day = date(2026, 2, 1)
    assert book.on(day)[sample.BONUS] == 50_000
    assert book.on(day).capped(sample.BONUS) == 30_000
    assert book.on(day, lifted={"attendance.bonus"}).capped(sample.BONUS) == 50_000


def test_an_amount_is_capped_at_what_the_law_leaves_in_this_case():
    rules = handbook(BONUS).on(date(2026, 2, 1))
    assert rules.capped_amount(sample.BONUS, 50_000, 44_000) == (44_000, 50_000, "law: sample §1")
    assert not rules.capped_amount(sample.BONUS, 40_000, 44_000).was_capped


def test_a_decision_says_why_and_survives_json():
    rules = handbook(GRACE).on(date(2026, 3, 20), version=7)
    because = rules.because(sample.GRACE, came=time(9, 4), late=timedelta(minutes=4))
    decision = Decision("attendance.late", "late", 1000, (because,))
    assert Decision.from_data(decision.as_data()) == decision
    assert decision.as_data()["because"][0] == {
        "path": "attendance.grace",
        "clause": "handbook: 3",
        "summary": {"zh": "样例", "en": "Sample"},
        "value": {"zh": "3 分钟", "en": "3 minutes"},
        "inputs": {"came": "09:04", "late": "240 s"},
        "since": "2026-03-15",
        "version": 7,
        "exception": None,
    }


def test_what_a_handbook_does_not_say_it_takes_from_the_one_it_extends():
    own = Layer("own", {"handbook.toml": MANIFEST, "attendance.toml": rule("grace", "since = 2026-01-01\nis = 9", unit="minutes")})
    base = Layer("base", {"handbook.toml": MANIFEST, "attendance.toml": GRACE + BONUS})
    rules = loader.read_layers([own, base], sample.SAMPLE).on(date(2026, 1, 1))
    assert rules[sample.GRACE] == timedelta(minutes=9)
    assert rules[sample.BONUS] == 20_000


def test_the_difference_of_two_handbooks_names_each_value_that_changed():
    later = handbook(GRACE.replace("is = 3", "is = 2"))
    (change,) = changes(handbook(GRACE + BONUS), handbook(GRACE.replace("is = 3", "is = 2") + BONUS))
    assert (change.path, change.kind) == ("attendance.grace", "value")
    assert [step.lines for step in change.steps] == [(["3 分钟"], ["2 分钟"])]
    assert [change.kind for change in changes(handbook(GRACE + BONUS), later)] == ["value", "removed"]


def test_of_tables_only_the_lines_that_differ_are_told():
    def fine(last):
        rows = f'over = [{{minutes = 0, amount = "1"}}, {{minutes = 10, amount = "{last}"}}]'
        return handbook(rule("late_fine", f"since = 2026-01-01\n{rows}", unit="minutes"))

    (change,) = changes(fine(2), fine(3))
    assert change.steps[0].lines == (["10 分钟 | ¥2.00"], ["10 分钟 | ¥3.00"])


def test_the_same_text_has_the_same_digest_and_another_has_not():
    assert handbook(GRACE).content_hash == handbook(GRACE).content_hash
    assert handbook(GRACE).content_hash != handbook(GRACE + BONUS).content_hash


def test_a_file_saved_by_windows_notepad_is_read(tmp_path: Path):
    (tmp_path / "handbook.toml").write_text(MANIFEST, encoding="utf-8-sig", newline="\r\n")
    (tmp_path / "attendance.toml").write_text(GRACE, encoding="utf-8-sig", newline="\r\n")
    assert loader.load(tmp_path, sample.SAMPLE).records.keys() == {"attendance.grace"}


def test_a_handbook_is_known_by_the_name_it_gives_itself(tmp_path: Path):
    (tmp_path / "handbook.toml").write_text(MANIFEST)
    assert loader.load(tmp_path, sample.SAMPLE).name == "sample"


@pytest.mark.parametrize(
    ("span", "wall", "inside"),
    [
        ("17:00-01:00", time(23, 59), True),
        ("17:00-01:00", time(0, 59), True),
        ("17:00-01:00", time(1, 0), False),
        ("16:00-24:00", time(23, 59), True),
        ("16:00-24:00", time(0, 0), False),
        ("08:00-16:00", time(16, 0), False),
    ],
)
def test_a_stretch_of_the_day_may_run_past_midnight(span, wall, inside):
    spot = Spot("x", (), lambda keys: 1, [])
    assert (wall in sample.WINDOW.shape.parse(span, spot)) is inside


def test_a_shift_until_midnight_belongs_to_one_day_and_one_past_it_to_two():
    assert not ClockSpan(time(16), time(0)).crosses_midnight
    assert ClockSpan(time(17), time(1)).crosses_midnight
    assert ClockSpan(time(17), time(1)).length == timedelta(hours=8)


def test_a_share_of_an_amount_rounds_half_a_fen_up():
    assert Percent(2000).of(12_345) == 2469
    assert Percent(50).of(100) == 1
    assert Percent(50).of(-100) == -1


def _fine(thresholds, ends=None):
    rows = [{"minutes": low, "amount": f"{index}.00"} for index, low in enumerate(thresholds)]
    for row, end in zip(rows, ends or [], strict=False):
        row["upto"] = end
    return sample.LATE_FINE.shape.parse(rows, Spot("x", (), lambda keys: 1, []))


ASCENDING = st.sets(st.integers(1, 600), max_size=8).map(lambda found: [0, *sorted(found)])


@given(ASCENDING, st.integers(0, 700))
def test_exactly_one_bracket_applies_to_whatever_is_over_the_first(thresholds, minutes):
    row = _fine(thresholds).at(minutes)
    below = [low for low in thresholds if low < minutes]
    assert (row.minutes if row else None) == (below[-1] if below else None)


@given(ASCENDING)
def test_brackets_that_end_where_the_next_begins_are_accepted(thresholds):
    assert len(_fine(thresholds, thresholds[1:]).rows) == len(thresholds)


@given(ASCENDING.filter(lambda found: len(found) > 1), st.integers(1, 50), st.booleans())
def test_a_gap_or_an_overlap_between_brackets_is_never_accepted(thresholds, by, gap):
    ends = [end - by if gap else end + by for end in thresholds[1:]]
    with pytest.raises(Wrong):
        _fine(thresholds, ends)


def test_brackets_that_count_from_the_threshold_include_it():
    from dangban.attendance.clauses import ABSENCE

    steps = loader.preset("brand-group").on(date(2026, 1, 1))[ABSENCE]
    assert [steps.at(Decimal(days)).days_pay for days in ("0.5", "1", "1.5", "2")] == [3, 5, 5, 10]
    assert steps.at(Decimal("3")).dismissal


def test_decisions_only_keep_facts_that_json_can_hold():
    rules = handbook(GRACE).on(date(2026, 3, 20))
    with pytest.raises(TypeError, match="object is not a fact"):
        rules.because(sample.GRACE, thing=object())


def test_an_instant_is_written_down_with_its_zone():
    rules = handbook(GRACE).on(date(2026, 3, 20))
    because = rules.because(sample.GRACE, at=datetime(2026, 3, 20, 1, tzinfo=UTC))
    assert because.inputs == {"at": "2026-03-20T01:00:00+00:00"}
