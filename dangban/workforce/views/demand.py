"""The demand of a team's week: the curve, how wrong forecasts were, what it takes, and what to propose."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dangban.handbook.current import in_force
from dangban.handbook.rulebook import Rules
from dangban.lib import clock
from dangban.people.requests import PersonRequest
from dangban.workforce import access, actions, charts, clauses, curves
from dangban.workforce.curves import Curve
from dangban.workforce.demand import erlang, staffing
from dangban.workforce.models import Plan
from dangban.workforce.queries import shifts_of
from dangban.workforce.rosters.problems import rules_of
from dangban.workforce.views.addresses import chosen_team, monday_of, whole_number


@login_required
@require_safe
def demand(request: PersonRequest) -> HttpResponse:
    teams = access.planned_teams(request.user)
    team = chosen_team(request, teams)
    monday = monday_of(request.GET.get("day", ""))
    context: dict[str, Any] = {
        "teams": teams, "team": team, "monday": monday, "previous": monday - timedelta(days=7),
        "following": monday + timedelta(days=7), "today": clock.business_day(clock.now()),
    }  # fmt: skip
    if team is not None:
        now = clock.now()
        rules = in_force(now)
        tried, changed = _tried(request, rules)
        curve = curves.curve(team, monday, monday + timedelta(days=6), rules, at=now, changed=changed)
        plans = Plan.objects.filter(team=team, first_day__lte=monday, first_day__gt=monday - timedelta(weeks=5))
        plan = next((one for one in plans.exclude(state=Plan.State.DROPPED) if one.last_day >= monday), None)
        context |= {
            "curve": curve, "tried": tried, "is_tried": bool(changed), "chart": _chart(curve), "plan": plan,
            "shifts": shifts_of(rules), "rows": [_row(day, curve) for day in curve.days],
            "because": [rules.because(clause) for clause in (clauses.SERVICE_LEVEL, clauses.ANSWER_WITHIN, clauses.CONCURRENCY, clauses.SHRINKAGE)],
        }  # fmt: skip
    return render(request, "workforce/demand.html", context)


@login_required
@require_POST
def propose(request: PersonRequest, plan_pk: int) -> HttpResponse:
    """Write what the curve takes into the plan: how many each shift of each day needs."""
    plan = access.get_planned(request.user, plan_pk)
    now = clock.now()
    rules = rules_of(plan, now)
    curve = curves.curve(plan.team, plan.first_day, plan.last_day, rules, at=now)
    least = {row["name"]: row["least"] or 0 for row in rules[clauses.SHIFTS]}
    # Fewer than the handbook's least is somebody's decision, and not the curve's.
    wanted = {
        day.day: {shift: max(people, least.get(shift, 0)) for shift, people in day.per_shift.items()} for day in curve.days
    }
    actions.set_needs(plan, wanted, by=request.user, at=now)
    return redirect("roster", plan.pk)


def _tried(request: PersonRequest, rules: Rules) -> tuple[dict[str, int], dict[str, float]]:
    """The target as it stands in the form: the handbook's figures, or others that somebody tries."""
    base = curves.target_of(rules)
    stated = {
        "level": round(base.service_level * 100), "within": round(base.within), "chats": rules[clauses.CONCURRENCY],
        "shrinkage": round(base.shrinkage * 100),
    }  # fmt: skip
    limits: Mapping[str, tuple[int, int]] = {"level": (1, 99), "within": (0, 3600), "chats": (1, 5), "shrinkage": (0, 80)}
    tried = {
        name: min(max(whole_number(request.GET.get(name, ""), value), limits[name][0]), limits[name][1])
        for name, value in stated.items()
    }
    changed: dict[str, float] = {}
    if tried["level"] != stated["level"]:
        changed["service_level"] = tried["level"] / 100
    if tried["within"] != stated["within"]:
        changed["within"] = float(tried["within"])
    if tried["shrinkage"] != stated["shrinkage"]:
        changed["shrinkage"] = tried["shrinkage"] / 100
    if tried["chats"] != stated["chats"]:
        factors = [(row["chats"], float(row["factor"])) for row in rules[clauses.CONCURRENCY_FACTORS]]
        changed["factor"] = erlang.factor_of(tried["chats"], factors)
    return tried, changed


def _chart(curve: Curve) -> dict[str, Any]:
    """Two drawings over the same half hours: customers, and people."""
    expected = [count for day in curve.days for count in day.expected.slots]
    came = [count for day in curve.days for count in (day.came or [None] * len(day.expected.slots))]
    needed = [float(count) for day in curve.days for count in day.needed]
    planned = [float(count) for day in curve.days for count in day.planned]
    customers = charts.Frame(len(expected), charts.round_top(max([*expected, *(one or 0 for one in came)], default=0)))
    people = charts.Frame(len(needed), charts.round_top(max([*needed, *planned], default=0)))
    return {
        "customers": customers, "people": people, "expected": customers.area(expected), "came": customers.line(came),
        "needed": people.line(needed), "planned": people.area(planned),
    }  # fmt: skip


def _row(day: curves.DayCurve, curve: Curve) -> dict[str, Any]:
    """One day of the table beside the chart."""
    peak = day.peak
    outcome = staffing.outcome(day.expected.slots[peak], day.planned[peak], curve.target) if day.planned[peak] else None
    return {
        "day": day, "peak": f"{peak // 2:02}:{'30' if peak % 2 else '00'}", "needed": day.needed[peak],
        "planned": day.planned[peak], "came": sum(day.came) if day.came is not None else None, "outcome": outcome,
        "why": _why(day.expected),
    }  # fmt: skip


def _why(expected: Any) -> str:
    """What makes a day other than its weekday, and whether that is known from the past."""
    if expected.kind.is_plain:
        return _("make-up workday") if expected.kind.is_makeup else ""
    phases = {
        "warmup": _("warm-up"), "opening": _("opening day"), "running": _("during a campaign"), "peak": _("peak day"),
        "encore": _("encore"), "returns": _("wave of returns"),
    }  # fmt: skip
    name = phases.get(expected.kind.phase, _("holiday"))
    share = f"{expected.factor * 100:.0f}%"
    told = _("%(name)s, %(share)s as in the past") if expected.learnt else _("%(name)s, %(share)s by the handbook")
    return told % {"name": name, "share": share}
