"""The inbox, and the end of the day."""

from __future__ import annotations

import json
from datetime import datetime, time, timedelta

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dangban.desk import actions, queries
from dangban.desk import inbox as boxes
from dangban.desk.forms import DelegateForm, LocalDateTime
from dangban.lib import clock
from dangban.lib.errors import BadInput
from dangban.people.requests import PersonRequest

MORNING = time(9)


@login_required
@require_safe
def inbox(request: PersonRequest) -> HttpResponse:
    only = request.GET.get("only", "")
    now = clock.now()
    context = {
        **_list(request, only),
        "may_assign": request.user.can("desk.assign"),
        "may_note": request.user.can("desk.task"),
        "today": clock.business_day(now),
    }
    return render(request, "desk/inbox.html", context)


@login_required
@require_safe
def inbox_list(request: PersonRequest) -> HttpResponse:
    """The list alone, fetched again when something in it changed."""
    return render(request, "desk/_inbox_list.html", _list(request, request.GET.get("only", "")))


@login_required
@require_safe
def inbox_count(request: PersonRequest) -> HttpResponse:
    return render(request, "desk/_inbox_count.html", {"count": boxes.count(request.user, clock.now())})


@login_required
@require_POST
def snooze(request: PersonRequest, key: str) -> HttpResponse:
    now = clock.now()
    actions.snooze(key, _until(request, now), by=request.user, at=now)
    undo = reverse("inbox_wake", args=[key])
    return answer(request, _("Put aside."), undo)


@login_required
@require_POST
def wake(request: PersonRequest, key: str) -> HttpResponse:
    actions.end_snooze(key, by=request.user, at=clock.now())
    return answer(request, "")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def delegate(request: PersonRequest, key: str) -> HttpResponse:
    item = boxes.find(request.user, key, clock.now())
    form = DelegateForm(request.POST or None, by=request.user)
    if request.method == "POST" and form.is_valid():
        actions.delegate(
            key, form.cleaned_data["to"], note=form.cleaned_data["note"], by=request.user, at=clock.now()
        )
        return answer(request, _("Passed on to %(name)s.") % {"name": form.cleaned_data["to"].name}, closes=True)
    return render(request, "desk/_delegate.html", {"item": item, "form": form})


@login_required
@require_safe
def day(request: PersonRequest) -> HttpResponse:
    """What was done today, and what remains."""
    now = clock.now()
    on, start, end = queries.today(now)
    waiting = boxes.inbox(request.user, now).items
    context = {
        "day": queries.day_of(request.user, on, start, end),
        "remaining": [item for item in waiting if item.due_at is None or item.due_at < end],
        "later": [item for item in waiting if item.due_at is not None and item.due_at >= end],
    }
    return render(request, "desk/day.html", context)


def _list(request: PersonRequest, only: str) -> dict[str, object]:
    now = clock.now()
    return {
        "inbox": boxes.inbox(request.user, now, only), "only": only, "choices": _choices(now),
        "given": queries.tasks_given(request.user), "asked": queries.approvals_asked(request.user),
    }  # fmt: skip


def _choices(now: datetime) -> list[tuple[str, str]]:
    """Until when one usually puts things aside."""
    return [("30", _("half an hour")), ("120", _("two hours")), ("tomorrow", _("until tomorrow 09:00"))]


def _until(request: PersonRequest, now: datetime) -> datetime:
    chosen = request.POST.get("until", "")
    if chosen == "tomorrow":
        return clock.at_local(clock.business_day(now) + timedelta(days=1), MORNING)
    if chosen in ("30", "120"):
        return now + timedelta(minutes=int(chosen))
    try:
        own = LocalDateTime(required=False).clean(request.POST.get("at", ""))
    except ValidationError as error:
        raise BadInput(_("This time can't be read."), fields={"at": [_("This time can't be read.")]}) from error
    if own is None:
        raise BadInput(_("Say until when."), fields={"until": [_("Say until when.")]})
    return own


def answer(request: PersonRequest, said: str, undo: str = "", *, closes: bool = False) -> HttpResponse:
    """The list anew for htmx, with a word that can be taken back; otherwise the page."""
    if request.headers.get("HX-Request") != "true":
        asked_by_script = "application/json" in request.headers.get("Accept", "")
        return JsonResponse({}) if asked_by_script else redirect("inbox")
    response = render(request, "desk/_inbox_list.html", _list(request, request.POST.get("only", "")))
    triggers: dict[str, object] = {"dialog:close": ""} if closes else {}
    if said:
        triggers["toast"] = {"text": said, "undo": undo, "kind": "ok"}
    response["HX-Trigger"] = json.dumps(triggers)
    if closes:
        response["HX-Retarget"], response["HX-Reswap"] = "#inbox-list", "outerHTML"
    return response
