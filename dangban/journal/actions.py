"""Writing the journal."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from django.db import models, transaction

from dangban.journal.models import Entry, PersonalPayload
from dangban.lib import clock
from dangban.lib.actor import Actor


class HasActor(Protocol):
    @property
    def actor(self) -> Actor: ...


def record(
    verb: str,
    *,
    subject: models.Model | tuple[str, int],
    by: HasActor,
    shop: int | None = None,
    change: Mapping[str, Any] | None = None,
    because: Sequence[Any] = (),
    personal: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> Entry:
    """Add one entry; call it inside the transaction of the change it tells of.

    `verb` is ``room.thing_done``. `change` maps a field to ``[before, after]`` or to a value and
    holds nothing personal; what is personal goes to `personal`, which can be erased later.
    `because` is a decision's reasons as plain data.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError(f"{verb}: the journal is written in the transaction of the change")
    kind, pk = subject if isinstance(subject, tuple) else (subject._meta.label_lower, subject.pk)
    actor = by.actor
    salt = secrets.token_hex(16) if personal else ""
    entry = Entry.objects.create(
        at=at or clock.now(),
        verb=verb,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_name=actor.name,
        subject_kind=kind,
        subject_id=pk,
        shop_id=shop,
        change=dict(change or {}),
        because=list(because),
        personal_digest=digest_personal(salt, personal) if personal else "",
    )
    if personal:
        PersonalPayload.objects.create(entry=entry, salt=salt, values=dict(personal))
    return entry


def digest_personal(salt: str, values: Mapping[str, Any]) -> str:
    """What the chain keeps of personal values; without the erased salt it can't be guessed at."""
    text = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(f"{salt}\n{text}".encode()).hexdigest()
