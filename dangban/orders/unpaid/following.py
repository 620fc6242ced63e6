"""Unpaid orders come under somebody's eyes, get their clock, and leave when they are paid or closed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import close_old_connections, transaction
from django.db.models import Count
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from dangban.desk import actions as desk
from dangban.desk import house
from dangban.desk.models import Deadline
from dangban.handbook.current import in_force_so_far as in_force
from dangban.journal.actions import HasActor, record
from dangban.lib import clock
from dangban.lib.actor import SYSTEM
from dangban.orders import bell, ticking
from dangban.orders.models import Contact, FollowUp, Order
from dangban.orders.unpaid import rules
from dangban.people.access import people_who_may
from dangban.people.models import Person
from dangban.workforce import queries as workforce

# The first contact is due; and the day that was agreed for the next one.
CONTACT = "orders.unpaid_contact"
NEXT = "orders.next_contact"
LEADS = (Person.Level.LEADER, Person.Level.DEPUTY, Person.Level.SUPERVISOR, Person.Level.MANAGER)

EVERY_SECONDS = 20.0
_AT_ONCE = 500


def look_round() -> None:
    """What no import told of; due clocks; what was left lying."""
    close_old_connections()
    sweep(clock.now())


def sweep(now: datetime) -> None:
    missing = Order.objects.filter(status=Order.Status.UNPAID, purpose=Order.Purpose.SALE, follow_up=None).order_by("pk")
    with transaction.atomic():
        follow(list(missing[:_AT_ONCE]))
    gone = FollowUp.objects.filter(ended_at=None).exclude(order__status=Order.Status.UNPAID)
    orders = [one.order for one in gone.select_related("order").order_by("pk")[:_AT_ONCE]]
    if orders:
        with transaction.atomic():
            end(orders, by=SYSTEM, at=now)
    call_due(now)
    move_overdue(now)


def follow(orders: Sequence[Order]) -> int:
    """Keep unpaid ones to be seen to; call it inside the transaction that brings them. Known ones stay."""
    unpaid = [order for order in orders if order.status == Order.Status.UNPAID and order.is_sale]
    if not unpaid:
        return 0
    known = set(FollowUp.objects.filter(order__in=unpaid).values_list("order", flat=True))
    fresh = [order for order in unpaid if order.pk not in known]
    off_duty = _placed_off_duty(fresh)
    FollowUp.objects.bulk_create(
        [
            FollowUp(
                order=order, shop_id=order.shop_id, placed_at=order.created_at, off_duty=order.pk in off_duty
            )
            for order in fresh
        ],
        # The sweep of another process may have just seen them.
        ignore_conflicts=True,
    )
    for shop_id in {order.shop_id for order in fresh}:
        bell.unpaid_changed(shop_id)
    return len(fresh)


def _placed_off_duty(orders: Sequence[Order]) -> set[int]:
    """Those placed while nobody of their shop was on duty; where duty isn't known, none."""
    found: set[int] = set()
    for shop_id in {order.shop_id for order in orders}:
        own = [order for order in orders if order.shop_id == shop_id]
        first, last = min(order.created_at for order in own), max(order.created_at for order in own)
        spans = workforce.duty_spans(None, shop_id, first, last + timedelta(seconds=1))
        if spans is None:
            continue
        found |= {
            order.pk for order in own if not any(start <= order.created_at < stop for start, stop in spans)
        }
    return found


def end(orders: Sequence[Order], *, by: HasActor, at: datetime) -> int:
    """Orders were paid or closed: nobody sees to them any more; the payment is the last contact's before it."""
    gone = {order.pk: order for order in orders if order.status != Order.Status.UNPAID}
    if not gone:
        return 0
    open_ones = FollowUp.objects.select_for_update().filter(order__in=list(gone), ended_at=None).order_by("pk")
    ended = list(open_ones)
    for one in ended:
        order = gone[one.order_id]
        paid = order.status != Order.Status.CLOSED or order.paid_at is not None
        one.outcome = FollowUp.Outcome.PAID if paid else FollowUp.Outcome.CLOSED
        one.ended_at = at
        one.save(update_fields=["outcome", "ended_at"])
        if paid:
            _credit(one, order, at)
        desk.cancel_deadlines(
            one, by=by, kinds=(CONTACT, NEXT), reason=str(order.get_status_display()), at=at
        )
    for shop_id in {one.shop_id for one in ended}:
        bell.unpaid_changed(shop_id)
    return len(ended)


def _credit(follow_up: FollowUp, order: Order, at: datetime) -> None:
    paid_at = order.paid_at or at
    last = follow_up.contact_rows.filter(at__lte=paid_at).order_by("-ordinal").first()
    if last is not None:
        Contact.objects.filter(pk=last.pk).update(paid_at=paid_at, paid_fen=order.paid_fen)


