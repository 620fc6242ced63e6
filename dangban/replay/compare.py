"""Whether what was sent is what is kept: every line, once, in order, and the figures that follow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from dangban.replay.figures import Figures, Seen


@dataclass(frozen=True, slots=True)
class Sent:
    """A line that a client posted and the server acknowledged under this number."""

    thread: int
    seq: int
    client_id: str
    author: str
    body: str


def differences(sent: Sequence[Sent], kept: Mapping[int, Sequence[Seen]], where: str) -> list[str]:
    """Everything that is not as it should be, in words; empty when nothing is lost, doubled or moved."""
    by_thread: dict[int, list[Sent]] = {}
    for line in sent:
        by_thread.setdefault(line.thread, []).append(line)
    found: list[str] = []
    for thread, lines in sorted(by_thread.items()):
        found += (f"{where}, thread {thread}: {what}" for what in _thread(lines, kept.get(thread, ())))
    return found


def _thread(sent: Sequence[Sent], kept: Sequence[Seen]) -> Iterator[str]:
    spoken = [line for line in kept if line.author in ("customer", "agent") and line.kind == "text"]
    stored = {line.client_id: line for line in spoken}
    times = Counter(line.client_id for line in spoken)
    for line in sent:
        there = stored.get(line.client_id)
        if there is None:
            yield f"line {line.seq} is lost: {line.body[:30]!r}"
        elif (there.seq, there.author, there.body) != (line.seq, line.author, line.body):
            yield f"line {line.seq} was acknowledged as {line.body[:30]!r} and is kept as {there.seq} {there.body[:30]!r}"
    yield from (f"{client_id} is kept {times[client_id]} times" for client_id in times if times[client_id] > 1)
    known = {line.client_id for line in sent}
    yield from (f"line {line.seq} was never sent: {line.body[:30]!r}" for line in spoken if line.client_id not in known)
    numbers = [line.seq for line in kept]
    if numbers != sorted(set(numbers)):
        yield f"the numbers are not in order: {numbers[:20]}"
    # Each line of a dialogue was sent after the one before it had been acknowledged.
    order = [line.client_id for line in sent if line.client_id in stored]
    if [line.client_id for line in spoken if line.client_id in known] != order:
        yield "the order is another one"


# Instants travel in whole milliseconds, so each end of a wait may be half a millisecond off.
ROUNDED = ("answer_ms", "first_ms")


def figures_differ(counted: Mapping[int, Figures], told: Mapping[int, Figures], names: Mapping[int, str]) -> list[str]:
    """Where the department's own figures are not those that the clients counted."""
    found = []
    for person in sorted(counted.keys() | told.keys()):
        mine, theirs = counted.get(person, Figures()), told.get(person, Figures())
        for name, off in theirs.minus(mine).items():
            if abs(off) > (mine.answered if name in ROUNDED else 0):
                who = names.get(person, f"#{person}" if person else "all")
                found.append(f"{who}: {name} is {getattr(theirs, name)}, counted were {getattr(mine, name)}")
    return found
