"""Somebody leaves: the last day of work entered ahead, what is open with them, and taking it back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from dangban.handbook.current import in_force_so_far
from dangban.handbook.decisions import Decision
from dangban.lib import clock
from dangban.lib.errors import Conflict, Said
from dangban.people import queries as people
from dangban.people import rules
from dangban.people.actions import falls_to
from dangban.people.models import Person
from dangban.people.ports import OpenItem
from dangban.people.requests import PersonRequest
from dangban.staff import access, actions
from dangban.staff.forms import DepartureForm, WithdrawForm
from dangban.staff.models import Departure
from dangban.staff.views import tabs, tell


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def departure(request: PersonRequest, pk: int) -> HttpResponse:
    """Who leads somebody or keeps files enters it and sees what is open; the person sees that it is entered."""
    person = access.get_file(request.user, pk)
    form = DepartureForm(person, _decision(request.user, person).outcome != "may", request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _page(request, pk, form, WithdrawForm())
    if form.is_valid():
        try:
            actions.enter_departure(person, by=request.user, at=clock.now(), **form.cleaned_data)
        except Said as said:
            if said.status == 403:
                raise
            tell(form, said)
        else:
            messages.success(request, _("Entered. The account closes by itself after the last day."))
            return redirect("staff:departure", pk)
    else:
        access.must_let_go(request.user, person)
    return _page(request, pk, form, WithdrawForm(), status=422)


@login_required
@require_POST
def withdrawal(request: PersonRequest, pk: int) -> HttpResponse:
    person = access.get_file(request.user, pk)
    access.must_let_go(request.user, person)
    made = Departure.objects.filter(person=person).order_by("-pk").first()
    if made is None:
        raise Conflict(_("This leaving is withdrawn or carried out already."))
    form = WithdrawForm(request.POST)
    if form.is_valid():
        try:
            actions.withdraw_departure(made, form.cleaned_data["why"], by=request.user, at=clock.now())
        except Said as said:
            if said.status in (403, 409):
                raise
            tell(form, said)
        else:
            messages.success(request, _("Withdrawn. What was taken out of the rosters is back where nothing else was planned."))
            return redirect("staff:file", pk)
    return _page(request, pk, DepartureForm(person, False), form, status=422)


def _open_work(reader: Person, person: Person) -> list[tuple[str, object, Sequence[OpenItem]]]:
    """Only who may let somebody go sees what is open with them."""
    return people.open_work(person) if person.is_active and access.may_lead(reader, person) else []


def _decision(reader: Person, person: Person) -> Decision:
    return rules.leaving(sum(len(items) for _name, _label, items in _open_work(reader, person)), False, in_force_so_far(clock.now()))


def _page(request: PersonRequest, pk: int, form: forms.Form, withdrawing: forms.Form, *, status: int = 200) -> HttpResponse:
    reader, person = request.user, access.get_file(request.user, pk)
    may = access.may_lead(reader, person)
    rows = Departure.objects.filter(person=person).select_related("to", "entered_by", "withdrawn_by").order_by("-pk")
    made = rows.filter(Departure.OPEN).first()
    decision = _decision(reader, person)
    context: dict[str, Any] = {
        "tabs": tabs(reader, "own" if reader.pk == person.pk else "files"),
        "person": person, "made": made, "past": rows.exclude(Departure.OPEN), "may": may and person.is_active, "form": form, "withdrawing": withdrawing,
        "open_work": [(label, items) for _name, label, items in _open_work(reader, person) if items], "must_name": decision.outcome == "name_somebody", "decision": decision,
        "else_to": falls_to(person, made.entered_by if made else reader), "taken_out": sum(len(kept) for kept in made.kept.values()) if made else 0,
    }  # fmt: skip
    return render(request, "staff/departure.html", context, status=status)
