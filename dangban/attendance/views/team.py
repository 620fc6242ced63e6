"""A team's week, what follows of it, what could not be judged, its sheets and months."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST, require_safe

from dangban.attendance import access, adherence, publishing, queries, settling
from dangban.attendance.forms import read_day, read_month
from dangban.attendance.models import Consequence, Publication, ShiftRecord
from dangban.attendance.views.shared import acted, tabs, wall
from dangban.journal.actions import record
from dangban.lib import clock, keys
from dangban.lib.days import last_of_month, month_of, next_month
from dangban.lib.errors import NotAllowed
from dangban.lib.excel import Column
from dangban.lib.listing import chip_groups, taken_out
from dangban.people.access import members_of
from dangban.people.models import Person, Team
from dangban.people.requests import PersonRequest
from dangban.workforce.models import DutyPeriod

PAGE = 50


def _reader(request: PersonRequest) -> Person:
    if not request.user.can("attendance.view"):
        raise NotAllowed(_("The attendance of others is seen by who leads them."))
    return request.user


def _team(request: PersonRequest, teams: list[Team]) -> Team | None:
    wanted = request.GET.get("team", "")
    if wanted:
        found = next((team for team in teams if str(team.pk) == wanted), None)
        if found is None:
            raise Http404("team")
        return found
    own = request.user.scope.teams
    return next((team for team in teams if team.pk in own), teams[0] if teams else None)


@login_required
@require_safe
def week(request: PersonRequest) -> HttpResponse:
    person = _reader(request)
    teams = list(access.visible_teams(person))
    team = _team(request, teams)
    today = clock.business_day(clock.now())
    day = read_day(request.GET.get("day", ""), today)
    monday = day - timedelta(days=day.weekday())
    days = [monday + timedelta(days=offset) for offset in range(7)]
    context: dict[str, Any] = {
        "tabs": tabs(person, "team"), "teams": teams, "team": team, "days": days, "today": today,
        "before": monday - timedelta(days=7), "after": monday + timedelta(days=7), "wall": wall,
    }  # fmt: skip
    if team is not None:
        sheet = Publication.objects.filter(team=team, first_day=monday).first()
        # A shift has its record once it has begun: until then it is to come, and no rest.
        coming = DutyPeriod.objects.filter(team=team, day__gte=max(today, days[0]), day__lte=days[-1], starts_at__gt=clock.now()).order_by("starts_at")
        context["coming"] = {(one.person_id, one.day): one.name for one in coming}
        context |= {"rows": _rows(team, days), "sheet": sheet, "over": days[-1] < today, "may_publish": person.can("attendance.publish")}
        context["sheets"] = list(Publication.objects.filter(team=team).order_by("-first_day")[:8])
    return render(request, "attendance/team.html", context)


@login_required
@require_POST
def publish(request: PersonRequest, pk: int, day: str) -> HttpResponse:
    team = access.get_team(request.user, pk)
    first = read_day(day, date.min)
    if first == date.min or first.weekday():
        raise Http404("week")
    to = f"{reverse('attendance:team')}?team={team.pk}&day={first}"
    last = first + timedelta(days=6)
    return acted(request, lambda: publishing.publish(team, first, last, by=request.user), _("Published; everybody on it was told."), to)


@login_required
@require_safe
def published(request: PersonRequest, pk: int) -> HttpResponse:
    """The sheet as it was made known: members see their own line, leaders all."""
    sheet = Publication.objects.select_related("team").filter(pk=pk).first()
    if sheet is None:
        raise Http404("sheet")
    whole = access.visible_teams(request.user).filter(pk=sheet.team_id).exists()
    lines = [line for line in sheet.lines if whole or line["person"] == request.user.pk]
    if not lines:
        raise Http404("sheet")
    kinds, ways = dict(Consequence.Kind.choices), dict(Consequence.Way.choices)
    follows = [one["id"] for line in lines for one in line["follows"]]
    states = {row.pk: row for row in Consequence.objects.filter(pk__in=follows)}
    context = {"sheet": sheet, "lines": lines, "whole": whole, "kinds": kinds, "ways": ways, "states": states, "tabs": tabs(request.user, "")}
    return render(request, "attendance/published.html", context)


@login_required
@require_safe
def unjudged(request: PersonRequest) -> HttpResponse:
    """What could not be judged, and why: the oldest first."""
    person = _reader(request)
    rows = access.visible_records(person).filter(state=ShiftRecord.State.UNJUDGED).select_related("person", "team")
    here = keys.behind(rows.prefetch_related("repairs"), "starts_at", keys.read(request.GET.get("after", "")))
    lines = list(here[: PAGE + 1])
    more = keys.write(lines[PAGE - 1].starts_at, lines[PAGE - 1].pk) if len(lines) > PAGE else ""
    context = {"tabs": tabs(person, "unjudged"), "rows": lines[:PAGE], "more": more, "first": not request.GET.get("after")}
    return render(request, "attendance/unjudged.html", context)


@login_required
@require_safe
def follows(request: PersonRequest) -> HttpResponse:
    """What was proposed, waits for a second person, is disputed or to be sent."""
    person = _reader(request)
    state = request.GET.get("state", "")
    kind = request.GET.get("kind", "")
    rows = access.visible_consequences(person).exclude(person=person).select_related("person", "confirmed_by")
    if state in Consequence.State.values:
        rows = rows.filter(state=state)
    if kind in Consequence.Kind.values:
        rows = rows.filter(kind=kind)

    def address(**changed: str) -> str:
        return reverse("attendance:follows", query={name: value for name, value in {"state": state, "kind": kind, **changed}.items() if value})

    groups = [
        ("state", pgettext("attendance", "State"), [(one.value, str(one.label)) for one in Consequence.State]),
        ("kind", pgettext("attendance", "Kind"), [(one.value, str(one.label)) for one in Consequence.Kind]),
    ]
    lines = list(keys.behind(rows, "proposed_at", keys.read(request.GET.get("after", "")), newest_first=True)[: PAGE + 1])
    more = keys.write(lines[PAGE - 1].proposed_at, lines[PAGE - 1].pk) if len(lines) > PAGE else ""
    context = {
        "tabs": tabs(person, "follows"), "rows": lines[:PAGE], "chips": chip_groups(groups, {"state": state, "kind": kind}, address),
        "next": address(after=more) if more else "", "first": address() if request.GET.get("after") else "", "judges": person.can("attendance.judge"),
        "here": address(after=request.GET.get("after", "")),
    }  # fmt: skip
    return render(request, "attendance/follows.html", context)


@login_required
@require_safe
def adherence_day(request: PersonRequest) -> HttpResponse:
    person = _reader(request)
    teams = list(access.visible_teams(person))
    team = _team(request, teams)
    now = clock.now()
    day = read_day(request.GET.get("day", ""), clock.business_day(now))
    context: dict[str, Any] = {
        "tabs": tabs(person, "adherence"), "teams": teams, "team": team, "day": day, "before": day - timedelta(days=1), "after": day + timedelta(days=1),
        "marks": _marks(),
    }  # fmt: skip
    if team is not None:
        context["known"] = adherence.team_day(team, day, now)
    return render(request, "attendance/adherence.html", context)


def _marks() -> dict[str, str]:
    return {
        "serving": pgettext("adherence", "serving"), "ready": pgettext("adherence", "ready"), "idle": pgettext("adherence", "idle on line"),
        "away": pgettext("adherence", "away"), "missing": pgettext("adherence", "planned, not there"), "extra": pgettext("adherence", "there without plan"),
    }  # fmt: skip


@login_required
@require_safe
def months(request: PersonRequest) -> HttpResponse:
    """The month of everybody one leads, a line a person; closed by who may."""
    person = _reader(request)
    today = clock.business_day(clock.now())
    month = read_month(request.GET.get("month", ""), month_of(today))
    people = _people_of_month(person, month)
    sheets = queries.month_sheets([one.pk for one in people], month)
    lines = [(one, sheets[one.pk]) for one in people]
    if request.GET.get("as") == "xlsx":
        with transaction.atomic():
            record("attendance.exported", subject=person, by=person, change={"month": f"{month:%Y-%m}", "rows": len(lines)}, at=clock.now())
        return _excel(lines, month)
    context = {
        "tabs": tabs(person, "months"), "month": month, "before": month_of(month - timedelta(days=1)), "after": next_month(month),
        "lines": lines, "closed": queries.is_closed(month), "undecided": settling.undecided(month, people), "over": last_of_month(month) < today, "may_close": person.can("attendance.publish") and person.scope.granted.get("attendance.publish", ()) is None,
    }  # fmt: skip
    return render(request, "attendance/months.html", context)


@login_required
@require_POST
def close(request: PersonRequest, month: str) -> HttpResponse:
    chosen = read_month(month, date.min)
    if chosen == date.min:
        raise Http404("month")
    to = f"{reverse('attendance:months')}?month={chosen:%Y-%m}"
    return acted(request, lambda: settling.close_month(chosen, by=request.user), _("The month is closed."), to)


def _people_of_month(person: Person, month: date) -> list[Person]:
    with_shifts = ShiftRecord.objects.filter(day__gte=month, day__lte=last_of_month(month)).values("person")
    return list(access.visible_people(person).filter(pk__in=with_shifts))


def _rows(team: Team, days: list[date]) -> list[tuple[Person, list[list[ShiftRecord]]]]:
    known: dict[tuple[int, date], list[ShiftRecord]] = defaultdict(list)
    people = {one.pk: one for one in members_of([team.pk])}
    records = ShiftRecord.objects.filter(team=team, day__gte=days[0], day__lte=days[-1]).select_related("person")
    for one in records.order_by("starts_at"):
        known[one.person_id, one.day].append(one)
        people.setdefault(one.person_id, one.person)
    ordered = sorted(people.values(), key=lambda one: (one.name, one.pk))
    return [(one, [known[one.pk, day] for day in days]) for one in ordered]


def _excel(lines: list[tuple[Person, queries.MonthSheet]], month: date) -> HttpResponse:
    columns = [
        Column(_("Name")), Column(pgettext("attendance", "Days"), "number"), Column(pgettext("attendance", "Hours")), Column(_("Times late"), "number"), Column(_("Minutes late"), "number"),
        Column(_("Times early"), "number"), Column(pgettext("attendance", "Absence (days)")), Column(_("Leave (days)")), Column(_("Missed punches"), "number"),
        Column(_("Repairs"), "number"), Column(_("Overtime (minutes)"), "number"), Column(_("Extension (minutes)"), "number"), Column(_("Full attendance")), Column(_("Bonus"), "money"),
    ]  # fmt: skip
    rows = [
        (
            one.name, sheet.days_worked, f"{sheet.minutes / 60:.1f}", sum(not late.excused for late in sheet.late), sum(late.minutes for late in sheet.late if not late.excused),
            len(sheet.early), f"{float(sheet.absence_days):g}", f"{float(sum(sheet.leave_days.values())):g}", sheet.missed, sheet.repairs, sheet.overtime_minutes,
            sheet.extension_minutes, _("yes") if sheet.full_attendance else _("no"), sheet.bonus_fen,
        )
        for one, sheet in lines
    ]  # fmt: skip
    return taken_out("xlsx", f"attendance-{month:%Y-%m}", columns, rows)
