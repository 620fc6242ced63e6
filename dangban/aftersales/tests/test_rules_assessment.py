"""How requests are judged, by examples that a manager can read."""

from __future__ import annotations

from typing import Any

import pytest

from dangban.aftersales.rules.assessment import Assessment, Facts, assess
from dangban.aftersales.rules.assessment.freight import resending
from dangban.aftersales.tests.judged import NOW, examples, facts, found_of, handbook, house, rules_of

GIVEN = {"file", "says", "preset", "facts", "rules", "rules_days", "rules_line", "lifted"}
CASES = [pytest.param(one, id=f"{one['file']}: {one['says']}") for one in examples()]


@pytest.mark.parametrize("case", CASES)
def test_a_request_is_judged(case: dict[str, Any]) -> None:
    judged = assess(facts(case["facts"]), rules_of(case))
    found = found_of(judged)
    expected = {name: value for name, value in case.items() if name not in GIVEN}
    if "limits" in expected:
        found["limits"] = {code: found["limits"].get(code) for code in expected["limits"]}
    assert {name: found[name] for name in expected} == expected


@pytest.mark.parametrize("case", CASES)
def test_what_was_judged_can_be_kept_and_read_again(case: dict[str, Any]) -> None:
    told = facts(case["facts"])
    judged = assess(told, rules_of(case))
    assert Assessment.from_data(judged.as_data()) == judged
    assert Facts.from_data(told.as_data()) == told


def test_there_are_at_least_a_hundred_and_fifty_examples_and_all_name_their_rules() -> None:
    assert len(examples()) >= 150
    assert [one["says"] for one in examples() if not one.get("because")] == []


def test_both_handbooks_about_returns_are_shown_at_work() -> None:
    shown = [one["preset"] for one in examples()]
    assert min(shown.count(name) for name in ("default", "growth-team", "returns-first")) >= 30


def test_a_refusal_is_kind_says_why_and_what_can_be_done() -> None:
    judged = assess(facts({"used": True, "tag_cut": True}), handbook())
    assert judged.wording.zh == (
        "非常理解您的心情，给您添麻烦了。商品有使用痕迹、吊牌已剪，不能再次销售，没有办法退换。"
        "不过如果有质量问题，请把图片发给我们，我们马上为您核实，可以为您申请一张下次使用的优惠券。感谢您的理解。"
    )
    assert judged.wording.en == (
        "We understand how you feel, and are sorry for the trouble. The goods can't be sold again (used, tag cut off), so we are not able to "
        "take them back. Still, if there is a fault, please send us photos and we will look into it at once; we can ask for a coupon for "
        "your next order. Thank you for your understanding."
    )


def test_a_promise_names_the_day_and_whose_freight_it_is() -> None:
    judged = assess(facts({"reason": "quality", "photos": True}), handbook("returns-first"))
    assert judged.wording.zh == (
        "您的退货申请我们已经受理，请在11月27日 10:00前寄回并填写快递单号，退回运费请您先垫付，8.00 元以内由我们承担（随退款返还）。"
    )


def test_what_is_missing_is_asked_for_with_a_time() -> None:
    judged = assess(facts({"signed": "5h", "reason": "missing", "wanted": "reship"}), handbook())
    assert judged.wording.zh == "麻烦您在11月23日 10:00前提供问题图片、包裹、清单和货品的称重，我们核实后马上为您处理。"


def test_the_first_surcharge_of_sending_again_is_ours_the_next_the_customers() -> None:
    rules = handbook("growth-team")
    first, second = resending(0, 1500, rules), resending(1, 1500, rules)
    assert (first[0].outcome, first[1].borne_by, first[1].fen) == ("seller", "seller", 1500)
    assert (second[0].outcome, second[1].borne_by, second[1].paid_back_how) == ("buyer", "buyer", "link")
    assert second[0].paths == ("aftersales.resending_ours",)


def test_whether_the_law_had_to_step_in_stands_with_the_reason() -> None:
    judged = assess(facts({"gifts_owed": 1, "gifts_back": 0}), handbook("returns-first"))
    lost = next(one for one in judged.because if one.path == "aftersales.gift_lost")
    assert (lost.value.en, lost.inputs["by_law"]) == ("the goods may not come back", "law: 网络购买商品七日无理由退货暂行办法 §12")


def test_facts_of_a_later_program_are_read_without_what_is_not_known_here() -> None:
    kept = Facts(asked_at=NOW, used=True).as_data() | {"smells_of_roses": True}
    assert kept["used"] is True
    assert Facts.from_data(kept) == Facts(asked_at=NOW, used=True)


def test_a_proxys_signature_does_not_count_where_the_handbook_says_so() -> None:
    told = facts({"signed": "9d", "proxy_signed": True})
    assert assess(told, house("default", {"aftersales.proxy_signing_counts": False})).outcome == "accepted"
