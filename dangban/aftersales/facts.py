"""What is known of a case for its assessment: what rows say, and what only a person can tell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from dangban.aftersales import calendar
from dangban.aftersales.models import Case, Evidence, Finding, InboundParcel
from dangban.aftersales.rules.assessment.facts import CONDITIONS, INSTANTS, NAMES, Facts
from dangban.lib import clock, money
from dangban.orders.models import Order, OrderLine
from dangban.orders.queries import delivery

# What only a person finds out; kept with the case by these names.
ASKED = (
    "proxy_signed", "category", "excluded", "exclusion_confirmed", *CONDITIONS, "misused", "damage_found", "photos", "weights",
    "courier_proof", "loss_confirmed", "no_evidence", "gift_claimed", "gifts_owed", "gifts_back", "gift_value_fen", "collect", "courier_back",
    "surface_mail", "return_number", "ship_first", "surplus_admitted", "surplus_given_back", "business", "reported_at", "asked_fen",
    "freight_out_fen", "freight_back_fen", "freight_again_fen", "free_shipping", "loses_free_shipping", "insured_freight", "insurance_fen",
    "signed_at", "bought_here", "earlier_exchanges",
)  # fmt: skip
_CALENDAR_DAYS = 90
# What the case is called where the assessment knows no such wish.
_WANTED = {"refused": "return", "undeliverable": "return", "over": "return"}
# Goods leave once more, at what it cost to send them first, as long as nobody says otherwise.
_SENT_AGAIN = (Case.Kind.EXCHANGE, Case.Kind.RESHIP, Case.Kind.REPAIR)
# Words in a listing's category by which the law's kinds of goods are told.
_CATEGORIES = (
    ("clothing", ("服", "鞋", "包", "家纺", "床", "毯", "布", "毛巾", "玩具", "帽", "袜")),  # han
    ("cosmetics", ("食", "零食", "茶", "化妆", "护肤", "美妆", "医", "保健", "洗护")),  # han
    ("electronics", ("电", "数码", "手机", "灯", "机")),  # han
)
_WORN = {"used": ("used",), "soiled": ("soiled",)}


def collect(case: Case) -> Facts:
    """All that the assessment may know of this case now. What a person said counts before what rows let one guess."""
    order = case.order
    known: dict[str, Any] = {
        "wanted": _WANTED.get(case.kind, case.kind), "reason": case.reason, "asked_at": case.asked_at, "asked_fen": case.asked_fen,
        "bought_here": order is not None,
    }  # fmt: skip
    lines = list(case.lines.select_related("sku__product", "order_line"))
    known["quantity"] = sum(line.quantity for line in lines) or 1
    known["paid_fen"] = sum(line.paid_fen for line in lines)
    known["category"] = next((found for found in map(_category_of, lines) if found), "other")
    if order is not None:
        known |= _of_order(order, case)
    known |= _of_evidence(case)
    known |= _of_parcels(case)
    known |= _said(case.facts)
    if known.get("business") and known.get("signed_at"):
        days = calendar.moved(clock.business_day(known["signed_at"]), _CALENDAR_DAYS)
        known["moved_days"] = " ".join(day.isoformat() for day in days)
    if case.kind in _SENT_AGAIN and "freight_again_fen" not in known:
        known["freight_again_fen"] = known.get("freight_out_fen", 0)
    return Facts(**{name: value for name, value in known.items() if value is not None or name == "asked_fen"})


def _said(told: Mapping[str, Any]) -> dict[str, Any]:
    """What was kept with the case, read back; a name that the assessment does not know is left aside."""
    return {
        name: datetime.fromisoformat(value) if name in INSTANTS and isinstance(value, str) else value
        for name, value in told.items()
        if name in NAMES and name in ASKED
    }


def _of_order(order: Order, case: Case) -> dict[str, Any]:
    gifts = sum(line.quantity for line in order.lines.all() if not line.price_fen)
    asked_gifts = case.lines.filter(gift=True).count() > 0
    freight = outbound_fen(order)
    return {
        "placed_at": order.created_at, "sent_at": order.dispatched_at, "signed_at": order.signed_at,
        "freight_out_fen": freight, "freight_back_fen": freight, "free_shipping": order.freight_fen == 0,
        "gifts_owed": gifts if order.quantity == case_quantity(case) + gifts or case_quantity(case) >= order.quantity else 0,
        "gift_claimed": asked_gifts and not case.lines.filter(gift=False).exists(),
        "earlier_exchanges": _earlier_exchanges(case),
    }  # fmt: skip


def case_quantity(case: Case) -> int:
    return sum(case.lines.filter(gift=False).values_list("quantity", flat=True))


def outbound_fen(order: Order) -> int:
    """What sending the order cost: what was paid for it, or else by the shop's list of couriers."""
    return order.freight_fen or cost_of_sending(order)


