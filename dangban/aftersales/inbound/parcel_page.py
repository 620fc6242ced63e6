"""What the page of a parcel shows, by its state and by who reads it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dangban.aftersales import access
from dangban.aftersales.clauses.parcels import UNCLAIMED_AGES
from dangban.aftersales.facts import collect
from dangban.aftersales.inbound import counting, guessing, holding, inspecting, resending, shelving
from dangban.aftersales.inbound import forms as inbound_forms
from dangban.aftersales.inbound.holding import State
from dangban.aftersales.models import Case, Finding, InboundParcel, ParcelItem, Resend, Settlement
from dangban.aftersales.rules.assessment.reasons import REASONS
from dangban.aftersales.rules.inspecting import DISPOSALS, RESPONSIBLE
from dangban.aftersales.rules.matching import Guess
from dangban.desk.models import Deadline
from dangban.handbook.current import in_force_so_far as in_force
from dangban.media.links import signed_url
from dangban.orders.models import Order
from dangban.people.models import Person

SIGNS = {
    "waybill": _("tracking number"),
    "waybill_close": _("tracking number but for one character"),
    "order_number": _("order number"),
    "order_tail": _("end of the order number"),
    "phone": _("phone"),
    "name": pgettext_lazy("sign", "name"),
    "name_part": _("family name"),
    "address": _("address"),
    "city": _("city"),
    "goods": pgettext_lazy("sign", "goods"),
    "goods_part": _("some of the goods"),
    "other_goods": _("other goods"),
    "weight": _("weight"),
    "returning": _("a return is awaited"),
    "open_case": _("open case"),
    "recent": _("sent lately"),
    "old": _("sent long ago"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A guess with the thing it points to and its signs in words."""

    guess: Guess
    key: str
    case: Case | None
    order: Order | None

    @property
    def signs(self) -> list[tuple[object, int]]:
        return [(SIGNS[sign], points) for sign, points in self.guess.reasons]


def cases_of(parcel: InboundParcel) -> list[Case]:
    return list(Case.objects.filter(parcel_cases__parcel=parcel).select_related("shop", "order", "customer", "owner").order_by("pk"))


def facts(parcel: InboundParcel, person: Person) -> dict[str, Any]:
    """The part that changes while one looks at it."""
    cases = [case for case in cases_of(parcel) if person.can("aftersales.view", shop=case.shop_id)]
    items = list(parcel.items.select_related("sku", "zone", "line__case").prefetch_related("findings__by").order_by("pk"))
    clock_of = Deadline.objects.filter(subject_kind=holding.SUBJECT, subject_id=parcel.pk, met_at=None, cancelled_at=None).first()
    resend = Resend.objects.filter(case__parcel_cases__parcel=parcel).select_related("new_order", "by", "swapped_by").first()
    return {
        "parcel": parcel, "cases": cases, "items": items, "clock_": clock_of, "resend": resend, "reasons": REASONS, "responsible": RESPONSIBLE,
        "photos": [(use, signed_url(use.key)) for use in shelving.photos([parcel.pk])[parcel.pk]],
    }  # fmt: skip


def everything(
    parcel: InboundParcel, person: Person, at: datetime, given: Mapping[str, str] | None, forms: Mapping[str, Any]
) -> dict[str, Any]:
    context = facts(parcel, person)
    cases, items = context["cases"], context["items"]
    receives = access.may(person, "aftersales.receive", parcel.shop_id)
    handles = access.may(person, "aftersales.handle", parcel.shop_id)
    inspects = access.may(person, "aftersales.inspect", parcel.shop_id)
    context |= {
        "receives": receives, "handles": handles, "inspects": inspects, "given": given or {}, "allowed": DISPOSALS,
        "may_photograph": receives and parcel.state not in (State.EXPECTED, State.CANCELLED), **inbound_forms.CHOICES,
    }  # fmt: skip
    if parcel.state == State.SHELF:
        context |= _of_shelf(parcel, person, at, given)
    elif parcel.state in (State.ARRIVED, State.COUNTED):
        context |= _of_work(parcel, items, given) | {"at_once": inspecting.at_once(parcel, at), "card_wanted": counting.card_wanted(parcel, at)}
    if parcel.state == State.INSPECTED:
        context["waiting"] = _waiting(items)
        context["going_back"] = [_going_back(case) for case in cases if any(one.item.line and one.item.line.case_id == case.pk for one in context["waiting"] if one.disposal == Finding.Disposal.SEND_BACK)]
    context["may_swap"] = context["resend"] is not None and not context["resend"].swapped_at and access.may(person, "aftersales.pay", parcel.shop_id)
    case = next((one for one in cases if one.kind == Case.Kind.UNDELIVERABLE and one.order_id), None)
    if case is not None and context["resend"] is None and handles and parcel.state in (State.ARRIVED, State.COUNTED, State.INSPECTED):
        context["may_resend"] = resending.who_bears(case, 0, at)
    return context


