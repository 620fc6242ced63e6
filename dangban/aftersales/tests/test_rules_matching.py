"""Whose an unclaimed parcel may be: a table of what was read, who was there, and what was guessed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dangban.aftersales.rules.matching import Candidate, Label, rank
from dangban.testing.cast import NOW

LATELY, LONG_AGO = NOW - timedelta(days=5), NOW - timedelta(days=120)
FANG = Candidate(
    "order:1", "812233445566", ("ZT8899001",), ("方静", "fang_2008"), "1234", "杭州市", "文三路 1 号", ("SJT-BL",), 900, "", LATELY
)
HU = Candidate("order:2", "812233447700", ("SF7700123",), ("胡小杰",), "9876", "杭州市", "莫干山路 88 号", ("SJT-GR", "TZ-01"), 1500, "", LATELY)
OLD = Candidate("order:3", "700000001111", ("YT5500123",), ("方静",), "1234", "宁波市", "中山东路 5 号", ("SJT-BL",), None, "", LONG_AGO)
RETURNING = Candidate("case:4", "812233448800", ("JD4400123",), ("方文",), "5555", "绍兴市", "解放路 9 号", ("SJT-BL",), 900, "returning", LATELY)
ALL = (FANG, HU, OLD, RETURNING)

# What was read and seen; the ranking with points; the signs of the first; whether it is sure.
TABLE = [
    ("nothing to go by", Label(), [], (), False),
    ("the number of the parcel we sent", Label("ZT8899001"), [("order:1", 76)], ("waybill", "recent"), True),
    ("the old slip lies inside", Label("XX1", text="旧面单 zt8899001"), [("order:1", 76)], ("waybill", "recent"), True),
    ("a digit mistyped", Label("ZT8899007"), [("order:1", 46)], ("waybill_close", "recent"), False),
    ("two digits swapped", Label("ZT8890901"), [("order:1", 46)], ("waybill_close", "recent"), False),
    ("a digit left out", Label("ZT889901"), [("order:1", 46)], ("waybill_close", "recent"), False),
    ("another number altogether", Label("ZT1234567"), [], (), False),
    ("the order's number on a note", Label(text="订单812233447700退货"), [("order:2", 66)], ("order_number", "recent"), False),
    ("its last six digits", Label(text="尾号 447700"), [("order:2", 36)], ("order_tail", "recent"), False),
    ("name and phone", Label(sender="胡小杰", phone_tail="9876"), [("order:2", 56)], ("name", "phone", "recent"), False),
    (
        "the same buyer twice: the newer order first", Label(sender="方静", phone_tail="1234"),
        [("order:1", 56), ("order:3", 42)], ("name", "phone", "recent"), False,
    ),
    ("name, phone and street", Label(sender="方静", phone_tail="1234", text="杭州文三路1号 文三路 1 号"), [("order:1", 76), ("order:3", 42)], ("name", "phone", "address", "recent", "city"), True),
    ("a masked name", Label(sender="胡**", phone_tail="9876"), [("order:2", 41)], ("phone", "name_part", "recent"), False),
    ("a family name with a title alone says little", Label(sender="胡先生"), [], (), False),
    ("whose goods, who was asked to send back", Label(sender="方文", goods=("SJT-BL",)), [("case:4", 66), ("order:1", 26)], ("name", "goods", "returning", "recent"), False),
    ("goods alone", Label(goods=("sjt-bl",)), [("case:4", 41), ("order:1", 26)], ("goods", "returning", "recent"), False),
    ("one of two kinds fits", Label(sender="胡小杰", goods=("TZ-01", "XX")), [("order:2", 39)], ("name", "goods_part", "recent"), False),
    ("other goods speak against it", Label(sender="胡小杰", phone_tail="9876", goods=("SJT-BL",)), [("case:4", 41), ("order:2", 41), ("order:1", 26)], ("goods", "returning", "recent"), False),
    ("weight helps, alone it says nothing", Label(weight_g=905), [], (), False),
    ("weight beside the name", Label(sender="方文", weight_g=905), [("case:4", 51)], ("name", "returning", "recent", "weight"), False),
    ("the customer's nick on the note", Label(text="FANG_2008 退货"), [("order:1", 31)], ("name", "recent"), False),
    ("traditional characters", Label(sender="方靜", phone_tail="1234"), [("order:1", 56), ("order:3", 42)], ("name", "phone", "recent"), False),
]  # fmt: skip


@pytest.mark.parametrize(("label", "expected", "signs", "sure"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_guess(label: Label, expected: list[tuple[str, int]], signs: tuple[str, ...], sure: bool) -> None:
    found = rank(label, ALL, NOW, tolerance_g=20)
    assert [(guess.candidate.key, guess.points) for guess in found] == expected
    assert (tuple(sign for sign, _points in found[0].reasons), found[0].sure) == (signs, sure) if found else (signs, sure) == ((), False)


def test_equals_are_told_apart_by_who_was_sent_to_last() -> None:
    twins = [Candidate(f"order:{number}", phone_tail="1234", sent_at=NOW - timedelta(days=number)) for number in (3, 1, 2)]
    assert [guess.candidate.key for guess in rank(Label(phone_tail="1234"), twins, NOW)] == ["order:1", "order:2", "order:3"]


def test_nine_guesses_are_enough_for_the_keys_of_a_keyboard() -> None:
    many = [Candidate(f"order:{number:02}", phone_tail="1234", sent_at=LATELY) for number in range(30)]
    assert len(rank(Label(phone_tail="1234"), many, NOW)) == 9


def test_the_points_of_a_guess_are_the_sum_of_its_reasons() -> None:
    for guess in rank(Label("ZT8899001", "方静", "1234", "杭州 文三路 1 号 447700", ("SJT-BL",), 900), ALL, NOW, tolerance_g=50):
        assert guess.points == sum(points for _sign, points in guess.reasons)
