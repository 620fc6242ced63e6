"""Who sees to an exception."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count
from django.utils.translation import gettext as _

from dangban.lib.errors import Refused
from dangban.orders.models import FollowUp, Order, OrderException
from dangban.orders.unpaid.following import LEADS
from dangban.people.access import people_who_may
from dangban.people.models import Person
from dangban.workforce import queries as workforce


def who_settles(order: Order, needs: str, at: datetime) -> Person:
    """Who followed this order before it was paid; else of those who serve the shop whoever is on duty and
    has fewest; where nobody serves it, its leader.

    Refused where nobody at all sees this shop: nothing is without an owner.
    """
    may = {person.pk: person for person in people_who_may(needs, order.shop_id)}
    follower = FollowUp.objects.filter(order=order, owner__in=list(may)).values_list("owner", flat=True).first()
    if follower is not None:
        return may[follower]
    return _somebody(list(may.values()), order.shop_id, at)


def who_sweeps(shop_id: int, at: datetime) -> Person:
    """Who goes through a shop's late orders: the order desk before others, on duty first."""
    desk = list(people_who_may("orders.settle", shop_id).filter(pk__in=people_who_may("orders.flag", shop_id)))
    return _somebody(desk or list(people_who_may("orders.flag", shop_id)), shop_id, at)


def _somebody(may: list[Person], shop_id: int, at: datetime) -> Person:
    if may:
        return least_laden(may, at)
    for permission in ("desk.assign", "orders.view"):
        leaders = sorted(people_who_may(permission, shop_id), key=lambda one: (one.level not in LEADS, one.pk))
        if leaders:
            return leaders[0]
    raise Refused(_("Nobody serves this shop. Say in staff who does, so that somebody can see to it."), code="nobody")


def least_laden(people: list[Person], at: datetime) -> Person:
    ids = [person.pk for person in people]
    on_duty = workforce.people_on_duty(at)
    open_ones = OrderException.objects.filter(owner__in=ids, settled_at=None).values("owner").annotate(n=Count("pk"))
    load = dict(open_ones.values_list("owner", "n"))
    return min(people, key=lambda one: (one.level in LEADS, one.pk not in on_duty, load.get(one.pk, 0), one.pk))


def people_for(exception: OrderException, needs: str) -> list[Person]:
    """To whom it may be given."""
    return [one for one in people_who_may(needs, exception.shop_id).order_by("name", "pk") if one.pk != exception.owner_id]
