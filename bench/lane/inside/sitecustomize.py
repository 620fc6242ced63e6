"""Loaded into the server with --profile: where each thread's CPU goes, sampled from inside.

Each sample gives a thread's CPU since the last one to the functions it is in: to the innermost of
all, to the innermost of ours, and to all of ours that are on the way there. A thread that worked
for a moment and waits again is therefore seen where it waits. Also names the threads for the
operating system. Samples while the file `<DANGBAN_BENCH_PROFILE>.on` is there, and writes what it
found when that is taken away.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import threading
import time
from collections import Counter
from types import CodeType, FrameType

EVERY = 0.004
LOOK = 25
TOP = 60
OURS = "/dangban/"
# Between a caller of ours and the database: whoever called is of interest.
GATE = "/dangban/project/sqlite/"


class Sampler:
    def __init__(self, path: str) -> None:
        self._path = path
        self._clocks: dict[int, float] = {}
        self._own: Counter[tuple[str, CodeType]] = Counter()
        self._ours: Counter[tuple[str, CodeType]] = Counter()
        self._with: Counter[tuple[str, CodeType]] = Counter()

    def run(self) -> None:
        was_on, count = False, 0
        while True:
            time.sleep(EVERY)
            count += 1
            if count % LOOK == 0:
                is_on = os.path.exists(self._path + ".on")
                if is_on and not was_on:
                    self._begin()
                elif was_on and not is_on:
                    self._write()
                was_on = is_on
            if was_on:
                self._sample()

    def _forget(self) -> None:
        for found in (self._own, self._ours, self._with):
            found.clear()

    def _begin(self) -> None:
        self._clocks.clear()
        for thread in threading.enumerate():
            with contextlib.suppress(OSError), open(f"/proc/self/task/{thread.native_id}/comm", "w") as comm:
                comm.write(thread.name[:15])
        self._sample()
        self._forget()

    def _sample(self) -> None:
        frames = sys._current_frames()
        for thread in threading.enumerate():
            frame = frames.get(thread.ident or 0)
            if frame is None or thread.native_id is None or thread is threading.current_thread():
                continue
            try:
                # The kernel's number for the CPU clock of one thread.
                now = time.clock_gettime((~thread.native_id << 3) | 6)
            except OSError:
                continue
            used = now - self._clocks.get(thread.native_id, now)
            self._clocks[thread.native_id] = now
            if used > 0:
                self._give(thread.name.rstrip("0123456789").rstrip("_"), frame, used)

    def _give(self, name: str, frame: FrameType | None, used: float) -> None:
        assert frame is not None
        self._own[name, frame.f_code] += used  # type: ignore[assignment]
        seen: set[CodeType] = set()
        found_ours = False
        while frame is not None:
            code = frame.f_code
            if code not in seen and OURS in code.co_filename:
                seen.add(code)
                self._with[name, code] += used  # type: ignore[assignment]
                if not found_ours and GATE not in code.co_filename:
                    found_ours = True
                    self._ours[name, code] += used  # type: ignore[assignment]
            frame = frame.f_back

    def _write(self) -> None:
        told = {"own": _rows(self._own), "ours": _rows(self._ours), "with": _rows(self._with)}
        with open(self._path + ".new", "w") as file:
            json.dump(told, file)
        os.rename(self._path + ".new", self._path)


def _rows(found: Counter[tuple[str, CodeType]]) -> list[tuple[str, str, float]]:
    return [(name, _place(code), round(used, 4)) for (name, code), used in found.most_common(TOP)]


def _place(code: CodeType) -> str:
    file = code.co_filename
    for marker in ("/site-packages/", "/dangban/", "/lib/python3"):
        _, sep, rest = file.rpartition(marker)
        if sep:
            file = ("dangban/" if marker == "/dangban/" else "") + rest
            break
    return f"{file}:{code.co_firstlineno} {code.co_qualname}"


if path := os.environ.get("DANGBAN_BENCH_PROFILE"):
    threading.Thread(target=Sampler(path).run, name="sampler", daemon=True).start()
