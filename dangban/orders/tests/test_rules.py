from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dangban.orders import rules
from dangban.orders.rules import Item

AT = datetime(2026, 11, 22, 14, 5)
PARTS = ("courier", "gift", "other", "who", "when")


@pytest.mark.parametrize(
    ("known", "said", "back"),
    [
        ("paid", "sent", False),
        ("sent", "paid", True),
        ("sent", "sent", False),
        ("done", "closed", False),
        ("closed", "paid", True),
    ],
)
def test_an_older_file_is_recognised_by_its_earlier_stage(known, said, back):
    assert rules.is_step_back(known, said) is back


def known(**given):
    return {**dict.fromkeys(rules.FOLLOWED, ""), **given}


def test_an_empty_or_missing_cell_never_overwrites():
    before = known(receiver="方静", courier="圆通", paid_fen=100)
    assert rules.news(before, {"receiver": "", "courier": "顺丰", "paid_at": None}) == {
        "courier": ("圆通", "顺丰")
    }


def test_a_masked_receiver_does_not_replace_a_readable_one():
    before = known(receiver="方静", phone="13500000005", city="")
    said = {"receiver": "方*", "phone": "135****0005", "city": "杭州市"}
    assert rules.news(before, said) == {"city": ("", "杭州市")}


def test_a_file_that_names_no_sku_does_not_undo_one_that_did():
    detailed = [("四件套", 1, "深蓝", "NF-1", "501", 25000), ("枕芯", 2, "", "NF-2", "502", None)]
    assert not rules.lines_differ(detailed, [("四件套，枕芯", 3, "", "", "", None)])
    assert rules.lines_differ(detailed, [("四件套，枕芯", 4, "", "", "", None)])
    assert rules.lines_differ([("四件套，枕芯", 3, "", "", "", None)], detailed)
    assert not rules.lines_differ(detailed, [])


def test_a_remark_is_written_in_the_legends_format_with_author_and_date():
    parts = {"gift": "贺卡", "courier": "顺丰", "other": "周末送"}
    assert rules.write_remark(PARTS, "，", parts, "林小雨", AT) == "顺丰，贺卡，周末送，林小雨，11.22 14:05"


def test_parts_left_out_leave_no_gap_and_separators_inside_are_replaced():
    written = rules.write_remark(PARTS, "，", {"other": "先打电话，再送"}, "林小雨", AT)
    assert written == "先打电话、再送，林小雨，11.22 14:05"


def test_a_full_remark_is_read_back_into_its_parts():
    found = rules.read_remark(PARTS, "，", "顺丰，贺卡，周末送，林小雨，11.22 14:05")
    assert found == rules.RemarkParts(
        {"courier": "顺丰", "gift": "贺卡", "other": "周末送"}, "林小雨", "11.22 14:05"
    )


def test_a_remark_with_parts_left_out_is_not_guessed_at():
    assert rules.read_remark(PARTS, "，", "周末送，林小雨，11.22 14:05").parts == {"other": "周末送"}
    assert rules.read_remark(PARTS, "，", "客户急用") == rules.RemarkParts({"other": "客户急用"})


filled = st.text(st.characters(categories=("L", "N")), min_size=1, max_size=8).filter(
    lambda part: "年" not in part
)


@given(st.sampled_from(["，", "/", " ", "；"]), filled, filled, filled)
def test_what_is_written_is_read_back_whatever_separates_it(separator, courier, gift, other):
    parts = {"courier": courier, "gift": gift, "other": other}
    written = rules.write_remark(PARTS, separator, parts, "林", AT)
    assert rules.read_remark(PARTS, separator, written).parts == parts


@pytest.mark.parametrize(
    ("line", "number"),
    [("我要3件", 3), ("两套吧", 2), ("2件大的3件小的", None), ("要深蓝", None), ("１０个", 10)],
)
def test_the_number_a_customer_speaks_of(line, number):
    assert rules.number_in(line) == number


ORDERED = [Item("南风四件套", "深蓝 1.8m", "NF-1", 2)]


def test_a_wish_for_another_quantity_than_was_ordered_is_noticed():
    warning = rules.compare_with_ordered("quantity", "麻烦发3套", ORDERED)
    assert [(one.code, one.facts) for one in warning] == [("quantity-differs", {"wanted": 3, "ordered": 2})]
    assert rules.compare_with_ordered("quantity", "2套一起发", ORDERED) == []


def test_a_wish_for_another_colour_than_was_ordered_is_noticed():
    warning = rules.compare_with_ordered("colour", "要浅灰的哦", ORDERED)
    assert [one.code for one in warning] == ["colour-differs"]
    assert rules.compare_with_ordered("colour", "确认是深蓝吧", ORDERED) == []
