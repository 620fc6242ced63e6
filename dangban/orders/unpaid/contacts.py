"""What people do with an unpaid order: contact its buyer, hand it on, and not close it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from dangban.desk import actions as desk
from dangban.desk import house
from dangban.handbook.actions import keep
from dangban.handbook.current import in_force_so_far as in_force
from dangban.handbook.decisions import Decision
from dangban.journal.actions import record
from dangban.lib import clock, text
from dangban.lib.errors import BadInput, Conflict, Refused
from dangban.orders import access, bell, events, ports, ticking, wording
from dangban.orders.models import Contact, FollowUp, Order
from dangban.orders.unpaid import following, rules, saying
from dangban.people.models import Person

_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Said:
    """How the buyer was contacted and what came of it; `seen` is how many contacts the page showed."""

    way: str
    reason: str = Contact.Reason.UNKNOWN
    text: str = ""
    script_id: int | None = None
    next_at: datetime | None = None
    seen: int = 0


def contact(follow_up: FollowUp, said: Said, *, by: Person, at: datetime | None = None) -> Contact:
    """Contact the buyer (催付): in the chat here the words are posted, elsewhere they are noted.

    Refused when the order was prompted often enough or the hour is quiet; Conflict if somebody else
    has contacted the buyer meanwhile, or the order is paid.
    """
    access.require(by, "orders.flag", follow_up.shop_id)
    at = at or clock.now()
    words = _check(said, at)
    with transaction.atomic():
        held = _held(follow_up.pk)
        if held.contacts != said.seen:
            raise Conflict(_("Somebody has contacted this buyer meanwhile. Read what came of it first."))
        decision = rules.contacting(held.contacts, clock.local(at), in_force(at))
        _refuse(decision)
        made = _note(held, said, words, by, at)
        _after(held, made, by, at)
        keep(decision, subject=made, by=by, shop=held.shop_id, at=at)
        change = {"way": made.way, "reason": made.reason, "script": made.script_title}
        record("orders.buyer_contacted", subject=held.order, by=by, shop=held.shop_id, change=change, at=at)
        bell.unpaid_changed(held.shop_id)
        bell.order_changed(held.order)
    return made


def hand_on(follow_up: FollowUp, to: Person, *, by: Person, at: datetime | None = None) -> FollowUp:
    """A leader says who follows this order from now on."""
    access.require(by, "desk.assign", follow_up.shop_id)
    at = at or clock.now()
    if not to.is_active or not to.can("orders.flag", shop=follow_up.shop_id):
        message = _("%(name)s does not look after orders of this shop.") % {"name": to.name}
        raise BadInput(message, fields={"to": [message]})
    with transaction.atomic():
        held = _held(follow_up.pk)
        if held.owner_id != to.pk:
            following.hand_to(held, to, by=by, at=at)
    return held


def close(follow_up: FollowUp, *, by: Person, reason: str, at: datetime | None = None) -> Order:
    """Close an unpaid order, where the handbook leaves that to the department at all."""
    access.require(by, "orders.flag", follow_up.shop_id)
    at = at or clock.now()
    reason = text.refuse_unstorable(reason.strip(), "reason")[:80]
    if not reason:
        message = _("Say why the order is closed.")
        raise BadInput(message, fields={"reason": [message]})
    decision = may_close(by, at)
    if decision.outcome != "may":
        message = _("An unpaid order is not closed from here. Tell the buyer how to close it on the platform.")
        raise Refused(message, decision=decision, code="closing")
    with transaction.atomic():
        held = _held(follow_up.pk)
        order = held.order
        order.status, order.close_reason = Order.Status.CLOSED, reason
        order.version += 1
        order.save(update_fields=["status", "close_reason", "version"])
        following.end([order], by=by, at=at)
        events.came([order], at)
        keep(decision, subject=order, by=by, shop=held.shop_id, at=at)
        record("orders.unpaid_closed", subject=order, by=by, shop=held.shop_id, change={"reason": reason}, at=at)
        bell.order_changed(order)
    return order


def may_close(by: Person, at: datetime | None = None) -> Decision:
    """``may``, or ``refused`` with the rule that says who closes unpaid orders."""
    return rules.closing(by.level in following.LEADS, in_force(at or clock.now()))


def wordings(order: Order, by: Person) -> list[ports.Wording]:
    """The scripts of the payment stage, with the buyer's facts in them."""
    customer = order.customer.name if order.customer else ""
    facts = {"customer": customer, "shop": order.shop.name, "agent": by.service_name} | wording.facts(order, by)
    return ports.wordings(by, order, facts)