def _of_shelf(parcel: InboundParcel, person: Person, at: datetime, given: Mapping[str, str] | None) -> dict[str, Any]:
    first = {
        "sender": parcel.sender, "phone_tail": parcel.phone_tail, "label_text": parcel.label_text, "goods": " ".join(parcel.goods_seen),
        "weight_g": parcel.weight_g, "shelf": parcel.shelf,
    }  # fmt: skip
    form = inbound_forms.DescribeForm(given) if given is not None and "label_text" in given else inbound_forms.DescribeForm(initial=first)
    found = guessing.guesses(parcel, person, at)
    return {"describe": form, "guesses": shown(found), "disposal": shelving.may_be_disposed(parcel, at)}


def shown(found: Sequence[Guess]) -> list[Shown]:
    keys = [guess.candidate.key.partition(":") for guess in found]
    cases = Case.objects.select_related("order", "customer", "shop").prefetch_related("lines").in_bulk([int(pk) for kind, _colon, pk in keys if kind == "case"])
    orders = Order.objects.select_related("customer", "shop").prefetch_related("lines").in_bulk([int(pk) for kind, _colon, pk in keys if kind == "order"])
    return [
        Shown(guess, guess.candidate.key, cases.get(int(pk)) if kind == "case" else None, orders.get(int(pk)) if kind == "order" else None)
        for guess, (kind, _colon, pk) in zip(found, keys, strict=True)
    ]


def _of_work(parcel: InboundParcel, items: list[ParcelItem], given: Mapping[str, str] | None) -> dict[str, Any]:
    inside = {"cash": f"{parcel.cash_fen / 100:.2f}" if parcel.cash_fen else "", "weight_g": parcel.weight_g, "seen": parcel.version}
    card = {True: "yes", False: "no", None: ""}[parcel.card_enclosed]
    sent = given is not None and "card" in given
    form = inbound_forms.InsideForm(given) if sent else inbound_forms.InsideForm(initial=inside | {"card": card, "note": parcel.note})
    inspected = given if given is not None and any(name.startswith("find-") for name in given) else None
    return {"inside": form, "lines": inbound_forms.inspection_lines(items, inspected)}


def _waiting(items: Sequence[ParcelItem]) -> list[Finding]:
    return [finding for item in items for finding in item.findings.all() if finding.disposed_at is None]


def _going_back(case: Case) -> dict[str, Any]:
    """Both freights as far as they are known, and whether they were asked for and paid."""
    known = collect(case)
    asked = list(Settlement.objects.filter(case=case, kind=Settlement.Kind.TOPUP).exclude(state=Settlement.State.CANCELLED).order_by("pk"))
    return {
        "case": case, "both_fen": known.freight_out_fen + (known.freight_back_fen or known.freight_out_fen), "asked": asked,
        "paid": bool(asked) and all(one.state == Settlement.State.PAID for one in asked),
    }  # fmt: skip


def owner_by(said: str, person: Person) -> Case | Order | None:
    """What a guess's key or a typed number names, among what this person sees."""
    said = said.strip()
    if match := re.fullmatch(r"case:(\d{1,17})", said) or re.fullmatch(r"(?i)sh0*(\d{1,12})", said):
        return access.visible_cases(person).select_related("shop").filter(pk=int(match[1])).first()
    orders = Order.objects.filter(access.where(person)).select_related("shop", "customer")
    if match := re.fullmatch(r"order:(\d{1,17})", said):
        return orders.filter(pk=int(match[1])).first()
    return orders.filter(platform_id=said[:64]).order_by("-pk").first() if said else None


@dataclass(frozen=True, slots=True)
class ShelfRow:
    parcel: InboundParcel
    days: int
    due_at: datetime | None
    overdue: bool
    may_go: bool
    photo: str


def shelf_rows(parcels: Sequence[InboundParcel], at: datetime) -> list[ShelfRow]:
    """How long each has lain there, and what the rules say of that."""
    rules = in_force(at)
    chased = rules[UNCLAIMED_AGES] if rules.has(UNCLAIMED_AGES) else None
    photos = shelving.photos([parcel.pk for parcel in parcels])
    rows = []
    for parcel in parcels:
        since = parcel.arrived_at or at
        due_at = since + chased if chased is not None else None
        first = photos[parcel.pk][0] if photos[parcel.pk] else None
        rows.append(
            ShelfRow(
                parcel, (at - since) // timedelta(days=1), due_at, due_at is not None and due_at < at,
                shelving.may_be_disposed(parcel, at).outcome == "may", signed_url(first.key) if first and first.kind == "image" else "",
            )
        )  # fmt: skip
    return rows
