"""The hash chain over sealed entries. Pure: what goes into a hash, and how a chain is checked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

FIRST = "0" * 64

# What a hash covers, besides the hash before it. `id` is left out: it is the database's, not ours.
FIELDS = (
    "position",
    "at",
    "verb",
    "actor_kind",
    "actor_id",
    "actor_name",
    "subject_kind",
    "subject_id",
    "shop_id",
    "change",
    "because",
    "personal_digest",
)


@dataclass(frozen=True, slots=True)
class Payload:
    """The personal values of an entry while they are there."""

    salt: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Break:
    """The first place at which a chain is not what was sealed."""

    position: int
    what: str
    expected: str
    found: str


@dataclass(frozen=True, slots=True)
class Verdict:
    checked: int
    last_position: int
    head: str
    erased: int
    unsealed: int
    broken: Break | None = None


def link(previous: str, entry: Any, position: int) -> str:
    """The hash of an entry at this position, after the entry whose hash is `previous`."""
    plain = [previous, position, *(_plain(entry, field) for field in FIELDS[1:])]
    text = json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def digest_personal(salt: str, values: Mapping[str, Any]) -> str:
    """What the chain keeps of personal values; without the erased salt it can't be guessed at."""
    text = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(f"{salt}\n{text}".encode()).hexdigest()


def check(entries: Iterable[tuple[Any, Payload | None]], unsealed: int = 0) -> Verdict:
    """Walk sealed entries in order of position and stop at the first that does not fit."""
    previous, count, erased = FIRST, 0, 0
    for entry, payload in entries:
        expected_position = count + 1
        broken = _break(entry, payload, previous, expected_position)
        if broken is not None:
            return Verdict(count, count, previous, erased, unsealed, broken)
        previous = entry.hash
        count += 1
        erased += bool(entry.personal_digest) and payload is None
    return Verdict(count, count, previous, erased, unsealed)


def _break(entry: Any, payload: Payload | None, previous: str, position: int) -> Break | None:
    if entry.position != position:
        return Break(position, "position", str(position), str(entry.position))
    expected = link(previous, entry, position)
    if entry.hash != expected:
        return Break(position, "hash", expected, entry.hash)
    if payload is not None:
        digest = digest_personal(payload.salt, payload.values)
        if digest != entry.personal_digest:
            return Break(position, "personal", entry.personal_digest, digest)
    return None


def _plain(entry: Any, field: str) -> Any:
    value = getattr(entry, field)
    return value.isoformat(timespec="microseconds") if field == "at" else value