def _check(said: Said, at: datetime) -> str:
    faults: dict[str, list[str]] = {}
    words = text.refuse_unstorable(said.text.strip(), "text")
    if said.way not in Contact.Way.values:
        faults["way"] = [_("Say how the buyer is contacted.")]
    if said.reason not in Contact.Reason.values:
        faults["reason"] = [_("Choose why the order is not paid yet.")]
    if said.way == Contact.Way.CHAT and not words:
        faults["text"] = [_("Write what the buyer is to read, or choose a script.")]
    if len(words) > _LONGEST:
        faults["text"] = [_("At most %(most)s characters.") % {"most": _LONGEST}]
    if said.next_at is not None and said.next_at <= at:
        faults["next_at"] = [_("Choose a time to come.")]
    if faults:
        raise BadInput(next(iter(faults.values()))[0], fields=faults)
    return words


def _held(pk: int) -> FollowUp:
    found = FollowUp.objects.select_for_update(of=("self",)).select_related("order__shop", "order__customer", "shop")
    held = found.get(pk=pk)
    if held.ended_at is not None or held.order.status != Order.Status.UNPAID:
        raise Conflict(_("This order no longer awaits payment."))
    return held


def _refuse(decision: Decision) -> None:
    if decision.outcome == "often":
        raise Refused(_("This buyer was prompted often enough."), decision=decision, code="often")
    if decision.outcome == "quiet":
        raise Refused(_("Buyers are left in peace at this hour."), decision=decision, code="quiet")


def _note(held: FollowUp, said: Said, words: str, by: Person, at: datetime) -> Contact:
    order = held.order
    script = _script(said.script_id, order, by)
    made = Contact(
        follow_up=held, shop_id=held.shop_id, ordinal=held.contacts + 1, person=by, way=said.way,
        reason=said.reason, text=words, at=at, next_at=said.next_at,
        script_id=script.script_id if script else None, script_title=script.title if script else "",
    )  # fmt: skip
    if said.way == Contact.Way.CHAT:
        thread = saying.thread_of(order)
        if thread is None:
            message = _("This buyer has no chat here. Contact them on the platform or by phone.")
            raise BadInput(message, fields={"way": [message]})
        line = saying.say(thread, words, by=by, at=at)
        made.thread_id, made.message_seq = thread.pk, line.seq
        if script is not None:
            ports.script_used(script.script_id, by, order, thread.pk, line.seq, at)
    made.save()
    return made


def _script(script_id: int | None, order: Order, by: Person) -> ports.Wording | None:
    if script_id is None:
        return None
    chosen = next((one for one in wordings(order, by) if one.script_id == script_id), None)
    if chosen is None:
        message = _("This script is no longer offered. Choose another.")
        raise BadInput(message, fields={"script": [message]})
    return chosen


def _after(held: FollowUp, made: Contact, by: Person, at: datetime) -> None:
    """Clocks met, who follows it, and when again."""
    held.contacts = made.ordinal
    held.last_contact_at = at
    held.next_at = made.next_at
    held.owner = held.owner or by
    held.save(update_fields=["contacts", "last_contact_at", "next_at", "owner"])
    desk.meet_deadline(held, following.CONTACT, by=by, at=at)
    desk.meet_deadline(held, following.NEXT, by=by, at=at)
    if made.next_at is None:
        return
    desk.start_deadline(
        following.NEXT,
        held,
        rule=following.NEXT,
        allowed_seconds=max(1, int((made.next_at - at).total_seconds())),
        by=by,
        owner=held.owner,
        team=ticking.team_of(held.shop_id, held.owner),
        shop=held.shop,
        label=following.label_of(held.order),
        url=reverse("orders:unpaid-order", args=[held.pk]),
        warn_seconds=int(house.warn_before(at).total_seconds()),
        at=at,
    )
