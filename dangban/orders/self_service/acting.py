"""What customers do by their order's link: another address while the handbook allows it, wishes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from dangban.journal.actions import record
from dangban.lib.errors import BadInput, Refused
from dangban.orders import access, actions
from dangban.orders.changing import asking, rules, steps
from dangban.orders.models import ChangeRequest, Order, Requirement
from dangban.orders.self_service import links
from dangban.people.models import Person

# What the order desk can still do something about.
WISHES = (Requirement.Kind.CALL, Requirement.Kind.DAY, Requirement.Kind.CARD, Requirement.Kind.OTHER)


def address_verdict(order: Order, at: datetime) -> rules.Verdict:
    return asking.verdict_of(order, ChangeRequest.Field.ADDRESS, ChangeRequest.Cause.WISH, at)


def change_address(
    order: Order, claims: links.Claims, typed: Mapping[str, str], seen: str, *, at: datetime
) -> ChangeRequest:
    """Where the order's stage allows it at once it is done; else its steps begin, and whoever gave the link follows it."""
    by = links.customer_of(order)
    with transaction.atomic():
        locked = asking.lock(order.pk)
        links.count_sent(locked, claims, at)
        if address_verdict(locked, at).outcome not in ("yes", "steps"):
            raise Refused(_("The address of this order can't be changed any more. Please write to us."), code="address")
        asked = asking.Asked(ChangeRequest.Field.ADDRESS, typed, seen=seen)
        return asking.ask(locked, asked, by=by, follower=keeper(locked, claims, at), at=at)


def wish(order: Order, claims: links.Claims, kind: str, words: str, *, at: datetime) -> Requirement:
    """Note what the customer wants on the order, as long as it has not left."""
    if kind not in WISHES:
        raise BadInput(_("Choose what it is about."), fields={"kind": [_("Choose what it is about.")]})
    with transaction.atomic():
        locked = asking.lock(order.pk)
        links.count_sent(locked, claims, at)
        if not may_wish(locked):
            raise Refused(_("This order has left already. Please write to us."), code="wish")
        kept_by = keeper(locked, claims, at)
        if kept_by is None:
            raise Refused(_("Nobody sees to this here just now. Please write to us."), code="wish")
        made = actions.put_requirement(locked, kind, words, by=kept_by, at=at)
        Requirement.objects.filter(pk=made.pk).update(by_customer=True)
        record(
            "orders.link_wish", subject=made, by=links.customer_of(locked), shop=locked.shop_id,
            change={"kind": kind, "order": locked.platform_id}, at=at,
        )  # fmt: skip
    return made


def may_wish(order: Order) -> bool:
    return order.customer_id is not None and order.status in (Order.Status.UNPAID, Order.Status.PAID)


def keeper(order: Order, claims: links.Claims, at: datetime) -> Person | None:
    """Who gave the link, if they still serve the shop; else somebody who does."""
    given_by = Person.objects.filter(pk=claims.given_by, is_active=True).first()
    if given_by is not None and access.may(given_by, "orders.change", order.shop_id) and access.may(given_by, "orders.flag", order.shop_id):
        return given_by
    return steps.pick("orders.flag", order.shop_id, at)
