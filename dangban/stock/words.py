"""How the journal tells of stock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dangban.journal import ports
from dangban.stock.models import Movement, Reservation, Warehouse

VERBS = {
    "stock.moved": _("moved goods:"),
    "stock.reserved": _("reserved goods for"),
    "stock.released": _("released goods of"),
    "stock.lessened": _("reserved fewer pieces:"),
    "stock.passed_on": _("let a reservation go to another:"),
    "stock.expected": _("noted an arrival:"),
    "stock.postponed": _("moved the date of an arrival:"),
    "stock.arrival_cancelled": _("called an arrival off:"),
    "stock.shortages_published": _("published what is out of stock:"),
    "stock.warehouse_opened": _("opened the warehouse"),
    "stock.warehouse_serves": _("lets a shop be served by the warehouse"),
    "stock.zone_added": _("added a zone to the warehouse"),
    "stock.counted": _("took in a stock count:"),
}

FIELDS = {
    "sku": _("goods"),
    "held": _("lies ready"),
    "for": pgettext_lazy("journal", "for"),
    "expected_on": _("expected on"),
    "supplier": _("supplier"),
    "received": _("received"),
    "warehouse": _("warehouse"),
    "zone": _("zone"),
    "lines": _("lines"),
    "new": pgettext_lazy("journal", "new"),
    "over": _("in stock again"),
    "reference": _("document"),
}


def register() -> None:
    ports.name_verbs(VERBS)
    ports.name_fields(FIELDS, room="stock")
    ports.name_subject("stock.movement", _("movement of goods"), titles=_movements)
    ports.name_subject("stock.reservation", _("reservation"), titles=_reservations)
    ports.name_subject("stock.expected", _("arrival"))
    ports.name_subject("stock.shortagelist", _("out-of-stock list"))
    ports.name_subject("stock.warehouse", _("warehouse"), titles=_warehouses)


def _movements(ids: Sequence[int]) -> Mapping[int, str]:
    return dict(Movement.objects.filter(pk__in=ids).values_list("pk", "sku__code"))


def _reservations(ids: Sequence[int]) -> Mapping[int, str]:
    return dict(Reservation.objects.filter(pk__in=ids).values_list("pk", "label"))


def _warehouses(ids: Sequence[int]) -> Mapping[int, str]:
    return dict(Warehouse.objects.filter(pk__in=ids).values_list("pk", "name"))
