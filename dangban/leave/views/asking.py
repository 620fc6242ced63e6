"""My leave: what is left, what was asked, and the form with what it would bring about."""

from __future__ import annotations

from datetime import date, timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from dangban.leave import access, actions, facts, queries, telling
from dangban.leave.forms import AskForm, CallForm
from dangban.leave.models import Kind, LeaveRequest, Part
from dangban.leave.rules.asking import Judged, Wanted
from dangban.leave.views import leads, tabs, tell
from dangban.lib import clock
from dangban.lib.errors import NotAllowed, Said
from dangban.people.models import Person
from dangban.people.requests import PersonRequest

SHOWN = 40
UNCHECKED = {"judged": None, "fault": ""}


@login_required
@require_safe
def own(request: PersonRequest) -> HttpResponse:
    person, today = request.user, clock.business_day(clock.now())
    rows = LeaveRequest.objects.filter(person=person).select_related("decided_by", "substitute", "told").order_by("-first_day", "-pk")
    context = {
        "tabs": tabs(person, "own"),
        "rest": queries.rest_days(person, today),
        "balances": [one for one in queries.balances(person.pk, today) if one.kind != Kind.REST],
        "private": queries.private_of_year(person, today.year),
        "requests": [(one, telling.span(one), telling.days(one.days)) for one in rows[:SHOWN]],
        "month": today,
    }
    return render(request, "leave/own.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: PersonRequest) -> HttpResponse:
    person = request.user
    today = clock.business_day(clock.now())
    form = AskForm(person, request.POST or None, initial={"first": today + timedelta(days=2), "last": today + timedelta(days=2)})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            asked = _ask(person, given)
        except Said as said:
            tell(form, said)
        else:
            messages.success(request, _("Noted. Put it in writing here.") if given["is_urgent"] else _("Asked. You are told as soon as it is answered."))
            return redirect("leave:request", asked.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "leave/new.html", {"form": form, "tabs": tabs(person, "own")} | UNCHECKED, status=status)


def _ask(person: Person, given: dict[str, object]) -> LeaveRequest:
    kind, first, last = str(given["kind"]), given["first"], given["last"]
    assert isinstance(first, date)
    assert isinstance(last, date)
    part, reason, now = str(given["part"]), str(given["reason"]), clock.now()
    if given["is_urgent"]:
        told = given["told"]
        assert told is None or isinstance(told, Person)
        return actions.call_in(person, kind, first, last, told=told, part=part, reason=reason, by=person, at=now)
    substitute = given["substitute"]
    assert substitute is None or isinstance(substitute, Person)
    return actions.ask(person, kind, first, last, part=part, reason=reason, substitute=substitute, at=now)


@login_required
@require_safe
def check(request: PersonRequest) -> HttpResponse:
    """While the form is filled in: what it takes, what is left, who is left on which shift."""
    form = AskForm(request.user, request.GET)
    if not form.is_valid():
        return render(request, "leave/_check.html", UNCHECKED)
    given = form.cleaned_data
    wanted = Wanted(given["kind"], given["first"], given["last"], clock.business_day(clock.now()), given["part"], bool(given["is_urgent"]))
    return render(request, "leave/_check.html", found(request.user, wanted))


def found(person: Person, wanted: Wanted, *, without: int | None = None, judged: Judged | None = None) -> dict[str, object]:
    """What the check shows; also beside a request that waits for its answer."""
    try:
        judged = judged or actions.check(person, wanted, without=without)
    except Said as said:
        return {"judged": None, "fault": said.message}
    team = facts.team_of(person, wanted.first)
    effects = facts.effects(wanted, person, team)
    return {
        "judged": judged,
        "days": telling.days(judged.days),
        "kind": Kind(wanted.kind).label,
        "refusals": [telling.finding(one) for one in judged.refusals],
        "warnings": [telling.finding(one) for one in judged.warnings if one.code != "below_least"],
        "told": [telling.finding(one) for one in judged.findings if one.weight == "tells"],
        "because": judged.decision.because,
        "effects": [
            {
                "effect": one, "day": telling.day(one.day),
                "substitutes": facts.substitutes(team, facts.duty_of(person, one.day), one.day, but=person.pk),
            }
            for one in effects[:31]
        ],
        "supervisor": judged.answered_by == "supervisor",
        "half": wanted.part != Part.DAY,
    }  # fmt: skip


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def call(request: PersonRequest) -> HttpResponse:
    """Somebody called: noted by whoever took the call."""
    person = request.user
    if not leads(person):
        raise NotAllowed(_("Calls are noted by who leads. Note your own urgent leave under “Ask for leave”."))
    today = clock.business_day(clock.now())
    form = CallForm(person, request.POST or None, initial={"first": today, "last": today})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            noted = actions.call_in(
                given["person"], given["kind"], given["first"], given["last"], part=given["part"], reason=given["reason"], by=person, at=clock.now()
            )
        except Said as said:
            tell(form, said)
        else:
            messages.success(request, _("Noted. %(name)s has been told to put it in writing.") % {"name": given["person"].name})
            return redirect("leave:request", noted.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "leave/call.html", {"form": form, "tabs": tabs(person, "team")}, status=status)


def may_see_reason(reader: Person, request: LeaveRequest) -> bool:
    """Why somebody is away is for them, for who answers, and for personnel."""
    return reader.pk == request.person_id or access.may_arrange(reader, request) or access.may_answer(reader, request, clock.now())
