"""The doorbell: tells open streams that there is something new. It carries no truth.

Every function may be called from any thread of any process, in a request, a sweep or on the command
line: it reaches the streams of this process, if it has any, and rings at the others. A ring that is
lost is only late, for every process also looks for itself every second or two.

`changed` is for everything that is not a message bubble: pages hold a version per subject and
fetch their fragment again, through their own gate, when a newer one is announced.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

import msgspec
from django.db import transaction

from dangban.chat.lane import doorbell
from dangban.lib import clock


class Lines(msgspec.Struct, frozen=True, tag="lines"):
    """Logs have grown: thread and the number of its last line."""

    ends: list[tuple[int, int]]


class Changed(msgspec.Struct, frozen=True, tag="changed"):
    """A subject has a newer version, for the named persons, whoever sees the shop, and the customer of a thread."""

    subject: str
    id: int
    version: int
    shop: int | None = None
    persons: tuple[int, ...] = ()
    thread: int | None = None


class Together(msgspec.Struct, frozen=True, tag="together"):
    """Several changes in one ring."""

    changes: list[Changed]


class Typing(msgspec.Struct, frozen=True, tag="typing"):
    thread: int
    author: str
    author_id: int
    name: str
    text: bool = True


class Read(msgspec.Struct, frozen=True, tag="read"):
    thread: int
    reader: str
    reader_id: int
    seq: int


class PresenceTold(msgspec.Struct, frozen=True, tag="presence"):
    """Somebody's state, for those who share a shop with them (None: for everybody)."""

    person: int
    state: str
    reason: str
    since: int
    shops: tuple[int, ...] | None


class Revoked(msgspec.Struct, frozen=True, tag="revoked"):
    """A person's rights are not what they were: their streams close, their tokens are looked at again."""

    person: int


Ring = Lines | Changed | Together | Typing | Read | PresenceTold | Revoked
Listener = Callable[[Ring], None]

# So many changes are surely short enough for every doorbell.
RINGS_AT_ONCE = 40

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Ring).decode
_listeners: list[Listener] = []


def ring_message(thread_id: int, seq: int) -> None:
    """A thread's log has reached `seq`; call after commit."""
    ring(Lines([(thread_id, seq)]))


def changed(
    subject: str,
    subject_id: int,
    version: int | None = None,
    *,
    shop_id: int | None = None,
    person_ids: tuple[int, ...] = (),
    thread_id: int | None = None,
) -> None:
    """Announce, once the present transaction has committed, that a subject has a newer version.

    Goes to streams of the named persons and of whoever sees the shop; with a thread also to its
    customer, who learns nothing but that. What keeps no version of its own has the present moment.
    """
    if version is None:
        version = clock.to_ms(clock.now())
    event = Changed(subject, subject_id, version, shop_id, person_ids, thread_id)
    transaction.on_commit(lambda: ring(event))


def changed_together(changes: Sequence[Changed]) -> None:
    """The same for many subjects at once."""

    def tell() -> None:
        for start in range(0, len(changes), RINGS_AT_ONCE):
            ring(Together(list(changes[start : start + RINGS_AT_ONCE])))

    transaction.on_commit(tell)


def tell_presence(
    person_id: int, state: str, reason: str, since: datetime, shops: Iterable[int] | None
) -> None:
    """Announce a person's state once the present transaction has committed."""
    among = None if shops is None else tuple(sorted(shops))
    event = PresenceTold(person_id, state, reason, clock.to_ms(since), among)
    transaction.on_commit(lambda: ring(event))


def revoke(person_id: int) -> None:
    """Close a person's streams and look at their tokens again, once the present transaction has committed.

    The action that calls this has raised the person's `rights_version`.
    """
    transaction.on_commit(lambda: ring(Revoked(person_id)))


def ring(event: Ring) -> None:
    """Ring here and everywhere else, now."""
    ring_here(event)
    ring_elsewhere(event)


def ring_here(event: Ring) -> None:
    for listener in _listeners:
        listener(event)


def ring_elsewhere(event: Ring) -> None:
    doorbell.bell().send(_encode(event))


def rung(message: bytes) -> None:
    """Another process rang; what can't be read is from another version and the look-round heals it."""
    try:
        event = _decode(message)
    except msgspec.DecodeError:
        return
    ring_here(event)


def listen(listener: Listener) -> Callable[[], None]:
    """Call `listener` (from any thread) for every ring, until the returned function is called."""
    _listeners.append(listener)
    return lambda: _listeners.remove(listener)