def call_due(at: datetime) -> int:
    """Start the clock of each order that is unpaid for as long as the handbook says and was not contacted."""
    rulebook = in_force(at)
    due = rules.contact_due(at, rulebook)
    if due is None:
        return 0
    untouched = FollowUp.objects.filter(ended_at=None, called_at=None, contacts=0)
    lapsed = rules.lapsed_before(at, rulebook)
    if lapsed is not None:
        untouched.filter(placed_at__lt=lapsed).update(called_at=at)
    # As long ago as a contact may be due since: the order's own moment plus the same number of hours.
    called = untouched.filter(placed_at__lte=at - (due[0] - at)).order_by("placed_at", "pk")
    return sum(_call(pk, at) for pk in list(called.values_list("pk", flat=True)[:_AT_ONCE]))


def _call(pk: int, at: datetime) -> int:
    with transaction.atomic():
        one = FollowUp.objects.select_for_update(of=("self",)).select_related("order", "shop").get(pk=pk)
        due = rules.contact_due(one.placed_at, in_force(at))
        if one.ended_at or one.called_at or one.contacts or due is None:
            return 0
        _since, allowed, because = due
        one.owner = one.owner or who_contacts(one.shop_id, at)
        one.called_at = at
        one.save(update_fields=["owner", "called_at"])
        desk.start_deadline(
            CONTACT,
            one,
            rule=because[0].path,
            allowed_seconds=int(allowed.total_seconds()),
            because=[reason.as_data() for reason in because],
            runs=Deadline.Runs.DUTY,
            by=SYSTEM,
            owner=one.owner,
            team=ticking.team_of(one.shop_id, one.owner),
            shop=one.shop,
            label=label_of(one.order),
            url=reverse("orders:unpaid-order", args=[one.pk]),
            warn_seconds=int(house.warn_before(at).total_seconds()),
            at=at,
        )
        bell.unpaid_changed(one.shop_id)
    return 1


def label_of(order: Order) -> str:
    # Read by whoever has the clock then, not by who starts it.
    with translation.override(settings.LANGUAGE_CODE):
        return _("Contact the buyer of unpaid order %(number)s") % {"number": order.platform_id}


def who_contacts(shop_id: int, at: datetime) -> Person | None:
    """Somebody who serves the shop: on duty before others, leaders last, else who follows fewest."""
    may = list(people_who_may("orders.flag", shop_id))
    if not may:
        return None
    ids = [person.pk for person in may]
    on_duty = workforce.people_on_duty(at)
    open_ones = FollowUp.objects.filter(owner__in=ids, ended_at=None).values("owner").annotate(n=Count("pk"))
    load = dict(open_ones.values_list("owner", "n"))
    return min(
        may,
        key=lambda one: (one.level in LEADS, one.pk not in on_duty, load.get(one.pk, 0), one.pk),
    )


def move_overdue(at: datetime) -> int:
    """Whose agreed day has passed goes to the leader of who follows it."""
    today = clock.day_span(clock.business_day(at))[0]
    overdue = FollowUp.objects.filter(ended_at=None, next_at__lt=today, owner__isnull=False)
    overdue = overdue.exclude(owner__level__in=LEADS).order_by("pk")
    return sum(_move(pk, today, at) for pk in list(overdue.values_list("pk", flat=True)[:_AT_ONCE]))


def _move(pk: int, today: datetime, at: datetime) -> int:
    with transaction.atomic():
        one = FollowUp.objects.select_for_update(of=("self",)).select_related("owner__manager").get(pk=pk)
        owner = one.owner
        if one.ended_at or owner is None or one.next_at is None or one.next_at >= today:
            return 0
        leader = owner.manager
        if leader is None or not leader.is_active or not leader.can("orders.flag", shop=one.shop_id):
            return 0
        hand_to(one, leader, by=SYSTEM, at=at)
    return 1


def hand_to(follow_up: FollowUp, to: Person, *, by: HasActor, at: datetime) -> None:
    """Somebody else follows this order now; its clocks go along. Call it on a locked row."""
    before = follow_up.owner
    follow_up.owner = to
    follow_up.save(update_fields=["owner"])
    desk.reassign_deadline(follow_up, owner=to, by=by, kinds=(CONTACT, NEXT), at=at)
    change = {"owner": [before.name if before else "", to.name]}
    record("orders.follow_up_handed", subject=follow_up.order, by=by, shop=follow_up.shop_id, change=change, at=at)
    bell.unpaid_changed(follow_up.shop_id)


def people_for(shop_id: int) -> list[Person]:
    """Everybody who may see to a shop's unpaid orders."""
    return list(people_who_may("orders.flag", shop_id).order_by("name", "pk"))
