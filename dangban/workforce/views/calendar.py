"""The calendar of holidays: a year, each day that is not what its weekday says."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from dangban.lib import clock
from dangban.people.requests import PersonRequest
from dangban.workforce import access, actions, state_calendar
from dangban.workforce.models import Holiday
from dangban.workforce.views.addresses import day_of, whole_number


@login_required
@require_safe
def calendar(request: PersonRequest) -> HttpResponse:
    year = whole_number(request.GET.get("year", ""), clock.business_day(clock.now()).year)
    year = min(max(year, 2000), 2199)
    context = {
        "year": year, "days": Holiday.objects.filter(day__year=year).order_by("day"), "kinds": Holiday.Kind.choices,
        "may_keep": request.user.can(access.CALENDAR), "known": state_calendar.known_years(),
    }  # fmt: skip
    return render(request, "workforce/calendar.html", context)


@login_required
@require_POST
def set_day(request: PersonRequest) -> HttpResponse:
    day = day_of(request.POST.get("day", ""))
    actions.set_holiday(day, request.POST.get("kind", ""), request.POST.get("name", ""), by=request.user, at=clock.now())
    return redirect(f"{reverse('holidays')}?year={day.year}")


@login_required
@require_POST
def fill(request: PersonRequest) -> HttpResponse:
    count = actions.fill_calendar(by=request.user, at=clock.now())
    messages.success(request, ngettext("%(count)s day entered.", "%(count)s days entered.", count) % {"count": count})
    return redirect("holidays")
