"""My state in the top bar, and the page that stands between an open conversation and going home."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dangban.chat.models import Presence
from dangban.conversations import actions, facts
from dangban.conversations.queries import inbox
from dangban.conversations.views.answers import done, needs, who
from dangban.lib import clock
from dangban.lib.errors import BadInput, Refused
from dangban.people.models import Person

agents = needs("conversations.serve", "conversations.supervise")
# How the frame's signal is called for each state.
SIGNALS = {"suspended": "held"}


def states() -> list[tuple[str, str, str]]:
    """What somebody may set: state, reason, label; in the order of the menu."""
    return [
        ("online", "", pgettext("presence", "Online")),
        ("suspended", "", pgettext("presence", "On hold")),
        ("busy", "", pgettext("presence", "Busy")),
        ("away", "meal", pgettext("presence", "Away: meal")),
        ("away", "break", pgettext("presence", "Away: break")),
        ("away", "meeting", pgettext("presence", "Away: meeting")),
        ("offline", "", pgettext("presence", "Offline")),
    ]


def label_of(state: str, reason: str = "") -> str:
    named = {(one, why): label for one, why, label in states()}
    return named.get((state, reason)) or named.get((state, "")) or str(Presence.State(state).label)


@require_http_methods(["GET", "POST"])
@agents
def state(request: HttpRequest) -> HttpResponse:
    """Draw my state; or change it, and where open conversations forbid that, go to their list."""
    person = who(request)
    if request.method == "POST":
        wanted, reason = _wanted(request)
        try:
            actions.change_presence(person, wanted, by=person, reason=reason)
        except Refused as refusal:
            if not refusal.items:
                raise
            return _go(f"{reverse('workspace_leaving')}?state={wanted}")
    response = render(request, "conversations/_state.html", _mine(person))
    if request.method == "POST":
        response["HX-Trigger"] = "presence:changed"
    response["Cache-Control"] = "no-store"
    return response


def _wanted(request: HttpRequest) -> tuple[str, str]:
    wanted, reason = request.POST.get("state", ""), request.POST.get("reason", "")
    if (wanted, reason) not in {(one, why) for one, why, _label in states()}:
        raise BadInput(_("This state is not known."), fields={"state": [""]})
    return wanted, reason


def _mine(person: Person) -> dict[str, Any]:
    now = clock.now()
    present = facts.present_state(person.pk)
    counts = inbox.counts(person)
    duty = facts.duty_at(person.pk, now)
    current = (present.state, present.reason) if present else ("offline", "")
    return {
        "present": present,
        "signal": SIGNALS.get(current[0], current[0]),
        "label": label_of(*current),
        "choices": [(one, why, label, (one, why) == current, SIGNALS.get(one, one)) for one, why, label in states()],
        "waiting": counts.get("waiting", 0) + counts.get("offline", 0),
        "duty": duty,
        "waits": inbox.waits(person),
    }


def _go(url: str) -> HttpResponse:
    return HttpResponse(status=204, headers={"HX-Redirect": url})


@require_GET
@agents
def leaving(request: HttpRequest) -> HttpResponse:
    """Every open conversation with what can be done about it; empty means one may go."""
    person = who(request)
    rows = inbox.rows(person, "mine", "").rows
    wanted = request.GET.get("state", "offline")
    present = facts.present_state(person.pk)
    context = inbox.ripening() | {
        "rows": rows,
        "wanted": wanted if wanted in Presence.State.values else "offline",
        "gone": present is None or present.state == Presence.State.OFFLINE,
        "duty": facts.duty_at(person.pk, clock.now()),
    }
    template = "_leaving" if request.headers.get("HX-Target") == "leaving" else "leaving"
    return render(request, f"conversations/{template}.html", context)


@require_POST
@agents
def shift_end(request: HttpRequest) -> HttpResponse:
    person = who(request)
    try:
        actions.end_shift(person, by=person)
    except Refused as refusal:
        if not refusal.items:
            raise
        return _go(f"{reverse('workspace_leaving')}?state=offline")
    return done(_("Your shift has ended. Until tomorrow."))
