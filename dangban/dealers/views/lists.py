"""The list of returns, the gate of the warehouse, and the table of a month; as pages and as files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_safe

from dangban.dealers import access, actions, exports, queries
from dangban.dealers.forms import GateForm
from dangban.dealers.models import DealerReturn
from dangban.dealers.views import reader, tabs, tell
from dangban.journal.actions import record
from dangban.lib import clock, listing
from dangban.lib.errors import Said as Refusal
from dangban.lib.excel import Column
from dangban.lib.listing import StateFilters, is_fragment
from dangban.lib.text import whole
from dangban.people.models import Person


@require_safe
@login_required
def return_list(request: HttpRequest) -> HttpResponse:
    person = reader(request)
    filters = StateFilters.read(request.GET, queries.STATES)
    after = request.GET.get("after", "")
    page = queries.list_page(person, filters, after)
    context = {
        "tabs": tabs(person, "list"),
        "filters": filters,
        "page": page,
        "count": queries.count(person, filters),
        "chips": _chips(person, filters),
        "here": filters.as_query() | ({"after": after} if after else {}),
        "narrowed": bool(filters.as_query()),
        "next_url": _address(filters, after=page.next) if page.next else "",
        "first_url": "" if page.first else _address(filters),
        "export_url": reverse("dealers:export", query=filters.as_query()) if person.can(access.EXPORT) else "",
        "may_apply": person.can(access.APPLY),
    }
    return render(request, "dealers/_list.html" if is_fragment(request) else "dealers/list.html", context)


def _address(filters: StateFilters, **changed: Any) -> str:
    said = {name: "1" if value is True else value for name, value in changed.items()}
    return reverse("dealers:list", query=filters.as_query(**said))


def _chips(person: Person, filters: StateFilters) -> list[dict[str, Any]]:
    shops = [(shop.pk, shop.name) for shop in access.visible_shops(person)]
    states = [(value, str(label)) for value, label in DealerReturn.State.choices]
    groups: list[tuple[str, str, list[tuple[Any, str]]]] = [
        ("shop", _("Shop"), shops if len(shops) > 1 else []),
        ("mine", pgettext("dealer return", "Whose"), [(True, pgettext("dealer return", "Mine"))]),
        ("state", pgettext("dealer return", "State"), [*states, (listing.OVER, pgettext("dealer return", "All that are over"))]),
    ]
    return listing.chip_groups(groups, {"shop": filters.shop, "mine": filters.mine, "state": filters.state}, partial(_address, filters))


@require_safe
@login_required
def export(request: HttpRequest) -> HttpResponse:
    person = reader(request, access.EXPORT)
    filters = StateFilters.read(request.GET, queries.STATES)
    found = list(
        queries.filtered(person, filters).filter(access.where(person, access.EXPORT))
        .select_related("dealer", "shop", "applied_by", "owner").prefetch_related("lines__sku", "notes").order_by("-pk")[: exports.MOST_ROWS]
    )  # fmt: skip
    return _taken_out(request, person, "dealer-returns", exports.columns(), list(exports.rows(found)))


def _taken_out(request: HttpRequest, person: Person, name: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    written = list(rows)
    with transaction.atomic():
        change = {"sheet": name, "rows": len(written)}
        record("dealers.exported", subject=person, by=person, change=change, at=clock.now())
    return listing.taken_out(request.GET.get("as", ""), name, columns, written)


# ---- The table of a month ----------------------------------------------------------------------------


@require_safe
@login_required
def month(request: HttpRequest) -> HttpResponse:
    person = reader(request)
    first, shop = _month(request, person)
    query = {"month": f"{first:%Y-%m}"} | ({"shop": str(shop)} if shop else {})
    context = {
        "tabs": tabs(person, "month"),
        "first": first,
        "shop": shop,
        "shops": list(access.visible_shops(person)),
        "table": queries.month(person, first, shop),
        "causes": exports.causes(),
        "here": query,
        "export_url": reverse("dealers:month-export", query=query) if person.can(access.EXPORT) else "",
    }
    return render(request, "dealers/_month.html" if is_fragment(request) else "dealers/month.html", context)


@require_safe
@login_required
def month_export(request: HttpRequest) -> HttpResponse:
    person = reader(request, access.EXPORT)
    first, shop = _month(request, person)
    table = queries.month(person, first, shop, access.EXPORT)
    return _taken_out(request, person, f"dealer-returns-{first:%Y-%m}", exports.month_columns(), exports.month_rows(table))


def _month(request: HttpRequest, person: Person) -> tuple[date, int | None]:
    """The month that is asked for, else this one; the shop where it is one of this person's."""
    today = clock.business_day(clock.now())
    try:
        first = date.fromisoformat(request.GET.get("month", "") + "-01")
    except ValueError:
        first = today.replace(day=1)
    shop = whole(request.GET.get("shop", ""))
    known = shop if shop is not None and access.visible_shops(person).filter(pk=shop).exists() else None
    return first if 2000 <= first.year < 2200 else today.replace(day=1), known


# ---- The gate ------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def gate(request: HttpRequest) -> HttpResponse:
    person = reader(request, access.RECEIVE if request.method == "POST" else access.VIEW)
    may = person.can(access.RECEIVE)
    form = GateForm(person, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            known = actions.announced(person, given["number"])
            arrival = actions.arrive(
                known.shop if known is not None else given["shop"], given["warehouse"], given["number"], by=person, courier=given["courier"], sender=given["sender"]
            )
        except Refusal as said:
            tell(form, said)
        else:
            if not arrival.why and arrival.made is not None:
                messages.success(request, _("Let in. Now it is counted together."))
                return redirect("dealers:return", arrival.made.pk)
            messages.error(request, _("Turn it away: %(why)s. It is written down.") % {"why": arrival.get_why_display()})
            return redirect("dealers:gate")
    awaited, came = queries.gate(person)
    shops = list(access.visible_shops(person).values_list("pk", flat=True))
    context = {"tabs": tabs(person, "gate"), "form": form, "may": may, "awaited": awaited, "came": came, "live_shops": shops}
    if is_fragment(request) and request.method != "POST":
        return render(request, "dealers/_gate.html", context)
    return render(request, "dealers/gate.html", context, status=422 if request.method == "POST" else 200)
