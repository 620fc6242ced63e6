"""Approvals: what needs a second person's yes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from dangban.desk import access, ports
from dangban.desk.actions.answering import start_answer_clock
from dangban.desk.actions.deadlines import (
    Subject,
    cancel_deadlines,
    identify,
    meet_deadline,
    plain_reasons,
    ring,
)
from dangban.desk.actions.notices import notify
from dangban.desk.models import Approval, ApprovalWord, StandIn
from dangban.journal.actions import HasActor, record
from dangban.lib import clock
from dangban.lib.errors import BadInput, Conflict, NotAllowed, Refused
from dangban.lib.text import refuse_unstorable
from dangban.people.access import scope
from dangban.people.models import Person, Shop

CLOCK = "desk.approval"


def ask_approval(
    kind: str,
    subject: Subject | None,
    *,
    title: str,
    needs: str = "desk.approve",
    by: Person,
    shop: Shop | None = None,
    facts: Mapping[str, Any] | None = None,
    because: Sequence[Any] = (),
    answer_by: datetime | None = None,
    at: datetime | None = None,
) -> Approval:
    """Ask whoever holds the permission `needs`. The same question, while it is open, is asked once.

    What is about nothing that a room keeps is its own subject. Its clock is the desk's rule, or
    runs to the earlier time of `answer_by`.
    """
    at = at or clock.now()
    subject_kind, subject_id = identify(subject) if subject is not None else ("", 0)
    with transaction.atomic():
        same = {"kind": kind, "subject_kind": subject_kind, "subject_id": subject_id, "settled_at": None}
        open_one = Approval.objects.select_for_update(no_key=True).filter(**same).first() if subject is not None else None
        if open_one is not None:
            return open_one
        approval = Approval.objects.create(
            kind=kind, subject_kind=subject_kind, subject_id=subject_id, title=title[:200], needs=needs, shop=shop,
            facts=dict(facts or {}), because=plain_reasons(because), asked_by=by, asked_at=at,
        )  # fmt: skip
        if subject is None:
            approval.subject_kind, approval.subject_id = identify(approval)
            approval.save(update_fields=["subject_kind", "subject_id"])
        record(
            "desk.approval_asked", subject=(approval.subject_kind, approval.subject_id), by=by, shop=shop.pk if shop else None,
            change={"title": title}, because=approval.because, at=at,
        )  # fmt: skip
        waiting = access.approvers(approval)
        start_answer_clock(
            CLOCK, approval, by=by, at=at, owner=_first_above(by, waiting), shop=shop, label=approval.title,
            url=reverse("approval", args=[approval.pk]), sooner=answer_by,
        )  # fmt: skip
        ring(waiting)
    return approval


def withdraw_approval(approval: Approval, why: str, *, by: HasActor, at: datetime) -> bool:
    """Nobody needs the answer any more; False if it was given already. Call it inside the transaction of what says so."""
    locked = Approval.objects.select_for_update(no_key=True).get(pk=approval.pk)
    if locked.settled_at is not None:
        return False
    locked.settled_at, locked.granted, locked.answer = at, False, why[:300]
    locked.save(update_fields=["settled_at", "granted", "answer"])
    cancel_deadlines(locked, by=by, kinds=(CLOCK,), reason=why, at=at)
    about, change = (locked.subject_kind, locked.subject_id), {"title": locked.title, "reason": why}
    record("desk.approval_withdrawn", subject=about, by=by, shop=locked.shop_id, change=change, at=at)
    ring([*access.approvers(locked), locked.asked_by_id])
    return True


def ask_exception(title: str, why: str, *, by: Person, at: datetime, shop: Shop | None = None) -> Approval:
    """Ask whoever leads there to let pass what no rule of a room covers."""
    if not scope(by).sees(shop.pk if shop else None):
        raise NotAllowed(_("You do not work for this shop."))
    title = refuse_unstorable(title.strip(), "title")
    why = refuse_unstorable(why.strip(), "why")[:1000]
    if not title or not why:
        name = "why" if title else "title"
        raise BadInput(_("Write something first."), fields={name: [_("Write something first.")]})
    # Kept for all who will read it, in the company's language and not in the asker's.
    with translation.override(settings.LANGUAGE_CODE):
        label = pgettext("exception", "Why")
    return ask_approval("desk.exception", None, title=title, by=by, shop=shop, facts={label: why}, at=at)


def _first_above(asker: Person, approvers: Sequence[int]) -> Person | None:
    """The nearest superior who may answer; the others see it all the same."""
    above = asker.manager
    while above is not None and above.pk not in approvers:
        above = above.manager
    return above


def settle_approval(
    approval: Approval, granted: bool, *, by: Person, answer: str = "", at: datetime | None = None
) -> Approval:
    """Grant or refuse, never one's own; a refusal says why. What follows happens in the same transaction.

    Who stands in for somebody answers by that person's right, and it is written down whose.
    """
    at = at or clock.now()
    access.must_settle(by, approval, at)
    answer = refuse_unstorable(answer.strip(), "answer")[:300]
    if not granted and not answer:
        raise BadInput(_("Say why you refuse."), fields={"answer": [_("Say why you refuse.")]})
    with transaction.atomic():
        locked = _locked_open(approval)
        holder = access.must_settle(by, locked, at)
        locked.settled_at, locked.settled_by, locked.granted, locked.answer = at, by, granted, answer
        locked.settled_for = holder if holder != by else None
        locked.save(update_fields=["settled_at", "settled_by", "settled_for", "granted", "answer"])
        meet_deadline(locked, CLOCK, by=by, at=at)
        verb = "desk.approval_granted" if granted else "desk.approval_refused"
        about = (locked.subject_kind, locked.subject_id)
        change = {"title": locked.title, "answer": locked.answer}
        if locked.settled_for is not None:
            change["instead_of"] = locked.settled_for.name
        record(verb, subject=about, by=by, shop=locked.shop_id, change=change, because=locked.because, at=at)
        kind = ports.registry.approval_kinds.get(locked.kind)
        if kind is not None and kind.settled is not None:
            kind.settled(locked, by.actor, at)
        with translation.override(locked.asked_by.language):
            title = _("Granted: %(title)s") if granted else _("Refused: %(title)s")
            told = title % {"title": locked.title}
        notify(locked.asked_by, told, locked.answer, by=by, url=reverse("approval", args=[locked.pk]), shop=locked.shop, at=at)
        ring([*access.approvers(locked), locked.asked_by_id])
    return locked


def say_about_approval(approval: Approval, body: str, *, by: Person, at: datetime) -> ApprovalWord:
    """Ask back before answering; or, as who asked for it, say more. Each is told of the other's words."""
    is_asker = by.pk == approval.asked_by_id
    if not is_asker:
        access.must_settle(by, approval, at)
    body = refuse_unstorable(body.strip(), "answer")[:300]
    if not body:
        raise BadInput(_("Write something first."), fields={"answer": [_("Write something first.")]})
    with transaction.atomic():
        locked = _locked_open(approval)
        word = ApprovalWord.objects.create(approval=locked, by=by, body=body, at=at)
        verb = "desk.approval_explained" if is_asker else "desk.approval_asked_back"
        about = (locked.subject_kind, locked.subject_id)
        record(verb, subject=about, by=by, shop=locked.shop_id, change={"title": locked.title}, at=at)
        asked_back = Person.objects.filter(pk__in=locked.words.exclude(by=locked.asked_by).values("by"), is_active=True)
        for person in asked_back if is_asker else [locked.asked_by]:
            with translation.override(person.language):
                said = _("%(name)s explains: %(title)s") if is_asker else _("%(name)s asks back: %(title)s")
                told = said % {"name": by.name, "title": locked.title}
            notify(person, told, body, by=by, url=reverse("approval", args=[locked.pk]), shop=locked.shop, at=at)
        ring([*access.approvers(locked), locked.asked_by_id])
    return word


