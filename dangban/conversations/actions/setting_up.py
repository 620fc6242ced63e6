"""Seats (platform accounts) and automatic replies."""

from __future__ import annotations

from datetime import datetime, time

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from dangban.conversations import access
from dangban.conversations.models import AutoReply, Seat, SeatHolding
from dangban.journal.actions import record
from dangban.lib import clock
from dangban.lib.errors import BadInput, Conflict
from dangban.lib.text import refuse_unstorable
from dangban.people.models import Person, Shop

MANAGE = "conversations.manage_replies"
LONGEST = 500


def open_seat(shop: Shop, handle: str, *, by: Person, receives: bool = True, at: datetime | None = None) -> Seat:
    """Note a platform account that customers write to; the main account passes them on."""
    access.require(by, MANAGE, shop.pk)
    handle = refuse_unstorable(handle.strip(), "handle")[:80]
    if not handle:
        message = _("Write the account's name as the platform shows it.")
        raise BadInput(message, fields={"handle": [message]})
    try:
        with transaction.atomic():
            seat = Seat.objects.create(shop=shop, handle=handle, receives=receives)
            record("conversations.seat_opened", subject=seat, by=by, shop=shop.pk, change={"handle": handle}, at=at)
    except IntegrityError:
        raise Conflict(_("This shop has a seat of that name already.")) from None
    return seat


def assign_seat(seat: Seat, person: Person, *, by: Person, at: datetime | None = None) -> SeatHolding:
    """Give a seat to a person from now on; one person may hold several, a seat has one holder."""
    at = at or clock.now()
    _may_hand_out(seat, by)
    if not person.can("conversations.serve", shop=seat.shop_id):
        message = _("%(name)s does not serve this shop.") % {"name": person}
        raise BadInput(message, fields={"person": [message]})
    with transaction.atomic():
        Seat.objects.select_for_update(no_key=True).get(pk=seat.pk)
        holding = SeatHolding.objects.filter(seat=seat, ended_at=None).first()
        if holding is not None and holding.person_id == person.pk:
            return holding
        SeatHolding.objects.filter(seat=seat, ended_at=None).update(ended_at=at)
        holding = SeatHolding.objects.create(seat=seat, person=person, started_at=at)
        record(
            "conversations.seat_assigned", subject=seat, by=by, shop=seat.shop_id, change={"person": person.pk}, at=at
        )
    return holding


def release_seat(seat: Seat, *, by: Person, at: datetime | None = None) -> None:
    at = at or clock.now()
    _may_hand_out(seat, by)
    with transaction.atomic():
        if SeatHolding.objects.filter(seat=seat, ended_at=None).update(ended_at=at):
            record("conversations.seat_released", subject=seat, by=by, shop=seat.shop_id, at=at)


def set_auto_reply(
    shop: Shop | None,
    kind: str,
    text: str,
    *,
    by: Person,
    reason: str = "",
    starts: time | None = None,
    ends: time | None = None,
    at: datetime | None = None,
) -> AutoReply:
    """Say this automatically from now on; what was said for the same case before is retired."""
    at = at or clock.now()
    access.require(by, MANAGE, shop.pk if shop else None)
    text = refuse_unstorable(text.strip(), "text")
    if not text or len(text) > LONGEST:
        message = _("Write between 1 and %(most)s characters.") % {"most": LONGEST}
        raise BadInput(message, fields={"text": [message]})
    if (starts is None) != (ends is None):
        message = _("Give both a beginning and an end, or neither.")
        raise BadInput(message, fields={"starts": [message]})
    if kind not in AutoReply.Kind.values:
        message = _("This is not a kind of automatic reply.")
        raise BadInput(message, fields={"kind": [message]})
    with transaction.atomic():
        same = AutoReply.objects.filter(
            shop=shop, kind=kind, reason=reason, starts=starts, ends=ends, retired_at=None
        )
        same.update(retired_at=at)
        reply = AutoReply.objects.create(
            shop=shop, kind=kind, reason=reason, text=text, starts=starts, ends=ends
        )
        record(
            "conversations.auto_reply_set", subject=reply, by=by, shop=shop.pk if shop else None,
            change={"kind": kind, "text": text}, at=at,
        )  # fmt: skip
    return reply


def retire_auto_reply(reply: AutoReply, *, by: Person, at: datetime | None = None) -> None:
    at = at or clock.now()
    access.require(by, MANAGE, reply.shop_id)
    with transaction.atomic():
        if AutoReply.objects.filter(pk=reply.pk, retired_at=None).update(retired_at=at):
            record("conversations.auto_reply_retired", subject=reply, by=by, shop=reply.shop_id, at=at)


def _may_hand_out(seat: Seat, by: Person) -> None:
    if not by.can("conversations.supervise", shop=seat.shop_id):
        access.require(by, MANAGE, seat.shop_id)
