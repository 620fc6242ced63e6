"""An independent count: questions and answers read off what the clients saw, by code of its own.

Nothing here is shared with the rooms that keep the figures; that is its use.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Seen:
    """A line as a client saw it; `at` is the server's time in milliseconds."""

    seq: int
    author: str
    author_id: int
    kind: str
    at: int
    client_id: str
    body: str


@dataclass(slots=True)
class Figures:
    """Sums, from which every figure follows."""

    turns: int = 0
    answered: int = 0
    answer_ms: int = 0
    firsts: int = 0
    first_ms: int = 0
    handled: int = 0
    # Customers who asked, and those of them who were answered.
    asking: int = 0
    replied: int = 0

    def minus(self, other: Figures) -> dict[str, int]:
        return {one.name: getattr(self, one.name) - getattr(other, one.name) for one in fields(self)}


# Where questions are counted that can only be compared in all.
NOBODY = 0
SPEECH = {"text", "image", "video", "file", "card"}


def count(threads: Mapping[int, Sequence[Seen]]) -> dict[int, Figures]:
    """The figures of each agent, by who answered, and of all under NOBODY. A replay plays one session a thread."""
    found: dict[int, Figures] = defaultdict(Figures)
    for lines in threads.values():
        _count_thread(lines, found)
    return dict(found)


def _count_thread(lines: Iterable[Seen], found: dict[int, Figures]) -> None:
    asked: Seen | None = None
    is_first, served = True, set()
    for line in sorted(lines, key=lambda line: line.seq):
        if line.kind not in SPEECH or line.author not in ("customer", "agent"):
            continue
        if line.author == "customer":
            asked = asked or line
            continue
        served.add(line.author_id)
        if asked is None:
            continue
        figures, took = found[line.author_id], line.at - asked.at
        found[NOBODY].turns += 1
        figures.answered += 1
        figures.answer_ms += took
        if is_first:
            figures.firsts += 1
            figures.first_ms += took
        is_first, asked = False, None
    for person in served:
        found[person].handled += 1
    if asked is not None:
        # Nobody answered any more: a question all the same, whose clients can't see.
        found[NOBODY].turns += 1
    found[NOBODY].asking += asked is not None or not is_first
    found[NOBODY].replied += not is_first

