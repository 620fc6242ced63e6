"""Remarks in the formats of the handbooks: built with exact words, and taken apart again."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dangban.handbook import loader
from dangban.orders import remarks
from dangban.orders.remarks import Format, Known, RemarkParts

AT = datetime(2026, 11, 22, 14, 5)
PARTS = ("courier", "gift", "other", "who", "when")
DEFAULT = Format(PARTS)
LABELS = {"快递": "courier", "货号": "sku", "预计到货": "expected", "原因": "reason", "courier": "courier"}


def form(preset: str, colour: str) -> Format:
    rules = loader.preset(preset).on(date(2026, 11, 1))
    flag = next(flag for flag in rules["orders.flags"] if flag.colour == colour)
    return remarks.format_of(flag, rules)


BUILT = [
    ("taobao-shop", "yellow", {}, "林小雨，11.22 14:05"),
    ("taobao-shop", "red", {"sku": "NF-1023", "expected": "11.25到货"}, "NF-1023，11.25到货，林小雨，11.22 14:05"),
    ("growth-team", "yellow", {}, "林小雨"),
    ("growth-team", "purple", {"reason": "改地址"}, "改地址+林小雨/11.22"),
    ("growth-team", "blue", {"reason": "少一件枕套，补发"}, "少一件枕套，补发+林小雨/11.22"),
    ("growth-team", "red", {"courier": "发顺丰"}, "发顺丰+林小雨/11.22"),
    ("growth-team", "red", {"courier": "发顺丰", "other": "周末送"}, "发顺丰+周末送+林小雨/11.22"),
    ("growth-team", "green", {"reason": "缺货"}, "缺货+林小雨/11.22"),
    (
        "brand-group",
        "red",
        {"other": "写祝福语", "courier": "顺丰", "gift": "送鼠标垫"},
        "顺丰，送鼠标垫，写祝福语，林小雨，11.22 14:05",
    ),
]


@pytest.mark.parametrize(("preset", "colour", "parts", "written"), BUILT)
def test_each_legend_has_its_own_words(preset, colour, parts, written):
    assert remarks.write(form(preset, colour), parts, "林小雨", AT) == written


@pytest.mark.parametrize(("preset", "colour", "parts", "written"), BUILT)
def test_what_a_legend_writes_is_read_back(preset, colour, parts, written):
    when = {"/11.22": "11.22", "14:05": "11.22 14:05"}.get(written[-6:].strip() if "/" in written else written[-5:], "")
    assert remarks.read(form(preset, colour), written) == [RemarkParts(parts, "林小雨", when)]


def test_parts_left_out_leave_no_gap():
    assert remarks.write(DEFAULT, {"other": "周末送", "gift": " "}, "林小雨", AT) == "周末送，林小雨，11.22 14:05"


def test_separators_and_line_breaks_inside_parts_separate_nothing():
    written = remarks.write(DEFAULT, {"other": "先打电话，\r\n再送"}, "林，小雨", AT)
    assert written == "先打电话、、再送，林、小雨，11.22 14:05"
    growing = form("growth-team", "purple")
    written = remarks.write(growing, {"reason": "A+B改小李/11.20"}, "林/小雨", AT)
    assert written == "A、B改小李、11.20+林、小雨/11.22"
    assert remarks.read(growing, written) == [RemarkParts({"reason": "A、B改小李、11.20"}, "林、小雨", "11.22")]


def test_a_slash_that_signs_nothing_stays():
    written = remarks.write(form("growth-team", "purple"), {"reason": "S/M换L"}, "林小雨", AT)
    assert written == "S/M换L+林小雨/11.22"


@pytest.mark.parametrize("rare", ["𠮷田𡈽", "👨‍👩‍👧", "囍﹏é", "ﷺ", "Zoë 🎁"])
def test_rare_characters_come_back_as_they_were(rare):
    for preset, colour, part in (("growth-team", "blue", "reason"), ("growth-team", "red", "courier")):
        written = remarks.write(form(preset, colour), {part: rare}, "𠮷川", AT)
        assert remarks.read(form(preset, colour), written) == [RemarkParts({part: rare}, "𠮷川", "11.22")]


def test_several_remarks_in_one_text_are_told_apart():
    text = "顺丰，送灯，周末送，林小雨，11.19 10:00；加急，梅芳，11.20 09:12\n改成圆通，林小雨，11.20 15:00"
    known = Known(people=frozenset({"林小雨", "梅芳"}))
    assert remarks.read(form("brand-group", "red"), text, known) == [
        RemarkParts({"courier": "顺丰", "gift": "送灯", "other": "周末送"}, "林小雨", "11.19 10:00"),
        RemarkParts({"other": "加急"}, "梅芳", "11.20 09:12"),
        RemarkParts({"other": "改成圆通"}, "林小雨", "11.20 15:00"),
    ]


def test_several_remarks_of_names_and_days_are_told_apart():
    text = "改地址+小雨/11.19 缺货改款+梅芳/11.20；发顺丰+小雨/11.21"
    assert remarks.read(form("growth-team", "purple"), text) == [
        RemarkParts({"reason": "改地址"}, "小雨", "11.19"),
        RemarkParts({"reason": "缺货改款"}, "梅芳", "11.20"),
        RemarkParts({"reason": "发顺丰"}, "小雨", "11.21"),
    ]


def test_a_date_in_the_middle_is_a_part_and_no_signature():
    written = remarks.write(form("taobao-shop", "red"), {"sku": "NF-1", "expected": "11.25"}, "区志文", AT)
    assert remarks.read(form("taobao-shop", "red"), written) == [
        RemarkParts({"sku": "NF-1", "expected": "11.25"}, "区志文", "11.22 14:05")
    ]


def test_parts_left_out_are_known_by_their_looks():
    read = remarks.read
    assert read(DEFAULT, "申通快递，送小夜灯，小李，11.18 09:00")[0].parts == {"courier": "申通快递", "gift": "送小夜灯"}
    assert read(DEFAULT, "送货前打电话，小李，11.18 09:00")[0].parts == {"other": "送货前打电话"}
    assert read(form("taobao-shop", "red"), "预计11.25到货，小李，11.18 09:00")[0].parts == {"expected": "预计11.25到货"}
    assert read(form("taobao-shop", "red"), "NF-1023 11.25到货")[0].parts == {"sku": "NF-1023", "expected": "11.25到货"}


def test_a_label_in_front_names_a_part():
    found = remarks.read(DEFAULT, "原因：颜色不对，快递:中通，小李，11.18 09:00", Known(labels=LABELS))
    assert found == [RemarkParts({"courier": "中通", "reason": "颜色不对"}, "小李", "11.18 09:00")]


def test_half_width_separators_of_a_hurried_hand_are_understood():
    assert remarks.read(DEFAULT, "顺丰,送灯,周末送,小李,11.18 09:00") == [
        RemarkParts({"courier": "顺丰", "gift": "送灯", "other": "周末送"}, "小李", "11.18 09:00")
    ]
    assert remarks.read(form("growth-team", "green"), "缺货＋小李／11.18")[0].who == "小李"


def test_words_in_no_format_stay_together():
    assert remarks.read(DEFAULT, "客户急用") == [RemarkParts({"other": "客户急用"})]
    assert remarks.read(DEFAULT, "周末送，林小雨", Known(people=frozenset({"林小雨"}))) == [
        RemarkParts({"other": "周末送"}, "林小雨")
    ]
    assert remarks.read(DEFAULT, " \n ") == []


def test_what_the_house_wrote_is_known_by_its_words():
    ours = {"写贺卡，林小雨，11.19 10:00": RemarkParts({"gift": "写贺卡"}, "林小雨", "11.19 10:00")}
    found = remarks.read(DEFAULT, "急\n写贺卡，林小雨，11.19 10:00", Known(ours=ours))
    assert found == [RemarkParts({"other": "急"}), ours["写贺卡，林小雨，11.19 10:00"]]


filled = st.text(st.characters(categories=("L", "N")), min_size=1, max_size=8).filter(
    lambda part: "年" not in part
)


@given(st.sampled_from(["，", "/", " ", "；", "+"]), st.sampled_from([None, "/"]), filled, filled, filled)
def test_what_is_written_is_read_back_whatever_separates_it(separator, signed, courier, gift, other):
    parts = {"courier": courier, "gift": gift, "other": other}
    form = Format(PARTS, separator, signed or separator)
    written = remarks.write(form, parts, "林", AT)
    assert [one.parts for one in remarks.read(form, written)] == [parts]


@given(st.text(max_size=60), st.sampled_from(["，", "/", " ", "；", "+"]))
def test_no_text_is_too_strange_to_be_read(written, separator):
    for one in remarks.read(Format(PARTS, separator, "/"), written, Known(labels=LABELS)):
        assert all(one.parts.values())
