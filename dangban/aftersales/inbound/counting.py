"""The keeper opens a parcel and counts (初检): the goods lie with what is to be inspected, released to nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from dangban.aftersales.clauses.parcels import RETURN_CARD
from dangban.aftersales.inbound import holding
from dangban.aftersales.inbound.holding import State
from dangban.aftersales.models import Case, InboundParcel, ParcelItem
from dangban.desk import actions as desk
from dangban.handbook.current import in_force_so_far as in_force
from dangban.lib import clock
from dangban.lib.actor import SYSTEM
from dangban.lib.errors import BadInput, Conflict, Refused
from dangban.lib.text import refuse_unstorable
from dangban.people.models import Person
from dangban.shops.models import Sku
from dangban.stock import actions as stock
from dangban.stock import ledger
from dangban.stock.models import Movement, Warehouse, Zone

MOST = 9_999
_MOST_FEN = 10**7


@dataclass(frozen=True, slots=True)
class Inside:
    """What else lay in the parcel: the return card, cash, its weight; and what the keeper says of it."""

    card: bool | None = None
    cash_fen: int = 0
    weight_g: int | None = None
    note: str = ""


def count(
    parcel: InboundParcel, counts: Mapping[int, int], *, by: Person, extras: Sequence[tuple[Sku, int]] = (), inside: Inside | None = None,
    seen: int | None = None, at: datetime | None = None,
) -> InboundParcel:  # fmt: skip
    """So many of each item lie in it, and so many of goods nobody announced. What was counted is in the books, not for sale.

    The same figures again are the same act; other figures before the inspection correct the first. Tells the
    agent where more or less came than was announced.
    """
    at, inside = at or clock.now(), inside or Inside()
    with transaction.atomic():
        parcel, cases = holding.held(parcel.pk)
        holding.require(by, "aftersales.receive", parcel, cases)
        items = {item.pk: item for item in parcel.items.select_related("sku", "batch", "line__case", "zone__warehouse").order_by("pk")}
        _check(parcel, items, counts, extras, inside)
        if inside.card is None and parcel.card_enclosed is None and card_wanted(parcel, at):
            message = _("Look whether the return card lies in it.")
            raise BadInput(message, fields={"card": [message]})
        if parcel.state == State.COUNTED and _the_same(items, counts, extras):
            return parcel
        if seen is not None and parcel.version != seen:
            raise Conflict(_("Somebody has worked on this parcel meanwhile. Look at it as it is now."))
        _take_up(parcel, cases, items, counts, extras, inside, by, at)
    return parcel


def _take_up(
    parcel: InboundParcel, cases: Sequence[Case], items: Mapping[int, ParcelItem], counts: Mapping[int, int], extras: Sequence[tuple[Sku, int]],
    inside: Inside, by: Person, at: datetime,
) -> None:  # fmt: skip
    zone = checking_zone(parcel.warehouse)
    ledger.lock(*{item.sku_id for item in items.values() if item.sku_id}, *(sku for sku, _pieces in extras))
    for pk, pieces in sorted(counts.items()):
        _book(parcel, items[pk], pieces, zone, by, at)
    added = [_extra(parcel, sku, pieces, zone, by, at) for sku, pieces in extras]
    _finish(parcel, inside, by, at)
    change = {item.title: item.counted for item in [*items.values(), *added]}
    holding.journal("parcel_counted", parcel, by=by, at=at, goods=change, cash_fen=inside.cash_fen or None, note=inside.note)
    _tell_differences(parcel, cases, [*items.values(), *added], by, at)


def count_for(parcel: InboundParcel, cases: Sequence[Case], counts: Mapping[int, int], *, by: Person, at: datetime) -> InboundParcel:
    """The count of who inspects at the same time; on a parcel that is held, by who may inspect."""
    items = {item.pk: item for item in parcel.items.select_related("sku", "batch", "line__case", "zone__warehouse").order_by("pk")}
    _check(parcel, items, counts, (), Inside())
    _take_up(parcel, cases, items, counts, (), Inside(), by, at)
    return parcel


def checking_zone(warehouse: Warehouse | None) -> Zone:
    """Where goods lie until they are inspected: with the returns, else with what is to be checked."""
    zones = {zone.status: zone for zone in Zone.objects.filter(warehouse=warehouse).select_related("warehouse").order_by("-pk")}
    found = zones.get(Zone.Status.RETURNS) or zones.get(Zone.Status.PENDING)
    if found is None:
        raise Refused(_("This warehouse has no zone for returns. Add one first."), code="zone")
    return found


def _check(
    parcel: InboundParcel, items: Mapping[int, ParcelItem], counts: Mapping[int, int], extras: Sequence[tuple[Sku, int]], inside: Inside
) -> None:  # fmt: skip
    if parcel.state not in (State.ARRIVED, State.COUNTED):
        raise Conflict(_("This parcel is “%(state)s”; there is nothing to count.") % {"state": parcel.get_state_display()})
    if set(counts) != {pk for pk, item in items.items() if item.line_id is not None or pk in counts}:
        raise BadInput(_("Count every line, with 0 where nothing came."), fields={"counts": [_("Count every line.")]})
    if any(not 0 <= pieces <= MOST for pieces in counts.values()) or any(not 0 < pieces <= MOST for _sku, pieces in extras):
        raise BadInput(_("Count zero or more."), fields={"counts": [_("Zero or more.")]})
    if not 0 <= inside.cash_fen <= _MOST_FEN:
        raise BadInput(_("Write an amount such as 12.50."), fields={"cash": [_("Write an amount such as 12.50.")]})
    refuse_unstorable(inside.note, "note")
    shops = {item.line.case.shop_id for item in items.values() if item.line} | {parcel.shop_id}
    if any(sku.shop_id not in shops for sku, _pieces in extras):
        raise BadInput(_("These goods are of another shop."), fields={"extra": [_("Choose goods of this shop.")]})


def card_wanted(parcel: InboundParcel, at: datetime) -> bool:
    """Whether the handbook wants the return card in what customers send back; our own parcels never have one."""
    rules = in_force(at)
    return parcel.origin == InboundParcel.Origin.RETURN and rules.has(RETURN_CARD) and bool(rules[RETURN_CARD])


def _the_same(items: Mapping[int, ParcelItem], counts: Mapping[int, int], extras: Sequence[tuple[Sku, int]]) -> bool:
    known = {(item.sku_id, item.counted) for item in items.values() if item.line_id is None}
    return all(items[pk].counted == pieces for pk, pieces in counts.items()) and all((sku.pk, pieces) in known for sku, pieces in extras)


def _book(parcel: InboundParcel, item: ParcelItem, pieces: int, zone: Zone, by: Person, at: datetime) -> None:
    if item.counted == pieces:
        return
    if item.counted and item.sku is not None:
        wrong = Movement.objects.filter(sku=item.sku, key__startswith=f"inbound:{item.pk}:").order_by("-pk").first()
        if wrong is not None:
            stock.correct(wrong, reason=_("Counted again"), by=by.actor, at=at)
    item.counted, item.zone = pieces, zone
    item.save(update_fields=["counted", "zone"])
    if pieces and item.sku is not None:
        stock.return_in(
            item.sku, zone, pieces, by=by.actor, key=f"inbound:{item.pk}:{parcel.version}", batch=item.batch, reference=parcel.number, at=at
        )


def _extra(parcel: InboundParcel, sku: Sku, pieces: int, zone: Zone, by: Person, at: datetime) -> ParcelItem:
    known = ParcelItem.objects.filter(parcel=parcel, line=None, sku=sku).select_related("sku", "batch").first()
    item = known or ParcelItem.objects.create(parcel=parcel, sku=sku, title=f"{sku.product.title} {sku.name}".strip()[:300])
    _book(parcel, item, pieces, zone, by, at)
    return item


def _finish(parcel: InboundParcel, inside: Inside, by: Person, at: datetime) -> None:
    parcel.state, parcel.counted_at, parcel.counted_by = State.COUNTED, at, by
    parcel.card_enclosed = inside.card if inside.card is not None else parcel.card_enclosed
    parcel.cash_fen = inside.cash_fen
    parcel.weight_g = inside.weight_g if inside.weight_g is not None else parcel.weight_g
    parcel.note = inside.note.strip()[:300] or parcel.note
    holding.store(parcel)
    desk.meet_deadline(parcel, holding.COUNT, by=by, at=at)


def _tell_differences(parcel: InboundParcel, cases: Sequence[Case], items: Sequence[ParcelItem], by: Person, at: datetime) -> None:
    """What differs goes back to the agent of each case as a task, with the parcel and its photos behind it."""
    for case in cases:
        with translation.override(settings.LANGUAGE_CODE):
            told = [_line(item) for item in items if item.counted != item.announced and (item.line is None or item.line.case_id == case.pk)]
            if parcel.cash_fen:
                told.append(_("Cash in the parcel: %(amount)s") % {"amount": f"{parcel.cash_fen / 100:.2f}"})
            if parcel.card_enclosed is False and card_wanted(parcel, at):
                told.append(_("No return card inside, though the handbook wants one: ask the customer what they wish."))
            title = _("%(case)s: parcel %(number)s holds something else than announced") % {"case": case.number, "number": parcel.number}
        if told:
            desk.write_task(
                title, by=SYSTEM, body="\n".join(told), owner=case.owner, shop=case.shop, subject=parcel, url=holding.address(parcel), at=at
            )
        else:
            holding.tell_owner(case, gettext_noop("%(case)s: parcel %(number)s was counted, all there"), parcel, by=by, at=at)


def _line(item: ParcelItem) -> str:
    return _("%(title)s: %(announced)s announced, %(counted)s came") % {
        "title": item.title, "announced": item.announced, "counted": item.counted or 0,
    }  # fmt: skip
