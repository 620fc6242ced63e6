"""What the order desk's and the warehouse's day is not signed off over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from dangban.desk import ports
from dangban.desk.ports import Leftover
from dangban.dispatch import access
from dangban.dispatch.listing import OPEN
from dangban.dispatch.models import Preparation, Slip
from dangban.people.models import Person


def open_orders(person: Person, end: datetime, at: datetime) -> Sequence[Leftover]:
    """By shop: orders in this person's hands that are due before the day ends; a slip they began to pack."""
    if not access.works_here(person):
        return []
    mine = Preparation.objects.filter(holder=person, closed_at=None, due_at__lt=end, stage__in=OPEN)
    rows = mine.order_by().values("shop", "shop__name").annotate(n=Count("pk")).order_by("shop")
    found = [
        Leftover(
            f"dispatch.shop:{row['shop']}",
            ngettext("%(shop)s: %(count)s order in your hands is to leave today", "%(shop)s: %(count)s orders in your hands are to leave today", row["n"])
            % {"shop": row["shop__name"], "count": row["n"]},
            reverse("dispatch:cut-off", query={"shop": row["shop"], "holder": person.name}),
        )
        for row in rows
    ]
    begun = Slip.objects.filter(packer=person, sent_at=None, void_at=None).order_by("pk")
    url = reverse("dispatch:pack")
    return found + [Leftover(f"dispatch.slip:{one.pk}", _("Slip %(number)s is half packed") % {"number": one.number}, url) for one in begun]


def register() -> None:
    ports.register_day_blocker("dispatch", gettext_lazy("Orders to send today"), open_orders)
