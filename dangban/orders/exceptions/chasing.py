"""The warehouse is asked where an order stays (催仓库): on record, because it decides who is to blame for a late one."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from dangban.desk import actions as desk
from dangban.desk.models import Task
from dangban.journal.actions import record
from dangban.lib import clock
from dangban.lib.actor import SYSTEM
from dangban.lib.errors import Refused
from dangban.lib.text import refuse_unstorable
from dangban.orders import access, bell
from dangban.orders.exceptions import owners
from dangban.orders.models import Order, OrderException, WarehouseChase
from dangban.people.access import people_who_may
from dangban.people.models import Person

SUBJECT = "orders.order"


def chase(order: Order, *, by: Person, note: str = "", at: datetime | None = None) -> WarehouseChase:
    """Note that the warehouse was asked, and give it a task; refused once everything has left."""
    access.require(by, "orders.flag", order.shop_id)
    at = at or clock.now()
    note = refuse_unstorable(note.strip(), "note")[:300]
    with transaction.atomic():
        locked = Order.objects.select_for_update(of=("self",)).select_related("shop").get(pk=order.pk)
        if not may_chase(locked):
            raise Refused(_("Nothing of this order waits in the warehouse."), code="left")
        made = WarehouseChase.objects.create(order=locked, shop=locked.shop, by=by, note=note, at=at)
        _ask(locked, note, by, at)
        record("orders.warehouse_chased", subject=locked, by=by, shop=locked.shop_id, change={"note": note}, at=at)
        bell.order_changed(locked)
        for exception in OrderException.objects.filter(order=locked, settled_at=None):
            bell.exception_changed(exception)
    return made


def may_chase(order: Order) -> bool:
    return order.status in (Order.Status.PAID, Order.Status.PART)


def chases(order: Order) -> list[WarehouseChase]:
    return list(WarehouseChase.objects.filter(order=order).select_related("by").order_by("-at", "-pk")[:10])


def _ask(order: Order, note: str, by: Person, at: datetime) -> None:
    """One task at a time for an order; whoever sends parcels and is on duty gets it."""
    keepers = list(people_who_may("orders.dispatch", order.shop_id).exclude(pk__in=people_who_may("desk.assign", order.shop_id)))
    keepers = keepers or list(people_who_may("orders.dispatch", order.shop_id))
    if not keepers or Task.objects.filter(subject_kind=SUBJECT, subject_id=order.pk, owner__in=keepers, done_at=None).exists():
        return
    # Read by the keeper, not by who asks.
    with translation.override(settings.LANGUAGE_CODE):
        title = _("Order %(number)s is waited for: %(name)s asks where it stays") % {"number": order.platform_id, "name": by.name}
    keeper = owners.least_laden(keepers, at)
    due = OrderException.objects.filter(order=order, settled_at=None).order_by("due_at").values_list("due_at", flat=True).first()
    desk.write_task(
        title, body=note, by=SYSTEM, owner=keeper, shop=order.shop, subject=order, due_at=due,
        url=reverse("orders:detail", args=[order.pk]), at=at,
    )  # fmt: skip
