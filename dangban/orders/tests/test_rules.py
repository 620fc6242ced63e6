from datetime import datetime

import pytest

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
