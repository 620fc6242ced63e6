"""What a replay reads, counts and compares, without a server."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from dangban.replay import arrivals, compare, dialogues, figures
from dangban.replay.compare import Sent
from dangban.replay.dialogues import Spoken
from dangban.replay.figures import Figures, Seen
from dangban.testing.datasets import dataset

OWN = Path(__file__).parent / "own.txt"
LIN, MEI = 7, 8


def test_own_blocks_are_read_with_their_sides() -> None:
    first, second, _third = dialogues.read(OWN)
    assert first.lines[:2] == (Spoken("customer", "你好，在吗"), Spoken("agent", "您好，在的，请讲"))
    assert [line.side for line in second.lines] == ["customer", "agent", "agent", "customer"]


def test_marked_rows_lose_the_segmenters_blanks_and_false_rows(tmp_path: Path) -> None:
    path = tmp_path / "train"
    path.write_text("1\t有 货 吗\t有 的 iPhone 15 也 有\n0\t有 货 吗\t不 是\n", encoding="utf-8")
    (only,) = dialogues.read(path)
    assert only.lines == (Spoken("customer", "有货吗"), Spoken("agent", "有的iPhone 15也有"))


def test_pairs_give_their_first_half_to_the_customer(tmp_path: Path) -> None:
    (tmp_path / "x.enc").write_text("在吗,几天到,,您好\n,,\n", encoding="utf-8")
    (tmp_path / "x.dec").write_text("三天左右\n没有问题\n", encoding="utf-8")
    (only,) = dialogues.read(tmp_path / "x.enc")
    assert only.lines == (
        Spoken("customer", "在吗"), Spoken("customer", "几天到"), Spoken("agent", "您好"), Spoken("agent", "三天左右"),
    )  # fmt: skip


def test_a_file_without_dialogues_is_refused_with_the_known_shapes(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear all", encoding="utf-8")
    with pytest.raises(dialogues.Unreadable, match="顾客"):
        dialogues.read(path)


def test_the_limit_stops_reading() -> None:
    assert len(dialogues.read(OWN, limit=2)) == 2


@pytest.mark.data
def test_the_public_sets_are_read() -> None:
    folder = dataset("cs_dialogues_zh")
    assert len(dialogues.read(folder / "ecd_sample/train")) == 77
    assert len(dialogues.read(folder / "jddc_baseline/train.enc", limit=500)) == 500


@pytest.mark.data
def test_recorded_calls_give_a_rhythm_without_nights() -> None:
    offsets = arrivals.recorded(dataset("call_volume") / "anonymous_bank_1999_02.txt")
    assert len(offsets) == 33_344
    stretch = arrivals.drawn(offsets, 500, Random(1))
    assert stretch[0] == 0
    assert max(later - sooner for sooner, later in pairwise(stretch)) <= 900


def test_without_a_recording_customers_come_evenly() -> None:
    assert arrivals.drawn([], 3, Random(1)) == [0, 12, 24]


def line(seq: int, author: str, at: int, person: int = 0, kind: str = "text") -> Seen:
    return Seen(seq, author, person, kind, at, f"line-{seq}", f"words {seq}")


TALK = [
    line(1, "customer", 1_000),
    line(2, "auto", 1_001),
    line(3, "customer", 3_000),
    line(4, "agent", 9_000, LIN),
    line(5, "agent", 9_500, LIN),
    line(6, "customer", 20_000),
    line(7, "agent", 21_000, LIN, kind="note"),
    line(8, "agent", 24_000, MEI),
    line(9, "customer", 30_000),
]


def test_a_question_runs_from_its_first_line_to_the_first_human_answer() -> None:
    counted = figures.count({1: TALK})
    assert counted[LIN] == Figures(answered=1, answer_ms=8_000, firsts=1, first_ms=8_000, handled=1)
    assert counted[MEI] == Figures(answered=1, answer_ms=4_000, handled=1)
    assert counted[figures.NOBODY] == Figures(turns=3, asking=1, replied=1)


SENT = [Sent(1, one.seq, one.client_id, one.author, one.body) for one in TALK if one.author != "auto" and one.kind == "text"]


def test_nothing_is_found_where_nothing_is_missing() -> None:
    assert compare.differences(SENT, {1: TALK}, "log") == []


@pytest.mark.parametrize(
    ("tampered", "said"),
    [
        ([one for one in TALK if one.seq != 6], "line 6 is lost"),
        ([*TALK, replace(TALK[5], seq=10)], "line-6 is kept 2 times"),
        ([replace(one, body="other words") if one.seq == 4 else one for one in TALK], "was acknowledged as"),
        ([*TALK[:3], TALK[4], TALK[3], *TALK[5:]], "not in order"),
        ([*TALK, line(10, "customer", 40_000)], "was never sent"),
        ([], "line 1 is lost"),
    ],
)
def test_each_way_to_lose_something_is_found(tampered: list[Seen], said: str) -> None:
    assert said in " ".join(compare.differences(SENT, {1: tampered}, "log"))


def test_figures_may_be_off_by_the_rounding_of_instants_and_no_more() -> None:
    counted = {LIN: Figures(answered=10, answer_ms=50_000, firsts=2, first_ms=9_000, handled=2)}
    assert compare.figures_differ(counted, {LIN: replace(counted[LIN], answer_ms=50_010)}, {}) == []
    assert compare.figures_differ(counted, {LIN: replace(counted[LIN], answer_ms=50_011)}, {LIN: "林"}) == [
        "林: answer_ms is 50011, counted were 50000"
    ]
    assert compare.figures_differ(counted, {LIN: replace(counted[LIN], handled=3)}, {LIN: "林"}) == [
        "林: handled is 3, counted were 2"
    ]
