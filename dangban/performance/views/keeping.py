"""Targets, imports and robots."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from dangban.lib.errors import Said as Refusal
from dangban.lib.text import whole
from dangban.people.access import signed_in
from dangban.people.models import Person
from dangban.performance import access, actions, showing
from dangban.performance.actions import importing
from dangban.performance.forms import ImportForm, NickForm, RobotForm, TargetForm
from dangban.performance.measures import MEASURES
from dangban.performance.models import Dispatch, FigureImport, Nick, Robot, Target
from dangban.performance.queries.values import Value, month_span, shop_values, together, values
from dangban.performance.robots import keeping as robots_kept
from dangban.performance.rules import targets as parts
from dangban.performance.views import month_read, tabs, tell, today

READING = ["GET", "HEAD", "POST"]


@require_http_methods(READING)
@login_required
def targets(request: HttpRequest) -> HttpResponse:
    reader = signed_in(request)
    access.must(reader, access.MANAGE)
    month = month_read(request)
    form = TargetForm(reader, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        fen = MEASURES[given["measure"]].unit == "fen"
        try:
            actions.set_target(given["of"], given["measure"], month, int(given["amount"] * (100 if fen else 1)), by=reader)
        except Refusal as said:
            tell(form, said)
        else:
            messages.success(request, _("The target stands."))
            return redirect(f"{request.path}?month={month:%Y-%m}")
    seen = Q(person__in=access.visible_people(reader, access.MANAGE)) | Q(team__in=access.visible_teams(reader, access.MANAGE))
    seen |= Q(shop__in=access.visible_shops(reader, access.MANAGE))
    rows = list(Target.objects.filter(seen, month=month).select_related("person", "team", "shop").order_by("measure", "person__name", "pk"))
    context = {"tabs": tabs(reader, "targets"), "month": month, "form": form, "rows": _targets(rows, month)}
    return render(request, "performance/targets.html", context, status=422 if form.errors else 200)


def _targets(rows: list[Target], month: date) -> list[dict[str, Any]]:
    first, last = month_span(month)
    upto = min(last, today())
    found: list[dict[str, Any]] = []
    for code in sorted({row.measure for row in rows}):
        people = [row.person_id for row in rows if row.measure == code and row.person_id]
        done = values([code], first, upto, people) if first <= upto else {}
        for row in (row for row in rows if row.measure == code):
            days = parts.days_of(row.amount, parts.month_days(month))
            reached = _reached(row, first, upto, done)
            due = parts.due_by(days, upto) if first <= upto else 0
            found.append({"row": row, "measure": MEASURES[code], "done": reached, "due": due, "weeks": parts.weeks(days), "told": _teller(code)})
    return found


def _reached(row: Target, first: date, upto: date, done: dict[int, dict[str, Value]]) -> int:
    """What a person, the members of a team together, or a shop with its silent sales have reached."""
    if first > upto:
        return 0
    if row.person_id is not None:
        return done[row.person_id][row.measure].numerator or 0
    if row.team is not None:
        members = access.members(row.team, first, upto)
        return together([row.measure], first, upto, members)[row.measure].numerator or 0
    return shop_values([row.measure], first, upto, [row.shop_id or 0])[row.measure].numerator or 0


def _teller(code: str) -> Any:
    measure = MEASURES[code]
    return lambda number: showing.written(measure, measure.value(number, None))


# ---- Imports -----------------------------------------------------------------------------------------


@require_http_methods(READING)
@login_required
def imports(request: HttpRequest) -> HttpResponse:
    reader = signed_in(request)
    access.must(reader, access.IMPORT)
    form = ImportForm(reader, request.POST if request.method == "POST" else None, request.FILES if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            run = importing.try_out(given["file"].read(), given["file"].name, given["shop"], by=reader, first=given["first"], last=given["last"])
        except Refusal as said:
            tell(form, said)
        else:
            return redirect("performance:import", run.pk)
    runs = _runs(reader).select_related("shop", "by").order_by("-pk")[:50]
    nicks = Nick.objects.filter(until=None, person__in=access.visible_people(reader, access.IMPORT)).select_related("person").order_by("kind", "name")
    context = {"tabs": tabs(reader, "imports"), "form": form, "runs": runs, "nicks": nicks, "nick_form": NickForm(reader, initial={"since": today()})}
    return render(request, "performance/imports.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD"])
@login_required
def one_import(request: HttpRequest, pk: int) -> HttpResponse:
    reader = signed_in(request)
    run = _get(reader, pk)
    tried = importing.trial(run) if run.content is not None else None
    people = access.visible_people(reader, access.IMPORT).order_by("name", "pk")
    figures = run.figures.select_related("person").order_by("line", "pk")[:400]
    names = dict(Person.objects.filter(pk__in=[one for one in tried.behind.values() if one]).values_list("pk", "name")) if tried else {}
    context = {"tabs": tabs(reader, "imports"), "run": run, "tried": tried, "people": people, "figures": figures, "measures": MEASURES, "written": showing.written, "names": names}
    return render(request, "performance/import.html", context)


@require_POST
@login_required
def taking(request: HttpRequest, pk: int) -> HttpResponse:
    reader = signed_in(request)
    count = actions.take(_get(reader, pk), by=reader)
    messages.success(request, _("%(count)s figures taken in.") % {"count": count})
    return redirect("performance:import", pk)


@require_POST
@login_required
def undoing(request: HttpRequest, pk: int) -> HttpResponse:
    reader = signed_in(request)
    actions.undo(_get(reader, pk), by=reader)
    messages.success(request, _("Taken back; nothing of this file counts any more."))
    return redirect("performance:imports")


@require_POST
@login_required
def nick(request: HttpRequest) -> HttpResponse:
    reader = signed_in(request)
    access.must(reader, access.IMPORT)
    form = NickForm(reader, request.POST)
    if form.is_valid():
        given = form.cleaned_data
        actions.keep_nick(given["name"], given["person"], given["since"], by=reader, kind=given["kind"])
        messages.success(request, _("Known from now on."))
    else:
        messages.error(request, _("Choose a person and a day for this account."))
    run = whole(request.POST.get("run", ""))
    return redirect("performance:import", run) if run is not None else redirect("performance:imports")


def _runs(reader: Person) -> Any:
    return FigureImport.objects.filter(shop__in=access.visible_shops(reader, access.IMPORT)).defer("content")


def _get(reader: Person, pk: int) -> FigureImport:
    run: FigureImport | None = _runs(reader).filter(pk=pk).select_related("shop", "by").first()
    if run is None:
        raise Http404("import of figures")
    return run


# ---- Robots ------------------------------------------------------------------------------------------


@require_http_methods(READING)
@login_required
def robots(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    reader = signed_in(request)
    access.must(reader, access.ROBOTS)
    robot = _robot(pk) if pk is not None else None
    initial = {"kind": robot.kind, "name": robot.name, "team": robot.team_id, "shop": robot.shop_id, "is_active": robot.is_active} if robot else None
    form = RobotForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            robots_kept.keep(robot, **form.cleaned_data, by=reader)
        except Refusal as said:
            tell(form, said)
        else:
            messages.success(request, _("Kept."))
            return redirect("performance:robots")
    rows = Robot.objects.select_related("team", "shop").order_by("name", "pk")
    heard = Dispatch.objects.select_related("robot").order_by("-pk")[:30]
    context = {"tabs": tabs(reader, "robots"), "form": form, "robot": robot, "rows": rows, "said": heard}
    return render(request, "performance/robots.html", context, status=422 if form.errors else 200)


@require_POST
@login_required
def robot_test(request: HttpRequest, pk: int) -> HttpResponse:
    reader = signed_in(request)
    access.must(reader, access.ROBOTS)
    robots_kept.say_test(_robot(pk), by=reader)
    messages.success(request, _("A test is on its way; see below whether it was heard."))
    return redirect("performance:robots")


@require_POST
@login_required
def robot_drop(request: HttpRequest, pk: int) -> HttpResponse:
    reader = signed_in(request)
    access.must(reader, access.ROBOTS)
    robots_kept.drop(_robot(pk), by=reader)
    messages.success(request, _("Given up."))
    return redirect("performance:robots")


def _robot(pk: int) -> Robot:
    robot = Robot.objects.filter(pk=pk).first()
    if robot is None:
        raise Http404("robot")
    return robot
