"""Links to one order: signed, ending by themselves, taken back all at once.

A link says which order, who gave it, on which day, and how many had been taken back before it. So it
stands ready on the agent's screen without a row; a row comes when the customer opens it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from dangban.handbook.current import in_force_so_far as in_force
from dangban.journal.actions import record
from dangban.lib import clock
from dangban.lib.actor import Actor
from dangban.lib.errors import NotAllowed
from dangban.orders import access
from dangban.orders.clauses import LINK_HOLDS
from dangban.orders.models import Order, OrderLink
from dangban.people.models import Person

SALT = "orders.link"
SEEN_SALT = "orders.link.seen"
# How long a right end of the phone number opens what is hidden.
SEEN_SECONDS = 30 * 60
# Wrong ends before no further one is heard, and for how long; twice as long after as many again.
MOST_WRONG = 5
CLOSED_FOR = timedelta(minutes=15)
CLOSED_AT_MOST = timedelta(days=1)
# What a customer may send in an hour.
MOST_SENT = 10


class Ended(Exception):
    """A link of ours that no longer opens."""


class Unknown(Exception):
    """No link of ours."""


@dataclass(frozen=True, slots=True)
class Claims:
    order_id: int
    given_by: int
    day: date
    generation: int


def token(order: Order, by: Person, at: datetime) -> str:
    """The same for the whole day, so that pages which show it don't change by themselves."""
    claims = [order.pk, by.pk, clock.business_day(at).isoformat(), _generation(order.pk)]
    return signing.Signer(salt=SALT).sign_object(claims)


def opened(given: str, at: datetime) -> tuple[Order, Claims]:
    """The order of a link; `Ended` once its days are over or it was taken back, `Unknown` where it is none of ours."""
    try:
        claims = _read(signing.Signer(salt=SALT).unsign_object(given))
    except (signing.BadSignature, ValueError, TypeError, KeyError) as wrong:
        raise Unknown from wrong
    order = Order.objects.select_related("shop", "customer").filter(pk=claims.order_id).first()
    if order is None:
        raise Unknown
    if at >= ends(claims) or claims.generation != _generation(order.pk):
        raise Ended
    return order, claims


def ends(claims: Claims) -> datetime:
    """The end of its last day."""
    rulebook = in_force(clock.day_span(claims.day)[0])
    held = rulebook[LINK_HOLDS] if rulebook.has(LINK_HOLDS) else timedelta(days=7)
    return clock.day_span(claims.day)[1] + held


def row(order: Order, claims: Claims, at: datetime) -> OrderLink:
    """The row of this order's links, locked; call it inside a transaction that has the order's row."""
    held = OrderLink.objects.select_for_update().filter(order=order, revoked_at=None).first()
    if held is None:
        held = OrderLink.objects.create(order=order, made_by_id=claims.given_by, made_at=at, until=ends(claims))
    return held


def note_opening(order: Order, claims: Claims, at: datetime) -> None:
    with transaction.atomic():
        locked = Order.objects.select_for_update(of=("self",)).get(pk=order.pk)
        held = row(locked, claims, at)
        first = not held.opened
        held.opened += 1
        held.last_opened_at = at
        held.save(update_fields=["opened", "last_opened_at"])
        if first:
            change = {"given_by": Person.objects.get(pk=claims.given_by).name}
            record("orders.link_opened", subject=order, by=customer_of(order), shop=order.shop_id, change=change, at=at)


def revoke(order: Order, *, by: Person, at: datetime | None = None) -> None:
    """Every link to this order that was ever given opens nothing any more."""
    access.require(by, "orders.change", order.shop_id)
    at = at or clock.now()
    with transaction.atomic():
        locked = Order.objects.select_for_update(of=("self",)).get(pk=order.pk)
        held = OrderLink.objects.filter(order=locked, revoked_at=None).first()
        if held is None:
            held = OrderLink(order=locked, made_by=by, made_at=at, until=at)
        held.revoked_at, held.revoked_by = at, by
        held.save()
        record("orders.link_revoked", subject=order, by=by, shop=order.shop_id, change={"opened": held.opened}, at=at)


def try_tail(order: Order, claims: Claims, tail: str, at: datetime) -> bool:
    """Whether these are the last four digits of the receiver's phone. A few wrong ones close it for a while."""
    with transaction.atomic():
        locked = Order.objects.select_for_update(of=("self",)).get(pk=order.pk)
        held = row(locked, claims, at)
        if held.closed_until is not None and held.closed_until > at:
            raise TooOften
        right = bool(locked.phone_tail) and tail == locked.phone_tail
        held.wrong = 0 if right else held.wrong + 1
        held.closed_until = None
        if held.wrong and held.wrong % MOST_WRONG == 0:
            held.closed_until = at + _closed_for(held.wrong // MOST_WRONG)
            record("orders.link_closed", subject=order, by=customer_of(order), shop=order.shop_id, change={}, at=at)
        held.save(update_fields=["wrong", "closed_until"])
    return right


def _closed_for(times: int) -> timedelta:
    """All of the four digits would be tried in some days, if it opened again as soon each time."""
    return CLOSED_AT_MOST if times > 7 else min(CLOSED_FOR * 2 ** (times - 1), CLOSED_AT_MOST)


class TooOften(NotAllowed):
    """Too many tries or messages from one link."""

    status = 429

    def __init__(self) -> None:
        super().__init__(_("That was too often just now. Please try again later, or write to us."))


def count_sent(order: Order, claims: Claims, at: datetime) -> None:
    """One more thing sent by this link; `TooOften` above what an hour allows. Call it inside the transaction."""
    held = row(order, claims, at)
    if held.sent_since is None or held.sent_since <= at - timedelta(hours=1):
        held.sent, held.sent_since = 0, at
    if held.sent >= MOST_SENT:
        raise TooOften
    held.sent += 1
    held.save(update_fields=["sent", "sent_since"])


def seen_token(order: Order, claims: Claims) -> str:
    """What the browser keeps once the end of the phone number was right."""
    return signing.TimestampSigner(salt=SEEN_SALT).sign(f"{order.pk}.{claims.generation}")


def is_seen(order: Order, claims: Claims, kept: str) -> bool:
    try:
        said = signing.TimestampSigner(salt=SEEN_SALT).unsign(kept, max_age=SEEN_SECONDS)
    except signing.BadSignature:
        return False
    return said == f"{order.pk}.{claims.generation}"


def customer_of(order: Order) -> Actor:
    """Who acts by the link; without a name, which others would read in the journal."""
    with translation.override(settings.LANGUAGE_CODE):
        return Actor("customer", order.customer_id, _("the customer"))


def _read(said: object) -> Claims:
    if not isinstance(said, list) or len(said) != 4:
        raise ValueError
    order_id, given_by, day, generation = said
    return Claims(int(order_id), int(given_by), date.fromisoformat(day), int(generation))


def _generation(order_id: int) -> int:
    return OrderLink.objects.filter(order=order_id, revoked_at__isnull=False).count()
