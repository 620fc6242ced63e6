"""Evidence is filed under its case: an uploaded file, lines of a chat, or what somebody writes down."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from dangban.aftersales import access, bell
from dangban.aftersales.actions import moving
from dangban.aftersales.models import Case, Evidence
from dangban.chat.models import Message
from dangban.journal.actions import HasActor, record
from dangban.lib import clock, text
from dangban.lib.errors import BadInput
from dangban.media import actions as media
from dangban.media.models import Use
from dangban.media.sorting import Unfit

SUBJECT = "aftersales.case"
# What of a chat is evidence: pictures and films as they are, words as an excerpt.
FROM_CHAT = {
    Message.Kind.IMAGE: Evidence.Kind.PHOTO,
    Message.Kind.VIDEO: Evidence.Kind.VIDEO,
    Message.Kind.FILE: Evidence.Kind.OTHER,
    Message.Kind.TEXT: Evidence.Kind.TALK,
}
_LONGEST = 4000


def file_evidence(
    case: Case, path: Path, name: str, *, by: HasActor, kind: str = "", text_said: str = "", taken_at: datetime | None = None, at: datetime | None = None
) -> Evidence:
    """Take an arrived file as evidence; pictures are drawn anew without place or camera. The file at `path` is gone afterwards.

    Without a kind a picture is a photo, a film a video, anything else another proof.
    BadInput for what is no proof: a program, a picture that is none.
    """
    at = at or clock.now()
    access.require(by, "aftersales.handle", case.shop_id)
    try:
        use = media.take(path, name, subject=(SUBJECT, case.pk), by=by.actor, at=at)
    except Unfit as unfit:
        message = _("“%(name)s” can't be kept: send photos, films or PDF files.") % {"name": name}
        raise BadInput(message, fields={"file": [message]}) from unfit
    kind = kind or {"image": Evidence.Kind.PHOTO, "video": Evidence.Kind.VIDEO}.get(use.kind, Evidence.Kind.OTHER)
    with transaction.atomic():
        held = moving.locked(case.pk)
        filed = _about(held, kind, by, at, taken_at)
        filed.media_key, filed.sha256, filed.text = use.key, use.blob.sha256, text.refuse_unstorable(text_said.strip(), "text")[:_LONGEST]
        filed.save()
        _filed(held, [filed], by, at)
    return filed


def note_evidence(case: Case, kind: str, words: str, *, by: HasActor, taken_at: datetime | None = None, at: datetime | None = None) -> Evidence:
    """Evidence in words: a weight that was read off, what a courier said on the phone."""
    at = at or clock.now()
    access.require(by, "aftersales.handle", case.shop_id)
    words = text.refuse_unstorable(words.strip(), "text")[:_LONGEST]
    if not words:
        raise BadInput(_("Write something first."), fields={"text": [_("Write something first.")]})
    with transaction.atomic():
        held = moving.locked(case.pk)
        filed = _about(held, kind, by, at, taken_at)
        filed.text, filed.sha256 = words, hashlib.sha256(words.encode()).hexdigest()
        filed.save()
        _filed(held, [filed], by, at)
    return filed


def from_chat(case: Case, thread_id: int, seqs: Collection[int], *, by: HasActor, at: datetime | None = None) -> list[Evidence]:
    """File lines of a chat with a case: its pictures, films and files, and words as an excerpt. What is filed already stays as it is.

    The case must be of the shop the thread belongs to; lines that are internal or gone are left out.
    """
    at = at or clock.now()
    access.require(by, "aftersales.handle", case.shop_id)
    lines = Message.objects.filter(
        thread_id=thread_id, thread__shop_id=case.shop_id, seq__in=seqs, internal=False, kind__in=[kind.value for kind in FROM_CHAT]
    ).order_by("seq")
    with transaction.atomic():
        held = moving.locked(case.pk)
        there = set(Evidence.objects.filter(case=held, thread_id=thread_id).values_list("message_seq", flat=True))
        made = [_of_line(held, line, by, at) for line in lines if line.seq not in there]
        filed = [one for one in made if one is not None]
        _filed(held, filed, by, at)
    return filed


def _of_line(case: Case, line: Message, by: HasActor, at: datetime) -> Evidence | None:
    filed = _about(case, FROM_CHAT[Message.Kind(line.kind)], by, at, line.at)
    filed.thread_id, filed.message_seq = line.thread_id, line.seq
    if line.kind == Message.Kind.TEXT:
        filed.text = f"{line.author_name}：{line.body}"[:_LONGEST]
        filed.sha256 = hashlib.sha256(filed.text.encode()).hexdigest()
    else:
        use = Use.objects.select_related("blob").filter(key=_key(line.payload)).first()
        if use is None:
            return None
        own = media.use_again(use, subject=(SUBJECT, case.pk), by=by.actor, at=at)
        filed.media_key, filed.sha256 = own.key, use.blob.sha256
    filed.save()
    return filed


def _key(payload: dict[str, Any]) -> str:
    return str(payload.get("key") or "")


def _about(case: Case, kind: str, by: HasActor, at: datetime, taken_at: datetime | None) -> Evidence:
    line = case.lines.order_by("pk").first()
    actor = by.actor
    return Evidence(
        shop_id=case.shop_id, case=case, order_id=case.order_id, customer_id=case.customer_id, kind=kind,
        sku=line.sku if line else None, batch=line.batch if line else None, problem=case.reason, taken_at=taken_at or at,
        by_kind=actor.kind, by_id=actor.id, by_name=actor.name, at=at,
    )  # fmt: skip


def _filed(held: Case, filed: list[Evidence], by: HasActor, at: datetime) -> None:
    """In the journal; and a case that waited for evidence waits no longer."""
    if not filed:
        return
    change = {"evidence": [str(one.get_kind_display()) for one in filed], "sha256": [one.sha256 for one in filed]}
    record("aftersales.evidence_filed", subject=held, by=by, shop=held.shop_id, change=change, at=at)
    if held.state == "evidence":
        moving.move(held, "evidence_came", "opened", by=by, at=at)
        return
    held.version += 1
    held.save(update_fields=["version"])
    bell.case_changed(held)
