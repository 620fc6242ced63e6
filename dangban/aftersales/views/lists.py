"""The desk's list of cases, by whom they wait for."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from dangban.aftersales import access, navigation, queries
from dangban.aftersales.models import Case
from dangban.aftersales.queries import Filters
from dangban.aftersales.rules.assessment.reasons import REASONS
from dangban.aftersales.rules.flow import PARTIES, STATES
from dangban.lib import clock, listing
from dangban.lib.errors import NotAllowed
from dangban.people.access import signed_in
from dangban.people.models import Person


def reader(request: HttpRequest) -> Person:
    """Who sees cases at all; everybody else is told that they are not part of their work."""
    person = signed_in(request)
    if not person.can("aftersales.view"):
        raise NotAllowed(_("After-sales is not part of your work here."))
    return person


@require_safe
@login_required
def case_list(request: HttpRequest) -> HttpResponse:
    person = reader(request)
    at = clock.now()
    filters = Filters.read(request.GET)
    after = request.GET.get("after", "")
    page = queries.list_page(person, filters, at, after)
    counts = queries.counts(person, filters.shop, at)
    context = {
        "rooms": navigation.tabs(person, "list"),
        "filters": filters,
        "page": page,
        "count": queries.count(person, filters, at),
        "tabs_": _tabs(filters, counts),
        "chips": _chips(person, filters),
        "here": filters.as_query() | ({"after": after} if after else {}),
        "first_url": _address(filters) if after else "",
        "next_url": _address(filters, after=page.next) if page.next else "",
        "clear_url": _address(Filters(which=filters.which)),
        "states": STATES,
        "parties": PARTIES,
        "reasons": REASONS,
        "owners": queries.owners(person) if filters.which != "mine" else [],
        "may_load": person.can("aftersales.handle"),
    }
    return render(request, "aftersales/_list.html" if listing.is_fragment(request) else "aftersales/list.html", context)


def _address(filters: Filters, after: str = "", **changed: Any) -> str:
    query = filters.as_query(**changed)
    return reverse("aftersales:list", query=query | ({"after": after} if after else {}))


def labels() -> dict[str, str]:
    return {
        "mine": pgettext("cases", "Waiting for me"),
        "agent": pgettext("cases", "For the agent"),
        "customer": pgettext("cases", "For the customer"),
        "warehouse": pgettext("cases", "For the warehouse"),
        "finance": pgettext("cases", "For finance"),
        "approver": pgettext("cases", "For approval"),
        "others": pgettext("cases", "For courier or platform"),
        "late": pgettext("cases", "Overdue"),
        "all": pgettext("cases", "All open"),
        "over": pgettext("cases", "Over"),
    }


def _tabs(filters: Filters, counts: Any) -> list[dict[str, Any]]:
    return [
        {
            "label": label,
            "url": _address(Filters(which=which, shop=filters.shop)),
            "current": which == filters.which and not filters.search,
            "count": counts.get(which, 0),
        }
        for which, label in labels().items()
    ]


def _chips(person: Person, filters: Filters) -> list[dict[str, Any]]:
    shops = [(shop.pk, shop.name) for shop in access.visible_shops(person)]
    groups: list[tuple[str, str, list[tuple[Any, str]]]] = [
        ("shop", _("Shop"), shops if len(shops) > 1 else []),
        ("kind", pgettext("case", "Kind"), [(value, str(label)) for value, label in Case.Kind.choices]),
        ("severe", pgettext("case", "Urgency"), [(True, pgettext("case", "Severe complaint"))]),
    ]
    current = {"shop": filters.shop, "kind": filters.kind, "severe": filters.severe}

    def address(**changed: Any) -> str:
        return _address(filters, **{name: value or getattr(Filters(), name) for name, value in changed.items()})

    return listing.chip_groups(groups, current, address)


pages = [path("", case_list, name="list")]
