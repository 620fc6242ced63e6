"""What is on its way, what is out of stock today, what should be looked at."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from datetime import date

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dangban.lib import clock
from dangban.lib.errors import BadInput
from dangban.people.access import signed_in
from dangban.shops.models import Sku
from dangban.stock import access, actions, queries
from dangban.stock.actions.shortages import Missing
from dangban.stock.forms import DateForm, ExpectForm, ReceiptForm
from dangban.stock.models import Alert
from dangban.stock.views.goods import faults, only_viewers, tabs


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def arrivals(request: HttpRequest) -> HttpResponse:
    person = only_viewers(request)
    form = ExpectForm(person, request.POST or None)
    if request.method == "POST":
        only_viewers(request, "stock.keep")
        if form.is_valid():
            data = form.cleaned_data
            actions.expect(
                data["sku"], data["warehouse"], data["quantity"], data["expected_on"], by=person,
                supplier=data["supplier"], reference=data["reference"],
            )  # fmt: skip
            messages.success(request, _("Arrival noted."))
            return redirect("stock:arrivals")
    which = "closed" if request.GET.get("which") == "closed" else "open"
    rows, following = queries.arrivals(person, which, request.GET.get("after", ""))
    address = reverse("stock:arrivals")
    context = {
        "tabs": tabs(request, "arrivals"),
        "form": form if person.can("stock.keep") else None,
        "which": which,
        "rows": rows,
        "next_url": f"{address}?which={which}&after={following}" if following else "",
        "token": secrets.token_urlsafe(9),
        "zones": access.visible_zones(person, "stock.keep").select_related("warehouse"),
        "may_keep": person.can("stock.keep"),
    }
    return render(request, "stock/arrivals.html", context, status=422 if request.method == "POST" else 200)


@require_POST
@login_required
def arrival_receipt(request: HttpRequest, pk: int) -> HttpResponse:
    only_viewers(request)
    row = access.get_expected(signed_in(request), pk)
    form = ReceiptForm(row.warehouse, request.POST)
    if not form.is_valid():
        raise BadInput(_("Say how many pieces came, and into which zone."), fields=faults(form))
    data = form.cleaned_data
    actions.receive(
        row.sku, data["target"], data["quantity"], by=signed_in(request), key=f"form:{data['key']}", expected=row,
        reference=row.reference,
    )  # fmt: skip
    messages.success(request, _("Received."))
    return redirect("stock:arrivals")


@require_POST
@login_required
def arrival_date(request: HttpRequest, pk: int) -> HttpResponse:
    only_viewers(request)
    row = access.get_expected(signed_in(request), pk)
    form = DateForm(request.POST)
    if not form.is_valid():
        raise BadInput(_("Choose a day."), fields=faults(form))
    actions.postpone(row, form.cleaned_data["expected_on"], was=form.cleaned_data["was"], by=signed_in(request))
    messages.success(request, _("The arrival has another date."))
    return redirect("stock:arrivals")


@require_POST
@login_required
def arrival_cancellation(request: HttpRequest, pk: int) -> HttpResponse:
    only_viewers(request)
    row = access.get_expected(signed_in(request), pk)
    actions.cancel_expected(row, reason=request.POST.get("reason", ""), by=signed_in(request))
    messages.success(request, _("The arrival was called off."))
    return redirect("stock:arrivals")


@require_safe
@login_required
def shortages(request: HttpRequest) -> HttpResponse:
    person = only_viewers(request)
    context = {
        "tabs": tabs(request, "shortages"),
        "sheets": queries.sheets(person, clock.now(), drafts=person.can("stock.keep")),
        "may_keep": person.can("stock.keep"),
        "today": clock.business_day(clock.now()),
    }
    return render(request, "stock/shortages.html", context)


@require_POST
@login_required
def publication(request: HttpRequest, pk: int) -> HttpResponse:
    """The list as it stands in the form: ticked SKUs, each with its date and a word."""
    only_viewers(request)
    person = signed_in(request)
    warehouse = access.get_warehouse(person, pk)
    chosen = [int(one) for one in request.POST.getlist("sku") if one.isdecimal() and len(one) < 18]
    skus = access.visible_skus(person).filter(pk__in=chosen).select_related("product").order_by("pk")
    lines = [Missing(sku, _day(request.POST.get(f"day-{sku.pk}", "")), request.POST.get(f"note-{sku.pk}", "")) for sku in skus]
    lines += _named(request, warehouse.serves.values_list("shop", flat=True))
    actions.publish(warehouse, lines, by=person)
    messages.success(request, _("Published; whoever sells these goods is told."))
    return redirect("stock:shortages")


def _day(given: str) -> date | None:
    try:
        return date.fromisoformat(given) if given else None
    except ValueError:
        raise BadInput(_("“%(text)s” is not a day.") % {"text": given[:40]}) from None


def _named(request: HttpRequest, shops: Iterable[int]) -> list[Missing]:
    """Further goods, by their codes."""
    codes = [code for code in re.split(r"[\s,，、;；]+", request.POST.get("codes", "")) if code]
    found: dict[str, Sku] = {}
    mine = Sku.objects.filter(access.where(signed_in(request), "stock.keep"), shop__in=shops, code__in=codes[:200])
    for sku in mine.select_related("product"):
        found.setdefault(sku.code, sku)
    missing = [code for code in codes if code not in found]
    if missing:
        raise BadInput(_("No goods have these codes: %(codes)s") % {"codes": "、".join(missing[:10])})
    coming = queries.next_arrivals([sku.pk for sku in found.values()])
    days = {sku: arrival.expected_on for sku, arrival in coming.items()}
    return [Missing(sku, days.get(sku.pk)) for sku in found.values()]


@require_safe
@login_required
def alerts(request: HttpRequest) -> HttpResponse:
    person = only_viewers(request)
    counts = queries.alert_counts(person)
    first = next((kind for kind in Alert.Kind.values if counts.get(kind)), Alert.Kind.OVERSOLD.value)
    kind = request.GET.get("kind", "")
    kind = kind if kind in Alert.Kind.values else first
    rows, following = queries.alerts(person, kind, request.GET.get("after", ""))
    address = reverse("stock:alerts")
    context = {
        "tabs": tabs(request, "alerts"),
        "kinds": [
            {"label": str(one.label), "url": f"{address}?kind={one}", "current": one == kind, "count": counts.get(one, 0)}
            for one in Alert.Kind
        ],
        "kind": kind,
        "amount_label": _amounts()[kind],
        "rows": rows,
        "next_url": f"{address}?kind={kind}&after={following}" if following else "",
    }
    return render(request, "stock/alerts.html", context)


def _amounts() -> dict[str, str]:
    return {
        Alert.Kind.OVERSOLD: pgettext("alert", "Pieces missing"),
        Alert.Kind.REORDER: pgettext("alert", "Order at least"),
        Alert.Kind.EXPIRING: pgettext("alert", "Days left"),
        Alert.Kind.SLOW: pgettext("alert", "Days without dispatch"),
    }
