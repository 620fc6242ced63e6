"""Opening warehouses and arranging their zones."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from dangban.journal.actions import HasActor, record
from dangban.lib import clock
from dangban.lib.errors import BadInput
from dangban.lib.text import refuse_unstorable
from dangban.people.models import Shop
from dangban.stock import access
from dangban.stock.models import Warehouse, WarehouseShop, Zone

CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,18}[a-z0-9]")


def open_warehouse(
    code: str, name: str, shops: Collection[Shop], *, by: HasActor, at: datetime | None = None
) -> Warehouse:
    """Begin to keep stock in a place; it has one zone of each kind to begin with."""
    access.require_all(by, [shop.pk for shop in shops], "stock.arrange")
    at = at or clock.now()
    name = refuse_unstorable(name.strip(), "name")[:60]
    if not shops or not name or not CODE.fullmatch(code):
        raise BadInput(_("A warehouse has a name, a code of small letters and digits, and shops it sends for."))
    with transaction.atomic():
        if Warehouse.objects.filter(code=code).exists():
            raise BadInput(_("There is a warehouse with this code."), fields={"code": [_("This code is taken.")]})
        warehouse = Warehouse.objects.create(code=code, name=name, opened_on=clock.business_day(at))
        # The zones' names are the company's, whoever opens the warehouse.
        with translation.override(settings.LANGUAGE_CODE):
            Zone.objects.bulk_create(
                Zone(warehouse=warehouse, code=status.value, name=str(status.label), status=status)
                for status in Zone.Status
            )
        change = {"name": name, "shops": [shop.name for shop in shops]}
        record("stock.warehouse_opened", subject=warehouse, by=by, change=change, at=at)
        for shop in shops:
            serve(warehouse, shop, by=by, at=at)
    return warehouse


def serve(warehouse: Warehouse, shop: Shop, *, by: HasActor, at: datetime | None = None) -> WarehouseShop:
    """Let a warehouse send for a shop, after those that do already."""
    access.require(by, shop.pk, "stock.arrange")
    with transaction.atomic():
        position = WarehouseShop.objects.filter(shop=shop).count()
        row, made = WarehouseShop.objects.get_or_create(warehouse=warehouse, shop=shop, defaults={"position": position})
        if made:
            change = {"warehouse": warehouse.name, "shop": shop.name}
            record("stock.warehouse_serves", subject=warehouse, by=by, shop=shop.pk, change=change, at=at)
    return row


def add_zone(
    warehouse: Warehouse, code: str, name: str, status: str, *, by: HasActor, at: datetime | None = None
) -> Zone:
    """A further zone. What a zone is for never changes: goods are moved to another."""
    shops = warehouse.serves.values_list("shop", flat=True)
    access.require_all(by, list(shops), "stock.arrange")
    code, name = refuse_unstorable(code.strip(), "code")[:20], refuse_unstorable(name.strip(), "name")[:60]
    if not code or not name or status not in Zone.Status.values:
        raise BadInput(_("A zone has a code, a name and a purpose."))
    with transaction.atomic():
        if Zone.objects.filter(warehouse=warehouse, code=code).exists():
            raise BadInput(_("There is a zone with this code."), fields={"code": [_("This code is taken.")]})
        zone = Zone.objects.create(warehouse=warehouse, code=code, name=name, status=status)
        record("stock.zone_added", subject=warehouse, by=by, change={"zone": name, "status": status}, at=at)
    return zone
