"""The day: how it begins, what is left of it, signed off; its figures; the sheets of the shifts."""

from __future__ import annotations

from datetime import date, timedelta

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dangban.desk import access, actions, blockers, days, house, ports, queries
from dangban.desk.forms import SignForm, SummaryForm
from dangban.desk.models import DaySummary, DayTick, Handover, WorkDay
from dangban.desk.views.doing import done
from dangban.lib import clock
from dangban.lib.errors import NotAllowed
from dangban.lib.text import whole
from dangban.people.models import Team
from dangban.people.ports import registry as open_work
from dangban.people.requests import PersonRequest


@login_required
@require_safe
def day(request: PersonRequest) -> HttpResponse:
    return render(request, "desk/work_day.html", _day(request) | {"leads": request.user.can("desk.assign")})


def _day(request: PersonRequest) -> dict[str, object]:
    person, now = request.user, clock.now()
    on = days.work_day(now)
    start, end = days.span(on, now)
    work = WorkDay.objects.filter(person=person, day=on).first()
    ticked = set(DayTick.objects.filter(work_day=work).values_list("moment", "step")) if work else set()
    roles = access.roles_of(person)
    notes = queries.handed_notes(person, on)
    left = [(label, items) for _name, label, items in blockers.by_kind(person, now)]
    keys = {one.key for _label, items in left for one in items}
    return {
        "on": on, "work": work, "ticked": ticked, "notes": notes, "left": left, "silent": len(keys - notes.keys()),
        "handed": len(keys & notes.keys()), "finished": queries.done_on(person, start, end),
        "lists": [(moment, house.steps(moment, roles, now)) for moment in ("open", "close")],
    }  # fmt: skip


@login_required
@require_POST
def tick(request: PersonRequest) -> HttpResponse:
    finished = request.POST.get("done") == "yes"
    actions.tick_day(request.POST.get("moment", ""), request.POST.get("step", ""), finished, by=request.user, at=clock.now())
    if request.headers.get("HX-Request") == "true":
        return render(request, "desk/_work_day.html", _day(request))
    return redirect("day")


@login_required
@require_safe
def day_rest(request: PersonRequest) -> HttpResponse:
    """The part that changes while one looks at it."""
    return render(request, "desk/_work_day.html", _day(request))


@login_required
@require_POST
def sign_off(request: PersonRequest) -> HttpResponse:
    actions.sign_off(request.user, at=clock.now())
    return redirect("day")


@login_required
@require_safe
def figures(request: PersonRequest) -> HttpResponse:
    """当日事当日毕: how much of the day was done on the day, by person and team."""
    now = clock.now()
    last = _day_named(request.GET.get("day", ""), days.work_day(now))
    first = last - timedelta(days=6) if request.GET.get("span") == "week" else last
    teams = list(access.led_teams(request.user))
    if not teams:
        raise NotAllowed(_("The figures of a team are for who leads it."))
    context = {
        "teams": [(team, *queries.shares(team, first, last), _summary(team, last)) for team in teams],
        "first": first, "last": last, "previous": last - timedelta(days=1), "following": last + timedelta(days=1),
        "wants_summary": house.wants_summary(now), "today": days.work_day(now),
    }  # fmt: skip
    return render(request, "desk/day_figures.html", context)


def _summary(team: Team, on: date) -> DaySummary | None:
    return DaySummary.objects.filter(team=team, day=on).select_related("by").first()


def _day_named(text: str, today: date) -> date:
    try:
        named = date.fromisoformat(text)
    except ValueError:
        return today
    return named if date(2000, 1, 1) <= named <= date(2100, 1, 1) else today


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def summary(request: PersonRequest, team_pk: int) -> HttpResponse:
    """Begun from what the day left in its rooms; the leader says the rest."""
    team, now = access.get_led_team(request.user, team_pk), clock.now()
    on = days.work_day(now)
    written = _summary(team, on)
    start, end = days.span(on, now)
    given = {name: "\n".join(lines(team, start, end)) for name, lines in ports.registry.summaries.items()}
    if written is not None:
        given = {name: getattr(written, name) for name in ("questions", "not_sold", "aftersales")}
    form = SummaryForm(request.POST or None, initial=given)
    if request.method == "POST" and form.is_valid():
        kept = done(form, lambda: actions.write_summary(team, on, **form.cleaned_data, by=request.user, at=now))
        if kept is not None:
            return redirect("day_figures")
    return render(request, "desk/day_summary.html", {"team": team, "on": on, "form": form, "written": written})


