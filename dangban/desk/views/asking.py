"""Questions, incidents, and requests between departments."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dangban.desk import access, actions, days, house, ports, queries
from dangban.desk.forms import FollowUpForm, IncidentForm, QuestionForm, RequestForm
from dangban.desk.models import DepartmentRequest, Incident
from dangban.desk.views.doing import done, paged
from dangban.lib import clock
from dangban.lib.errors import BadInput
from dangban.lib.text import whole
from dangban.people.access import members_of, scope
from dangban.people.requests import PersonRequest


@login_required
@require_safe
def questions(request: PersonRequest) -> HttpResponse:
    person, which = request.user, request.GET.get("which", "open")
    rows = access.visible_questions(person).select_related("asked_by", "answered_by", "expert", "shop")
    rows = rows.filter(asked_by=person) if which == "mine" else rows.filter(answered_at__isnull=which == "open")
    found, following = paged(request, rows)
    context: dict[str, object] = {
        "questions": found,
        "following": following,
        "which": which,
        "clocks": queries.deadlines_of("desk.question", [one.pk for one in found]),
    }
    if which == "counts":
        context["counts"] = _counts(request)
    return render(request, "desk/questions.html", context)


def _counts(request: PersonRequest) -> list[queries.Asked]:
    """Of this month: of one's teams, for who leads; else of oneself."""
    now = clock.now()
    today = days.work_day(now)
    start, end = days.span(today.replace(day=1), now)[0], days.span(today, now)[1]
    people = members_of(scope(request.user).teams) if request.user.can("desk.assign") else [request.user]
    return queries.question_counts(people, start, end)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_question(request: PersonRequest) -> HttpResponse:
    form = QuestionForm(request.POST or None, by=request.user, initial=_from_address(request, "text", "url", "shop"))
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        made = done(form, lambda: actions.ask_question(given.pop("text"), **given, by=request.user, at=clock.now()))
        if made is not None:
            return redirect("question", pk=made.pk)
    return render(request, "desk/question_form.html", {"form": form})


@login_required
@require_safe
def question(request: PersonRequest, pk: int) -> HttpResponse:
    found = access.get_question(request.user, pk)
    return render(request, "desk/question.html", {
        "question": found,
        "clock": queries.clock_of(found),
        "may_answer": found.answered_at is None and access.may_answer(request.user, found),
        "may_tell": found.asked_by_id == request.user.pk and found.for_customer and found.answered_at and not found.told_at,
    })  # fmt: skip


@login_required
@require_POST
def answer_question(request: PersonRequest, pk: int) -> HttpResponse:
    found = access.get_question(request.user, pk)
    actions.answer_question(found, request.POST.get("answer", ""), by=request.user, at=clock.now())
    return redirect("question", pk=pk)


@login_required
@require_POST
def told(request: PersonRequest, pk: int) -> HttpResponse:
    actions.tell_customer(access.get_question(request.user, pk), by=request.user, at=clock.now())
    return redirect("question", pk=pk)


@login_required
@require_safe
def incidents(request: PersonRequest) -> HttpResponse:
    which = request.GET.get("which", "open")
    rows: QuerySet[Incident] = access.visible_incidents(request.user).select_related("shop", "owner")
    if which == "mine":
        rows = rows.filter(owner=request.user)
    rows = rows.filter(settled_at__isnull=which != "settled")
    found, following = paged(request, rows)
    return render(request, "desk/incidents.html", {"incidents": found, "following": following, "which": which})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_incident(request: PersonRequest) -> HttpResponse:
    names = ("order", "handle", "url", "shop", "problem")
    form = IncidentForm(request.POST or None, by=request.user, initial=_from_address(request, *names))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        made = done(
            form,
            lambda: actions.note_incident(
                given["shop"], form.facts, url=given["url"], next_at=given["next_at"], by=request.user, at=clock.now()
            ),
        )
        if made is not None:
            return redirect("incident", pk=made.pk)
    return render(request, "desk/incident_form.html", {"form": form})


@login_required
@require_safe
def incident(request: PersonRequest, pk: int) -> HttpResponse:
    found = access.get_incident(request.user, pk)
    holds = found.owner_id == request.user.pk or access.leads(request.user, found.shop_id)
    words = dict(house.incident_fields(found.at))
    return render(request, "desk/incident.html", {
        "incident": found,
        "facts": [(str(words.get(name, name)), value) for name, value in found.facts.items()],
        "requests": list(found.requests.select_related("department").order_by("pk")),
        "holds": holds and found.settled_at is None,
        "form": FollowUpForm(initial={"next_at": found.next_at}),
    })  # fmt: skip


