"""Payslips: one's own, one line by line, on paper; a line disputed and the dispute answered."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dangban.lib import clock
from dangban.lib.errors import BadInput, NotAllowed
from dangban.lib.listing import download
from dangban.pay import access, actions, printing, queries
from dangban.pay.actions.computing import journal_look
from dangban.pay.forms import AnswerForm, DisputeForm
from dangban.pay.models import PayLine, Payslip
from dangban.pay.views import names, tabs, tell
from dangban.people.access import signed_in
from dangban.people.models import Person

PDF = "application/pdf"


@require_safe
@login_required
def own(request: HttpRequest) -> HttpResponse:
    person = signed_in(request)
    slips = list(queries.own(person)[:24])
    context = {"tabs": tabs(person, "own"), "slips": slips}
    return render(request, "pay/own.html", context)


@require_safe
@login_required
def slip(request: HttpRequest, pk: int) -> HttpResponse:
    person = signed_in(request)
    found = access.get_slip(person, pk)
    journal_look(found, by=person, at=clock.now())
    return render(request, "pay/slip.html", _about(person, found))


def _about(person: Person, found: Payslip, wrong: dict[int, Any] | None = None) -> dict[str, Any]:
    month, mine = found.pay_month, found.person_id == person.pk
    is_out = month.state in access.OUT
    return {
        **names(), "tabs": tabs(person, "own" if mine else "months"), "slip": found, "month": month, "mine": mine,
        "groups": queries.groups(found), "warnings": names()["warnings_said"](found.warnings) if not mine else [],
        "may_dispute": mine and is_out and (month.dispute_by is None or clock.now() <= month.dispute_by),
        "may_answer": person.can(access.MANAGE) and not mine, "dispute_form": DisputeForm(), "answer_form": AnswerForm(), "wrong": wrong or {},
    }  # fmt: skip


@require_safe
@login_required
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    person = signed_in(request)
    found = access.get_slip(person, pk)
    data = printing.make(found, person.name)
    journal_look(found, by=person, at=clock.now())
    return download(data, f"payslip-{found.pay_month}-{found.person.username}.pdf", PDF)


@require_POST
@login_required
def dispute(request: HttpRequest, pk: int) -> HttpResponse:
    person = signed_in(request)
    line = PayLine.objects.select_related("payslip__pay_month", "payslip__person").filter(pk=pk).first()
    if line is None:
        raise Http404("pay line")
    found = access.get_slip(person, line.payslip_id)
    if found.person_id != person.pk:
        raise NotAllowed(_("Only the person whose payslip it is disputes it."))
    form = DisputeForm(request.POST)
    if form.is_valid():
        try:
            actions.dispute(line, form.cleaned_data["said"], by=person)
        except BadInput as said:
            tell(form, said)
        else:
            return redirect("pay:slip", found.pk)
    return render(request, "pay/slip.html", _about(person, found, {line.pk: form}), status=422)


@require_POST
@login_required
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    person = signed_in(request)
    held = access.get_dispute(person, pk)
    access.must(person, access.MANAGE)
    if held.person_id == person.pk:
        raise NotAllowed(_("Nobody answers their own dispute."))
    form = AnswerForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            actions.answer(held, given["upheld"], given["words"], amount_fen=given["amount"] if given["upheld"] else 0, by=person)
        except BadInput as said:
            tell(form, said)
        else:
            return redirect("pay:slip", held.line.payslip_id)
    found = access.get_slip(person, held.line.payslip_id)
    return render(request, "pay/slip.html", _about(person, found, {held.line_id: form}), status=422)


