"""All approvals in one place, also on the phone; who stands in for whom."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dangban.desk import access, actions, ports, queries
from dangban.desk.forms import ExceptionForm, StandInForm
from dangban.desk.models import Approval
from dangban.desk.views.doing import done, paged
from dangban.lib import clock
from dangban.lib.errors import Conflict
from dangban.people.requests import PersonRequest


@login_required
@require_safe
def approvals(request: PersonRequest) -> HttpResponse:
    which = request.GET.get("which", "")
    context = _list(request) if which != "asked" else {}
    if which in ("asked", "settled"):
        context |= _past(request, which)
    context |= {"which": which, "stand_ins": _stand_ins(request), "may_be_away": request.user.can("desk.approve")}
    return render(request, "desk/approvals.html", context)


@login_required
@require_safe
def approvals_list(request: PersonRequest) -> HttpResponse:
    return render(request, "desk/_approvals.html", _list(request))


@login_required
@require_POST
def settle(request: PersonRequest, pk: int) -> HttpResponse:
    """The answer from the list: with one hand."""
    found = access.get_approval(request.user, pk)
    granted = request.POST.get("granted") == "yes"
    by_page = request.headers.get("HX-Request") == "true"
    try:
        actions.settle_approval(found, granted, answer=request.POST.get("answer", ""), by=request.user, at=clock.now())
    except Conflict as somebody_was_faster:
        if not by_page:
            raise
        return _gone(request, f"{found.title} · {somebody_was_faster.message}", "bad")
    said = (_("Granted: %(title)s") if granted else _("Refused: %(title)s")) % {"title": found.title}
    if not by_page:
        messages.success(request, said)
        return redirect("approvals")
    return _gone(request, said, "ok")


@login_required
@require_POST
def say(request: PersonRequest, pk: int) -> HttpResponse:
    """Asked back before an answer, or what who asked says to that."""
    found = access.get_approval(request.user, pk)
    actions.say_about_approval(found, request.POST.get("answer", ""), by=request.user, at=clock.now())
    row = next((one for one in _list(request)["waiting"] if one["approval"].pk == pk), None)
    if request.headers.get("HX-Request") != "true" or row is None:
        return redirect("approval", pk=pk)
    response = render(request, "desk/_approval_row.html", {"row": row, "one": row["approval"]})
    return _tell(response, _("Asked back: %(title)s") % {"title": found.title}, "ok")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_exception(request: PersonRequest) -> HttpResponse:
    """For what arises nowhere in the rooms: said in words, answered by who leads."""
    form = ExceptionForm(request.POST or None, by=request.user)
    if request.method == "POST" and form.is_valid():
        asked = done(form, lambda: actions.ask_exception(**form.cleaned_data, by=request.user, at=clock.now()))
        if asked is not None:
            return redirect("approval", pk=asked.pk)
    return render(request, "desk/exception_form.html", {"form": form})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def absence(request: PersonRequest) -> HttpResponse:
    form = StandInForm(request.POST or None, by=request.user)
    if request.method == "POST" and form.is_valid():
        named = done(form, lambda: actions.name_stand_in(**form.cleaned_data, by=request.user, at=clock.now()))
        if named is not None:
            return redirect("approvals")
    return render(request, "desk/absence.html", {"form": form})


@login_required
@require_POST
def end_absence(request: PersonRequest, pk: int) -> HttpResponse:
    actions.end_stand_in(access.get_stand_in(request.user, pk), by=request.user, at=clock.now())
    return redirect("approvals")


def _gone(request: PersonRequest, said: str, kind: str) -> HttpResponse:
    """The answered one goes from the list and all else stays, with what is typed there; after the last the list says so."""
    left = Approval.objects.filter(access.answerable(request.user), settled_at=None).count()
    if left:
        counted = ngettext("%(num)s still waits", "%(num)s still wait", left) % {"num": left}
        return _tell(HttpResponse(), f"{said} · {counted}", kind)
    response = render(request, "desk/_approvals.html", _list(request))
    response["HX-Retarget"], response["HX-Reswap"] = "#approvals-list", "outerHTML"
    return _tell(response, said, kind)


def _tell(response: HttpResponse, said: str, kind: str) -> HttpResponse:
    response["HX-Trigger"] = json.dumps({"toast": {"text": said, "kind": kind}})
    return response


def _list(request: PersonRequest) -> dict[str, Any]:
    person, now = request.user, clock.now()
    waiting = list(
        Approval.objects.filter(access.answerable(person), settled_at=None)
        .select_related("asked_by", "shop").prefetch_related("words__by").order_by("asked_at", "pk")[:200]
    )  # fmt: skip
    clocks = queries.deadlines_of("desk.approval", [one.pk for one in waiting])
    kinds = ports.registry.approval_kinds
    away = access.stood_in_for(person, now)
    rows = [
        {
            "approval": one,
            "kind": kinds[one.kind].label if one.kind in kinds else one.kind,
            "clock": next(iter(clocks.get(one.pk, ())), None),
            "instead_of": next((other for other in away if not person.can(one.needs, shop=one.shop_id)), None),
        }
        for one in waiting
    ]
    return {"waiting": rows}


def _past(request: PersonRequest, which: str) -> dict[str, object]:
    person = request.user
    rows = Approval.objects.filter(asked_by=person) if which == "asked" else Approval.objects.filter(settled_by=person)
    found, following = paged(request, rows.select_related("asked_by", "settled_by", "settled_for", "shop"))
    return {"past": found, "following": following}


def _stand_ins(request: PersonRequest) -> list[object]:
    running = access.visible_stand_ins(request.user).filter(ended_at=None, until__gt=clock.now())
    return list(running.select_related("person", "deputy").order_by("since", "pk"))
