"""What is there: the list, the card of one SKU with its ledger, and what is done with its goods."""

from __future__ import annotations

import secrets
from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST, require_safe

from dangban.lib import listing
from dangban.lib.errors import BadInput, NotAllowed, Refused
from dangban.people.access import signed_in
from dangban.people.models import Person
from dangban.shops.models import Sku
from dangban.stock import access, actions, exports, queries
from dangban.stock.forms import FIELDS, MovementForm
from dangban.stock.models import Movement

Kind = Movement.Kind


def only_viewers(request: HttpRequest, permission: str = "stock.view") -> Person:
    person = signed_in(request)
    if not person.can(permission):
        raise NotAllowed(_("Stock is not part of your work here."))
    return person


def faults(form: Form) -> dict[str, list[str]]:
    """What is wrong with a form that has no page of its own, by field."""
    return {name: [str(error) for error in errors] for name, errors in form.errors.items()}


def tabs(request: HttpRequest, current: str) -> list[dict[str, Any]]:
    """The pages of the room, with how much waits on each."""
    counts = queries.alert_counts(signed_in(request))
    pages = [
        ("list", pgettext("stock tab", "Stock"), "stock:list", 0),
        ("arrivals", pgettext("stock tab", "Arrivals"), "stock:arrivals", 0),
        ("shortages", pgettext("stock tab", "Out of stock"), "stock:shortages", 0),
        ("alerts", pgettext("stock tab", "To look at"), "stock:alerts", sum(counts.values())),
        ("count", pgettext("stock tab", "Count"), "stock:count", 0),
        ("warehouses", pgettext("stock tab", "Warehouses"), "stock:warehouses", 0),
    ]
    hidden = set() if signed_in(request).can("stock.keep") else {"count"}
    hidden |= set() if signed_in(request).can("stock.arrange") else {"warehouses"}
    return [
        {"label": label, "url": reverse(url), "current": key == current, "count": count}
        for key, label, url, count in pages
        if key not in hidden
    ]


@require_safe
@login_required
def stock_list(request: HttpRequest) -> HttpResponse:
    person = only_viewers(request)
    filters = queries.Filters.read(request.GET)
    page = queries.list_page(person, filters, request.GET.get("after", ""))
    context = {
        "tabs": tabs(request, "list"),
        "filters": filters,
        "page": page,
        "chips": _chips(person, filters),
        "narrowed": bool(filters.as_query()),
        "next_url": _address(filters, after=page.next) if page.next else "",
        "first_url": "" if page.first else _address(filters),
        "export_url": reverse("stock:export", query=filters.as_query()),
        "may_arrange": person.can("stock.arrange"),
    }
    return render(request, "stock/stock_list.html", context)


def _address(filters: queries.Filters, **changed: Any) -> str:
    return reverse("stock:list", query=filters.as_query(**changed))


def _chips(person: Person, filters: queries.Filters) -> list[dict[str, Any]]:
    shops = [(shop.pk, shop.name) for shop in access.visible_shops(person)]
    warehouses = [(one.pk, one.name) for one in access.visible_warehouses(person)]
    states = [
        ("out", pgettext("stock", "Nothing free")),
        ("free", pgettext("stock", "Free")),
        ("held", pgettext("stock", "Reserved")),
        ("unreleased", pgettext("stock", "Not released")),
    ]
    groups: list[tuple[str, str, list[tuple[Any, str]]]] = [
        ("shop", _("Shop"), shops if len(shops) > 1 else []),
        ("warehouse", _("Warehouse"), warehouses if len(warehouses) > 1 else []),
        ("state", pgettext("stock", "Show"), states),
    ]
    current = {"shop": filters.shop, "warehouse": filters.warehouse, "state": filters.state}
    return listing.chip_groups(groups, current, partial(_address, filters))


@require_safe
@login_required
def export(request: HttpRequest) -> HttpResponse:
    person = only_viewers(request)
    levels = queries.filtered(person, queries.Filters.read(request.GET)).order_by("-pk")
    found = list(levels.select_related("sku__product", "warehouse", "shop")[: exports.MOST_ROWS])
    coming = queries.next_arrivals([level.sku_id for level in found][:10_000])
    return listing.taken_out(request.GET.get("as", ""), "stock", exports.list_columns(), exports.list_rows(found, coming))


