"""Every way in which a handbook's files can be wrong, and the one message that it brings."""

from pathlib import Path

import pytest

from dangban.handbook import faults, loader
from dangban.handbook.tests.sample import CHAPTERED, SAMPLE, STRICT

FAULTY = Path(__file__).parent / "faulty"
REGISTERS = {"missing-rule": STRICT, "required-repealed": STRICT, "missing-chapter": CHAPTERED}

SAID = {
    "circular-parent": "handbook.toml:3: “circular-parent” extends itself, by way of circular-parent → circular-parent. Take one “extends” out.",
    "day-out-of-range": "attendance.toml:5: 0206-01-01 can't be right for “since”. Days from 1990 to 2100 are accepted.",
    "days-not-ascending": "attendance.toml:9: Values are listed oldest first, but 2025-12-31 comes after 2026-01-01. Move this value up.",
    "empty-list": "attendance.toml:6: This list is empty. Give at least one entry.",
    "empty-text": "attendance.toml:6: This text is empty. Write something, or take the line out.",
    "flag-twice": "attendance.toml:8: Flag “1” is explained twice. Keep one.",
    "hidden-character": "attendance.toml:6: This text holds a character that can't be seen (U+200B). Take it out.",
    "impossible-day": "attendance.toml:5: There is no such day or time. Correct the date; it is written year-month-day, as in 2026-03-31.",
    "ladder-order": "attendance.toml:8: Times are counted 1, 2, 3 …; here 2 was expected, not 3.",
    "listed-twice": "attendance.toml:6: “青海” stands in the list twice. Keep one.",
    "missing-cell": "attendance.toml:7: Row “dislike” has no “back”. Every row needs every column.",
    "missing-chapter": "handbook.toml:1: The whole chapter “orders” is missing (1 rules). Add a file orders.toml, or let the handbook extend “default”.",
    "missing-clause": "attendance.toml:4: This value doesn't say where it comes from. Add: clause = \"handbook: …\" (or law:, practice:, assumption:).",
    "missing-field": "attendance.toml:9: This line has no “amount”. Add it.",
    "missing-row": "attendance.toml:6: The table has no row “dislike”. Add it.",
    "missing-rule": "attendance.toml:6: The rule “attendance.cut_off” is missing (when parcels must have left). Add it here, or let the handbook extend “default”.",
    "missing-setting": "handbook.toml:1: handbook.toml doesn't say its “title”. Add it.",
    "missing-since": "attendance.toml:4: This value doesn't say from which day it holds. Add: since = 2026-01-01 (with your day).",
    "missing-summary": 'attendance.toml:2: “attendance.grace” needs a summary in both languages: summary = {zh = "…", en = "…"}.',
    "missing-unit": "attendance.toml:1: “attendance.grace” doesn't say its unit. Add: unit = \"minutes\".",
    "missing-value": "attendance.toml:4: This value has no “is”. Write is = 30.",
    "missing-weight": "attendance.toml:7: “speed” has no weight. Add it, with 0 if it should not count.",
    "money-as-number": 'attendance.toml:7: Write amounts in quotes so that no cent is lost: "200.5".',
    "needless-unit": "attendance.toml:3: “attendance.mode” has no unit. Take the line out.",
    "no-manifest": "handbook.toml:1: This folder has no handbook.toml. Add one with at least a name and a title in both languages.",
    "no-values": "attendance.toml:1: “attendance.grace” has no dated value. Add [[grace.value]] with since, clause and the value.",
    "not-a-choice": "attendance.toml:6: “bonsu” is not one of the choices. Did you mean “bonus”? Possible: bonus, fine.",
    "not-a-clock-time": 'attendance.toml:6: “25:30” is not a time of day. Write it as "16:30".',
    "not-a-rule": "attendance.toml:1: “attendance.grace” should be a rule with a summary and dated values, but is a whole number. Write it as [grace] with [[grace.value]] below.",
    "not-a-span": 'attendance.toml:6: “8点到16点” is not a stretch of the day. Write it as "08:00-16:00".',
    "not-an-amount": 'attendance.toml:7: “200元” is not an amount. Write yuan with up to two places, as in "12.50".',
    "not-toml": "attendance.toml:2: The file can't be read from here on (Unclosed inline table). Look for a missing quote, bracket or equals sign.",
    "not-utf8": "attendance.toml:2: This file is not UTF-8 text. Save it again and choose the encoding UTF-8.",
    "nothing-to-repeal": "attendance.toml:7: “attendance.grace” can't begin by being repealed. Put the value that was in force before it.",
    "repealed-false": "attendance.toml:8: “repealed” is only ever written as repealed = true. Take the line out.",
    "repealed-with-value": "attendance.toml:11: A value is either given or repealed, not both. Take out “repealed” or “is”.",
    "required-repealed": "attendance.toml:10: “attendance.cut_off” can't be repealed: the program needs a value on every day. Give the new value instead.",
    "same-day-twice": "attendance.toml:9: “attendance.grace” has two values since 2026-01-01. Keep one of them.",
    "since-not-a-day": "attendance.toml:5: “since” must be a day such as 2026-01-01, without quotes and without a time, not a text in quotes.",
    "steps-cross": "attendance.toml:9: This bracket begins at 10, before the one above ends at 15. Let one begin where the other ends.",
    "steps-gap": "attendance.toml:9: Nothing is said between 10 and 15. Let one bracket begin where the one before ends.",
    "steps-not-ascending": "attendance.toml:10: Brackets go upwards, but 10 comes after 20. Put them in order.",
    "steps-open": "attendance.toml:7: Only the last bracket may be without an end, and it must be. Put “upto” in every line but the last, or in none.",
    "steps-overlap": "attendance.toml:10: Two brackets begin at 10, so it isn't clear which applies. Keep one.",
    "steps-start": "attendance.toml:8: The first bracket must begin at 0, but begins at 5: nothing is said about what lies below.",
    "too-fine": "attendance.toml:7: 1.234 has too many places after the point. 1 are kept.",
    "too-large": "attendance.toml:7: 90 is too large. The most that makes sense here is 60.",
    "too-small": "attendance.toml:7: -1 is too small. The least that makes sense here is 0.",
    "unknown-chapter": "attendence.toml:1: No rule belongs to a chapter “attendence”. Did you mean “attendance.toml”?",
    "unknown-clause-kind": "attendance.toml:6: A clause begins with handbook:, law:, practice: or assumption: and then says where; “3.2 考勤” doesn't.",
    "unknown-column": "attendance.toml:7: The table has no column “bakc”. Did you mean “back”?",
    "unknown-field": "attendance.toml:8: This line has no place for “amonut”. Did you mean “amount”?",
    "unknown-key": "attendance.toml:2: A rule has no “sumary”. Did you mean “summary”?",
    "unknown-parent": "handbook.toml:3: There is no handbook named “defualt” to extend. Did you mean “default”?",
    "unknown-row": "attendance.toml:8: The table has no place for row “qualtiy”. Did you mean “quality”?",
    "unknown-rule": "attendance.toml:9: There is no rule “attendance.late_fin”. Did you mean “attendance.late_fine”?",
    "unknown-setting": "handbook.toml:3: handbook.toml has no setting “extend”. Did you mean “extends”?",
    "unknown-value-key": "attendance.toml:8: A value of “attendance.grace” has no “sinse”. Did you mean “since”?",
    "unknown-weight": "attendance.toml:7: There is nothing named “atitude” to weigh. Did you mean “attitude”?",
    "weights-sum": "attendance.toml:7: The weights add up to 90, not to 100. Correct them.",
    "written-twice": "attendance.toml:9: Something is written twice here (Cannot declare ('grace',) twice). Keep one of the two.",
    "wrong-setting": 'handbook.toml:2: “title” in handbook.toml must be a text in both languages, {zh = "…", en = "…"}, not a text in quotes.',
    "wrong-type": "attendance.toml:7: Here belongs a whole number, not a text in quotes.",
    "wrong-unit": "attendance.toml:3: “attendance.grace” is counted in “minutes”, not in “hours”. Convert the figure and write the unit as “minutes”.",
}


