"""The handbooks that come with the program: complete, and true to their figures."""

from datetime import date, time, timedelta

import pytest

from dangban.handbook import loader
from dangban.handbook.shapes import Words, discover

DAY = date(2026, 11, 1)
PRESETS = sorted(path.parent.name for path in loader.PRESETS.glob("*/handbook.toml"))


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_read_without_a_fault_and_states_every_required_rule(name):
    rules = loader.preset(name).on(DAY)
    assert [clause.path for clause in discover() if clause.required and not rules.has(clause)] == []


def test_the_default_handbook_stays_within_the_law():
    assert loader.preset("default").warnings == []


def test_handbooks_keep_figures_that_the_law_objects_to_and_warn_of_them():
    paths = {name: [warning.path for warning in loader.preset(name).warnings] for name in PRESETS}
    assert paths["taobao-shop"] == ["shifts.weekly_hours"]
    assert paths["cosmetics-shop"] == []
    assert sorted(paths["growth-team"]) == ["attendance.lateness_mode", "conduct.offences"]
    assert sorted(paths["returns-first"]) == [
        "aftersales.condition",
        "aftersales.damage_after_signing",
        "aftersales.free_shipping_out",
        "aftersales.freight",
        "aftersales.gift_lost",
        "aftersales.late_fault",
        "aftersales.no_reason_start",
        "conduct.offences",
        "shifts.weekly_hours",
    ]
    assert sorted(paths["brand-group"]) == [
        "attendance.absence",
        "attendance.lateness_mode",
        "attendance.punch_beyond.departure",
        "leave.private_month",
        "leave.rest_days_a_month",
        "shifts.days_on",
    ]


def test_the_taobao_shop_works_two_shifts_and_ships_by_half_past_four():
    rules = loader.preset("taobao-shop").on(DAY)
    assert [str(shift.hours) for shift in rules["shifts.shifts"]] == ["08:00–16:00", "16:00–24:00"]
    assert rules["orders.cut_off"] == time(16, 30)
    flags = rules["orders.flags"]
    assert (flags.serving("fine").colour, flags.serving("out_of_stock").colour) == ("yellow", "red")
    assert flags.of("1").remark == ("sku", "expected")


def test_the_growing_team_uses_five_flags_and_signs_with_name_and_day():
    rules = loader.preset("growth-team").on(DAY)
    colours = {flag.colour: (flag.purpose, flag.remark) for flag in rules["orders.flags"]}
    assert colours == {
        "yellow": ("price", ("who",)),
        "purple": ("change", ("reason", "who", "day")),
        "blue": ("aftersale", ("reason", "who", "day")),
        "red": ("requirement", ("courier", "who", "day")),
        "green": ("refundable", ("reason", "who", "day")),
    }
    assert (rules["orders.remark_separator"], rules["orders.remark_signed"]) == ("+", "/")


def test_the_growing_team_clears_the_nights_items_by_noon_and_takes_freight_collect_from_two():
    rules = loader.preset("growth-team").on(DAY)
    assert rules["desk.night_items_by"] == time(12)
    assert rules["shops.collect_couriers"] == ("顺丰", "申通")
    assert rules["aftersales.answer_within"] == timedelta(minutes=5)
    assert rules["aftersales.solve_within"] == timedelta(hours=48)


def test_a_shop_that_lives_by_its_returns_keeps_its_own_words_and_the_law_holds():
    rules = loader.preset("returns-first").on(DAY)
    assert (rules["aftersales.no_reason_start"], rules["aftersales.missing_within"]) == ("signing_day", timedelta(hours=24))
    assert (rules["aftersales.return_freight_cap"], rules["aftersales.adjustment_cap"]) == ("outbound", "freight")
    assert rules["aftersales.freight"].at("delay", "back") == "buyer"
    assert rules.capped(discover().clauses["aftersales.freight"]).at("delay", "back") == "seller"
    assert rules.capped(discover().clauses["aftersales.freight"]).at("damaged_signed", "back") == "buyer"
    assert rules.capped(discover().clauses["aftersales.gift_lost"]) == "deducted"
    assert rules["shops.collect_couriers"] == ()


def test_the_brand_group_marks_special_wishes_red_in_its_own_format():
    flag = loader.preset("brand-group").on(DAY)["orders.flags"].serving("requirement")
    assert (flag.colour, flag.remark) == ("red", ("courier", "gift", "other", "who", "when"))


@pytest.mark.parametrize(
    ("minutes", "amount", "packets", "absence"),
    [(1, 1000, 5, None), (10, 1000, 5, None), (11, 2000, None, None), (21, 5000, 5, None), (31, 0, None, 0.5)],
)
def test_the_brand_group_judges_lateness_by_brackets(minutes, amount, packets, absence):
    row = loader.preset("brand-group").on(DAY)["attendance.lateness"].at(minutes)
    assert (row.amount, row.packets, row.absence_days) == (amount, packets, absence)


def test_absence_beyond_the_law_is_capped_to_the_days_missed():
    from dangban.attendance.clauses import ABSENCE

    rules = loader.preset("brand-group").on(DAY)
    assert [row.days_pay for row in rules[ABSENCE].rows] == [3, 5, 10, 0]
    assert [(row.days, row.days_pay, row.month_pay) for row in rules.capped(ABSENCE).rows] == [
        (row.days, min(row.days_pay, row.days), False) for row in rules[ABSENCE].rows
    ]


def test_the_brand_group_pays_by_the_tenth_and_splits_insurance():
    rules = loader.preset("brand-group").on(DAY)
    assert (rules["pay.base"], rules["pay.paid_by"]) == (220_000, 10)
    assert dict(rules["people.insurance"]) == {"company": 70, "person": 30}


def test_the_default_slow_reply_alarm_rings_at_a_hundred_seconds():
    assert loader.preset("default").on(DAY)["conversations.slow_reply"] == timedelta(seconds=100)


@pytest.mark.parametrize("clause", list(discover()), ids=lambda clause: clause.path)
def test_every_rule_says_in_both_languages_what_it_decides(clause):
    assert isinstance(clause.meaning, Words)
    assert clause.meaning.zh
    assert clause.meaning.en
