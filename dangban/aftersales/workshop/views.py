"""The pages of rework: what the workshop has, and one order with its acts."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST, require_safe

from dangban.aftersales import navigation
from dangban.aftersales.models.workshop import ReworkOrder
from dangban.aftersales.rules.inspecting import RESPONSIBLE
from dangban.aftersales.workshop import access, actions, queries, rules
from dangban.aftersales.workshop.forms import CheckForm, FinishForm, SeenForm, WhyForm
from dangban.handbook.current import in_force_so_far as in_force
from dangban.lib import clock, listing
from dangban.lib.errors import BadInput, NotAllowed
from dangban.lib.errors import Said as Refusal
from dangban.people.access import signed_in
from dangban.people.models import Person


@require_safe
@login_required
def rework_list(request: HttpRequest) -> HttpResponse:
    person = signed_in(request)
    if not person.can(access.VIEW):
        raise NotAllowed(_("Rework is not part of your work here."))
    filters = queries.Filters.read(request.GET)
    after = request.GET.get("after", "")
    page = queries.list_page(person, filters, after)
    context = {
        "tabs": navigation.tabs(person, "workshop"),
        "filters": filters,
        "page": page,
        "chips": _chips(person, filters),
        "here": filters.as_query() | ({"after": after} if after else {}),
        "narrowed": bool(filters.as_query()),
        "next_url": _address(filters, after=page.next) if page.next else "",
        "first_url": "" if page.first else _address(filters),
    }
    fragment = request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true"
    return render(request, "aftersales/workshop/_list.html" if fragment else "aftersales/workshop/list.html", context)


def _address(filters: queries.Filters, **changed: Any) -> str:
    return reverse("workshop:list", query=filters.as_query(**changed))


def _chips(person: Person, filters: queries.Filters) -> list[dict[str, Any]]:
    shops = [(shop.pk, shop.name) for shop in access.visible_shops(person)]
    states = [(value, str(label)) for value, label in ReworkOrder.State.choices]
    groups: list[tuple[str, str, list[tuple[Any, str]]]] = [
        ("shop", _("Shop"), shops if len(shops) > 1 else []),
        ("state", pgettext("rework", "State"), list(states)),
    ]
    return listing.chip_groups(groups, {"shop": filters.shop, "state": filters.state}, partial(_address, filters))


@require_safe
@login_required
def rework(request: HttpRequest, pk: int) -> HttpResponse:
    person = signed_in(request)
    return render(request, "aftersales/workshop/rework.html", _one(person, access.get_rework(person, pk)))


@require_safe
@login_required
def card(request: HttpRequest, pk: int) -> HttpResponse:
    person = signed_in(request)
    return render(request, "aftersales/workshop/_card.html", _one(person, access.get_rework(person, pk)))


def _one(person: Person, order: ReworkOrder, form: forms.Form | None = None) -> dict[str, Any]:
    start: dict[str, Any] = {"seen": order.version}
    drawn: forms.Form = SeenForm(initial=start)
    if order.state == "issued":
        drawn = FinishForm(initial=start | {"good": order.at_work})
    elif order.state == "done":
        least = rules.sample(order.good, 0, 0, in_force(clock.now()))
        drawn = CheckForm(initial=start | {"sampled": least.amount_fen})
    return {
        "order": order,
        # From a parcel by its code, from dealers as the department is called.
        "responsible": RESPONSIBLE.get(order.responsible, order.responsible),
        "row": queries.row_of(order),
        "may": order.is_open and person.can(access.INSPECT if order.state == "done" else access.KEEP, shop=order.shop_id),
        "form": form or drawn,
        "sample": rules.sample(order.good, 0, 0, in_force(clock.now())) if order.state == "done" else None,
    }


@require_POST
@login_required
def issue(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(request, pk, SeenForm, lambda order, given, by: actions.issue(order, by=by, seen=given["seen"]))


@require_POST
@login_required
def cancellation(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(request, pk, WhyForm, lambda order, given, by: actions.cancel(order, given["why"], by=by, seen=given["seen"]))


@require_POST
@login_required
def finishing(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(
        request, pk, FinishForm,
        lambda order, given, by: actions.finish(
            order, given["good"], given["bad"], by=by, material_fen=given["material"], labour_fen=given["labour"],
            note=given["note"], seen=given["seen"],
        ),
    )  # fmt: skip


@require_POST
@login_required
def check(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(request, pk, CheckForm, lambda order, given, by: actions.check_again(order, given["sampled"], given["failed"], by=by, seen=given["seen"]))


@require_POST
@login_required
def another_round(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(request, pk, WhyForm, lambda order, given, by: actions.send_again(order, given["why"], by=by, seen=given["seen"]))


def _act(
    request: HttpRequest, pk: int, kind: type[SeenForm], act: Callable[[ReworkOrder, dict[str, Any], Person], ReworkOrder]
) -> HttpResponse:
    """Do it; what was typed wrongly stands beside its field on the same page."""
    person = signed_in(request)
    order = access.get_rework(person, pk)
    form = kind(request.POST)
    if form.is_valid():
        try:
            act(order, form.cleaned_data, person)
        except BadInput as said:
            _tell(form, said)
        else:
            return redirect("workshop:rework", pk)
    if isinstance(form, WhyForm) or type(form) is SeenForm:
        faults = {name: [str(error) for error in errors] for name, errors in form.errors.items()}
        raise BadInput(next(iter(faults.values()))[0], fields=faults)
    return render(request, "aftersales/workshop/rework.html", _one(person, order, form), status=422)


def _tell(form: forms.Form, said: Refusal) -> None:
    fields = said.fields if isinstance(said, BadInput) else {}
    known = {name: faults for name, faults in fields.items() if name in form.fields}
    for name, faults in known.items():
        form.add_error(name, list(faults))
    if not known:
        form.add_error(None, said.message)
