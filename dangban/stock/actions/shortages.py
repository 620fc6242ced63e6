"""The day's out-of-stock list: published by the warehouse, seen by whoever sells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from dangban.desk.actions import notify
from dangban.journal.actions import HasActor, record
from dangban.lib import clock
from dangban.lib.errors import BadInput
from dangban.lib.text import refuse_unstorable
from dangban.people.access import people_of_shops
from dangban.people.models import Shop
from dangban.shops.models import Sku
from dangban.stock import access, ports
from dangban.stock.models import Shortage, ShortageList, Warehouse

_NAMED = 8


@dataclass(frozen=True, slots=True)
class Missing:
    """One line of the list as the warehouse writes it."""

    sku: Sku
    expected_on: date | None = None
    note: str = ""


def publish(
    warehouse: Warehouse, lines: Sequence[Missing], *, by: HasActor, at: datetime | None = None
) -> ShortageList:
    """Say what is out of stock today; said again, the list is what it says now. Empty is an answer too.

    Everybody who sells what is new on the list, or has left it, is told.
    """
    at = at or clock.now()
    shops = {line.sku.shop_id for line in lines}
    serving = set(warehouse.serves.values_list("shop", flat=True))
    access.require_all(by, sorted(shops | (set() if shops else serving)), "stock.keep")
    if shops - serving:
        raise BadInput(_("This warehouse does not send for the shop of one of these goods."))
    actor = by.actor
    with transaction.atomic():
        day = clock.business_day(at)
        kept, made = ShortageList.objects.select_for_update().get_or_create(
            warehouse=warehouse, day=day,
            defaults={"published_at": at, "by_kind": actor.kind, "by_id": actor.id, "by_name": actor.name},
        )  # fmt: skip
        if not made:
            kept.published_at, kept.times, kept.by_name = at, kept.times + 1, actor.name
            kept.by_kind, kept.by_id = actor.kind, actor.id
            kept.save()
        new, over = _write(kept, lines, at)
        _close_yesterdays(kept, at)
        change = {"warehouse": warehouse.name, "lines": len(lines), "new": len(new), "over": len(over)}
        record("stock.shortages_published", subject=kept, by=by, change=change, at=at)
        _tell(kept, new, over, by=by, at=at)
        ports.ring([line.sku.pk for line in lines], shops or serving)
    return kept


def _write(kept: ShortageList, lines: Sequence[Missing], at: datetime) -> tuple[list[Missing], list[Shortage]]:
    there = {row.sku_id: row for row in kept.lines.select_related("sku__product")}
    named: dict[int, Missing] = {line.sku.pk: line for line in lines}
    new = []
    for line in named.values():
        row = there.get(line.sku.pk)
        note = refuse_unstorable(line.note.strip(), "note")[:120]
        if row is None:
            row = Shortage(list=kept, sku=line.sku, shop_id=line.sku.shop_id)
        if row.pk is None or row.over_at is not None or row.expected_on != line.expected_on:
            new.append(line)
        row.expected_on, row.note, row.over_at = line.expected_on, note, None
        row.save()
    over = [row for row in there.values() if row.sku_id not in named and row.over_at is None]
    for row in over:
        row.over_at = at
        row.save(update_fields=["over_at"])
    return new, over


def _close_yesterdays(kept: ShortageList, at: datetime) -> None:
    """What was said on an earlier day is said no more."""
    Shortage.objects.filter(list__warehouse=kept.warehouse_id, list__day__lt=kept.day, over_at=None).update(over_at=at)


def _tell(
    kept: ShortageList, new: Sequence[Missing], over: Sequence[Shortage], *, by: HasActor, at: datetime
) -> None:
    url = reverse("stock:shortages")
    for shop in Shop.objects.filter(pk__in={line.sku.shop_id for line in new} | {row.shop_id for row in over}):
        out = [line for line in new if line.sku.shop_id == shop.pk]
        back = [row.sku for row in over if row.shop_id == shop.pk]
        for person in people_of_shops([shop.pk]):
            if not person.can("stock.view", shop=shop) or person.pk == by.actor.id:
                continue
            with translation.override(person.language):
                title = _("Out of stock today: %(names)s") % {"names": _names([line.sku for line in out])} if out else ""
                title = title or _("In stock again: %(names)s") % {"names": _names(back)}
                notify(person, title, _body(out, back), by=by, url=url, shop=shop, at=at)


def _names(skus: Sequence[Sku]) -> str:
    shown = "、".join(_name(sku) for sku in skus[:_NAMED])
    return shown if len(skus) <= _NAMED else _("%(names)s and %(more)s more") % {"names": shown, "more": len(skus) - _NAMED}


def _name(sku: Sku) -> str:
    return " ".join(part for part in (sku.product.title, sku.name) if part)


def _body(out: Sequence[Missing], back: Sequence[Sku]) -> str:
    lines = [
        _("%(name)s: expected on %(day)s") % {"name": _name(line.sku), "day": line.expected_on.isoformat()}
        if line.expected_on
        else _("%(name)s: no date yet") % {"name": _name(line.sku)}
        for line in out
    ]
    if back and out:
        lines.append(_("In stock again: %(names)s") % {"names": _names(back)})
    return "\n".join(lines)
