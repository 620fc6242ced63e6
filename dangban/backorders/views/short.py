"""An order whose goods are not there: reported, known to who sold it, settled with the customer."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dangban.backorders import access, actions
from dangban.backorders.actions import Chosen
from dangban.backorders.forms import ChoiceForm, ShortForm
from dangban.backorders.models import Shortfall
from dangban.desk.models import Deadline
from dangban.lib import clock
from dangban.lib.errors import BadInput
from dangban.lib.errors import Said as Refusal
from dangban.orders import access as orders
from dangban.people.access import signed_in
from dangban.people.models import Person


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def report(request: HttpRequest, order_pk: int) -> HttpResponse:
    """Which goods of a paid order are not there."""
    person = signed_in(request)
    order = orders.get_order(person, order_pk)
    access.require(person, order.shop_id, "orders.flag")
    form = ShortForm(order, request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = actions.report_short(order, given["sku"], by=person, quantity=given["quantity"], expected_on=given["expected_on"])
        except Refusal as said:
            _tell(form, said)
        else:
            return redirect("backorders:short", made.pk)
    return render(request, "backorders/short_report.html", {"form": form, "order": order}, status=422 if request.method == "POST" else 200)


@require_safe
@login_required
def short(request: HttpRequest, pk: int) -> HttpResponse:
    person = signed_in(request)
    return render(request, "backorders/short.html", _one(person, access.get_shortfall(person, pk)))


@require_safe
@login_required
def card(request: HttpRequest, pk: int) -> HttpResponse:
    person = signed_in(request)
    return render(request, "backorders/_short.html", _one(person, access.get_shortfall(person, pk)))


def _one(person: Person, found: Shortfall, form: ChoiceForm | None = None) -> dict[str, Any]:
    running = Deadline.objects.filter(subject_kind="backorders.shortfall", subject_id=found.pk, met_at=None, cancelled_at=None)
    is_open = found.over_at is None and found.exception.settled_at is None
    start = {"seen": found.exception.version, "until": found.expected_on}
    return {
        "short": found,
        "clock": running.first(),
        "grants": actions.compensation_of(found, clock.now()),
        "form": form or ChoiceForm(initial=start),
        "may": is_open and person.can("orders.flag", shop=found.shop_id),
        "is_open": is_open,
    }


@require_POST
@login_required
def known(request: HttpRequest, pk: int) -> HttpResponse:
    person = signed_in(request)
    actions.know(access.get_shortfall(person, pk), by=person)
    return redirect("backorders:short", pk)


@require_POST
@login_required
def choice(request: HttpRequest, pk: int) -> HttpResponse:
    person = signed_in(request)
    found = access.get_shortfall(person, pk)
    access.require(person, found.shop_id, "orders.flag")
    form = ChoiceForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            actions.choose(found, Chosen(given["choice"], given["other"], given["until"], given["words"], given["seen"]), by=person)
        except BadInput as said:
            _tell(form, said)
        else:
            return redirect("backorders:short", pk)
    return render(request, "backorders/short.html", _one(person, found, form), status=422)


def _tell(form: forms.Form, said: Refusal) -> None:
    fields = said.fields if isinstance(said, BadInput) else {}
    known_ones = {name: faults for name, faults in fields.items() if name in form.fields}
    for name, faults in known_ones.items():
        form.add_error(name, list(faults))
    if not known_ones:
        form.add_error(None, said.message)
