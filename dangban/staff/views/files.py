"""The list of files, one file, and its wages: each look is written down."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dangban.lib import clock
from dangban.lib.errors import Said
from dangban.people.models import Person
from dangban.people.requests import PersonRequest
from dangban.staff import access, actions, ports, queries, standing
from dangban.staff.forms import (
    AttainmentForm,
    ContractForm,
    FileForm,
    LookForm,
    MentorForm,
    OpenForm,
    ProposalForm,
)
from dangban.staff.models import Attainment, Contract, Departure, Proposal, StaffFile
from dangban.staff.models import Terms as TermsRow
from dangban.staff.views import tabs, tell


@login_required
@require_safe
def files(request: PersonRequest) -> HttpResponse:
    """Files one may open, with what is about to run out. Who leads nobody goes straight to their own."""
    reader = request.user
    if not access.sees_others(reader):
        return redirect("staff:file", reader.pk)
    today = clock.business_day(clock.now())
    people = list(access.visible_files(reader).filter(is_active=True).select_related("department").order_by("name", "pk"))
    return render(request, "staff/files.html", {"tabs": tabs(reader, "files"), "rows": queries.overview(people, today), "today": today, "soon": queries.soon(today)})


@login_required
@require_safe
def file(request: PersonRequest, pk: int) -> HttpResponse:
    return _page(request, access.get_file(request.user, pk))


def _page(request: PersonRequest, person: Person, *, status: int = 200, **given: forms.Form) -> HttpResponse:
    reader, today = request.user, clock.business_day(clock.now())
    kept = StaffFile.objects.filter(person=person).select_related("mentor").first()
    may_manage = access.may_manage(reader) and reader.pk != person.pk
    may_propose = kept is not None and reader.pk != person.pk and (may_manage or person.pk in access.line_below(reader))
    found: dict[str, forms.Form] = {}
    if may_manage and kept is None:
        found["open"] = OpenForm(person)
    if may_manage and kept is not None:
        initial = {"education": kept.education, "experience_months": kept.experience_months, "mentor": kept.mentor}
        found |= {"keep": FileForm(person, initial=initial), "contract": ContractForm(initial={"signed_on": today}), "attainment": AttainmentForm(initial={"on": today})}
    if kept is not None and not may_manage and access.may_lead(reader, person):
        found["mentor"] = MentorForm(person, initial={"mentor": kept.mentor})
    wanted = request.GET.get("propose", "")
    if may_propose:
        found["proposal"] = ProposalForm(person, **({"initial": {"since": today, "level": wanted}} if wanted else {}))
    found |= given
    for name, form in found.items():
        form.auto_id = f"{name}_%s"
    terms = queries.terms_on(person, today)
    attained = list(Attainment.objects.filter(person=person).order_by("-on", "-pk"))
    context = {
        "tabs": tabs(reader, "own" if reader.pk == person.pk else "files"),
        "person": person, "kept": kept, "terms": terms, "today": today, "mine": reader.pk == person.pk,
        "contracts": Contract.objects.filter(person=person).order_by("-starts_on", "-pk"),
        "attained": [(one, one.expires_on is not None and one.expires_on < today) for one in attained],
        "conduct": ports.conduct(person)[:30],
        "mentees": StaffFile.objects.filter(mentor=person, person__is_active=True).select_related("person"),
        "proposals": Proposal.objects.filter(person=person).select_related("asked_by", "approval", "approval__settled_by").order_by("-pk")[:20],
        "towards": standing.board([person], today), "requirement": standing.requirement,
        "lacks_exam": bool(queries.without_tools_exam([person], today)), "forms": found, "may_manage": may_manage, "opened": "proposal" if wanted else "",
        "departure": Departure.objects.filter(Departure.OPEN, person=person).first(), "may_let_go": person.is_active and access.may_lead(reader, person),
        "figures": [(label, figure([person], today).get(person.pk)) for label, figure in ports.registry.figures.values()],
    }  # fmt: skip
    return render(request, "staff/file.html", context, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def wages(request: PersonRequest, pk: int) -> HttpResponse:
    """Base wage and its history. Others say what they need it for; every look stands in the journal."""
    reader, person = request.user, access.get_file(request.user, pk)
    form = LookForm(request.POST or None)
    mine = reader.pk == person.pk
    context: dict[str, Any] = {"person": person, "mine": mine, "form": form, "shown": False, "tabs": tabs(reader, "own" if mine else "files")}
    if request.method != "POST":
        return render(request, "staff/wages.html", context)
    reason = request.POST.get("reason", "")
    try:
        actions.log_look(person, reason, by=reader, at=clock.now())
    except Said as said:
        form.is_valid()
        tell(form, said)
        return render(request, "staff/wages.html", context, status=422)
    rows = TermsRow.objects.filter(person=person).select_related("entered_by", "decided_by").order_by("-since", "-pk")
    context |= {"shown": True, "rows": rows, "terms": queries.terms_on(person, clock.business_day(clock.now()))}
    return render(request, "staff/wages.html", context)


def _act(request: PersonRequest, pk: int, name: str, form_of: Callable[[Person], forms.Form], act: Callable[[Person, dict[str, Any]], object]) -> HttpResponse:
    """One form of the file: kept, or shown again with what is wrong beside it."""
    person = access.get_file(request.user, pk)
    form = form_of(person)
    if form.is_valid():
        try:
            act(person, form.cleaned_data)
        except Said as said:
            if said.status == 403:
                raise
            tell(form, said)
        else:
            messages.success(request, _("Kept."))
            return redirect("staff:file", pk)
    return _page(request, person, status=422, **{name: form})


@login_required
@require_POST
def open_file(request: PersonRequest, pk: int) -> HttpResponse:
    def act(person: Person, given: dict[str, Any]) -> object:
        return actions.open_file(
            person, given["base"], insurance_fen=given["insurance"], education=given["education"], experience_months=given["experience_months"],
            mentor=given["mentor"], on_probation=given["on_probation"], by=request.user, at=clock.now(),
        )  # fmt: skip

    return _act(request, pk, "open", lambda person: OpenForm(person, request.POST), act)


@login_required
@require_POST
def keep(request: PersonRequest, pk: int) -> HttpResponse:
    def act(person: Person, given: dict[str, Any]) -> object:
        return actions.keep_file(person, given, by=request.user, at=clock.now())

    return _act(request, pk, "keep", lambda person: FileForm(person, request.POST), act)


@login_required
@require_POST
def mentor(request: PersonRequest, pk: int) -> HttpResponse:
    def act(person: Person, given: dict[str, Any]) -> object:
        return actions.choose_mentor(person, given["mentor"], by=request.user, at=clock.now())

    return _act(request, pk, "mentor", lambda person: MentorForm(person, request.POST), act)


@login_required
@require_POST
def contract(request: PersonRequest, pk: int) -> HttpResponse:
    def act(person: Person, given: dict[str, Any]) -> object:
        return actions.add_contract(
            person, given["kind"], given["starts_on"], given["ends_on"], given["signed_on"], number=given["number"], by=request.user, at=clock.now()
        )

    return _act(request, pk, "contract", lambda person: ContractForm(request.POST), act)


@login_required
@require_POST
def attainment(request: PersonRequest, pk: int) -> HttpResponse:
    def act(person: Person, given: dict[str, Any]) -> object:
        return actions.add_attainment(person, **given, by=request.user, at=clock.now())

    return _act(request, pk, "attainment", lambda person: AttainmentForm(request.POST), act)


@login_required
@require_POST
def proposal(request: PersonRequest, pk: int) -> HttpResponse:
    def act(person: Person, given: dict[str, Any]) -> object:
        since = given["since"]
        assert isinstance(since, date)
        return actions.propose(
            person, given["kind"], level=given["level"], base_fen=given["base"], since=since, reason=given["reason"], by=request.user, at=clock.now()
        )

    return _act(request, pk, "proposal", lambda person: ProposalForm(person, request.POST), act)
