"""A new case: the order is found first, then what is asked for which of its goods."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from dangban.aftersales import access, facts, queries
from dangban.aftersales.actions import Wanted, open_case
from dangban.aftersales.forms import NewCaseForm
from dangban.aftersales.models import Case
from dangban.aftersales.views.lists import reader
from dangban.lib.errors import BadInput, NotAllowed
from dangban.lib.text import whole
from dangban.orders import access as order_access
from dangban.orders.models import Order
from dangban.orders.queries import listing
from dangban.people.access import signed_in
from dangban.people.models import Person

_HITS = 20


@require_safe
@login_required
def new(request: HttpRequest) -> HttpResponse:
    person = reader(request)
    if not person.can("aftersales.handle"):
        raise NotAllowed(_("After-sales cases are opened by who handles them."))
    typed = request.GET.get("q", "").strip()[:80].replace("\x00", "")
    found = _orders(person, typed) if typed else []
    if len(found) == 1:
        return redirect("aftersales:new-of", found[0].pk)
    return render(request, "aftersales/new.html", {"typed": typed, "orders": found})


def _orders(person: Person, typed: str) -> list[Order]:
    rows = listing.list_page(person, listing.Filters(search=typed), size=_HITS).rows
    ids = [row.pk for row in rows]
    return list(order_access.visible_orders(person).filter(pk__in=ids).select_related("shop", "customer").order_by("-created_at", "-pk"))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def of_order(request: HttpRequest, pk: int) -> HttpResponse:
    person = signed_in(request)
    order = order_access.get_order(person, pk)
    access.require(person, "aftersales.handle", order.shop_id)
    lines = list(order.lines.select_related("sku").order_by("position", "pk"))
    form = NewCaseForm(lines, request.POST or None, initial=_start(order, request))
    if request.method == "POST" and form.is_valid():
        try:
            made = _open(order, form, person, whole(request.POST.get("thread", "")))
        except BadInput as wrong:
            form.add_error(None, wrong.message)
        else:
            return redirect("aftersales:case", made.pk)
    context = {"order": order, "form": form, "known": queries.of_order(person, order), "thread": request.GET.get("thread", "") or request.POST.get("thread", "")}
    return render(request, "aftersales/new_of_order.html", context, status=422 if request.method == "POST" else 200)


def _start(order: Order, request: HttpRequest) -> dict[str, Any]:
    asked = request.GET.get("kind", "")
    unsent = order.dispatched_at is None
    return {"kind": asked if asked in Case.Kind.values else Case.Kind.REFUND if unsent else Case.Kind.RETURN, "reason": "late" if unsent else "quality"}


def _open(order: Order, form: NewCaseForm, person: Person, thread_id: int | None) -> Case:
    given, shares = form.cleaned_data, facts.paid_shares(order)
    goods = [Wanted(line, quantity, facts.paid_for(line, quantity, shares), gift=not line.price_fen) for line, quantity in form.chosen().items()]
    return open_case(
        order.shop, given["kind"], given["reason"], by=person, source=Case.Source.CHAT if thread_id else Case.Source.ORDER, order=order,
        lines=goods, note=given["note"], asked_fen=given["asked_fen"], severe=given["severe"], thread_id=thread_id,
    )  # fmt: skip


pages = [
    path("new/", new, name="new"),
    path("orders/<int:pk>/", of_order, name="new-of"),
]
