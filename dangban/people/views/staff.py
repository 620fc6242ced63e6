"""Staff and organisation: the list, the chart, one person, roles."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dangban.handbook.current import in_force_so_far as in_force
from dangban.journal import chronicle
from dangban.journal.queries import subject_entries
from dangban.lib import clock, listing
from dangban.lib.errors import BadInput, NotAllowed
from dangban.lib.excel import Column
from dangban.people import access, actions, queries, rules
from dangban.people.confidentiality import Confidentiality
from dangban.people.forms import (
    DepartmentForm,
    GrantForm,
    HireForm,
    LeaveForm,
    MembershipForm,
    PersonForm,
    RoleForm,
    SkillsForm,
    TeamForm,
    TeamShopsForm,
)
from dangban.people.models import Person, Role, RoleGrant, Skill, Team
from dangban.people.requests import PersonRequest


@login_required
@require_safe
def people(request: PersonRequest) -> HttpResponse:
    _must_view(request)
    find, team_id, gone = _wanted(request)
    sort = listing.Sort.read(request.GET, queries.SORTS)
    context = {
        "people": _listed(request, sort)[:500],
        "sort": sort,
        "export_query": request.GET.urlencode(),
        "departments": queries.departments(),
        "teams": Team.objects.order_by("name"),
        "find": find,
        "team_id": team_id,
        "gone": gone,
        "may_manage": access.holds_everywhere(request.user, "people.manage"),
    }
    return render(request, "people/people.html", context)


@login_required
@require_safe
def people_export(request: PersonRequest) -> HttpResponse:
    """The list as a file, as it is filtered and sorted; that it left the house is journalled."""
    _must_view(request)
    found = _listed(request, listing.Sort.read(request.GET, queries.SORTS))
    actions.log_export(request.user, {name: str(value) for name, value in request.GET.items()}, len(found), at=clock.now())
    titles = (
        _("Name"), _("Username"), pgettext("person", "Level"), _("Department"), _("Teams"), _("Roles"), _("Reports to")
    )  # fmt: skip
    columns = [*(Column(title, width=18) for title in titles), Column(_("Hired on"), "day", 12)]
    return listing.taken_out(request.GET.get("as", ""), "people", columns, queries.listed(found))


def _wanted(request: PersonRequest) -> tuple[str, int | None, bool]:
    team = request.GET.get("team", "")
    team_id = int(team) if team.isascii() and team.isdigit() and len(team) < 18 else None
    return request.GET.get("q", "").strip()[:40], team_id, "gone" in request.GET


def _listed(request: PersonRequest, sort: listing.Sort) -> list[Person]:
    find, team_id, gone = _wanted(request)
    return sort.apply(queries.staff(request.user, clock.now(), find=find, team=team_id, gone=gone), queries.SORTS)


@login_required
@require_safe
def chart(request: PersonRequest) -> HttpResponse:
    _must_view(request)
    return render(request, "people/chart.html", {"tops": queries.chart(request.user, clock.now())})


@login_required
@require_safe
def person(request: PersonRequest, pk: int) -> HttpResponse:
    return _page(request, access.get_person(request.user, pk))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def hire(request: PersonRequest) -> HttpResponse:
    _must_manage(request)
    form = HireForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with _beside(form):
            hired, first = actions.hire(**form.cleaned_data, by=request.user, at=clock.now())
            return render(request, "people/first_password.html", {"person": hired, "first": first, "hired": True})
    return render(request, "people/hire.html", {"form": form})


@login_required
@require_POST
def change(request: PersonRequest, pk: int) -> HttpResponse:
    found = access.get_person(request.user, pk)
    form = PersonForm(request.POST, person=found)
    if not form.is_valid():
        return _page(request, found, change_form=form, status=422)
    actions.change_person(found, form.cleaned_data, by=request.user, at=clock.now())
    messages.success(request, _("Kept."))
    return redirect("person", pk=pk)


@login_required
@require_POST
def skills(request: PersonRequest, pk: int) -> HttpResponse:
    found = access.get_person(request.user, pk)
    form = SkillsForm(request.POST)
    if not form.is_valid():
        return _page(request, found, skills_form=form, status=422)
    now = clock.now()
    for kind in Skill.Kind:
        actions.set_skills(found, kind.value, form.cleaned_data[kind.value], by=request.user, at=now)
    return redirect("person", pk=pk)


@login_required
@require_POST
def grant(request: PersonRequest, pk: int) -> HttpResponse:
    found = access.get_person(request.user, pk)
    form = GrantForm(request.POST)
    if not form.is_valid():
        return _page(request, found, grant_form=form, status=422)
    actions.grant_role(found, **form.cleaned_data, by=request.user, at=clock.now())
    return redirect("person", pk=pk)


@login_required
@require_POST
def revoke(request: PersonRequest, pk: int, grant_pk: int) -> HttpResponse:
    found = access.get_person(request.user, pk)
    held = get_object_or_404(RoleGrant.objects.select_related("role", "person", "team", "shop"), pk=grant_pk, person=found)
    actions.revoke_role(held, by=request.user, at=clock.now())
    return redirect("person", pk=pk)


@login_required
@require_POST
def join(request: PersonRequest, pk: int) -> HttpResponse:
    found = access.get_person(request.user, pk)
    form = MembershipForm(request.POST)
    if not form.is_valid():
        return _page(request, found, join_form=form, status=422)
    actions.join_team(found, form.cleaned_data["team"], by=request.user, at=clock.now())
    return redirect("person", pk=pk)


@login_required
@require_POST
def leave_team(request: PersonRequest, pk: int, team_pk: int) -> HttpResponse:
    found = access.get_person(request.user, pk)
    actions.leave_team(found, get_object_or_404(Team, pk=team_pk), by=request.user, at=clock.now())
    return redirect("person", pk=pk)


@login_required
@require_POST
def reset_password(request: PersonRequest, pk: int) -> HttpResponse:
    """The new password is shown once, on the answer of this very request."""
    found = access.get_person(request.user, pk)
    first = actions.reset_password(found, by=request.user, at=clock.now())
    response = render(request, "people/first_password.html", {"person": found, "first": first, "hired": False})
    response["Cache-Control"] = "no-store"
    return response


@login_required
@require_POST
def reset_factor(request: PersonRequest, pk: int) -> HttpResponse:
    actions.reset_second_factor(access.get_person(request.user, pk), by=request.user, at=clock.now())
    messages.success(request, _("The second factor is off until it is set up again."))
    return redirect("person", pk=pk)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def off_board(request: PersonRequest, pk: int) -> HttpResponse:
    _must_manage(request)
    found = access.get_person(request.user, pk)
    open_work = queries.open_work(found)
    count = sum(len(items) for _name, _label, items in open_work)
    decision = rules.leaving(count, False, in_force(clock.now()))
    must_name = decision.outcome == "name_somebody"
    else_to = actions.falls_to(found, request.user) if count and not must_name else None
    form = LeaveForm(request.POST or None, leaving=found, must_name=must_name, else_to=else_to)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        with _beside(form):
            actions.off_board(found, given["to"], reason=given["reason"], last_day=given["last_day"], by=request.user, at=clock.now())
            messages.success(request, _("The account is closed and the open work handed over."))
            return redirect("person", pk=pk)
    context = {"person": found, "form": form, "open_work": open_work, "must_name": must_name, "decision": decision}
    return render(request, "people/off_board.html", context)


@login_required
@require_safe
def roles(request: PersonRequest) -> HttpResponse:
    _must_view(request)
    found, rooms = queries.roles()
    context = {"roles": found, "rooms": rooms, "levels": dict(Confidentiality.choices)}
    return render(request, "people/roles.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def role(request: PersonRequest, pk: int) -> HttpResponse:
    _must_view(request)
    found = get_object_or_404(Role, pk=pk)
    may_manage = access.holds_everywhere(request.user, "people.manage")
    form = RoleForm(request.POST or None, role=found)
    if request.method == "POST" and form.is_valid():
        actions.change_role(
            found, form.cleaned_data["permissions"], form.cleaned_data["clearance"], by=request.user, at=clock.now()
        )
        messages.success(request, _("Kept. It holds from the next click of everybody concerned."))
        return redirect("role", pk=pk)
    holders = Person.objects.filter(grants__role=found, grants__until=None, is_active=True).distinct().order_by("name")
    story = chronicle.tell(subject_entries("people.role", found.pk, 10))
    context = {"role": found, "form": form, "holders": holders, "may_manage": may_manage, "told": story}
    return render(request, "people/role.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def team(request: PersonRequest, pk: int) -> HttpResponse:
    _must_view(request)
    found = get_object_or_404(Team.objects.select_related("department"), pk=pk)
    may_manage = access.holds_everywhere(request.user, "people.manage")
    if not may_manage and found.pk not in request.user.scope.teams:
        raise Http404
    form = TeamShopsForm(request.POST or None, team=found)
    if request.method == "POST" and form.is_valid():
        actions.assign_shops(found, form.cleaned_data["shops"], by=request.user, at=clock.now())
        messages.success(request, _("Kept."))
        return redirect("team", pk=pk)
    context = {"team": found, "form": form, "members": access.members_of([found.pk]).order_by("name"), "may_manage": may_manage}
    return render(request, "people/team.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_department(request: PersonRequest) -> HttpResponse:
    _must_manage(request)
    form = DepartmentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with _beside(form):
            actions.add_department(**form.cleaned_data, by=request.user, at=clock.now())
            messages.success(request, _("Kept."))
            return redirect("people")
    return render(request, "people/team_form.html", {"form": form, "title": _("New department"), "action": "department_new"})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_team(request: PersonRequest) -> HttpResponse:
    _must_manage(request)
    form = TeamForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with _beside(form):
            made = actions.add_team(**form.cleaned_data, by=request.user, at=clock.now())
            return redirect("team", pk=made.pk)
    return render(request, "people/team_form.html", {"form": form, "title": _("New team"), "action": "team_new"})


@contextmanager
def _beside(form: forms.Form) -> Iterator[None]:
    """What an action finds wrong stands beside its field, with everything that was typed."""
    try:
        yield
    except BadInput as wrong:
        for name, faults in (wrong.fields or {}).items():
            form.add_error(name if name in form.fields else None, list(faults))
        if not wrong.fields:
            form.add_error(None, wrong.message)


def _page(request: PersonRequest, found: Person, *, status: int = 200, **forms: Any) -> HttpResponse:
    now = clock.now()
    may_manage = access.holds_everywhere(request.user, "people.manage")
    context = {
        "person": queries.staff(request.user, now, gone=not found.is_active).get(pk=found.pk),
        "skills": SkillsForm.spoken(found),
        "reports": list(found.reports.filter(is_active=True).order_by("name")),
        "left": getattr(found, "off_boarding", None),
        "told": chronicle.tell(subject_entries("people.person", found.pk)) if _may_read_story(request, found) else None,
        "may_manage": may_manage,
        "may_reveal": request.user.can("people.reveal"),
        "is_me": found.pk == request.user.pk,
        "change_form": None,
        "grant_form": None,
        "join_form": None,
        "skills_form": None,
    }
    if may_manage and found.is_active:
        context |= {
            "change_form": PersonForm(person=found),
            "grant_form": GrantForm(),
            "join_form": MembershipForm(),
            "skills_form": SkillsForm(initial=SkillsForm.of(found)),
        }
    return render(request, "people/person.html", context | forms, status=status)


def _may_read_story(request: PersonRequest, found: Person) -> bool:
    """One's own story and, with the right to read the journal everywhere, everybody's."""
    return found.pk == request.user.pk or access.holds_everywhere(request.user, "journal.read")


def _must_view(request: PersonRequest) -> None:
    if not request.user.can("people.view"):
        raise NotAllowed(_("Staff is looked after by supervisors and managers."))


def _must_manage(request: PersonRequest) -> None:
    access.must_manage(request.user)
