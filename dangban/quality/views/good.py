"""Commendations, and the purse of collected fines: both for all to see."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST

from dangban.handbook.current import in_force_so_far as in_force
from dangban.lib import clock, money
from dangban.lib.errors import BadInput
from dangban.people.access import signed_in
from dangban.people.models import Person
from dangban.quality import access, actions, clauses, queries, suggestions
from dangban.quality.forms import CommendForm, SpendForm, WhyForm
from dangban.quality.models import Commendation
from dangban.quality.views import SUGGESTED, names, tabs, tell

_COUNTED = timedelta(days=90)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def commendations(request: HttpRequest) -> HttpResponse:
    person = signed_in(request)
    form = None
    if person.can(access.COMMEND):
        people = access.people(person, access.COMMEND).order_by("name", "pk")
        form = CommendForm(people, request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if form is None:
            access.must_hold(person, person, access.COMMEND)
        elif form.is_valid():
            given = form.cleaned_data
            try:
                actions.commend(given["person"], given["kind"], given["words"], by=person, url=given["url"], source=given["source"])
            except BadInput as said:
                tell(form, said)
            else:
                messages.success(request, _("%(name)s was commended and told.") % {"name": given["person"].name})
                return redirect(f"{reverse('quality:commendations')}#{'suggested' if given['source'] else ''}".removesuffix("#"))
        return render(request, "quality/commendations.html", _commended(request, person, form), status=422)
    return render(request, "quality/commendations.html", _commended(request, person, form))


def _commended(request: HttpRequest, person: Person, form: CommendForm | None) -> dict[str, Any]:
    whose = request.GET.get("person", "")
    of = int(whose) if re.fullmatch(r"\d{1,17}", whose) else None
    rows, following = queries.commendations(request.GET.get("after", ""), of)
    today, rulebook = clock.business_day(clock.now()), in_force(clock.now())
    kept = {"person": str(of)} if of else {}
    return {
        "tabs": tabs("commendations"),
        **names(),
        "rows": rows,
        "form": form,
        "most": queries.most_commended(today - _COUNTED, today),
        "suggested": suggestions.commendations(person, clock.now()) if form is not None else [],
        "few": SUGGESTED,
        "next_url": reverse("quality:commendations", query=kept | {"after": following}) if following else "",
        "narrowed": bool(of),
        "because": [rulebook.because(clauses.BOUNTIES)] if rulebook.has(clauses.BOUNTIES) else [],
        "takeable": _takeable(person, rows, today) if form is not None else set(),
    }


def _takeable(person: Person, rows: Sequence[Commendation], today: date) -> set[int]:
    """Those of this month that the reader may take back."""
    led = set(access.people(person, access.COMMEND).values_list("pk", flat=True))
    return {made.pk for made in rows if made.person_id in led and clock.business_day(made.given_at).replace(day=1) == today.replace(day=1)}


@require_POST
@login_required
def withdrawal(request: HttpRequest, pk: int) -> HttpResponse:
    person = signed_in(request)
    made = get_object_or_404(access.visible_commendations(), pk=pk)
    form = WhyForm(request.POST)
    if not form.is_valid():
        faults = {name: [str(error) for error in errors] for name, errors in form.errors.items()}
        raise BadInput(next(iter(faults.values()))[0], fields=faults)
    actions.withdraw_commendation(made, form.cleaned_data["why"], by=person)
    messages.success(request, pgettext("commendation", "Taken back."))
    return redirect("quality:commendations")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def purse(request: HttpRequest) -> HttpResponse:
    person = signed_in(request)
    keeps = person.can(access.FUND)
    form = SpendForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        access.must_keep_the_purse(person)
        status = 422
        if form.is_valid():
            try:
                actions.spend(form.cleaned_data["amount"], form.cleaned_data["what"], by=person)
            except BadInput as said:
                tell(form, said)
            else:
                messages.success(request, _("Written down."))
                return redirect("quality:purse")
    rulebook = in_force(clock.now())
    context = {
        "tabs": tabs("purse"),
        **names(),
        "rows": queries.purse(),
        "balance": actions.purse.balance(),
        "to_collect": queries.fines_to_collect(person) if keeps else [],
        "form": form if keeps else None,
        "use": rulebook.rule(clauses.FUND_USE).shown if rulebook.has(clauses.FUND_USE) else None,
        "because": [rulebook.because(clauses.FUND_USE)] if rulebook.has(clauses.FUND_USE) else [],
    }
    return render(request, "quality/purse.html", context, status=status)


@require_POST
@login_required
def receipt(request: HttpRequest, pk: int) -> HttpResponse:
    person = signed_in(request)
    made = actions.receive(access.get_fine(person, pk), by=person)
    messages.success(request, _("%(amount)s came into the purse.") % {"amount": money.show(made.amount_fen)})
    return redirect("quality:purse")
