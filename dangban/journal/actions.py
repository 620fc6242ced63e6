"""Writing the journal."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from django.db import models, transaction
from django.db.models import Q

from dangban.journal.chain import digest_personal
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



def erase_personal(subjects: Sequence[tuple[str, int]], *, by: HasActor, reason: str, at: datetime | None = None) -> int:
    """Erase the personal values of all entries about these subjects; the entries and the chain stay.

    Returns how many entries lost theirs. The erasure is itself an entry.
    """
    about = Q()
    for kind, pk in subjects:
        about |= Q(entry__subject_kind=kind, entry__subject_id=pk)
    if not subjects:
        return 0
    count, _ = PersonalPayload.objects.filter(about).delete()
    kind, pk = subjects[0]
    record(
        "journal.personal_erased", subject=(kind, pk), by=by, at=at, change={"entries": count, "reason": reason}
    )
    return count
