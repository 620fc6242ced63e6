"""Notices: written, read, confirmed; who has not yet."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dangban.desk import access, actions, inbox, queries
from dangban.desk.forms import NoticeForm
from dangban.desk.views.inbox import answer
from dangban.lib import clock
from dangban.lib.errors import NotAllowed
from dangban.people.confidentiality import Confidentiality
from dangban.people.requests import PersonRequest


@login_required
@require_safe
def notices(request: PersonRequest) -> HttpResponse:
    found = queries.notices(request.user, clock.now())
    context = {
        "notices": found,
        "clocks": queries.confirm_by(found),
        "may_write": request.user.can("desk.notify"),
        "levels": dict(Confidentiality.choices),
    }
    return render(request, "desk/notices.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_notice(request: PersonRequest) -> HttpResponse:
    if not request.user.can("desk.notify"):
        raise NotAllowed(_("Notices are written by leaders."))
    form = NoticeForm(request.POST or None, by=request.user)
    if request.method == "POST" and form.is_valid():
        notice = actions.write_notice(**form.cleaned_data, by=request.user, at=clock.now())
        return redirect("notice", pk=notice.pk)
    return render(request, "desk/notice_form.html", {"form": form})


@login_required
@require_safe
def notice(request: PersonRequest, pk: int) -> HttpResponse:
    found = access.get_notice(request.user, pk)
    context: dict[str, Any] = {
        "notice": found,
        "clock": queries.receipts_clock(found) if found.must_read else None,
        "receipt": found.receipts.filter(person=request.user).first(),
        "level": Confidentiality(found.confidentiality).label,
        "is_over": found.until is not None and found.until <= clock.now(),
        "is_writer": found.by_kind == "person" and found.by_id == request.user.pk,
    }
    # Who has not read it are names of a whole audience: for who could have written to it.
    if found.person_id is None and access.may_notify(request.user, found.team, found.shop):
        context["read"], context["waiting"] = queries.receipts(found)
    return render(request, "desk/notice.html", context)


@login_required
@require_POST
def read(request: PersonRequest, pk: int) -> HttpResponse:
    """A receipt. From the banner it answers with the banner as it then is."""
    found = access.get_notice(request.user, pk)
    actions.read_notice(found, by=request.user, at=clock.now())
    if request.headers.get("HX-Target") == "notice-banner":
        return _banner(request)
    if request.headers.get("HX-Request") == "true":
        return answer(request, "")
    return redirect(found.url) if found.url else redirect("notice", pk=pk)


@login_required
@require_POST
def withdraw(request: PersonRequest, pk: int) -> HttpResponse:
    actions.withdraw_notice(access.get_notice(request.user, pk), by=request.user, at=clock.now())
    return redirect("notice", pk=pk)


@login_required
@require_safe
def banner(request: PersonRequest) -> HttpResponse:
    """What must be read and was not yet, above every page."""
    return _banner(request)


def _banner(request: PersonRequest) -> HttpResponse:
    unread = inbox.unread_notices(request.user, clock.now()).filter(person=None)
    shown = list(unread[:3])
    return render(request, "desk/_banner.html", {"unread": shown, "clocks": queries.confirm_by(shown)})
