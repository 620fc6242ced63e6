"""The facts that decisions are kept with read as words, in every room."""

import ast
from pathlib import Path

import dangban
from dangban.handbook.decisions import Because, Decision, anchor, reasons, shown_fact
from dangban.handbook.shapes import Words, discover
from dangban.handbook.shapes.labels import CHAPTERS, FACTS, fact_label

PROGRAM = Path(dangban.__file__).parent
BECAUSE = Because("a.b", "handbook: 3.2", Words("甲", "a"), Words("乙", "b"), {"newest_order": "sent", "free": 0})


def facts_in(path: Path) -> set[str]:
    return {
        keyword.arg
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "because"
        for keyword in node.keywords
        if keyword.arg
    }


def test_every_fact_that_a_room_gives_with_a_rule_has_a_name():
    discover()
    files = [path for path in PROGRAM.rglob("*.py") if "tests" not in path.parts]
    assert sorted(set().union(*map(facts_in, files)) - FACTS.keys()) == []


def test_every_chapter_has_a_title():
    assert set(discover().chapters) == CHAPTERS.keys()


def test_facts_are_written_as_people_read_them():
    assert [(str(label), fact) for label, fact in BECAUSE.facts] == [("最新订单", "已发货"), ("空闲名额", "0")]
    assert BECAUSE.reference == "制度 3.2"


def test_levels_and_kinds_of_leave_are_named_and_no_code_is_shown():
    discover()
    assert [shown_fact(code) for code in ("mid", "sick", "departure")] == ["中级客服", "病假", "下班"]


def test_instants_are_shown_on_the_companys_clock_and_nothing_as_a_dash():
    shown = [shown_fact(value) for value in ("2026-03-20T01:00:00+00:00", True, None, ["甲", "乙"], "")]
    assert shown == ["2026-03-20 09:00:00", "是", "–", "甲、乙", "–"]


def test_a_fact_without_a_name_keeps_its_own():
    assert fact_label("spot_price").en == "spot price"


def test_reasons_come_from_a_decision_a_list_of_plain_data_or_nothing():
    decision = Decision("a", "b", None, (BECAUSE,))
    assert reasons(decision) == reasons([BECAUSE.as_data()]) == reasons([BECAUSE]) == (BECAUSE,)
    assert reasons(None) == ()


def test_one_decision_has_one_name_on_a_page():
    decision = Decision("a", "b", None, (BECAUSE,))
    assert anchor(decision) == anchor(Decision("a", "b", None, (BECAUSE,)))
    assert anchor(decision) != anchor(Decision("a", "b", None, ()))