@login_required
@require_safe
def handovers(request: PersonRequest) -> HttpResponse:
    """One's own sheet, what is to be accepted, and what is not closed yet."""
    person = request.user
    context = {
        "open_items": queries.open_items(person),
        "sheets": queries.sheets(person),
        "draft": Handover.objects.filter(from_person=person, signed_at=None).first(),
    }
    return render(request, "desk/handovers.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def draft(request: PersonRequest) -> HttpResponse:
    """What one leaves: drafted anew each time one looks, until it is signed."""
    person, now = request.user, clock.now()
    sheet = actions.draft_handover(person, at=now) if request.method != "HEAD" else None
    keeps = request.POST.get("act") == "keep"
    form = SignForm(None if keeps else request.POST or None, by=person)
    if keeps and sheet is not None:
        actions.keep_words(sheet, _notes(request), by=person, for_the_rest=request.POST.get("rest", ""))
        return redirect("handover_draft")
    if request.method == "POST" and sheet is not None and form.is_valid():
        notes = {pk: text for pk, text in _notes(request).items() if text.strip()}
        # What was written stays, also where signing is refused.
        actions.keep_words(sheet, notes, by=person)
        signed = done(
            form, lambda: actions.sign_handover(sheet, form.cleaned_data["to"], note=form.cleaned_data["note"], notes=notes, by=person, at=now)
        )
        if signed is not None:
            return redirect("handover", pk=signed.pk)
    items = list(sheet.items.order_by("position")) if sheet is not None else []
    night = house.night_items(now)
    return render(request, "desk/handover_draft.html", {
        "sheet": sheet, "items": items, "form": form, "notes": _notes(request), "night": night is not None, "sources": open_work.open_work,
    })  # fmt: skip


def _notes(request: PersonRequest) -> dict[int, str]:
    named = ((whole(name[5:]), value) for name, value in request.POST.items() if name.startswith("note-"))
    return {pk: str(value) for pk, value in named if pk is not None}


@login_required
@require_POST
def new_line(request: PersonRequest) -> HttpResponse:
    actions.write_line(request.user, request.POST.get("label", ""), request.POST.get("note", ""), at=clock.now())
    return redirect("handover_draft")


@login_required
@require_POST
def drop_line(request: PersonRequest, pk: int) -> HttpResponse:
    item = access.get_handover_item(request.user, pk)
    actions.drop_draft_line(item, by=request.user)
    actions.keep_words(item.handover, _notes(request), by=request.user)
    return redirect("handover_draft")


@login_required
@require_safe
def handover(request: PersonRequest, pk: int) -> HttpResponse:
    return render(request, "desk/handover.html", _sheet(request, access.get_handover(request.user, pk)))


@login_required
@require_safe
def handover_lines(request: PersonRequest, pk: int) -> HttpResponse:
    """The part that changes while one looks at it."""
    return render(request, "desk/_handover.html", _sheet(request, access.get_handover(request.user, pk)))


def _sheet(request: PersonRequest, sheet: Handover) -> dict[str, object]:
    items = list(sheet.items.select_related("answered_by", "closed_by").order_by("position"))
    clocks = queries.deadlines_of("desk.handoveritem", [item.pk for item in items])
    return {
        "sheet": sheet,
        "items": [(item, next(iter(clocks.get(item.pk, ())), None)) for item in items],
        "sources": open_work.open_work,
        "may_take": sheet.signed_at is not None and access.may_take_over(request.user, sheet),
    }


@login_required
@require_POST
def answer_item(request: PersonRequest, pk: int) -> HttpResponse:
    """Accept or give back a line, or close it: the button says which."""
    item, now = access.get_handover_item(request.user, pk), clock.now()
    said, person = request.POST.get("said", ""), request.user
    word = request.POST.get("word", "")
    if said == "accept":
        actions.accept_item(item, by=person, at=now)
    elif said == "decline":
        actions.decline_item(item, word, by=person, at=now)
    else:
        actions.close_item(item, word, by=person, at=now)
    if request.headers.get("HX-Request") == "true":
        return render(request, "desk/_handover.html", _sheet(request, access.get_handover(person, item.handover_id)))
    return redirect(reverse("handover", args=[item.handover_id]))
