"""What is done with a conversation: taken, passed on, left, resolved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST

from dangban.conversations import access, actions
from dangban.conversations.forms import NextShiftForm, ResolveForm, ReturnForm, TakeOverForm, TransferForm
from dangban.conversations.models import Conversation
from dangban.conversations.queries.targets import choices
from dangban.conversations.views.answers import conversation_url, dialog, done, needs, who
from dangban.people.models import Person, Team

agents = needs("conversations.serve", "conversations.supervise")
form_page = require_http_methods(["GET", "POST"])


@require_POST
@agents
def take_next(request: HttpRequest) -> HttpResponse:
    taken = actions.take_next(by=who(request))
    if taken is None:
        return done(_("Nobody is waiting"))
    return _taken(request, taken)


@require_POST
@agents
def taking(request: HttpRequest, pk: int) -> HttpResponse:
    person = who(request)
    found = access.get_conversation(person, pk)
    actions.take(found, by=person)
    return _taken(request, found)


def _taken(request: HttpRequest, conversation: Conversation) -> HttpResponse:
    """To the conversation; for some seconds a slip can be taken back."""
    row = actions.just_taken(conversation, by=who(request))
    undo = reverse("take_undoing", args=[row.pk]) if row else ""
    return done(_("You are serving this customer now"), show=conversation_url(conversation.pk), on=request, undo=undo)


@require_POST
@agents
def take_undoing(request: HttpRequest, pk: int) -> JsonResponse:
    person = who(request)
    actions.undo_take(access.get_assignment(person, pk), by=person)
    return JsonResponse({})


@require_POST
@agents
def transfer_undoing(request: HttpRequest, pk: int) -> JsonResponse:
    person = who(request)
    actions.undo_transfer(access.get_transfer(person, pk), by=person)
    return JsonResponse({})


@form_page
@agents
def takeover(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody else's becomes mine; who had it is told, and it is kept who took it."""
    person = who(request)
    found = access.get_conversation(person, pk)

    def act(data: Mapping[str, Any]) -> HttpResponse:
        actions.take_over(found, by=person, reason=data["reason"])
        return _taken(request, found)

    holder = found.assignee.name if found.assignee else ""
    lead = _("%(name)s is serving this customer and will be told that you took over.") % {"name": holder}
    return dialog(request, TakeOverForm(request.POST or None), act, title=pgettext("conversation", "Take over"), submit=pgettext("conversation", "Take over"), lead=lead)


@require_POST
@agents
def stepping_in(request: HttpRequest, pk: int) -> HttpResponse:
    person = who(request)
    actions.step_in(access.get_conversation(person, pk), by=person)
    return done(_("You can answer here; it stays your colleague's"), show=conversation_url(pk), on=request)


@form_page
@agents
def transfer(request: HttpRequest, pk: int) -> HttpResponse:
    person = who(request)
    found = access.get_conversation(person, pk)
    form = TransferForm(request.POST or None, targets=choices(person, found), again=found.transfers > 0)

    def act(data: Mapping[str, Any]) -> HttpResponse:
        offer = actions.transfer(found, by=person, note=data["note"], reason=data.get("reason", ""), **_target(data["to"]))
        undo = reverse("transfer_undoing", args=[offer.pk])
        return done(_("Passed on with your note"), again=conversation_url(pk), on=request, undo=undo)

    return dialog(request, form, act, title=_("Transfer"), submit=_("Transfer"), template="conversations/_transfer.html", found=found)


def _target(chosen: str) -> dict[str, Any]:
    kind, _sep, value = chosen.partition(":")
    if kind == "person":
        return {"to_person": Person.objects.get(pk=value)}
    if kind == "team":
        return {"to_team": Team.objects.get(pk=value)}
    return {"to_skill": value}


@require_POST
@agents
def transfer_acceptance(request: HttpRequest, pk: int) -> HttpResponse:
    person = who(request)
    offer = access.get_transfer(person, pk)
    actions.accept_transfer(offer, by=person)
    return done(show=conversation_url(offer.conversation_id), on=request)


@form_page
@agents
def transfer_return(request: HttpRequest, pk: int) -> HttpResponse:
    person = who(request)
    offer = access.get_transfer(person, pk)

    def act(data: Mapping[str, Any]) -> HttpResponse:
        actions.return_transfer(offer, by=person, answer=data["answer"])
        return done(_("Given back"), again=conversation_url(offer.conversation_id), on=request)

    return dialog(request, ReturnForm(request.POST or None), act, title=_("Return the transfer"), submit=_("Return it"), lead=offer.note)


@form_page
@agents
def closure(request: HttpRequest, pk: int) -> HttpResponse:
    """Resolve; a pre-sale talk also says why nothing was ordered and when to ask again."""
    person = who(request)
    found = access.get_conversation(person, pk)
    presale = found.stage == Conversation.Stage.PRESALE

    def act(data: Mapping[str, Any]) -> HttpResponse:
        if data.get("enquiry_reason") or data.get("next_contact_at"):
            actions.record_enquiry(
                found, by=person, reason=data["enquiry_reason"], next_contact_at=data["next_contact_at"]
            )
        actions.resolve(found, by=person, outcome=data["outcome"], note=data["note"])
        return done(_("Resolved"), again=conversation_url(pk), on=request)

    form = ResolveForm(request.POST or None, presale=presale)
    return dialog(request, form, act, title=_("Resolve"), submit=_("Resolve"))


@form_page
@agents
def next_shift(request: HttpRequest, pk: int) -> HttpResponse:
    person = who(request)
    found = access.get_conversation(person, pk)

    def act(data: Mapping[str, Any]) -> HttpResponse:
        actions.leave_to_next_shift(found, by=person, note=data["note"])
        return done(_("Left to the next shift"), again=conversation_url(pk), on=request)

    lead = _("Whoever comes on duty next finds it with your note.")
    return dialog(
        request, NextShiftForm(request.POST or None), act, title=_("Leave to the next shift"), submit=_("Leave it"), lead=lead
    )