@require_safe
@login_required
def card(request: HttpRequest, pk: int) -> HttpResponse:
    only_viewers(request)
    sku = access.get_sku(signed_in(request), pk)
    part = request.headers.get("HX-Request") == "true" and request.headers.get("HX-Target") == "stock-card"
    return render(request, "stock/_card.html" if part else "stock/card.html", _context(request, sku))


def _context(request: HttpRequest, sku: Sku, form: MovementForm | None = None, kind: str = "") -> dict[str, Any]:
    person = signed_in(request)
    may_keep = person.can("stock.keep", shop=sku.shop_id)
    kind = kind or request.GET.get("do", "")
    kind = kind if kind in FIELDS else Kind.RECEIPT
    lines, undone, older = queries.ledger(sku, request.GET.get("before", ""))
    if form is None and may_keep:
        form = MovementForm(person, sku, kind, initial={"key": secrets.token_urlsafe(12)})
    address = reverse("stock:card", args=[sku.pk])
    return {
        "sku": sku,
        "card": queries.card(sku),
        "lines": lines,
        "undone": undone,
        "older_url": f"{address}?before={older}#ledger" if older else "",
        "newest_url": f"{address}#ledger" if "before" in request.GET else "",
        "may_keep": may_keep,
        "form": form if may_keep else None,
        "kind": kind,
        "kinds": [
            {"label": _VERBS[one](), "url": f"{address}?do={one}#act", "current": one == kind} for one in FIELDS
        ],
        "verb": _VERBS[Kind(kind)](),
    }


_VERBS = {
    Kind.RECEIPT: lambda: pgettext("stock act", "Receive"),
    Kind.DISPATCH: lambda: pgettext("stock act", "Dispatch"),
    Kind.RETURN: lambda: pgettext("stock act", "Take back"),
    Kind.MOVE: lambda: pgettext("stock act", "Move"),
    Kind.SCRAP: lambda: pgettext("stock act", "Scrap"),
    Kind.COUNT: lambda: pgettext("stock act", "Count"),
}


@require_POST
@login_required
def movements(request: HttpRequest, pk: int) -> HttpResponse:
    """One act with the goods; the key of the form makes it happen once."""
    only_viewers(request)
    person = signed_in(request)
    sku = access.get_sku(person, pk)
    access.require(person, sku.shop_id)
    kind = request.POST.get("kind", "")
    if kind not in FIELDS:
        raise BadInput(_("Choose what is done."))
    form = MovementForm(person, sku, kind, request.POST)
    if form.is_valid():
        try:
            _act(sku, kind, form.cleaned_data, by=person)
        except (BadInput, Refused) as said:
            form.add_error(None, said.message)
        else:
            messages.success(request, _("Booked."))
            return redirect("stock:card", sku.pk)
    return render(request, "stock/card.html", _context(request, sku, form, kind), status=422)


def _act(sku: Sku, kind: str, data: dict[str, Any], *, by: Person) -> None:
    said: dict[str, Any] = {name: data[name] for name in ("batch", "reference", "reason") if name in data}
    said |= {"by": by, "key": f"form:{data['key']}"}
    quantity = data["quantity"]
    if kind == Kind.RECEIPT:
        actions.receive(sku, data["target"], quantity, **said)
    elif kind == Kind.DISPATCH:
        actions.take_out(sku, quantity, **said)
    elif kind == Kind.RETURN:
        actions.return_in(sku, data["target"], quantity, **said)
    elif kind == Kind.MOVE:
        actions.move(sku, data["source"], data["target"], quantity, **said)
    elif kind == Kind.SCRAP:
        actions.scrap(sku, data["source"], quantity, **said)
    else:
        actions.count(sku, data["source"], quantity, **said)


@require_POST
@login_required
def correction(request: HttpRequest, pk: int) -> HttpResponse:
    only_viewers(request)
    movement = access.get_movement(signed_in(request), pk)
    actions.correct(movement, reason=request.POST.get("reason", ""), by=signed_in(request))
    messages.success(request, _("Taken back by a further line."))
    return redirect("stock:card", movement.sku_id)
