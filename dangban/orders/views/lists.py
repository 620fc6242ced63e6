"""The list of orders, and the same as a workbook."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dangban.lib import clock, listing, masks
from dangban.lib.errors import NotAllowed
from dangban.orders import access, actions, exports
from dangban.orders.models import Order
from dangban.orders.queries import listing as order_listing
from dangban.orders.queries import marks
from dangban.people.access import signed_in
from dangban.people.models import Shop


@require_safe
@login_required
def order_list(request: HttpRequest) -> HttpResponse:
    person = signed_in(request)
    if not person.can("orders.view"):
        raise NotAllowed(_("Orders are not part of your work here."))
    filters = order_listing.Filters.read(request.GET)
    page = order_listing.list_page(person, filters, request.GET.get("after", ""))
    shops = list(Shop.objects.filter(access.where(person, "orders.view", "pk")).order_by("name", "pk"))
    context = {
        "filters": filters,
        "page": page,
        "count": order_listing.count(person, filters),
        "shops": shops,
        "chips": _chips(filters, shops),
        "narrowed": bool(filters.as_query()),
        "next_url": _address(filters, after=page.next) if page.next else "",
        "first_url": "" if page.first else _address(filters),
        "export_url": reverse("orders:export", query=filters.as_query()),
        "clear_url": reverse("orders:list"),
        "scrub": masks.scrub,
        "may_load": person.can("orders.import"),
        "may_export": person.can("orders.export"),
    }
    return render(request, "orders/order_list.html", context)


def _address(filters: order_listing.Filters, **changed: Any) -> str:
    return reverse("orders:list", query=filters.as_query(**changed))


def _chips(filters: order_listing.Filters, shops: list[Shop]) -> list[dict[str, Any]]:
    """Groups of links, each switching one filter on or off."""
    groups: list[tuple[str, str, list[tuple[Any, str]]]] = [
        ("status", _("Status"), [(value, str(label)) for value, label in Order.Status.choices]),
        (
            "refund",
            _("Refund"),
            [(v, str(label)) for v, label in Order.Refund.choices if v != Order.Refund.NONE],
        ),
        ("flag", _("Flag"), [(flag.code, str(flag.meaning)) for flag in marks.legend()]),
        ("wish", _("Wishes"), [("open", _("Open wishes"))]),
    ]
    if len(shops) > 1:
        groups.insert(0, ("shop", _("Shop"), [(shop.pk, shop.name) for shop in shops]))
    current = {
        "shop": filters.shop,
        "status": filters.status,
        "refund": filters.refund,
        "flag": filters.flag,
        "wish": filters.wish,
    }
    return listing.chip_groups(groups, current, partial(_address, filters))


@require_safe
@login_required
def export(request: HttpRequest) -> HttpResponse:
    person = signed_in(request)
    if not person.can("orders.export"):
        raise NotAllowed(_("You may not take orders out as a file. Ask your leader."))
    filters = order_listing.Filters.read(request.GET)
    data, count, shops = exports.order_list(person, filters)
    actions.log_export(person, filters.as_query(), count, shops)
    return listing.download(data, f"orders-{clock.local(clock.now()):%Y%m%d-%H%M}.xlsx")
