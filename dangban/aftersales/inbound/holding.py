"""Locks, clocks and news that all acts on parcels share.

Cases are locked before parcels, several in the order of their keys; goods come last.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from dangban.aftersales import access, bell
from dangban.aftersales.actions import moving
from dangban.aftersales.models import Case, InboundParcel, ParcelCase
from dangban.desk import actions as desk
from dangban.desk import house
from dangban.handbook.current import in_force_so_far as in_force
from dangban.handbook.decisions import Because
from dangban.handbook.shapes import Clause
from dangban.journal.actions import HasActor, record
from dangban.lib.errors import Conflict
from dangban.orders import ticking
from dangban.people.models import Person, Shop
from dangban.stock.models import Warehouse, WarehouseShop

State = InboundParcel.State
SUBJECT = "aftersales.inboundparcel"
# How long an arrived parcel waits for its count, and an unclaimed one for its owner.
COUNT, SHELF = "aftersales.count", "aftersales.shelf"
# From these the arrival of its goods brings a case on; elsewhere something else runs that the agent ends first.
WAITS_FOR_GOODS = ("opened", "evidence", "assessed", "refused", "returning", "on_way")


def held(pk: int, seen: int | None = None) -> tuple[InboundParcel, list[Case]]:
    """A parcel and its cases, locked until the transaction ends; Conflict where somebody was faster."""
    known = case_ids(pk)
    cases = [moving.locked(case) for case in known]
    rows = InboundParcel.objects.select_for_update(of=("self",)).select_related("shop", "warehouse", "order__customer")
    parcel = rows.get(pk=pk)
    if case_ids(pk) != known or (seen is not None and parcel.version != seen):
        raise Conflict(_("Somebody has worked on this parcel meanwhile. Look at it as it is now."))
    return parcel, cases


def case_ids(pk: int) -> list[int]:
    return list(ParcelCase.objects.filter(parcel=pk).order_by("case").values_list("case", flat=True))


def require(by: object, permission: str, parcel: InboundParcel, cases: Iterable[Case] = ()) -> None:
    """For the parcel's shop and every shop whose goods lie in it."""
    for shop_id in {parcel.shop_id, *(case.shop_id for case in cases)}:
        if shop_id is not None or not cases:
            access.require(by, permission, shop_id)


def receive_cases(cases: Iterable[Case], parcel: InboundParcel, *, by: HasActor, at: datetime) -> None:
    """The goods of these cases are here: who waited for them goes on, of the others the agent is told."""
    for case in cases:
        if case.state in WAITS_FOR_GOODS:
            moving.move(case, "receive", "received", by=by, at=at, note=parcel.number)
        elif case.state != "received":
            tell_owner(case, gettext_noop("%(case)s: parcel %(number)s has come"), parcel, by=by, at=at)


def tell_owner(case: Case, title: str, parcel: InboundParcel, *, by: HasActor, at: datetime, body: str = "") -> None:
    """A notice to who sees to the case; the title is said in the company's language."""
    with translation.override(settings.LANGUAGE_CODE):
        words = _(title) % {"case": case.number, "number": parcel.number}
    desk.notify(case.owner, words, body, by=by, url=address(parcel), shop=case.shop, at=at)


def address(parcel: InboundParcel) -> str:
    return reverse("aftersales:parcel", args=[parcel.pk])


def store(parcel: InboundParcel) -> None:
    parcel.version += 1
    parcel.save()
    bell.parcel_changed(parcel)


def journal(verb: str, parcel: InboundParcel, *, by: HasActor, at: datetime, because: Sequence[Any] = (), **change: Any) -> None:
    told = {name: value for name, value in change.items() if value not in ("", None)}
    record(f"aftersales.{verb}", subject=parcel, by=by, shop=parcel.shop_id, change={"number": parcel.number, **told}, because=because, at=at)


def start_clock(kind: str, rule: Clause[timedelta], parcel: InboundParcel, *, by: HasActor, at: datetime) -> datetime | None:
    """Until when the rule wants it done; None where no rule says."""
    rules = in_force(at)
    if not rules.has(rule):
        return None
    reason: Because = rules.because(rule, since=at)
    owner = by if isinstance(by, Person) else None
    with translation.override(settings.LANGUAGE_CODE):
        label = f"{parcel.courier} {parcel.number}".strip()
    team = ticking.team_of(parcel.shop_id, owner) if owner is not None and parcel.shop_id is not None else None
    desk.start_deadline(
        kind, parcel, rule=rule.path, allowed_seconds=int(rules[rule].total_seconds()), because=[reason.as_data()], by=by, owner=owner,
        team=team, shop=parcel.shop, label=label, url=address(parcel),
        warn_seconds=int(house.warn_before(at).total_seconds()), at=at,
    )  # fmt: skip
    return at + rules[rule]


def warehouse_of(shop: Shop) -> Warehouse | None:
    """Where a shop's returns go: the warehouse that is asked first for its goods."""
    found = WarehouseShop.objects.filter(shop=shop, warehouse__closed_on=None).select_related("warehouse").order_by("position", "pk").first()
    return found.warehouse if found else None