@login_required
@require_POST
def follow_up(request: PersonRequest, pk: int) -> HttpResponse:
    found = access.get_incident(request.user, pk)
    form = FollowUpForm(request.POST)
    if not form.is_valid():
        raise BadInput(_("This time can't be read."), fields={"next_at": [_("This time can't be read.")]})
    actions.follow_up_incident(found, form.cleaned_data["next_at"], by=request.user, at=clock.now())
    return redirect("incident", pk=pk)


@login_required
@require_POST
def settle_incident(request: PersonRequest, pk: int) -> HttpResponse:
    found = access.get_incident(request.user, pk)
    actions.settle_incident(found, request.POST.get("outcome", ""), by=request.user, at=clock.now())
    return redirect("incident", pk=pk)


@login_required
@require_safe
def requests(request: PersonRequest) -> HttpResponse:
    person, which = request.user, request.GET.get("which", "to-us")
    rows: QuerySet[DepartmentRequest] = access.visible_requests(person)
    rows = rows.select_related("department", "asked_by", "received_by", "shop")
    if which == "settled":
        rows = rows.filter(settled_at__isnull=False)
    elif which == "asked":
        rows = rows.filter(asked_by=person)
    elif which == "all":
        rows = rows.filter(settled_at=None)
    else:
        rows = rows.filter(department=person.department_id, settled_at=None) if person.department_id else rows.none()
    found, following = paged(request, rows)
    context = {
        "requests": found, "following": following, "which": which, "kinds": ports.registry.request_kinds,
        "clocks": queries.deadlines_of("desk.departmentrequest", [one.pk for one in found]),
    }  # fmt: skip
    return render(request, "desk/requests.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_request(request: PersonRequest) -> HttpResponse:
    """The kind first, then its form."""
    code = request.GET.get("kind", "")
    kind = ports.registry.request_kinds.get(code)
    about = _incident_named(request)
    kinds = {name: one for name, one in ports.registry.request_kinds.items() if not one.elsewhere}
    context: dict[str, object] = {"kinds": kinds, "code": code, "about": about}
    if kind is None or kind.elsewhere:
        return render(request, "desk/request_form.html", context)
    initial = {"shop": about.shop_id, "title": about.title, **about.facts} if about else {}
    form = RequestForm(request.POST or None, by=request.user, kind=kind, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("title", "shop", "body", "due_at", "department")}
        made = done(
            form,
            lambda: actions.ask_department(
                code, given.pop("department"), given.pop("title"), **given, facts=form.facts, incident=about,
                by=request.user, at=clock.now(),
            ),
        )  # fmt: skip
        if made is not None:
            return redirect("request", pk=made.pk)
    return render(request, "desk/request_form.html", context | {"form": form, "kind": kind})


def _incident_named(request: PersonRequest) -> Incident | None:
    number = whole(request.GET.get("incident", ""))
    return access.visible_incidents(request.user).filter(pk=number).first() if number is not None else None


@login_required
@require_safe
def request_page(request: PersonRequest, pk: int) -> HttpResponse:
    found = access.get_request(request.user, pk)
    kind = ports.registry.request_kinds.get(found.kind)
    names = dict(kind.fields) if kind is not None else {}
    return render(request, "desk/request.html", {
        "asked": found,
        "kind": kind.label if kind is not None else found.kind,
        "facts": [(names.get(name, name), value) for name, value in found.facts.items()],
        "clock": queries.clock_of(found),
        "may_receive": found.settled_at is None and access.may_receive(request.user, found),
        "mine": found.asked_by_id == request.user.pk,
    })  # fmt: skip


@login_required
@require_POST
def receive(request: PersonRequest, pk: int) -> HttpResponse:
    actions.receive_request(access.get_request(request.user, pk), by=request.user, at=clock.now())
    return redirect("request", pk=pk)


@login_required
@require_POST
def settle_request(request: PersonRequest, pk: int) -> HttpResponse:
    found = access.get_request(request.user, pk)
    finished = request.POST.get("done") == "yes"
    actions.settle_request(found, finished, request.POST.get("answer", ""), by=request.user, at=clock.now())
    return redirect("request", pk=pk)


@login_required
@require_POST
def withdraw_request(request: PersonRequest, pk: int) -> HttpResponse:
    actions.withdraw_request(access.get_request(request.user, pk), by=request.user, at=clock.now())
    return redirect("request", pk=pk)


def _from_address(request: PersonRequest, *names: str) -> dict[str, str]:
    return {name: request.GET[name] for name in names if name in request.GET}
