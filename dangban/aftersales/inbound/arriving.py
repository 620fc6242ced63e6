"""A parcel stands at the door: it is expected, our own that comes back, or nobody's yet; or it is turned away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from dangban.aftersales import access
from dangban.aftersales.clauses.parcels import COUNT_WITHIN, UNCLAIMED_AGES
from dangban.aftersales.inbound import coming_back, holding
from dangban.aftersales.inbound.holding import State
from dangban.aftersales.models import Case, InboundParcel
from dangban.aftersales.rules import receiving
from dangban.handbook.current import in_force_so_far as in_force
from dangban.handbook.decisions import Decision
from dangban.journal.actions import HasActor
from dangban.lib import clock
from dangban.lib.errors import BadInput
from dangban.lib.text import refuse_unstorable
from dangban.orders.parcels import clean_number
from dangban.people.models import Person
from dangban.shops import rules as shops
from dangban.shops.models import Courier
from dangban.stock.models import Warehouse

WAITING = (State.EXPECTED, State.TURNED_AWAY, State.CANCELLED)
_MOST_FEN = 10**8


@dataclass(frozen=True, slots=True)
class AtTheDoor:
    """What the label says and what the keeper sees of a parcel before it is opened."""

    courier: str = ""
    collect_fen: int = 0
    surface: bool = False
    sender: str = ""
    phone_tail: str = ""
    label_text: str = ""
    weight_g: int | None = None
    # Taken in although the rule says no: why.
    despite: str = ""


def arrive(
    number: str, *, by: HasActor, at: datetime | None = None, warehouse: Warehouse, courier: str = "", collect_fen: int = 0,
    surface: bool = False, origin: str = "", seen: AtTheDoor | None = None,
) -> InboundParcel:  # fmt: skip
    """The courier hands a parcel over; taking it in is signing for it. The same parcel again is the same act.

    It goes to its cases, to the order whose own parcel it is, or to the shelf. What the rules turn away is
    recorded as turned away. `origin` is what the keeper sees where nothing else tells.
    """
    at = at or clock.now()
    number = clean_number(number)
    seen = _clean(seen or AtTheDoor(courier, collect_fen, surface))
    with transaction.atomic():
        parcel, cases = _held(number, warehouse, at)
        if parcel.state not in WAITING:
            holding.require(by, "aftersales.receive", parcel, cases)
            return parcel
        coming_back.recognise(parcel, origin)
        holding.require(by, "aftersales.receive", parcel, cases)
        _note(parcel, warehouse, seen)
        decision = _at_the_door(parcel, cases, seen, by, at)
        if decision.outcome != "accepted":
            return _turn_away(parcel, decision, by, at)
        _take_in(parcel, cases, decision, by, at)
    return parcel


def _held(number: str, warehouse: Warehouse, at: datetime) -> tuple[InboundParcel, list[Case]]:
    pk = InboundParcel.objects.filter(number=number).values_list("pk", flat=True).first()
    if pk is None:
        made = InboundParcel(number=number, warehouse=warehouse, state=State.EXPECTED)
        try:
            with transaction.atomic():
                made.save()
            pk = made.pk
        except IntegrityError:
            # Another keeper scanned it in this very moment.
            pk = InboundParcel.objects.values_list("pk", flat=True).get(number=number)
    return holding.held(pk)


def _clean(seen: AtTheDoor) -> AtTheDoor:
    if not 0 <= seen.collect_fen <= _MOST_FEN:
        message = _("Freight collect is an amount such as 12.00.")
        raise BadInput(message, fields={"collect": [message]})
    tail = "".join(letter for letter in seen.phone_tail if letter.isdecimal())[-4:]
    return AtTheDoor(
        courier=_text(seen.courier, "courier", 40), collect_fen=seen.collect_fen, surface=seen.surface,
        sender=_text(seen.sender, "sender", 60), phone_tail=tail, label_text=_text(seen.label_text, "label_text", 300),
        weight_g=seen.weight_g, despite=_text(seen.despite, "despite", 300),
    )  # fmt: skip


def _text(value: str, field: str, longest: int) -> str:
    return refuse_unstorable(" ".join(value.split()), field)[:longest]


def _note(parcel: InboundParcel, warehouse: Warehouse, seen: AtTheDoor) -> None:
    parcel.warehouse = warehouse
    parcel.courier = seen.courier or parcel.courier
    parcel.collect_fen, parcel.surface = seen.collect_fen, seen.surface
    parcel.sender, parcel.phone_tail = seen.sender or parcel.sender, seen.phone_tail or parcel.phone_tail
    parcel.label_text = seen.label_text or parcel.label_text
    parcel.weight_g = seen.weight_g if seen.weight_g is not None else parcel.weight_g


def _at_the_door(parcel: InboundParcel, cases: list[Case], seen: AtTheDoor, by: HasActor, at: datetime) -> Decision:
    """By the marks of the shop, else by the handbook. Whoever may pass limits takes in what they answer for."""
    rules = in_force(at)
    shop_ids = {case.shop_id for case in cases} or ({parcel.shop_id} if parcel.shop_id else set())
    marked = list(Courier.objects.filter(shop__in=shop_ids, accepts_collect=True).values_list("name", flat=True)) if shop_ids else []
    taken_from, because = shops.freight_collect(marked, rules)
    decision = receiving.at_the_door(parcel.courier, bool(parcel.collect_fen), parcel.surface, taken_from, because, rules)
    if decision.outcome != "accepted" and seen.despite:
        access.require(by, "aftersales.override", parcel.shop_id)
        parcel.note = seen.despite
        return Decision(decision.kind, "accepted", because=decision.because)
    return decision


def _turn_away(parcel: InboundParcel, decision: Decision, by: HasActor, at: datetime) -> InboundParcel:
    again = parcel.state == State.TURNED_AWAY
    parcel.state, parcel.because, parcel.arrived_at = State.TURNED_AWAY, [one.as_data() for one in decision.because], at
    holding.store(parcel)
    if not again:
        holding.journal("parcel_turned_away", parcel, by=by, at=at, courier=parcel.courier, why=decision.outcome, because=parcel.because)
    return parcel


def _take_in(parcel: InboundParcel, cases: list[Case], decision: Decision, by: HasActor, at: datetime) -> None:
    parcel.arrived_at, parcel.signed_over_at = at, at
    parcel.received_by = by if isinstance(by, Person) else None
    parcel.because = [one.as_data() for one in decision.because]
    cases = cases or coming_back.cases_of(parcel, by=by, at=at)
    parcel.state = State.ARRIVED if cases else State.SHELF
    holding.store(parcel)
    holding.journal(
        "parcel_arrived", parcel, by=by, at=at, because=parcel.because, courier=parcel.courier,
        origin=parcel.origin, cases=", ".join(case.number for case in cases), place=parcel.warehouse.name if parcel.warehouse else "",
    )  # fmt: skip
    if parcel.state == State.SHELF:
        holding.start_clock(holding.SHELF, UNCLAIMED_AGES, parcel, by=by, at=at)
        return
    holding.start_clock(holding.COUNT, COUNT_WITHIN, parcel, by=by, at=at)
    holding.receive_cases(cases, parcel, by=by, at=at)
