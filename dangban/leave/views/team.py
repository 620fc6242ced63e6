"""Leave of the team: a month at a glance, what waits for an answer, balances and the ledger."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_safe

from dangban.journal.actions import record
from dangban.leave import access, actions, queries, telling
from dangban.leave.forms import AdjustForm
from dangban.leave.models import BalanceEntry, Kind, LeaveDate, LeaveRequest
from dangban.leave.views import leads, tabs, tell
from dangban.lib import clock, days, listing
from dangban.lib.errors import NotAllowed, Said
from dangban.lib.excel import Column
from dangban.people.models import Person
from dangban.people.requests import PersonRequest
from dangban.workforce import holidays
from dangban.workforce.models import DutyPeriod

MOST_PEOPLE = 300
WAITING = (LeaveRequest.State.ASKED, LeaveRequest.State.CALLED)


@login_required
@require_safe
def team(request: PersonRequest) -> HttpResponse:
    reader = _leader(request)
    first = month_asked(request)
    people = list(access.visible_people(reader).filter(is_active=True).order_by("name", "pk")[:MOST_PEOPLE])
    waiting = access.visible_requests(reader).filter(state__in=WAITING).exclude(person=reader).select_related("person").order_by("first_day", "pk")
    month_days = [first + timedelta(days=offset) for offset in range((days.last_of_month(first) - first).days + 1)]
    context = {
        "tabs": tabs(reader, "team"),
        "first": first,
        "previous": days.month_of(first - timedelta(days=1)),
        "following": days.next_month(first),
        "days": month_days,
        "kinds": holidays.kinds(first, month_days[-1]),
        "today": clock.business_day(clock.now()),
        "rows": _rows(people, month_days),
        "waiting": [(one, telling.span(one), telling.days(one.days)) for one in waiting[:100]],
    }
    return render(request, "leave/team.html", context)


def _rows(people: list[Person], month_days: list[date]) -> list[dict[str, Any]]:
    """For each person each day: leave, duty or nothing entered; and the sums of the month."""
    ids = [person.pk for person in people]
    dates: dict[tuple[int, date], LeaveDate] = {}
    for one in LeaveDate.objects.filter(person__in=ids, day__gte=month_days[0], day__lte=month_days[-1]).select_related("request"):
        dates[one.person_id, one.day] = one
    duty = {
        (person_id, day): name
        for person_id, day, name in DutyPeriod.objects.filter(person__in=ids, day__gte=month_days[0], day__lte=month_days[-1])
        .values_list("person_id", "day", "name")
    }  # fmt: skip
    rest = queries.rest_days_of(people, month_days[0])
    return [
        {
            "person": person, "rest": rest[person.pk],
            "cells": [{"day": day, "leave": dates.get((person.pk, day)), "duty": duty.get((person.pk, day), "")} for day in month_days],
        }
        for person in people
    ]  # fmt: skip


@login_required
@require_safe
def export(request: PersonRequest) -> HttpResponse:
    """The month's leave as a file; that it left the house is journalled. Reasons stay behind."""
    reader = _leader(request)
    first = month_asked(request)
    people = {one.pk: one for one in access.visible_people(reader)}
    taken = queries.on_leave(list(people), first, days.last_of_month(first))
    rows = [[people[one.person_id].name, one.day, one.label, one.share, _("yes") if one.approved else _("no")] for one in taken]
    with transaction.atomic():
        change = {"month": f"{first:%Y-%m}", "rows": len(rows)}
        record("leave.exported", subject=reader, by=reader, change=change, at=clock.now())
    columns = [
        Column(_("Name"), width=16), Column(_("Day"), "day", 12), Column(pgettext("leave", "Kind"), width=12),
        Column(pgettext("leave", "Days"), "text", 8), Column(_("Approved"), width=10),
    ]  # fmt: skip
    return listing.taken_out(request.GET.get("as", ""), f"leave-{first:%Y-%m}", columns, [[*row[:3], f"{row[3]:f}", row[4]] for row in rows])


@login_required
@require_safe
def balances(request: PersonRequest) -> HttpResponse:
    reader = _leader(request)
    today = clock.business_day(clock.now())
    people = list(access.visible_people(reader).filter(is_active=True).order_by("name", "pk")[:MOST_PEOPLE])
    rest = queries.rest_days_of(people, today)
    held = queries.balances_of([person.pk for person in people], today)
    private = queries.private_of_year_of([person.pk for person in people], today.year)
    rows = [
        {
            "person": person, "rest": rest[person.pk], "private": private.get(person.pk, 0),
            "annual": sum((one.left for one in held[person.pk] if one.kind == Kind.ANNUAL), queries.NOTHING),
            "in_lieu": sum((one.left for one in held[person.pk] if one.kind == Kind.IN_LIEU), queries.NOTHING),
        }
        for person in people
    ]  # fmt: skip
    return render(request, "leave/balances.html", {"tabs": tabs(reader, "balances"), "rows": rows, "today": today})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ledger(request: PersonRequest, pk: int) -> HttpResponse:
    """One person's ledger; personnel may enter days by hand. Everybody reads their own."""
    reader = request.user
    person = access.get_person(reader, pk)
    form = AdjustForm(request.POST or None) if access.sees_all(reader) and reader.pk != person.pk else None
    if request.method == "POST":
        access.must_manage(reader)
        if form is not None and form.is_valid():
            given = form.cleaned_data
            try:
                actions.adjust(person, given["kind"], "", given["days"], given["note"], by=reader, at=clock.now())
            except Said as said:
                tell(form, said)
            else:
                messages.success(request, _("Entered."))
                return redirect("leave:ledger", pk)
    today = clock.business_day(clock.now())
    entries = BalanceEntry.objects.filter(person=person).select_related("entered_by", "request").order_by("-pk")
    context = {
        "person": person, "entries": entries[:200], "form": form, "today": today,
        "tabs": tabs(reader, "own" if reader.pk == person.pk else "balances"),
        "rest": queries.rest_days(person, today),
        "balances": [one for one in queries.balances(person.pk, today) if one.kind != Kind.REST],
    }  # fmt: skip
    return render(request, "leave/ledger.html", context, status=422 if request.method == "POST" else 200)


def _leader(request: PersonRequest) -> Person:
    if not leads(request.user):
        raise NotAllowed(_("This page is for who answers requests for leave."))
    return request.user


def month_asked(request: PersonRequest) -> date:
    """The month in the address, else this one."""
    return days.month_of(days.typed_day(request.GET.get("month", "") + "-01") or clock.business_day(clock.now()))
