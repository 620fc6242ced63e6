"""Approvals: what needs a second person's yes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from dangban.desk import access, ports
from dangban.desk.actions.deadlines import Subject, identify, plain_reasons, ring
from dangban.desk.actions.notices import notify
from dangban.desk.models import Approval
from dangban.journal.actions import record
from dangban.lib import clock
from dangban.lib.errors import BadInput, Conflict
from dangban.people.models import Person, Shop


def ask_approval(
    kind: str,
    subject: Subject,
    *,
    title: str,
    needs: str = "desk.approve",
    by: Person,
    shop: Shop | None = None,
    facts: Mapping[str, Any] | None = None,
    because: Sequence[Any] = (),
    at: datetime | None = None,
) -> Approval:
    """Ask whoever holds the permission `needs`. The same question, while it is open, is asked once."""
    at = at or clock.now()
    subject_kind, subject_id = identify(subject)
    with transaction.atomic():
        same = {"kind": kind, "subject_kind": subject_kind, "subject_id": subject_id, "settled_at": None}
        open_one = Approval.objects.select_for_update(no_key=True).filter(**same).first()
        if open_one is not None:
            return open_one
        approval = Approval.objects.create(
            kind=kind, subject_kind=subject_kind, subject_id=subject_id, title=title[:200], needs=needs, shop=shop,
            facts=dict(facts or {}), because=plain_reasons(because), asked_by=by, asked_at=at,
        )  # fmt: skip
        record(
            "desk.approval_asked", subject=(subject_kind, subject_id), by=by, shop=shop.pk if shop else None,
            change={"title": title}, because=approval.because, at=at,
        )  # fmt: skip
        ring(access.approvers(approval))
    return approval


def settle_approval(
    approval: Approval, granted: bool, *, by: Person, answer: str = "", at: datetime | None = None
) -> Approval:
    """Grant or refuse, never one's own; a refusal says why. What follows happens in the same transaction."""
    at = at or clock.now()
    access.must_settle(by, approval)
    if not granted and not answer.strip():
        raise BadInput(_("Say why you refuse."), fields={"answer": [_("Say why you refuse.")]})
    with transaction.atomic():
        locked = Approval.objects.select_for_update(no_key=True).get(pk=approval.pk)
        if locked.settled_at is not None:
            raise Conflict(_("%(name)s has answered this already.") % {"name": locked.settled_by})
        locked.settled_at, locked.settled_by, locked.granted, locked.answer = at, by, granted, answer.strip()[:300]
        locked.save(update_fields=["settled_at", "settled_by", "granted", "answer"])
        verb = "desk.approval_granted" if granted else "desk.approval_refused"
        about = (locked.subject_kind, locked.subject_id)
        change = {"title": locked.title, "answer": locked.answer}
        record(verb, subject=about, by=by, shop=locked.shop_id, change=change, because=locked.because, at=at)
        kind = ports.registry.approval_kinds.get(locked.kind)
        if kind is not None and kind.settled is not None:
            kind.settled(locked, by.actor, at)
        with translation.override(locked.asked_by.language):
            title = _("Granted: %(title)s") if granted else _("Refused: %(title)s")
            told = title % {"title": locked.title}
        notify(locked.asked_by, told, locked.answer, by=by, shop=locked.shop, at=at)
        ring([*access.approvers(locked), locked.asked_by_id])
    return locked