def faults_of(name: str) -> list[faults.Fault]:
    registry = REGISTERS.get(name, SAMPLE)
    with pytest.raises(loader.Faulty) as caught:
        loader.load(FAULTY / name, registry)
    return caught.value.faults


@pytest.mark.parametrize(("name", "message"), SAID.items())
def test_each_way_to_be_wrong_is_said_exactly_with_file_and_line(name, message):
    assert [(fault.code, fault.located()) for fault in faults_of(name)] == [(name, message)]


@pytest.mark.parametrize("name", SAID)
def test_each_message_is_said_in_chinese_too(name):
    from django.utils import translation

    with translation.override("zh-hans"):
        (said,) = [fault.text(translation.gettext, "zh") for fault in faults_of(name)]
    assert said != faults_of(name)[0].text()
    assert "%(" not in said


def test_every_fault_that_can_be_noted_has_a_fixture():
    assert set(SAID) == set(faults.MESSAGES) == {path.name for path in FAULTY.iterdir()}


def test_all_faults_of_a_handbook_are_told_at_once(tmp_path):
    (tmp_path / "handbook.toml").write_text('name = "x"\ntitle = {zh = "样", en = "x"}\n')
    for name in ("too-small", "wrong-unit"):
        text = (FAULTY / name / "attendance.toml").read_text()
        (tmp_path / "attendance.toml").write_text(text + '[bonsu]\nunit = "CNY"\n')
    with pytest.raises(loader.Faulty) as caught:
        loader.load(tmp_path, SAMPLE)
    assert [fault.code for fault in caught.value.faults] == ["wrong-unit", "unknown-rule"]