def _locked_open(approval: Approval) -> Approval:
    locked = Approval.objects.select_for_update(no_key=True).get(pk=approval.pk)
    if locked.settled_at is None:
        return locked
    if locked.settled_by is None:
        raise Conflict(_("Nobody needs this answer any more: %(why)s") % {"why": locked.answer})
    raise Conflict(_("%(name)s has answered this already.") % {"name": locked.settled_by})


def name_stand_in(
    person: Person, deputy: Person, *, since: datetime, until: datetime, reason: str, by: Person, at: datetime
) -> StandIn:
    """While `person` is away, `deputy` answers the approvals that come to them: not what either of them asked."""
    access.must_arrange_absence(by, person)
    if deputy.pk == person.pk:
        raise BadInput(_("Choose somebody else."), fields={"deputy": [_("Choose somebody else.")]})
    if until <= since or until <= at:
        raise BadInput(_("Choose a later time."), fields={"until": [_("Choose a later time.")]})
    if not reason.strip():
        raise BadInput(_("Say why."), fields={"reason": [_("Say why.")]})
    if not deputy.is_active:
        raise Refused(_("%(name)s no longer works here.") % {"name": deputy.name})
    with transaction.atomic():
        Person.objects.select_for_update().get(pk=person.pk)
        overlapping = StandIn.objects.filter(person=person, ended_at=None, since__lt=until, until__gt=since)
        if overlapping.exists():
            raise Conflict(_("Somebody stands in for %(name)s in that time already.") % {"name": person.name})
        named = StandIn.objects.create(
            person=person, deputy=deputy, since=since, until=until, reason=reason.strip()[:200], made_by=by, made_at=at
        )
        change = {"stands_in": deputy.name, "reason": named.reason}
        record("desk.stand_in_named", subject=("people.person", person.pk), by=by, change=change, at=at)
        with translation.override(deputy.language):
            told = _("You stand in for %(name)s: approvals that come to them come to you too") % {"name": person.name}
        notify(deputy, told, named.reason, by=by, url=reverse("approvals"), at=at)
        ring([person.pk, deputy.pk])
    return named


def end_stand_in(stand_in: StandIn, *, by: Person, at: datetime) -> None:
    """Back earlier than planned."""
    if by.pk != stand_in.deputy_id:
        access.must_arrange_absence(by, stand_in.person)
    with transaction.atomic():
        if not StandIn.objects.filter(pk=stand_in.pk, ended_at=None, until__gt=at).update(ended_at=at):
            raise Conflict(_("This is over already."))
        change = {"stands_in": stand_in.deputy.name}
        record("desk.stand_in_ended", subject=("people.person", stand_in.person_id), by=by, change=change, at=at)
        ring([stand_in.person_id, stand_in.deputy_id])
