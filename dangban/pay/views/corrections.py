"""Corrections: entered, found by working a month that is out again, withdrawn."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from dangban.lib.errors import BadInput
from dangban.pay import access, actions, queries
from dangban.pay.forms import CorrectionForm
from dangban.pay.models import Correction
from dangban.pay.views import tabs, tell
from dangban.people.access import signed_in
from dangban.people.models import Person


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def correction_list(request: HttpRequest) -> HttpResponse:
    person = signed_in(request)
    access.must_see_all(person)
    if request.method != "POST":
        return render(request, "pay/corrections.html", _listed(person, CorrectionForm()))
    form = CorrectionForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        month = queries.month_named(given["concerns"])
        try:
            if month is None:
                raise BadInput(_("Choose a month."), fields={"concerns": [_("Choose a month.")]})
            actions.correct(given["person"], month, given["amount"], given["reason"], by=person)
        except BadInput as said:
            tell(form, said)
        else:
            return redirect("pay:corrections")
    return render(request, "pay/corrections.html", _listed(person, form), status=422)


def _listed(person: Person, form: CorrectionForm) -> dict[str, Any]:
    found = list(queries.corrections()[:100])
    return {"tabs": tabs(person, "corrections"), "found": found, "paid_in": queries.paid_in(found), "form": form, "may": person.can(access.MANAGE)}


@require_POST
@login_required
def withdrawal(request: HttpRequest, pk: int) -> HttpResponse:
    person = signed_in(request)
    access.must_see_all(person)
    found = Correction.objects.filter(pk=pk).first()
    if found is None:
        raise Http404("correction")
    actions.withdraw(found, by=person)
    return redirect("pay:corrections")


@require_POST
@login_required
def review(request: HttpRequest, pk: int) -> HttpResponse:
    person = signed_in(request)
    actions.review(access.get_month(person, pk), by=person)
    return redirect("pay:corrections")
