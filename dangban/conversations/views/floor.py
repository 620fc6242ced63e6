"""The floor for leaders (值班大屏): who is there, who waits, how today goes; and what a leader does about it."""  # han

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from dangban.conversations import access, actions, queries
from dangban.conversations.forms import StateForm, WhisperForm
from dangban.conversations.models import Conversation
from dangban.conversations.queries import inbox
from dangban.conversations.views.answers import dialog, done, needs, who
from dangban.conversations.views.presence import SIGNALS, label_of, states
from dangban.lib import clock
from dangban.people.models import Person, Team

leaders = needs("conversations.supervise")
form_page = require_http_methods(["GET", "POST"])
# What a leader looks at during the day, in the order in which it is read.
HEADLINES = ("first_response", "reply_rate", "house_rate", "handled", "slow")


@require_GET
@leaders
def floor(request: HttpRequest) -> HttpResponse:
    template = "conversations/_floor.html" if request.headers.get("HX-Target") == "floor" else "conversations/floor.html"
    return render(request, template, _context(request))


def _context(request: HttpRequest) -> dict[str, Any]:
    person = who(request)
    teams = queries.teams_of(person)
    team = next((one for one in teams if str(one.pk) == request.GET.get("team", "")), None)
    shown = queries.floor(person, team)
    people = [
        (one, SIGNALS.get(one.state, one.state), label_of(one.state, one.reason)) for one in shown.people
    ]
    return inbox.ripening() | {
        "floor": shown,
        "people": people,
        "there": sum(one.state in ("online", "busy", "suspended") for one in shown.people),
        "teams": teams,
        "team": team,
        "wall": request.GET.get("wall") == "1",
        "headlines": HEADLINES,
        "query": _query(team, request),
        "today": clock.business_day(clock.now()),
    }


def _query(team: Team | None, request: HttpRequest) -> dict[str, str]:
    query = {"team": str(team.pk)} if team else {}
    return query | ({"wall": "1"} if request.GET.get("wall") == "1" else {})


@require_GET
@leaders
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """The customers that one person has now, with what a leader can do about each."""
    reader = who(request)
    shown = _one(reader, pk)
    rows = access.visible_conversations(reader).filter(assignee=shown.person, state=Conversation.State.SERVING)
    found = inbox.lines_of(reader, rows.order_by("waiting_since", "-last_at"))
    context = inbox.ripening() | {
        "one": shown,
        "rows": found,
        "signal": SIGNALS.get(shown.state, shown.state),
        "label": label_of(shown.state, shown.reason),
        "today": clock.business_day(clock.now()),
    }
    return render(request, "conversations/_floor_person.html", context)


def _one(reader: Person, pk: int) -> Any:
    """Somebody on the floor that this person supervises, or 404."""
    for one in queries.floor(reader).people:
        if one.person.pk == pk:
            return one
    raise Http404


@form_page
@leaders
def person_state(request: HttpRequest, pk: int) -> HttpResponse:
    """Set another's state: somebody went to lunch and forgot."""
    leader = who(request)
    shown = _one(leader, pk)
    labels = [(f"{state}:{reason}", label) for state, reason, label in states()]
    form = StateForm(request.POST or None, choices=labels, initial={"state": f"{shown.state}:{shown.reason}"})

    def act(data: Mapping[str, Any]) -> HttpResponse:
        state, _sep, reason = data["state"].partition(":")
        actions.change_presence(shown.person, state, by=leader, reason=reason)
        return done(_("State set; %(name)s is told") % {"name": shown.person.name})

    return dialog(request, form, act, title=shown.person.name, submit=_("Set the state"))


@form_page
@leaders
def whisper(request: HttpRequest, pk: int) -> HttpResponse:
    """A word to the agent who serves, unseen by the customer."""
    leader = who(request)
    found = access.get_conversation(leader, pk)
    name = found.assignee.name if found.assignee else ""

    def act(data: Mapping[str, Any]) -> HttpResponse:
        actions.whisper(found, by=leader, text=data["text"])
        return done(_("Whispered to %(name)s") % {"name": name})

    form: forms.Form = WhisperForm(request.POST or None)
    lead = _("Only %(name)s reads it.") % {"name": name}
    return dialog(request, form, act, title=_("Whisper"), submit=_("Whisper"), lead=lead)
