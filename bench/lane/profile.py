"""Where the server's CPU goes: by thread as the kernel counts, by function as sampled inside."""

from __future__ import annotations

import contextlib
import json
import time
from pathlib import Path

from bench.lane.watching import TICKS

INSIDE = Path(__file__).parent / "inside"
SHOWN = 25
KINDS = {
    "own": "in the function itself",
    "ours": "by the innermost function of ours, with what it calls elsewhere",
    "with": "by functions of ours, with all they call",
}


def environment(data: Path, root: Path) -> dict[str, str]:
    """What makes the server load the sampler."""
    return {"PYTHONPATH": f"{INSIDE}:{root}", "DANGBAN_BENCH_PROFILE": str(data / "profile.json")}


class Profile:
    def __init__(self, pid: int, data: Path) -> None:
        self._pid = pid
        self._file = data / "profile.json"
        self._before: dict[int, tuple[str, float]] = {}

    def begin(self) -> None:
        self._file.with_name("profile.json.on").touch()
        time.sleep(0.3)
        self._before = self._threads()

    def end(self) -> dict[str, dict[str, float]]:
        """Seconds by thread; prints that and the functions."""
        after = self._threads()
        by_name: dict[str, float] = {}
        for task, (name, used) in after.items():
            name = name.rstrip("0123456789").rstrip("_")
            by_name[name] = by_name.get(name, 0.0) + used - self._before.get(task, ("", 0.0))[1]
        self._file.with_name("profile.json.on").unlink()
        whole = sum(by_name.values()) or 1.0
        used_by = dict(sorted(by_name.items(), key=lambda item: -item[1]))
        for name, used in used_by.items():
            if used > 0:
                print(f"  {name:<36} {used:>11.2f}s  {used / whole:5.1%}")
        self._print_functions(whole)
        return {"threads": {name: round(used, 3) for name, used in used_by.items() if used > 0}}

    def _print_functions(self, whole: float) -> None:
        end = time.monotonic() + 3
        while not self._file.exists() and time.monotonic() < end:
            time.sleep(0.1)
        if not self._file.exists():
            return
        told = json.loads(self._file.read_text())
        self._file.unlink()
        for kind, title in KINDS.items():
            print(f"\n  Sampled, {title}")
            for thread, place, used in told[kind][:SHOWN]:
                print(f"  {used / whole:6.1%}  {thread:<14} {place}")

    def _threads(self) -> dict[int, tuple[str, float]]:
        found = {}
        for task in Path(f"/proc/{self._pid}/task").iterdir():
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                head, _, rest = (task / "stat").read_text().rpartition(")")
                fields = rest.split()
                found[int(task.name)] = (head.partition("(")[2], (int(fields[11]) + int(fields[12])) / TICKS)
        return found
