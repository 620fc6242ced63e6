"""Trainings of a team: planned, held, made up for."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from dangban.handbook.current import in_force
from dangban.lib import clock
from dangban.lib.errors import BadInput
from dangban.people.models import Team
from dangban.people.requests import PersonRequest
from dangban.workforce import access, actions, clauses, queries
from dangban.workforce.shifts import Shift, read_hours
from dangban.workforce.views.addresses import chosen_team, day_of, whole_number


@login_required
@require_safe
def trainings(request: PersonRequest) -> HttpResponse:
    teams = list(access.visible_teams(request.user))
    team = chosen_team(request, teams)
    now = clock.now()
    rules = in_force(now)
    may_plan = team is not None and access.may_plan(request.user, team)
    context = {
        "teams": teams, "team": team, "may_plan": may_plan, "now": now,
        "trainings": queries.trainings_of(team, None if may_plan else request.user) if team is not None else [],
        "because": [rules.because(clauses.TRAINING_MADE_UP)] if rules.has(clauses.TRAINING_MADE_UP) else [],
    }  # fmt: skip
    return render(request, "workforce/trainings.html", context)


@login_required
@require_POST
def plan(request: PersonRequest, team_pk: int) -> HttpResponse:
    team = access.get_team(request.user, team_pk)
    hours = read_hours(request.POST.get("hours", ""))
    if hours is None:
        message = _("Write hours like 14:00-15:30.")
        raise BadInput(message, fields={"hours": [message]})
    starts, ends = Shift("", *hours).on(day_of(request.POST.get("day", "")))
    actions.plan_training(
        team, request.POST.get("title", ""), starts, ends, request.POST.get("note", "")[:5000], by=request.user, at=clock.now()
    )
    messages.success(request, _("Planned; the team has been told."))
    return _back(team)


@login_required
@require_POST
def cancel(request: PersonRequest, pk: int) -> HttpResponse:
    training = access.get_training(request.user, pk)
    actions.cancel_training(training, by=request.user, at=clock.now())
    return _back(training.team)


@login_required
@require_POST
def held(request: PersonRequest, pk: int) -> HttpResponse:
    training = access.get_training(request.user, pk)
    present = {whole_number(one, 0) for one in request.POST.getlist("present")}
    came = actions.enter_attendance(training, present, by=request.user, at=clock.now())
    text = ngettext("%(count)s person was there.", "%(count)s people were there.", came) % {"count": came}
    messages.success(request, text)
    return _back(training.team)


def _back(team: Team) -> HttpResponse:
    return redirect(f"{reverse('trainings')}?team={team.pk}")
