"""One's own roster: the coming weeks, that one knows them, wishes, swaps, the calendar for the phone."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import groupby
from operator import attrgetter

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dangban.lib import clock
from dangban.lib.errors import BadInput
from dangban.people.access import members_of
from dangban.people.models import Person
from dangban.people.requests import PersonRequest
from dangban.workforce import access, actions, feeds, holidays, queries
from dangban.workforce.actions.swapping import describe
from dangban.workforce.models import DutyPeriod, Plan, Receipt, Swap, Wish
from dangban.workforce.views.addresses import day_of, monday_of, whole_number

WEEKS = 4
SWAPS_SHOWN = 10
LONGEST_PLAN = timedelta(weeks=5)


@login_required
@require_safe
def own_roster(request: PersonRequest) -> HttpResponse:
    me, now = request.user, clock.now()
    today = clock.business_day(now)
    monday = monday_of(request.GET.get("day", ""))
    days = [monday + timedelta(days=offset) for offset in range(WEEKS * 7)]
    mine = list(DutyPeriod.objects.filter(person=me, day__gte=days[0], day__lte=days[-1]).order_by("starts_at"))
    duty = {day: list(on_it) for day, on_it in groupby(mine, attrgetter("day"))}
    wishes = {one.day: one for one in Wish.objects.filter(person=me, day__gte=days[0], day__lte=days[-1])}
    special = holidays.named(days[0], days[-1])
    waiting = (
        Receipt.objects.filter(person=me, acknowledged_at=None, published__plan__first_day__gt=today - timedelta(weeks=5))
        .select_related("published__plan").order_by("-published__number").first()
    )  # fmt: skip
    swaps = Swap.objects.filter(Q(asked_by=me) | Q(with_person=me)).select_related("asked_by", "with_person").order_by("-pk")[:SWAPS_SHOWN]
    planned = _planned(me, days[0], days[-1])
    colleagues = list(members_of(me.scope.teams).exclude(pk=me.pk).order_by("name"))
    coming = [one for one in mine if one.starts_at > now]
    chosen = next((one for one in colleagues if str(one.pk) == request.GET.get("with")), colleagues[0] if colleagues else None)
    theirs = list(_shifts_to_come(chosen, me, days[-1], now)) if chosen and coming else []
    context = {
        "weeks": [[(day, duty.get(day, ()), wishes.get(day), special.get(day), day in planned) for day in days[at : at + 7]] for at in range(0, len(days), 7)],
        "today": today, "shifts": {one.name: one for then in (clock.day_span(days[-1])[0], now) for one in queries.shifts(then)}.values(), "receipt": waiting,
        "swaps": [(swap, describe(swap)) for swap in swaps],
        "to_answer": [swap for swap in swaps if swap.state == Swap.State.ASKED and swap.with_person_id == me.pk],
        "coming": coming, "colleagues": colleagues, "chosen": chosen, "theirs": theirs,
        "free": "、".join(f"{one.day:%m-%d}" for one in coming if one.day not in {other.day for other in theirs}),  # han
        "feed": request.build_absolute_uri(feeds.address(me)), "previous": monday - timedelta(weeks=WEEKS),
        "following": monday + timedelta(weeks=WEEKS), "monday": monday,
    }  # fmt: skip
    return render(request, "workforce/own_roster.html", context)


def _shifts_to_come(colleague: Person, me: Person, last: date, now: datetime) -> QuerySet[DutyPeriod]:
    """What a colleague could give for a shift of one's own, as far as one's own roster is shown."""
    return DutyPeriod.objects.filter(person=colleague, team__in=me.scope.teams, starts_at__gt=now, day__lte=last).order_by("starts_at")


def _planned(me: Person, first: date, last: date) -> set[date]:
    """Days on which having no shift means rest: the team has duty, or a roster is published."""
    teams = me.scope.teams
    found = set(DutyPeriod.objects.filter(team__in=teams, day__gte=first, day__lte=last).values_list("day", flat=True))
    plans = Plan.objects.filter(team__in=teams, state=Plan.State.PUBLISHED, first_day__lte=last, first_day__gt=first - LONGEST_PLAN)
    return found.union(*(plan.days for plan in plans))


@login_required
@require_POST
def know(request: PersonRequest, pk: int) -> HttpResponse:
    actions.acknowledge(access.get_receipt(request.user, pk), by=request.user, at=clock.now())
    messages.success(request, _("Noted: you know your roster."))
    return redirect("own_roster")


@login_required
@require_POST
def wish(request: PersonRequest) -> HttpResponse:
    day = day_of(request.POST.get("day", ""))
    if request.POST.get("wish") == "none":
        actions.clear_wish(day, by=request.user, at=clock.now())
    else:
        shift = "" if request.POST.get("wish") == "rest" else request.POST.get("wish", "")
        actions.set_wish(day, shift, request.POST.get("note", ""), by=request.user, at=clock.now())
    return redirect(f"{reverse('own_roster')}?day={day}")


@login_required
@require_POST
def ask_swap(request: PersonRequest) -> HttpResponse:
    colleague = members_of(request.user.scope.teams).filter(pk=whole_number(request.POST.get("with", ""), 0)).first()
    if colleague is None:
        raise Http404
    other = request.POST.get("other_day", "")
    actions.ask_swap(
        day_of(request.POST.get("day", "")), colleague, request.POST.get("reason", ""), by=request.user, at=clock.now(),
        other_day=day_of(other) if other else None,
    )  # fmt: skip
    messages.success(request, _("%(name)s is asked.") % {"name": colleague.name})
    return redirect("own_roster")


@login_required
@require_POST
def answer_swap(request: PersonRequest, pk: int) -> HttpResponse:
    """The colleague agrees or declines; who asked withdraws."""
    swap, now = access.get_swap(request.user, pk), clock.now()
    answer = request.POST.get("answer", "")
    if answer == "agree":
        actions.agree_swap(swap, by=request.user, at=now)
    elif answer == "decline":
        actions.decline_swap(swap, by=request.user, at=now, answer=request.POST.get("why", ""))
    elif answer == "withdraw":
        actions.withdraw_swap(swap, by=request.user, at=now)
    else:
        raise BadInput(_("Agree, decline or withdraw."))
    return redirect("own_roster")


@login_required
@require_POST
def renew_feed(request: PersonRequest) -> HttpResponse:
    actions.renew_feed(request.user)
    messages.success(request, _("The address of your calendar is a new one; the old one is dead."))
    return redirect("own_roster")


@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """A calendar for whoever holds the address; it names its person's shifts and nothing else."""
    try:
        person = feeds.person_of(token)
    except (signing.BadSignature, Person.DoesNotExist) as error:
        raise Http404 from error
    answer = HttpResponse(feeds.calendar(person, clock.now()), content_type="text/calendar; charset=utf-8")
    answer["Cache-Control"] = "private, max-age=900"
    return answer
