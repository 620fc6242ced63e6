"""Personal data: shown in full with a reason, handed out, erased, or held for the law."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from dangban.journal.actions import erase_personal, record
from dangban.lib.errors import BadInput, Conflict, NotAllowed, Refused
from dangban.lib.text import refuse_unstorable
from dangban.people.models import DataRequest, LegalHold, Person
from dangban.people.ports import DataSubject, registry

LEAST_REASON = 2


def reveal(person: Person, kind: str, pk: int, field: str, *, reason: str, at: datetime) -> str:
    """A masked value in full, to who needs it for a stated reason. The journal keeps who, what and why."""
    revealable = registry.revealable.get((kind, field))
    if revealable is None:
        raise Http404
    value, shop_id = revealable.fetch(person, pk)
    if not person.can(revealable.permission, shop=shop_id):
        raise NotAllowed(_("You may not see this in full. Ask your leader if you need it."))
    if len(reason.strip()) < LEAST_REASON:
        message = _("Say what you need it for.")
        raise BadInput(message, fields={"reason": [message]})
    with transaction.atomic():
        change = {"field": field, "reason": refuse_unstorable(reason.strip(), "reason")[:200]}
        subject = revealable.subject(pk) if revealable.subject else (kind, pk)
        record("people.revealed", subject=subject, by=person, shop=shop_id, change=change, at=at)
    return value


def export_personal_data(kind: str, pk: int, *, reason: str, by: Person, at: datetime) -> dict[str, Any]:
    """All that the rooms keep about a person, as plain data to hand to them."""
    subject = _subject(kind)
    label = subject.get(by, pk)
    _must(by, subject.export_permission)
    data = {name: source.collect(kind, pk) for name, source in sorted(registry.personal_data.items())}
    with transaction.atomic():
        request = _request(DataRequest.Kind.EXPORT, kind, pk, label, reason, by, at)
        request.counts = {name: len(part) for name, part in data.items()}
        request.done_at = at
        request.save()
        record("people.data_exported", subject=(kind, pk), by=by, change={"reason": request.reason}, at=at)
    return {name: part for name, part in data.items() if part}


def erase_personal_data(kind: str, pk: int, *, reason: str, by: Person, at: datetime) -> DataRequest:
    """Blank what identifies a person, in every room and in the journal. A legal hold outranks it.

    Orders, amounts and what was decided stay: trade records must be kept. Raises Refused, with the
    reasons, while somebody must keep the data.
    """
    subject = _subject(kind)
    label = subject.get(by, pk)
    _must(by, subject.erase_permission)
    with transaction.atomic():
        holds = list(LegalHold.objects.filter(subject_kind=kind, subject_id=pk, lifted_at=None))
        if not holds:
            return _erase(kind, pk, label, reason, by, at)
        request = _request(DataRequest.Kind.ERASURE, kind, pk, label, reason, by, at)
        request.refused_because = "；".join(hold.reason for hold in holds)[:300]
        request.save()
        record("people.erasure_refused", subject=(kind, pk), by=by, change={"holds": len(holds)}, at=at)
    raise Refused(
        _("These data are held for legal reasons and can't be erased yet. The request is kept."),
        details=[hold.reason for hold in holds],
    )


def place_hold(kind: str, pk: int, *, reason: str, by: Person, at: datetime) -> LegalHold:
    subject = _subject(kind)
    subject.get(by, pk)
    _must(by, subject.erase_permission)
    if not reason.strip():
        raise BadInput(_("Say why the data must be kept."), fields={"reason": [_("Say why the data must be kept.")]})
    with transaction.atomic():
        hold = LegalHold.objects.create(
            subject_kind=kind, subject_id=pk, reason=reason.strip()[:300], since=at, placed_by=by
        )
        record("people.hold_placed", subject=(kind, pk), by=by, change={"reason": hold.reason}, at=at)
    return hold


def lift_hold(hold: LegalHold, *, by: Person, at: datetime) -> None:
    subject = _subject(hold.subject_kind)
    subject.get(by, hold.subject_id)
    _must(by, subject.erase_permission)
    with transaction.atomic():
        if not LegalHold.objects.filter(pk=hold.pk, lifted_at=None).update(lifted_at=at, lifted_by=by):
            raise Conflict(_("This hold was lifted already."))
        about = (hold.subject_kind, hold.subject_id)
        record("people.hold_lifted", subject=about, by=by, change={"reason": hold.reason}, at=at)


def _erase(kind: str, pk: int, label: str, reason: str, by: Person, at: datetime) -> DataRequest:
    counts: dict[str, int] = {}
    subjects: dict[tuple[str, int], None] = {(kind, pk): None}
    for name, source in sorted(registry.personal_data.items()):
        # Asked first: what was erased can no longer be followed to its entries.
        subjects.update(dict.fromkeys(source.subjects(kind, pk)))
        counts[name] = source.erase(kind, pk, by=by.actor, at=at)
    counts["journal"] = erase_personal(list(subjects), by=by, reason=reason, at=at)
    request = _request(DataRequest.Kind.ERASURE, kind, pk, _("erased"), reason, by, at)
    request.counts = counts
    request.done_at = at
    request.save()
    DataRequest.objects.filter(subject_kind=kind, subject_id=pk).update(subject_label=_("erased"))
    record("people.data_erased", subject=(kind, pk), by=by, change={"counts": counts}, at=at)
    return request


def _request(
    asked: DataRequest.Kind, kind: str, pk: int, label: str, reason: str, by: Person, at: datetime
) -> DataRequest:
    if not reason.strip():
        message = _("Say who asked, and when.")
        raise BadInput(message, fields={"reason": [message]})
    return DataRequest.objects.create(
        kind=asked, subject_kind=kind, subject_id=pk, subject_label=label, reason=reason.strip()[:300],
        asked_at=at, by=by,
    )  # fmt: skip


def _subject(kind: str) -> DataSubject:
    subject = registry.data_subjects.get(kind)
    if subject is None:
        raise Http404
    return subject


def _must(by: Person, permission: str) -> None:
    if not by.can(permission):
        raise NotAllowed(_("You may not hand out or erase personal data."))
