"""What the order desk's day is not signed off over, and how a typed order number is found."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dangban.desk import ports
from dangban.desk.models import Deadline
from dangban.desk.ports import Found, Leftover
from dangban.orders import access, ticking
from dangban.people.models import Person


def open_wishes(person: Person, end: datetime, at: datetime) -> Sequence[Leftover]:
    """Wishes that this person was to tick today: out of time, or due before the day ends."""
    due = Q(missed_at__isnull=False) | Q(due_at__lt=end, running_since__isnull=False)
    clocks = Deadline.objects.filter(due, owner=person, kind=ticking.KIND, met_at=None, cancelled_at=None)
    return [Leftover(f"deadline:{one.pk}", one.label, one.url) for one in clocks.order_by("due_at", "pk")]


def find(person: Person, shop_id: int, number: str) -> Found | None:
    order = access.visible_orders(person).filter(shop_id=shop_id, platform_id=number.strip()).first()
    return Found(order.platform_id, reverse("orders:detail", args=[order.pk])) if order is not None else None


def register() -> None:
    ports.register_day_blocker("wishes", _("Wish to tick"), open_wishes, kinds=(ticking.KIND,))
    ports.register_finder("order", find)
