"""What the services' codes mean: the same digit is not the same thing, and words are read from the particular."""

from __future__ import annotations

import pytest

from dangban.tracking.rules import states
from dangban.tracking.rules.states import Said


@pytest.mark.parametrize(
    ("code", "kuaidi100", "kdniao"),
    [
        ("0", Said("moving"), Said("waiting")),
        ("1", Said("picked"), Said("picked")),
        ("2", Said("problem"), Said("moving")),
        ("3", Said("signed"), Said("signed")),
        ("4", Said("returned"), Said("problem")),
        ("201", Said("problem", "undeliverable"), Said("moving")),
        ("202", Said("problem"), Said("delivering")),
        ("204", Said("problem"), Said("moving")),
        ("301", Said("signed"), Said("signed")),
        ("304", Said("signed"), Said("signed")),
        ("401", Said("problem", "cancelled"), Said("problem")),
    ],
)
def test_the_same_digit_means_different_things(code: str, kuaidi100: Said, kdniao: Said) -> None:
    assert (states.of_kuaidi100(code), states.of_kdniao(code)) == (kuaidi100, kdniao)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("5", Said("delivering")), ("6", Said("returning")), ("7", Said("moving")), ("8", Said("moving")), ("10", Said("moving")),
        ("11", Said("moving")), ("12", Said("moving")), ("13", Said("problem")), ("14", Said("problem", "refused")),
        ("101", Said("waiting")), ("102", Said("waiting")), ("103", Said("picked")), ("1001", Said("moving")),
        ("1002", Said("moving")), ("1003", Said("moving")), ("1004", None), ("501", Said("delivering")), ("302", Said("signed")), ("303", Said("signed")),
        ("203", Said("problem", "refused")), ("205", Said("problem", "undeliverable")), ("206", Said("problem", "undeliverable")),
        ("207", Said("problem", "undeliverable")), ("208", Said("problem")), ("209", Said("problem")),
        ("210", Said("problem", "cancelled")), (5, Said("delivering")), ("", None), (None, None), ("9999", None),
    ],
)  # fmt: skip
def test_what_kuaidi100_says(code: object, said: Said | None) -> None:
    assert states.of_kuaidi100(code) == said


@pytest.mark.parametrize(
    ("state", "fine", "said"),
    [
        ("2", "", Said("moving")), ("2", "202", Said("delivering")), ("2", "211", Said("delivering")), ("3", "311", Said("signed")),
        ("4", "404", Said("returning", "refused")), ("4", "406", Said("returned")), ("4", "407", Said("returning")),
        ("4", "412", Said("problem", "undeliverable")), ("1", "10", Said("waiting")),
        ("4", "415", Said("problem", "cancelled")), ("4", "416", Said("problem", "undeliverable")), ("4", "418", Said("problem")),
        ("4", "419", Said("delivering")), ("4", "423", Said("problem", "undeliverable")), ("5", "", Said("moving")),
        ("6", "604", Said("problem")), ("2", "777", Said("moving")), ("", "", None), ("9", "", None),
    ],
)  # fmt: skip
def test_what_kdniao_says_with_its_finer_code(state: str, fine: str, said: Said | None) -> None:
    assert states.of_kdniao(state, fine) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("快件已被揽收", Said("picked")), ("快件离开【杭州转运中心】已发往【广州转运中心】", Said("moving")),
        ("快递员正在派送", Said("delivering")), ("已放入丰巢快递柜，请及时取件", Said("delivering")),
        ("已签收，签收人：本人", Said("signed")), ("未签收，改日再派", Said("delivering")), ("客户拒收", Said("problem", "refused")),
        ("退回签收", Said("returned")), ("快件正在退回中", Said("returning")), ("电话无人接听", Said("problem", "undeliverable")),
        ("包裹破损，问题件", Said("problem")), ("商家已下单，待揽收", Said("waiting")), ("天气不错", None),
    ],
)  # fmt: skip
def test_what_words_say(text: str, said: Said | None) -> None:
    assert states.of_words(text) == said
