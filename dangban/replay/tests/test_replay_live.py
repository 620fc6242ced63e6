"""A replay against a real server in a process of its own: everything is kept, and a loss is noticed."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from dangban.replay.compare import Sent
from dangban.replay.dialogues import read
from dangban.replay.figures import NOBODY, Figures, Seen
from dangban.replay.play import Plan, Played
from dangban.replay.report import Report
from dangban.testing.datasets import dataset

ROOT = Path(__file__).resolve().parents[3]
OWN = Path(__file__).parent / "own.txt"


def replay(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "dangban.project.cli", "replay", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)


def test_own_dialogues_are_kept_whole_on_sqlite() -> None:
    done = replay(str(OWN), "--speed", "100", "--agents", "2")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Every line is kept once and in order; the figures agree." in done.stdout


@pytest.mark.postgres
def test_own_dialogues_are_kept_whole_on_postgresql() -> None:
    from dangban.testing.live import make_migrated
    from dangban.testing.postgres import shared_cluster

    cluster = shared_cluster()
    assert cluster is not None
    url = make_migrated(cluster, "replayed")
    try:
        done = replay(str(OWN), "--speed", "100", "--agents", "2", "--database", url)
    finally:
        cluster.drop("replayed")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "the figures agree" in done.stdout


@pytest.mark.data
def test_real_dialogues_come_in_the_rhythm_of_real_calls() -> None:
    train = dataset("cs_dialogues_zh") / "ecd_sample/train"
    calls = dataset("call_volume") / "anonymous_bank_1999_02.txt"
    done = replay(str(train), "--limit", "12", "--speed", "200", "--agents", "3", "--arrivals", str(calls))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "12 of 12" in done.stdout


def test_a_file_without_dialogues_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_text("nothing", encoding="utf-8")
    done = replay(str(tmp_path / "empty.txt"))
    assert (done.returncode, "no dialogues" in done.stdout) == (2, True)


KEPT = [Seen(1, "customer", 0, "text", 1000, "a" * 32, "在吗"), Seen(2, "agent", 7, "text", 4000, "b" * 32, "在的")]


def played(**figures: int) -> Played:
    sent = [Sent(5, line.seq, line.client_id, line.author, line.body) for line in KEPT]
    told = Figures(answered=1, answer_ms=3000, firsts=1, first_ms=3000, handled=1)
    told = replace(told, **figures)
    everybody = Figures(turns=1, asking=1, replied=1)
    return Played(
        sent=sent, by_customers={5: KEPT}, by_agents={5: KEPT}, streamed={5: KEPT}, agents={7: "lin"},
        figures={7: told, NOBODY: everybody},
    )  # fmt: skip


def books(lines: list[Seen]) -> dict[str, object]:
    return {"log": {"5": [asdict(line) for line in lines]}}


def plan() -> Plan:
    return Plan("http://nowhere", ["key"], [], read(OWN, limit=1), [0.0])


def test_a_report_of_a_whole_log_has_no_differences() -> None:
    assert Report(plan(), played(), books(KEPT)).differences == []


def test_a_line_dropped_from_the_log_is_a_difference() -> None:
    assert Report(plan(), played(), books(KEPT[:1])).differences == ["database, thread 5: line 2 is lost: '在的'"]


def test_a_wrong_figure_is_a_difference() -> None:
    assert Report(plan(), played(answer_ms=3500), None).differences == [
        "lin: answer_ms is 3500, counted were 3000"
    ]
