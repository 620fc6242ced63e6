"""The register as a work list, as a file, and what came of it."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from dangban.backorders import access, exports, queries
from dangban.backorders.models import Wait
from dangban.backorders.views import only_viewers, tabs
from dangban.journal.actions import record
from dangban.lib import clock, listing
from dangban.lib.days import typed_day
from dangban.lib.listing import StateFilters
from dangban.lib.text import whole
from dangban.people.models import Person


@require_safe
@login_required
def wait_list(request: HttpRequest) -> HttpResponse:
    person = only_viewers(request)
    filters = StateFilters.read(request.GET, queries.STATES)
    after = request.GET.get("after", "")
    page = queries.list_page(person, filters, after)
    context = {
        "tabs": tabs("list"),
        "filters": filters,
        "page": page,
        "count": queries.count(person, filters),
        "chips": _chips(person, filters),
        "here": filters.as_query() | ({"after": after} if after else {}),
        "narrowed": bool(filters.as_query()),
        "next_url": _address(filters, after=page.next) if page.next else "",
        "first_url": "" if page.first else _address(filters),
        "export_url": reverse("backorders:export", query=filters.as_query()) if person.can("backorders.export") else "",
        "may_register": person.can("backorders.register"),
    }
    return render(request, "backorders/_list.html" if listing.is_fragment(request) else "backorders/list.html", context)


def _address(filters: StateFilters, **changed: Any) -> str:
    return reverse("backorders:list", query=filters.as_query(**changed))


def _chips(person: Person, filters: StateFilters) -> list[dict[str, Any]]:
    shops = [(shop.pk, shop.name) for shop in access.visible_shops(person)]
    states = [(value, str(label)) for value, label in Wait.State.choices]
    groups: list[tuple[str, str, list[tuple[Any, str]]]] = [
        ("shop", _("Shop"), shops if len(shops) > 1 else []),
        ("mine", pgettext("back-order", "Whose"), [(True, pgettext("back-order", "Mine"))]),
        ("state", pgettext("back-order", "State"), [*states, (listing.OVER, pgettext("back-order", "All that are over"))]),
    ]

    def address(**changed: Any) -> str:
        said = {name: "1" if value is True else value for name, value in changed.items()}
        return _address(filters, **said)

    return listing.chip_groups(groups, {"shop": filters.shop, "mine": filters.mine, "state": filters.state}, partial(address))


@require_safe
@login_required
def export(request: HttpRequest) -> HttpResponse:
    person = only_viewers(request, "backorders.export")
    filters = StateFilters.read(request.GET, queries.STATES)
    waits = queries.filtered(person, filters).filter(access.where(person, "backorders.export")).select_related(
        "shop", "customer", "sku__product", "gets", "other", "registered_by", "owner", "bought"
    )
    found = list(waits.order_by("-pk")[: exports.MOST_ROWS])
    with transaction.atomic():
        record("backorders.exported", subject=person, by=person, change={"filters": filters.as_query(), "rows": len(found)}, at=clock.now())
    return listing.taken_out(request.GET.get("as", ""), "backorders", exports.columns(), exports.rows(found))


@require_safe
@login_required
def report(request: HttpRequest) -> HttpResponse:
    person = only_viewers(request)
    today = clock.business_day(clock.now())
    until = _day(request.GET.get("until", ""), today)
    since = min(_day(request.GET.get("since", ""), until - timedelta(days=29)), until)
    shops = list(access.visible_shops(person))
    shop = whole(request.GET.get("shop", ""))
    shop = shop if any(one.pk == shop for one in shops) else None
    context = {
        "tabs": tabs("report"),
        "since": since,
        "until": until,
        "shop": shop,
        "shops": shops,
        "report": queries.report(person, since, until, shop),
    }
    return render(request, "backorders/report.html", context)


def _day(written: str, otherwise: date) -> date:
    return typed_day(written) or otherwise
