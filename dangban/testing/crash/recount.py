"""What must stand in the books, read off the log by code of its own.

Nothing here is shared with the rooms that keep these books; that is its use.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

SPEECH = {"text", "image", "video", "file", "card"}
FOUND_BY_SEARCH = {"text", "note", "whisper", "card", "file"}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the log."""

    thread: int
    seq: int
    author: str
    author_id: int
    kind: str
    internal: bool
    client_id: str
    body: str
    at: int
    id: int
    auto: str

    @property
    def asks(self) -> bool:
        return self.author == "customer" and self.kind in SPEECH

    @property
    def answers(self) -> bool:
        return self.author == "agent" and self.kind in SPEECH and not self.internal


def differences(books: Mapping[str, Any]) -> list[str]:
    """Every way in which the books are not what the log says; empty if they are."""
    log: dict[int, list[Row]] = defaultdict(list)
    for values in books["log"]:
        log[values[0]].append(Row(*values))
    wrong = [*_numbers(log, books), *_search(log, books), *_journal(books)]
    for thread, lines in log.items():
        wrong += (f"thread {thread}: {fault}" for fault in _thread(lines, books))
    return wrong


def _numbers(log: Mapping[int, list[Row]], books: Mapping[str, Any]) -> Iterator[str]:
    """Numbers run from 1 without a gap, and no line stands there twice."""
    ends = {str(thread): len(lines) for thread, lines in log.items()}
    for thread, lines in log.items():
        if [line.seq for line in lines] != list(range(1, len(lines) + 1)):
            yield f"thread {thread}: the numbers have a gap"
        if len({(line.author, line.author_id, line.client_id) for line in lines}) != len(lines):
            yield f"thread {thread}: a line stands there twice"
    if books["sequences"] != ends:
        yield "the sequences say something else than the log"
    if books["projected"] != ends:
        yield "the projections have not followed the log"


def _search(log: Mapping[int, list[Row]], books: Mapping[str, Any]) -> Iterator[str]:
    entered = sorted(
        line.id for lines in log.values() for line in lines if line.kind in FOUND_BY_SEARCH and line.body.strip()
    )
    if books["indexed"] != entered:
        missing, twice = set(entered) - set(books["indexed"]), len(books["indexed"]) - len(set(books["indexed"]))
        yield f"the search index lacks {len(missing)} lines and has {twice} twice"


def _journal(books: Mapping[str, Any]) -> Iterator[str]:
    if books["chain"] != {"broken": None, "unsealed": 0}:
        yield f"the journal's chain: {books['chain']}"
    said = [subject for verb, subject in books["journal"] if verb == "conversations.conversation_opened"]
    if sorted(said) != sorted(one["id"] for one in books["conversations"]):
        yield "the journal tells of other openings than there were"
    assigned = sum(verb == "conversations.conversation_assigned" for verb, _subject in books["journal"])
    if assigned != len(books["assignments"]):
        yield f"the journal tells of {assigned} assignments, there are {len(books['assignments'])}"
    if books["deadlocks"]:
        yield f"{books['deadlocks']} deadlocks"


def _thread(lines: list[Row], books: Mapping[str, Any]) -> Iterator[str]:
    """The one session of a thread whose customers are never sent away."""
    thread = lines[0].thread
    sessions = [one for one in books["conversations"] if one["thread"] == thread]
    said = [line for line in lines if line.asks or line.answers]
    if len(sessions) != (1 if said else 0):
        yield f"{len(sessions)} sessions"
        return
    if not said:
        return
    session = sessions[0]
    yield from _compare("session", session, _session(lines, said))
    turns = [row[1:6] for row in books["turns"] if row[0] == thread]
    yield from _compare("turns", {"rows": turns}, {"rows": _turns(said)})
    yield from _compare("receptions", _sums(thread, books["receptions"]), _receptions(said))
    greetings = sum(line.auto == "greeting" for line in lines)
    # Whom an agent wrote to first needs no greeting.
    if greetings != said[0].asks:
        yield f"greeted {greetings} times"
    present = [row for row in books["assignments"] if row[0] == thread and row[2] is None]
    if len(present) != (1 if session["state"] == "serving" else 0):
        yield f"{len(present)} people have it"
    running = sum(subject == session["id"] and met is None and cancelled is None for subject, met, cancelled in books["clocks"])
    waits = any(row[0] == thread and row[2] is None and row[6] for row in books["turns"])
    if running != waits:
        yield f"{running} clocks run, {'one' if waits else 'none'} should"


def _compare(what: str, kept: Mapping[str, Any], counted: Mapping[str, Any]) -> Iterator[str]:
    for name, value in counted.items():
        if kept.get(name) != value:
            yield f"{what}: {name} is {kept.get(name)!r}, the log says {value!r}"


def _session(lines: list[Row], said: list[Row]) -> dict[str, Any]:
    since_answer: list[Row] = []
    for line in said:
        since_answer = [] if line.answers else [*since_answer, line]
    return {
        "first_seq": said[0].seq,
        "last_seq": lines[-1].seq,
        "unread": len(since_answer),
        "waiting_since": since_answer[0].at if since_answer else None,
        "last_author": said[-1].author,
        "last_at": said[-1].at,
        "preview": _short(said[-1].body),
    }


def _short(body: str) -> str:
    return body if len(body) <= 80 else f"{body[:79]}…"


def _turns(said: Iterable[Row]) -> list[list[Any]]:
    """Of each question: its line, the answer's, who answered, how long it took, and whether it was the first."""
    rounds: list[list[Any]] = []
    asked: Row | None = None
    for line in said:
        if line.asks and asked is None:
            rounds.append([line.seq, None, None, None, not rounds])
            asked = line
        elif line.answers and asked is not None:
            # Stamped on arrival, numbered in the end: an answer may look a moment older than its question.
            rounds[-1][1:4] = [line.seq, line.author_id, max(0, line.at - asked.at)]
            asked = None
    return rounds


def _receptions(said: Iterable[Row]) -> dict[str, list[int]]:
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for line in said:
        if line.answers:
            sums[str(line.author_id)][0] += 1
            sums[str(line.author_id)][1] += len(line.body)
    return dict(sums)


def _sums(thread: int, rows: Iterable[list[int]]) -> dict[str, list[int]]:
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for of, person, lines, characters in rows:
        if of == thread:
            sums[str(person)][0] += lines
            sums[str(person)][1] += characters
    return dict(sums)
