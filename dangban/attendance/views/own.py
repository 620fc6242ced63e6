"""One's own attendance: punch, announce, the month with what follows; leaders open that of their people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dangban.attendance import access, clauses, punching, queries
from dangban.attendance.forms import LateForm, faults, read_month
from dangban.attendance.models import Consequence, LateNotice, Publication, Punch, ShiftRecord
from dangban.attendance.views.shared import tabs, wall
from dangban.attendance.words import CONDITIONS
from dangban.handbook.current import in_force_so_far
from dangban.leave.models import Kind as LeaveKind
from dangban.lib import clock
from dangban.lib.days import last_of_month, month_of, next_month
from dangban.lib.errors import BadInput
from dangban.people.models import Person
from dangban.people.requests import PersonRequest
from dangban.workforce import queries as workforce


@dataclass(frozen=True, slots=True)
class Today:
    duty: Any
    following: Any
    punches: list[Punch]
    elsewhere: bool


@login_required
@require_safe
def own(request: PersonRequest) -> HttpResponse:
    return _sheet(request, request.user, LateForm(initial={"day": clock.business_day(clock.now())}))


@login_required
@require_safe
def person(request: PersonRequest, pk: int) -> HttpResponse:
    return _sheet(request, access.get_person(request.user, pk), LateForm(initial={"day": clock.business_day(clock.now())}))


@login_required
@require_POST
def punch(request: PersonRequest) -> HttpResponse:
    made = punching.punch(request.user, address=request.META.get("REMOTE_ADDR", ""))
    messages.success(request, _("Punched at %(at)s.") % {"at": f"{clock.local(made.at):%H:%M}"})
    return redirect("attendance:own")


@login_required
@require_POST
def late(request: PersonRequest, pk: int) -> HttpResponse:
    """Announced by oneself, or written down by who leads and was telephoned."""
    about = access.get_person(request.user, pk)
    to = reverse("attendance:own") if about.pk == request.user.pk else reverse("attendance:person", args=[about.pk])
    form = LateForm(request.POST)
    if not form.is_valid():
        return _sheet(request, about, form)
    given = form.cleaned_data
    try:
        punching.announce(about, given["day"], given["said"], minutes=given["minutes"], by=request.user)
    except BadInput as wrong:
        faults(form, wrong.fields or {"": [wrong.message]})
        return _sheet(request, about, form)
    messages.success(request, _("Noted, with its time."))
    return redirect(to)


def _sheet(request: PersonRequest, about: Person, form: LateForm) -> HttpResponse:
    now = clock.now()
    month = read_month(request.GET.get("month", ""), month_of(clock.business_day(now)))
    mine = about.pk == request.user.pk
    context = {
        "about": about, "mine": mine, "month": month, "form": form,
        "tabs": tabs(request.user, "own" if mine else ""), "sheet": queries.month_sheet(about, month),
        "records": _records(about, month), "follows": _follows(about, month), "notices": _notices(about, month),
        "conditions": CONDITIONS, "before": _before(month), "after": next_month(month), "here": _here(about, mine),
        "today": _today(about) if mine else None, "published": _published(about, month), "wall": wall, "leave_name": _leave_name,
    }  # fmt: skip
    return render(request, "attendance/own.html", context, status=422 if form.errors else 200)


def _leave_name(kind: str) -> str:
    """Leave that was approved in DingTalk is one kind, whatever it calls it."""
    return _("Leave approved in DingTalk") if kind == queries.DINGTALK else str(LeaveKind(kind).label)


def _here(about: Person, mine: bool) -> str:
    return reverse("attendance:own") if mine else reverse("attendance:person", args=[about.pk])


def _before(month: date) -> date:
    return month_of(date.fromordinal(month.toordinal() - 1))


def _records(about: Person, month: date) -> list[ShiftRecord]:
    rows = ShiftRecord.objects.filter(person=about, day__gte=month, day__lte=last_of_month(month)).order_by("-day", "-starts_at")
    return list(rows.prefetch_related("repairs", "rejudgements"))


def _follows(about: Person, month: date) -> list[Consequence]:
    return list(Consequence.objects.filter(person=about, month=month).order_by("-day", "-pk"))


def _notices(about: Person, month: date) -> dict[date, LateNotice]:
    rows = LateNotice.objects.filter(person=about, day__gte=month, day__lte=last_of_month(month)).order_by("-at")
    return {row.day: row for row in rows}


def _published(about: Person, month: date) -> list[Publication]:
    teams = ShiftRecord.objects.filter(person=about, day__gte=month, day__lte=last_of_month(month)).values("team")
    rows = Publication.objects.filter(team__in=teams, first_day__lte=last_of_month(month), last_day__gte=month)
    return list(rows.select_related("team").order_by("-first_day"))


def _today(about: Person) -> Today:
    now = clock.now()
    rules = in_force_so_far(now)
    start, end = clock.day_span(clock.business_day(now))
    punches = Punch.objects.filter(person=about, at__gte=start, at__lt=end).order_by("at")
    return Today(
        workforce.current_duty(about, now), workforce.next_duty(about, now), list(punches),
        rules.has(clauses.PUNCHES_FROM) and rules[clauses.PUNCHES_FROM] == "dingtalk",
    )  # fmt: skip


