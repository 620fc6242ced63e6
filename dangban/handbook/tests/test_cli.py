import argparse
from datetime import date
from pathlib import Path

import pytest
from django.test import TestCase

from dangban.handbook import actions, cli, queries
from dangban.handbook.loader import preset
from dangban.handbook.models import BoundLift, Version
from dangban.lib.actor import Actor

FAULTY = Path(__file__).parent / "faulty"


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser()
    cli.register(parser.add_subparsers())
    options = parser.parse_args(words)
    return options.run(options)


def test_a_handbook_without_faults_is_told_with_its_warnings(capsys):
    assert main(["handbook", "--lang", "en", "check", "taobao-shop"]) == 0
    told = capsys.readouterr().out.splitlines()
    rules = preset("taobao-shop").records.values()
    assert [rule.path for rule in rules if not rule.clause.applied] == ["aftersales.reviews_checked"]
    assert told[0] == f"taobao-shop: {len(rules)} rules, nothing wrong; 1 of them is not applied yet"
    assert told[1].startswith("  ! shifts.weekly_hours: 48 hours. At most 44 hours a week")


def test_a_faulty_handbook_is_told_with_file_and_line_in_chinese(capsys):
    assert main(["handbook", "check", str(FAULTY / "too-small")]) == 1
    assert capsys.readouterr().out.splitlines()[0].endswith("attendance.toml:7: -1 太小了。这里至少是 0。")


def test_a_rule_is_shown_with_its_table_and_clause(capsys):
    main(["handbook", "--lang", "en", "show", "attendance.lateness", "--from", "brand-group"])
    told = capsys.readouterr().out.splitlines()
    assert told[0] == "attendance.lateness  Lateness and leaving early"
    assert told[2] == "    0 minutes | ¥10.00 | 5 packets | –"
    assert told[-1] == "    handbook: 第三则 日常工作规范 · 2020-01-01"


def test_a_rule_that_nothing_goes_by_yet_is_shown_as_such(capsys):
    main(["handbook", "show", "aftersales.reviews_checked", "--from", "default"])
    assert capsys.readouterr().out.splitlines()[0] == "aftersales.reviews_checked  查看评价 · 尚未启用"


def test_the_difference_is_told_rule_by_rule(capsys):
    main(["handbook", "--lang", "en", "diff", "default", "brand-group"])
    told = capsys.readouterr().out
    assert "      - ¥3,000.00\n      + ¥2,200.00\n" in told
    assert told.endswith("rules differ\n")


def test_a_rule_that_does_not_exist_is_an_error(capsys):
    assert main(["handbook", "--lang", "en", "show", "orders.nothing", "--from", "default"]) == 1
    assert capsys.readouterr().err == "No rule begins like that.\n"


class Adopting(TestCase):
    @pytest.fixture(autouse=True)
    def _printed(self, capsys):
        self.capsys = capsys

    def run_command(self, *words: str) -> int:
        return main(["handbook", "--lang", "en", *words])

    def test_values_beyond_the_law_must_be_named(self):
        words = ("adopt", "taobao-shop", "--reason", "trial", "--by", "Bao")
        assert self.run_command(*words) == 1
        assert "shifts.weekly_hours: 48 hours" in self.capsys.readouterr().err
        assert Version.objects.count() == 0
        assert self.run_command(*words, "--acknowledge", "shifts.weekly_hours") == 0
        assert Version.objects.get().acknowledged == [{"path": "shifts.weekly_hours", "name": "Bao"}]

    def test_a_day_in_the_past_must_be_confirmed(self):
        actions.adopt(preset("default"), by=Actor("person", None, "Bao"), reason="x", effective_on=date(2026, 1, 1))
        words = ("adopt", "taobao-shop", "--reason", "trial", "--by", "Bao", "--effective", "2026-02-01")
        words = (*words, "--acknowledge", "shifts.weekly_hours")
        assert self.run_command(*words) == 1
        assert self.run_command(*words, "--confirm-backdating") == 0
        assert [version.effective_on for version in queries.versions()] == [date(2026, 2, 1), date(2026, 1, 1)]

    def test_versions_are_compared_by_their_numbers(self):
        by = Actor("person", None, "Bao")
        first = actions.adopt(preset("default"), by=by, reason="x", effective_on=date(2026, 1, 1))
        names = {warning.path: "Bao" for warning in preset("brand-group").warnings}
        second = actions.adopt(
            preset("brand-group"), by=by, reason="y", effective_on=date(2026, 2, 1), acknowledged=names,
            backdating_confirmed=True,
        )  # fmt: skip
        self.run_command("diff", str(first.pk), str(second.pk))
        assert "pay.base" in self.capsys.readouterr().out

    def test_a_bound_is_lifted_and_restored(self):
        assert self.run_command("lift", "attendance.lateness_mode", "--by", "Bao", "--reason", "agreed") == 0
        assert self.run_command("restore", "attendance.lateness_mode", "--by", "Bao") == 0
        lift = BoundLift.objects.get()
        assert (lift.lifted_by, lift.ended_by) == ("Bao", "Bao")

    def test_without_a_handbook_nothing_can_be_shown(self):
        assert self.run_command("show", "orders.cut_off") == 1
        assert self.capsys.readouterr().err == "No handbook is in force on that day\n"
