"""What the chat asks of the rooms above it.

The lane and the actions post through the same two questions: may this line be sent (`PostingGate`),
and what follows from it (`Projector`). Rooms above register here when the program starts.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

import msgspec

AuthorKind = Literal["customer", "agent", "auto", "system"]


class Line(msgspec.Struct, frozen=True):
    """A line as it stands in the log, or as it is about to."""

    thread_id: int
    author: AuthorKind
    author_id: int
    author_name: str
    client_id: str
    kind: str
    body: str
    payload: Mapping[str, Any]
    internal: bool
    at: datetime
    seq: int = 0
    id: int = 0


class Verdict(msgspec.Struct, frozen=True):
    """What the gate says of a line.

    `act` is ``send``, ``warn`` (goes through once the sender has confirmed: the same client id with
    `confirmed`), or ``refuse``. `code` and `message` are for the sender, `because` for 依据,
    `remarks` are guard findings kept with the line, `offer` wording to use instead.
    """

    act: Literal["send", "warn", "refuse"] = "send"
    code: str = ""
    message: str = ""
    because: Sequence[Mapping[str, Any]] = ()
    offer: str = ""
    remarks: Sequence[Mapping[str, Any]] = ()


SEND = Verdict()


class Sender(msgspec.Struct, frozen=True):
    """Who wants to post, as their token or session says."""

    author: AuthorKind
    id: int
    name: str
    # Permissions that matter to posting (``conversations.supervise``, ``conversations.override_guard``).
    permissions: frozenset[str] = frozenset()
    language: str = "zh-hans"


class PostingGate(Protocol):
    """May this be sent? `facts` are read for a whole batch at once, `decide` is pure."""

    def asks(self, line: Line) -> bool:
        """Whether facts are needed to decide on this line; for others `decide` gets None."""

    def facts(
        self, thread_ids: Sequence[int], fetch: Callable[[str, Sequence[Any]], list[tuple[Any, ...]]]
    ) -> Mapping[int, Any]:
        """Facts for these threads. `fetch(sql, params)` runs one statement (``%s`` marks) in the caller's transaction."""

    def decide(self, facts: Any, sender: Sender, line: Line, *, confirmed: bool) -> Verdict: ...

    def kept(self, sender: Sender, line: Line, verdict: Verdict, *, sent: bool) -> None:
        """Called after commit, off the hot path, for lines with remarks and for refused ones: keep the guard's findings."""


class Projector(Protocol):
    """Brings what hangs on a thread up to date with new lines of its log.

    Called with consecutive lines, inside a transaction that also moves the thread's cursor: its
    effects happen exactly once per line. May post (through `actions.post`) and ring.
    """

    def __call__(self, thread_id: int, lines: Sequence[Line]) -> None: ...


class BulkProjector(Protocol):
    """The same for many threads at once, for effects that cost less together.

    `prepare` works out what there is to write for each thread, outside of any transaction; `keep`
    writes it for those whose turn it was.
    """

    def prepare(self, threads: Mapping[int, Sequence[Line]], /) -> Mapping[int, Any]: ...
    def keep(self, prepared: Sequence[Any], /) -> None: ...


class PlainProjector(Protocol):
    """The many-at-once form of a projector, for lines that are nothing special.

    `prepare` reads, outside of any transaction, and gives what there is to write for the threads it
    takes; the others go through the projector one at a time. `hold` locks within the transaction,
    never waiting, and names those of which nothing has changed since; `keep` writes for these. Both
    ways leave the same rows.
    """

    def prepare(self, threads: Mapping[int, Sequence[Line]], /) -> Mapping[int, Any]: ...
    def hold(self, prepared: Mapping[int, Any], /) -> Collection[int]: ...
    def keep(self, prepared: Sequence[Any], /) -> None: ...


@dataclass
class _Registry:
    gate: PostingGate | None = None
    projectors: dict[str, Projector] = field(default_factory=dict)
    plain_projectors: dict[str, PlainProjector] = field(default_factory=dict)
    bulk_projectors: dict[str, BulkProjector] = field(default_factory=dict)
    # Called about once a second in one process: routing sweeps, silence time-outs and the like.
    sweeps: dict[str, Callable[[datetime], None]] = field(default_factory=dict)
    stream_listeners: dict[str, Callable[[int, bool, datetime], None]] = field(default_factory=dict)


registry = _Registry()


def register_gate(gate: PostingGate) -> None:
    registry.gate = gate


def register_projector(name: str, projector: Projector, plain: PlainProjector | None = None) -> None:
    registry.projectors[name] = projector
    if plain is not None:
        registry.plain_projectors[name] = plain


def register_bulk_projector(name: str, projector: BulkProjector) -> None:
    registry.bulk_projectors[name] = projector


def register_sweep(name: str, sweep: Callable[[datetime], None]) -> None:
    """`sweep(now)` runs about once a second in one process at a time; it must be cheap when idle."""
    registry.sweeps[name] = sweep


def register_on_stream(name: str, listener: Callable[[int, bool, datetime], None]) -> None:
    """`listener(person_id, is_open, at)` runs when a person opens their first page that listens, and
    when the last one is gone, in each process for itself. It may use the database. A process that is killed says nothing:
    `presence.last_seen` tells since when somebody has not been heard of.
    """
    registry.stream_listeners[name] = listener
