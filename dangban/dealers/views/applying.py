"""Dealers, and the application for what they send back."""

from __future__ import annotations

import contextlib
import secrets
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from dangban.dealers import access, actions, queries
from dangban.dealers.forms import ApplicationForm, DealerForm
from dangban.dealers.models import Dealer, DealerReturn
from dangban.dealers.views import reader, tabs, tell
from dangban.lib.errors import BadInput
from dangban.lib.errors import Said as Refusal
from dangban.lib.text import whole
from dangban.media.storage import scratch
from dangban.people.models import Person

LARGEST = 12 * 1024 * 1024
MOST_FILES = 12


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new(request: HttpRequest) -> HttpResponse:
    person = reader(request, access.APPLY)
    posted = request.method == "POST"
    start = {"key": secrets.token_urlsafe(18), "dealer": whole(request.GET.get("dealer", ""))}
    form = ApplicationForm(person, request.POST, request.FILES) if posted else ApplicationForm(person, initial=start)
    if posted and form.is_valid():
        try:
            made = _apply(person, form)
        except Refusal as said:
            tell(form, said)
        else:
            messages.success(request, _("Applied for; quality judges it next."))
            return redirect("dealers:return", made.pk)
    has_dealers = access.visible_dealers(person, access.APPLY).filter(closed_on=None).exists()
    context = {"form": form, "has_dealers": has_dealers, "may_manage": person.can(access.MANAGE)}
    return render(request, "dealers/new.html", context, status=422 if posted else 200)


def _apply(person: Person, form: ApplicationForm) -> DealerReturn:
    given = form.cleaned_data
    lines = form.wanted()
    with arrived(given["photos"]) as photos:
        asked = actions.Application(
            given["reason"], given["words"], given["received_on"], lines, batch=given["batch"], disputed=given["disputed"],
            order_number=given["order_number"], photos=photos,
        )  # fmt: skip
        return actions.apply(given["dealer"], asked, by=person, key=given["key"])


@contextlib.contextmanager
def arrived(sent: Sequence[Any]) -> Iterator[list[tuple[Path, str]]]:
    """Uploaded files as files of ours, gone afterwards; too many or too large ones are refused before."""
    if len(sent) > MOST_FILES or any(file.size > LARGEST for file in sent):
        message = _("Up to %(count)s files of at most %(most)s MB each.") % {"count": MOST_FILES, "most": LARGEST // (1024 * 1024)}
        raise BadInput(message, fields={"photos": [message]})
    found: list[tuple[Path, str]] = []
    try:
        for one in sent:
            with tempfile.NamedTemporaryFile(dir=scratch(), delete=False) as file:
                found.append((Path(file.name), one.name or ""))
                for chunk in one.chunks():
                    file.write(chunk)
        yield found
    finally:
        for path, _name in found:
            path.unlink(missing_ok=True)


# ---- The list of dealers -------------------------------------------------------------------------------


@require_safe
@login_required
def dealers(request: HttpRequest) -> HttpResponse:
    person = reader(request)
    context = {"tabs": tabs(person, "dealers"), "dealers": queries.dealers(person), "may_manage": person.can(access.MANAGE)}
    return render(request, "dealers/dealers.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def dealer_new(request: HttpRequest) -> HttpResponse:
    person = reader(request, access.MANAGE)
    posted = request.method == "POST"
    form = DealerForm(person, request.POST if posted else None)
    if posted and form.is_valid():
        try:
            actions.add_dealer(form.cleaned_data["shop"], form.about(), by=person)
        except Refusal as said:
            tell(form, said)
        else:
            messages.success(request, _("The dealer is on the list."))
            return redirect("dealers:dealers")
    return render(request, "dealers/dealer.html", {"form": form, "dealer": None, "may": True}, status=422 if posted else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def dealer(request: HttpRequest, pk: int) -> HttpResponse:
    """One dealer: what is known of them, what they sent back."""
    person = reader(request)
    found = access.get_dealer(person, pk)
    may = person.can(access.MANAGE, shop=found.shop_id)
    posted = request.method == "POST"
    if posted:
        access.require(person, found.shop_id, access.MANAGE)
    form = DealerForm(person, request.POST, dealer=found) if posted else DealerForm(person, initial=_start(found), dealer=found)
    if posted and form.is_valid():
        try:
            actions.change_dealer(found, form.about(), by=person)
        except Refusal as said:
            tell(form, said)
        else:
            messages.success(request, _("Noted."))
            return redirect("dealers:dealer", pk)
    returns = access.visible_returns(person).filter(dealer=found).order_by("-pk")[:20]
    context = {"form": form, "dealer": found, "may": may, "returns": returns}
    return render(request, "dealers/dealer.html", context, status=422 if posted else 200)


def _start(found: Dealer) -> dict[str, Any]:
    names = ("name", "contact", "phone", "address", "contract", "note")
    handle = found.customer.handles.values_list("handle", flat=True).first() if found.customer else ""
    breach = found.breach_points / 100 if found.breach_points is not None else None
    return {name: getattr(found, name) for name in names} | {"breach": breach, "customer": handle}