def cost_of_sending(order: Order) -> int:
    """What a parcel to this address costs, by the shop's list of couriers; 0 where it is not known."""
    offers = delivery.delivery(order).offers
    named = [offer for offer in offers if order.courier and offer.name in order.courier] or offers
    return next((offer.price_fen for offer in named if offer.price_fen), 0) or 0


def _earlier_exchanges(case: Case) -> int:
    """How often the same goods of this order were exchanged before."""
    lines = list(case.lines.exclude(order_line=None).values_list("order_line", flat=True))
    earlier = Case.objects.filter(kind=Case.Kind.EXCHANGE, pk__lt=case.pk or 0).exclude(state__in=("refused", "withdrawn"))
    own = Case.objects.filter(case_orders__order=case.order_id, case_orders__kind="exchange").exists()
    return earlier.filter(lines__order_line__in=lines).distinct().count() + int(own) if lines else int(own)


def _of_evidence(case: Case) -> dict[str, Any]:
    known: dict[str, Any] = {}
    rows = Evidence.objects.filter(case=case) if case.pk else Evidence.objects.none()
    for kind, taken_at in rows.order_by("-taken_at").values_list("kind", "taken_at"):
        if kind in (Evidence.Kind.PHOTO, Evidence.Kind.VIDEO):
            known |= {"photos": True, "photos_at": taken_at}
        elif kind == Evidence.Kind.WEIGHT:
            known["weights"] = True
    return known


def _of_parcels(case: Case) -> dict[str, Any]:
    """How it comes back and what the inspector found of it."""
    known: dict[str, Any] = {}
    parcel = InboundParcel.objects.filter(parcel_cases__case=case).order_by("-pk").first()
    if parcel is not None:
        known |= {"courier_back": parcel.courier, "return_number": parcel.number, "collect": parcel.collect_fen > 0}
    findings = list(Finding.objects.filter(item__line__case=case).values_list("condition", "matches_claim", "responsibility"))
    if not findings:
        return known
    faulty = any(matches or condition in ("defective", "damaged") for condition, matches, _who in findings)
    known["inspected"] = "fault" if faulty else "good"
    for condition, _matches, who in findings:
        known |= dict.fromkeys(_WORN.get(condition, ()), True)
        if condition in ("damaged", "defective") and who == "customer":
            known["misused"] = True
    return known


def _category_of(line: Any) -> str:
    if line.sku is None:
        return ""
    words = f"{line.sku.product.category} {line.title}"
    return next((code for code, marks in _CATEGORIES if any(mark in words for mark in marks)), "")


def paid_shares(order: Order) -> dict[int, int]:
    """What was paid for each line of an order after everything that was taken off; the freight is not among it."""
    lines = list(order.lines.order_by("position", "pk"))
    if not lines:
        return {}
    goods = max(0, order.paid_fen - order.freight_fen)
    parts = money.split(goods, [(line.price_fen or 0) * line.quantity for line in lines])
    return dict(zip((line.pk for line in lines), parts, strict=True))


def paid_for(line: OrderLine, quantity: int, shares: Mapping[int, int]) -> int:
    """The part of so many pieces in what was paid for their line; all pieces together are the whole."""
    if quantity >= line.quantity:
        return shares.get(line.pk, 0)
    return money.split(shares.get(line.pk, 0), [quantity, line.quantity - quantity])[0]


def kept(case: Case, given: Mapping[str, Any], names: Iterable[str] = ASKED) -> dict[str, Any]:
    """The facts of a case with those that somebody has told now; an empty answer takes an earlier one away."""
    told = dict(case.facts)
    for name in names:
        if name not in given:
            continue
        value = given[name]
        if value is None or value == "":
            told.pop(name, None)
        else:
            told[name] = value.isoformat() if isinstance(value, datetime) else value
    return told


def unknown(facts: Facts) -> Sequence[str]:
    """What the assessment of this reason turns on and nobody has told yet: asked first on the case page."""
    asks: list[str] = []
    if facts.signed_at is None and facts.sent_at is not None and facts.reason not in ("lost", "delay", "late"):
        asks.append("signed_at")
    if facts.reason == "damaged" and not facts.damage_found:
        asks.append("damage_found")
    if facts.reason == "missing" and not facts.weights:
        asks.append("weights")
    if facts.reason == "lost" and not facts.loss_confirmed:
        asks.append("loss_confirmed")
    return asks
