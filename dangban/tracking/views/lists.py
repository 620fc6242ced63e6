"""The work list of parcels: on their way, stalled, in trouble, arrived."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from dangban.lib import clock, listing, masks, text
from dangban.lib.errors import NotAllowed
from dangban.orders.access import where
from dangban.orders.actions import log_export
from dangban.people.access import holds_everywhere, signed_in
from dangban.people.models import Person, Shop
from dangban.tracking import exports, queries
from dangban.tracking.models import Track


@require_safe
@login_required
def work_list(request: HttpRequest) -> HttpResponse:
    person = _reader(request)
    filters = _filters(request)
    after = request.GET.get("after", "")
    page = queries.list_page(person, filters, after)
    shops = list(Shop.objects.filter(where(person, "orders.view", "pk")).order_by("name", "pk"))
    context = {
        "filters": filters,
        "page": page,
        "count": queries.count(person, filters),
        "tabs_": _tabs(person, filters),
        "chips": _chips(filters, shops),
        "here": _query(filters, **({"after": after} if after else {})),
        "first_url": _address(filters) if after else "",
        "next_url": _address(filters, after=page.next) if page.next else "",
        "export_url": reverse("tracking:export", query=_query(filters)),
        "may_export": person.can("orders.export"),
        "may_note": person.can("tracking.note"),
        "may_connect": holds_everywhere(person, "tracking.connect"),
        "scrub": masks.scrub,
    }
    return render(request, "tracking/_list.html" if listing.is_fragment(request) else "tracking/list.html", context)


@require_safe
@login_required
def export(request: HttpRequest) -> HttpResponse:
    person = signed_in(request)
    if not person.can("orders.export"):
        raise NotAllowed(_("You may not take parcels out as a file. Ask your leader."))
    filters = _filters(request)
    data, count, shops = exports.work_list(person, filters)
    log_export(person, {"list": "parcels", **_query(filters)}, count, shops)
    return listing.download(data, f"parcels-{clock.local(clock.now()):%Y%m%d-%H%M}.xlsx")


def _reader(request: HttpRequest) -> Person:
    person = signed_in(request)
    if not person.can("orders.view"):
        raise NotAllowed(_("Parcels are not part of your work here."))
    return person


def _filters(request: HttpRequest) -> queries.Filters:
    given = request.GET
    which, state = given.get("which", ""), given.get("state", "")
    return queries.Filters(
        which=which if which in queries.WHICH else "moving",
        state=state if state in Track.State.values and which != "over" else "",
        shop=text.whole(given.get("shop", "")),
        search=given.get("q", "")[:80].replace("\x00", "").strip(),
    )


def _query(filters: queries.Filters, **changed: Any) -> dict[str, str]:
    current = {
        "which": "" if filters.which == "moving" else filters.which, "state": filters.state, "shop": filters.shop, "q": filters.search,
    }  # fmt: skip
    return {name: str(value) for name, value in (current | changed).items() if value}


def _address(filters: queries.Filters, **changed: Any) -> str:
    return reverse("tracking:list", query=_query(filters, **changed))


def _tabs(person: Person, filters: queries.Filters) -> list[dict[str, Any]]:
    counts = queries.counts(person)
    labels = {
        "moving": pgettext("parcels", "On their way"),
        "stalled": pgettext("parcels", "Stalled"),
        "trouble": pgettext("parcels", "In trouble"),
        "over": pgettext("parcels", "Arrived"),
    }
    return [
        {
            "label": label,
            "url": _address(queries.Filters(which=which, shop=filters.shop)),
            "current": which == filters.which and not filters.search,
            "count": counts.get(which, 0),
        }
        for which, label in labels.items()
    ]


def _chips(filters: queries.Filters, shops: list[Shop]) -> list[dict[str, Any]]:
    groups: list[tuple[str, str, list[tuple[Any, str]]]] = []
    if len(shops) > 1:
        groups.append(("shop", _("Shop"), [(shop.pk, shop.name) for shop in shops]))
    if filters.which in ("moving", "stalled"):
        states = [(value, str(label)) for value, label in Track.State.choices if value not in ("", "signed", "returned")]
        groups.append(("state", _("Where it is"), states))
    return listing.chip_groups(groups, {"shop": filters.shop, "state": filters.state}, lambda **changed: _address(filters, **changed))
