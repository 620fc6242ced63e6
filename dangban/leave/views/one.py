"""One request: what it takes, who answers, what became of the shifts."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dangban.desk.actions import settle_approval
from dangban.journal import chronicle
from dangban.journal.queries import subject_entries
from dangban.leave import access, actions, facts, queries, telling
from dangban.leave.forms import AnswerForm, WordsForm
from dangban.leave.models import Kind, LeaveRequest
from dangban.leave.rules.asking import Wanted
from dangban.leave.views import tabs
from dangban.leave.views.asking import found, may_see_reason
from dangban.lib import clock
from dangban.lib.days import typed_day
from dangban.lib.text import whole
from dangban.people.models import Person
from dangban.people.requests import PersonRequest

State = LeaveRequest.State


@login_required
@require_safe
def one(request: PersonRequest, pk: int) -> HttpResponse:
    held = access.get_request(request.user, pk)
    return render(request, "leave/request.html", _about(request.user, held))


def _about(reader: Person, held: LeaveRequest) -> dict[str, Any]:
    now = clock.now()
    today = clock.business_day(now)
    mine = reader.pk == held.person_id
    waits = held.state in (State.ASKED, State.CALLED)
    context: dict[str, Any] = {
        "held": held,
        "title": telling.title(held),
        "span": telling.span(held),
        "days": telling.days(held.days),
        "tabs": tabs(reader, "own" if mine else "team"),
        "mine": mine,
        "may_see_reason": may_see_reason(reader, held),
        "may_answer": access.may_answer(reader, held, now),
        "answer_form": AnswerForm(),
        "may_withdraw": mine and held.state == State.ASKED,
        "may_write": mine and held.state == State.CALLED and held.repaired_at is None,
        "may_cancel": held.state == State.APPROVED and (held.first_day > today if mine else access.may_arrange(reader, held)),
        "words_form": WordsForm(),
        "shifts": _shifts(held, reader) if held.state == State.APPROVED else [],
        "rest": None, "balances": [], "judged": None, "fault": "",
        "story": chronicle.tell(subject_entries("leave.leaverequest", held.pk)),
    }
    if waits:
        wanted = Wanted(held.kind, held.first_day, held.last_day, clock.business_day(held.asked_at), held.part, held.is_urgent)
        context |= found(held.person, wanted, without=held.pk) | {"days": telling.days(held.days)}
    if waits and held.kind in (Kind.REST, Kind.ANNUAL, Kind.IN_LIEU):
        context["rest"] = queries.rest_days(held.person, held.first_day) if held.kind == Kind.REST else None
        context["balances"] = [one for one in queries.balances(held.person_id, held.first_day) if one.kind == held.kind != Kind.REST]
    return context


def _shifts(held: LeaveRequest, reader: Person) -> list[dict[str, Any]]:
    """The shifts that went out, who stands in, and who could."""
    may = access.may_arrange(reader, held)
    rows = []
    for kept in held.cleared:
        was = facts.as_duty(held, kept)
        # Of two shifts of a day the second one is given away once somebody has the first.
        is_open = may and not kept.get("stands_in") and facts.kept_shift(held, was.day) is kept and was.ends_at > clock.now()
        rows.append(
            {
                "day": telling.day(was.day), "iso": kept["day"], "name": was.name, "starts": was.starts_at, "ends": was.ends_at,
                "stands_in": kept.get("stands_in", ""),
                "could": facts.substitutes(held.team, was, was.day, but=held.person_id) if is_open else [],
            }
        )  # fmt: skip
    return rows


@login_required
@require_POST
def answer(request: PersonRequest, pk: int) -> HttpResponse:
    held = access.get_request(request.user, pk)
    if held.approval is None:
        raise Http404
    granted = request.POST.get("granted") == "yes"
    settle_approval(held.approval, granted, answer=request.POST.get("answer", ""), by=request.user, at=clock.now())
    messages.success(request, _("Approved; the roster is changed.") if granted else _("Refused; %(name)s is told.") % {"name": held.person.name})
    return redirect("leave:request", pk)


@login_required
@require_POST
def withdraw(request: PersonRequest, pk: int) -> HttpResponse:
    actions.withdraw(access.get_request(request.user, pk), by=request.user, at=clock.now())
    messages.success(request, _("Taken back."))
    return redirect("leave:request", pk)


@login_required
@require_POST
def cancel(request: PersonRequest, pk: int) -> HttpResponse:
    held = access.get_request(request.user, pk)
    done = actions.cancel(held, request.POST.get("reason", ""), by=request.user, at=clock.now())
    messages.success(request, _("Cancelled. Days and shifts are back.") if done.state == State.CANCELLED else _("Shortened. Days and shifts from today on are back."))
    return redirect("leave:request", pk)


@login_required
@require_POST
def writing(request: PersonRequest, pk: int) -> HttpResponse:
    held = access.get_request(request.user, pk)
    actions.put_in_writing(held, request.POST.get("reason", ""), by=request.user, at=clock.now())
    messages.success(request, _("In writing now; it waits for its answer."))
    return redirect("leave:request", pk)


@login_required
@require_POST
def stand_in(request: PersonRequest, pk: int) -> HttpResponse:
    held = access.get_request(request.user, pk)
    day = typed_day(request.POST.get("day", ""))
    chosen = access.visible_people(request.user).filter(pk=whole(request.POST.get("person", "")) or 0).first()
    if day is None or chosen is None:
        raise Http404
    actions.stand_in(held, chosen, _in(held, day), by=request.user, at=clock.now())
    messages.success(request, _("%(name)s stands in and is told.") % {"name": chosen.name})
    return redirect("leave:request", pk)


def _in(held: LeaveRequest, day: date) -> date:
    if not held.first_day <= day <= held.last_day:
        raise Http404
    return day
