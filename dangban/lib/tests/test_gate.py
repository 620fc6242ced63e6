"""One writer at a time, in this process and in others."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from dangban.lib.gate import GateTimeout, gate_of


def test_a_database_in_memory_needs_no_gate() -> None:
    assert gate_of(":memory:") is None
    assert gate_of("file:memorydb_default?mode=memory&cache=shared") is None


def test_two_connections_to_one_file_meet_at_one_gate(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "db")
    assert gate_of(str(tmp_path / "db")) is gate_of(str(tmp_path / "link"))


def test_who_waits_too_long_is_told(tmp_path: Path) -> None:
    gate = gate_of(str(tmp_path / "db"))
    assert gate is not None
    gate.take()
    refused: list[bool] = []

    def other() -> None:
        with pytest.raises(GateTimeout):
            gate.take(patience=0.05)
        refused.append(True)

    thread = threading.Thread(target=other)
    thread.start()
    thread.join()
    gate.give("test")
    assert refused == [True]
    gate.take(patience=0.05)
    gate.give("test")


def test_another_process_holds_it_and_gives_it_back_by_dying(tmp_path: Path) -> None:
    program = (
        "import sys, time\nfrom dangban.lib.gate import gate_of\n"
        f"gate_of({str(tmp_path / 'db')!r}).take()\nprint('held', flush=True)\ntime.sleep(60)\n"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, cwd=Path(__file__).parents[3]
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    gate = gate_of(str(tmp_path / "db"))
    assert gate is not None
    taken = threading.Event()

    def take() -> None:
        gate.take()
        taken.set()
        gate.give("test")

    thread = threading.Thread(target=take, daemon=True)
    thread.start()
    assert not taken.wait(0.3)
    holder.kill()
    holder.wait()
    assert taken.wait(60)
    thread.join()


def test_first_come_first_served_but_messages_first(tmp_path: Path) -> None:
    gate = gate_of(str(tmp_path / "db"))
    assert gate is not None
    order: list[str] = []

    def pass_through(name: str, first: bool) -> None:
        gate.take(first=first)
        order.append(name)
        gate.give("test")

    gate.take()
    threads = []
    for name, first in (("page", False), ("import", False), ("message", True)):
        threads.append(threading.Thread(target=pass_through, args=(name, first)))
        threads[-1].start()
        while len(gate._waiting) < len(threads):
            pass
    gate.give("test")
    for thread in threads:
        thread.join()
    assert order == ["message", "page", "import"]
