"""Exceptions are opened, promised upon, given to others and settled; each with its clock at the desk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from dangban.desk import actions as desk
from dangban.desk import days, house
from dangban.desk.models import Deadline
from dangban.handbook.current import in_force_so_far as in_force
from dangban.handbook.decisions import Because
from dangban.journal.actions import HasActor, record
from dangban.lib import clock, text
from dangban.lib.actor import SYSTEM
from dangban.lib.errors import BadInput, Conflict
from dangban.orders import access, bell, telling, ticking
from dangban.orders.exceptions import kinds, owners, rules
from dangban.orders.models import Order, OrderException, Parcel
from dangban.people.models import Person

CLOCK = "orders.exception"
_LONGEST = 300


def open_exception(
    order: Order,
    kind: str,
    *,
    by: HasActor,
    at: datetime | None = None,
    owner: Person | None = None,
    due_at: datetime | None = None,
    reason: str = "",
    note: str = "",
    facts: Mapping[str, Any] | None = None,
    because: Sequence[Any] = (),
    parcel: Parcel | None = None,
) -> OrderException:
    """Give something that goes wrong an owner and a deadline; one that is open already is returned unchanged.

    Without an owner it is `owners.who_settles`; without a time the kind's rule says by when.
    """
    named = kinds.kind_of(kind)
    access.require(by, named.needs, order.shop_id)
    at = at or clock.now()
    _check_opening(named, reason, due_at, owner, order, at)
    with transaction.atomic():
        there = find_open(order, kind, parcel)
        if there is not None:
            return there
        ends, reasons = _due(named, due_at, at)
        made = OrderException(
            order=order, parcel=parcel, shop_id=order.shop_id, kind=kind, reason=reason,
            note=text.refuse_unstorable(note.strip(), "note")[:_LONGEST], facts=dict(facts or {}),
            because=_plain([*because, *reasons]), owner=owner or owners.who_settles(order, named.needs, at),
            opened_at=at, due_at=ends,
        )  # fmt: skip
        try:
            with transaction.atomic():
                made.save()
        except IntegrityError:
            # Somebody opened the same in this very moment: theirs is the one.
            faster = find_open(order, kind, parcel)
            if faster is None:
                raise
            return faster
        _start_clock(made, named, by, at)
        change = {"kind": kind, "reason": reason, "owner": made.owner.name}
        record("orders.exception_opened", subject=order, by=by, shop=order.shop_id, change=change, because=made.because, at=at)
        bell.exception_changed(made)
    return made


def find_open(order: Order, kind: str, parcel: Parcel | None = None) -> OrderException | None:
    found = OrderException.objects.filter(order=order, kind=kind, parcel=parcel, settled_at=None)
    return found.select_related("order__shop", "owner").first()


def promise(
    exception: OrderException, promised_for: datetime, *, by: HasActor, text: str, at: datetime | None = None,
    seen: int | None = None,
) -> OrderException:  # fmt: skip
    """Promise the customer a new time and tell them, in the chat or by a task; the deadline moves to that time.

    `seen` is the version the page showed: who is slower gets a Conflict.
    """
    at = at or clock.now()
    access.require(by, kinds.kind_of(exception.kind).needs, exception.shop_id)
    words = _promise_words(text, promised_for, at)
    with transaction.atomic():
        held = _held(exception.pk, seen)
        held.promised_for, held.due_at = promised_for, promised_for
        told = telling.tell(held.order, words, owner=held.owner, by=by, at=at, due_at=promised_for)
        held.told_at = at if told == "chat" else None
        _save(held, "promised_for", "due_at", "told_at")
        desk.cancel_deadlines(held, by=by, kinds=(CLOCK,), reason=_("A new time was promised"), at=at)
        _start_clock(held, kinds.kind_of(held.kind), by, at)
        change = {"kind": held.kind, "promised_for": promised_for.isoformat(timespec="minutes"), "told": told}
        record("orders.exception_promised", subject=held.order, by=by, shop=held.shop_id, change=change, at=at)
        bell.exception_changed(held)
    return held


def reassign(
    exception: OrderException, to: Person, *, by: Person, at: datetime | None = None, seen: int | None = None
) -> OrderException:
    """Give it to somebody else: by its owner, or who assigns work in the shop."""
    at = at or clock.now()
    needs = kinds.kind_of(exception.kind).needs
    if by.pk != exception.owner_id:
        access.require(by, "desk.assign", exception.shop_id)
    access.require(by, "orders.view", exception.shop_id)
    _check_owner(to, needs, exception.shop_id)
    with transaction.atomic():
        held = _held(exception.pk, seen)
        if held.owner_id != to.pk:
            hand_to(held, to, by=by, at=at)
            desk.reassign_deadline(held, owner=to, by=by, kinds=(CLOCK,), at=at)
    return held


def hand_to(held: OrderException, to: Person, *, by: HasActor, at: datetime) -> None:
    """Somebody else owns a locked one now, if they did not already; its clock has gone there."""
    if held.owner_id == to.pk:
        return
    change = {"kind": held.kind, "owner": [held.owner.name, to.name]}
    held.owner = to
    _save(held, "owner")
    record("orders.exception_reassigned", subject=held.order, by=by, shop=held.shop_id, change=change, at=at)
    bell.exception_changed(held)


def settle(
    exception: OrderException, outcome: str, *, by: HasActor, answer: str = "", at: datetime | None = None,
    seen: int | None = None,
) -> OrderException:  # fmt: skip
    """What was wrong is settled, and how. Conflict if somebody settled it meanwhile."""
    at = at or clock.now()
    named = kinds.kind_of(exception.kind)
    access.require(by, named.needs, exception.shop_id)
    if outcome not in kinds.choices_of(named) and not (outcome == kinds.BY_ITSELF and not isinstance(by, Person)):
        message = _("Choose how it was settled.")
        raise BadInput(message, fields={"outcome": [message]})
    answer = text.refuse_unstorable(answer.strip(), "answer")[:_LONGEST]
    with transaction.atomic():
        held = _held(exception.pk, seen)
        actor = by.actor
        held.settled_at, held.outcome, held.answer = at, outcome, answer
        held.settled_by_kind, held.settled_by_id, held.settled_by_name = actor.kind, actor.id, actor.name
        _save(held, "settled_at", "outcome", "answer", "settled_by_kind", "settled_by_id", "settled_by_name")
        desk.meet_deadline(held, CLOCK, by=by, at=at)
        change = {"kind": held.kind, "outcome": outcome}
        record("orders.exception_settled", subject=held.order, by=by, shop=held.shop_id, change=change, at=at)
        bell.exception_changed(held)
    return held


def clock_moved(deadline: Deadline) -> None:
    """Its clock was passed on at the inbox or at a handover, or has run out: the exception goes along."""
    held = OrderException.objects.select_related("order", "owner").filter(pk=deadline.subject_id).first()
    if held is None:
        return
    if held.settled_at is None and deadline.owner is not None and deadline.ended_by_id is None:
        hand_to(held, deadline.owner, by=SYSTEM, at=clock.now())
    bell.exception_changed(held)


def label_of(exception: OrderException) -> str:
    # Read by whoever has the clock then, not by who starts it.
    with translation.override(settings.LANGUAGE_CODE):
        named = kinds.kind_of(exception.kind)
        return f"{named.label} {exception.order.platform_id}"


def _check_opening(
    named: kinds.Kind, reason: str, due_at: datetime | None, owner: Person | None, order: Order, at: datetime
) -> None:
    if reason and named.reasons and reason not in named.reasons:
        message = _("Choose what is wrong.")
        raise BadInput(message, fields={"reason": [message]})
    if due_at is not None and due_at <= at:
        message = _("Choose a time to come.")
        raise BadInput(message, fields={"due_at": [message]})
    if owner is not None:
        _check_owner(owner, named.needs, order.shop_id)


def _check_owner(to: Person, needs: str, shop_id: int) -> None:
    if not to.is_active or not to.can(needs, shop=shop_id):
        message = _("%(name)s does not look after orders of this shop.") % {"name": to.name}
        raise BadInput(message, fields={"owner": [message]})


def _due(named: kinds.Kind, due_at: datetime | None, at: datetime) -> tuple[datetime, Sequence[Because]]:
    if due_at is not None:
        return due_at, ()
    return rules.due(named.within, at, days.span(days.work_day(at), at)[1], in_force(at))


def _start_clock(made: OrderException, named: kinds.Kind, by: HasActor, at: datetime) -> None:
    since = at.replace(microsecond=0)
    desk.start_deadline(
        CLOCK,
        made,
        rule=named.within.path,
        allowed_seconds=max(1, int((made.due_at - since).total_seconds())),
        because=made.because,
        by=by,
        owner=made.owner,
        team=ticking.team_of(made.shop_id, made.owner),
        shop=made.order.shop,
        label=label_of(made),
        url=reverse("orders:exception", args=[made.pk]),
        warn_seconds=int(house.warn_before(at).total_seconds()),
        at=since,
    )


def _held(pk: int, seen: int | None = None) -> OrderException:
    found = OrderException.objects.select_for_update(of=("self",)).select_related("order__shop", "order__customer", "owner")
    held = found.get(pk=pk)
    if held.settled_at is not None:
        raise Conflict(_("This was settled meanwhile."))
    if seen is not None and held.version != seen:
        raise Conflict(_("Somebody has worked on this meanwhile. Read what became of it first."))
    return held


def _save(held: OrderException, *fields: str) -> None:
    held.version += 1
    held.save(update_fields=[*fields, "version"])


def _promise_words(said: str, promised_for: datetime, at: datetime) -> str:
    words = text.refuse_unstorable(said.strip(), "text")
    faults: dict[str, list[str]] = {}
    if promised_for <= at:
        faults["promised_for"] = [_("Choose a time to come.")]
    if not words:
        faults["text"] = [_("Write what the customer is to read.")]
    if len(words) > _LONGEST:
        faults["text"] = [_("At most %(most)s characters.") % {"most": _LONGEST}]
    if faults:
        raise BadInput(next(iter(faults.values()))[0], fields=faults)
    return words


def _plain(because: Sequence[Any]) -> list[Any]:
    return [reason.as_data() if isinstance(reason, Because) else reason for reason in because]
