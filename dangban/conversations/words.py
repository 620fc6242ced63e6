"""How the journal tells of conversations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dangban.chat.models import Presence
from dangban.conversations.models import (
    Assignment,
    AutoReply,
    Conversation,
    Enquiry,
    GuardOverride,
    Promise,
    Requeue,
    Seat,
)
from dangban.journal import ports

VERBS = {
    "conversations.conversation_opened": _("opened the conversation with"),
    "conversations.conversation_assigned": _("assigned the conversation with"),
    "conversations.conversation_requeued": _("put back into the queue"),
    "conversations.conversation_transferred": _("passed on"),
    "conversations.conversation_take_undone": _("took back taking the conversation with"),
    "conversations.conversation_transfer_undone": _("took back passing on"),
    "conversations.conversation_resolved": _("ended the conversation with"),
    "conversations.conversation_closed_quiet": _("closed after a quiet time the conversation with"),
    "conversations.conversation_stepped_in": _("stepped into the conversation with"),
    "conversations.conversation_stepped_out": _("stepped out of the conversation with"),
    "conversations.service_rated": _("rated the service in the conversation with"),
    "conversations.promise_promised": _("promised"),
    "conversations.promise_kept": _("kept the promise"),
    "conversations.promise_withdrawn": _("withdrew the promise"),
    "conversations.enquiry_noted": _("noted the enquiry of"),
    "conversations.enquiry_changed": _("changed the enquiry of"),
    "conversations.enquiry_lost": _("gave up the enquiry of"),
    "conversations.enquiry_ordered": _("noted an order after the enquiry of"),
    "conversations.enquiry_paid": _("noted a payment after the enquiry of"),
    "conversations.override_granted": _("let a blocked line pass"),
    "conversations.override_refused": _("refused to let a blocked line pass"),
    "conversations.presence_changed": _("changed the state of"),
    "conversations.idle_noticed": _("noticed idleness of"),
    "conversations.seat_opened": _("opened the seat"),
    "conversations.seat_assigned": _("gave somebody the seat"),
    "conversations.seat_released": _("freed the seat"),
    "conversations.auto_reply_set": _("set an automatic reply"),
    "conversations.auto_reply_retired": _("retired an automatic reply"),
}

FIELDS = {
    "assignee": _("served by"),
    "how": pgettext_lazy("journal", "how"),
    "why": pgettext_lazy("journal", "why"),
    "stage": _("stage"),
    "thread": _("thread"),
    "conversation": _("conversation"),
    "ordinal": _("which time"),
    "to": pgettext_lazy("journal", "to"),
    "stars": _("stars"),
    "reasons": _("reasons"),
    "due": _("due"),
    "next_contact_at": _("ask again"),
    "words": _("wording"),
    "handle": _("account"),
    "text": _("text"),
    "state": _("state"),
}


def register() -> None:
    ports.name_verbs(VERBS)
    ports.name_fields(FIELDS, room="conversations")
    ports.name_values("how", dict(Assignment.How.choices))
    ports.name_values("why", dict(Requeue.Why.choices))
    ports.name_values("state", {**dict(Conversation.State.choices), **dict(Presence.State.choices)})
    ports.name_values("stage", dict(Conversation.Stage.choices))
    ports.name_subject(
        "conversations.conversation", _("conversation"), url_name="conversation", titles=_customers_of(Conversation)
    )
    ports.name_subject("conversations.enquiry", _("enquiry"), titles=_customers_of(Enquiry))
    ports.name_subject("conversations.promise", _("promise"), titles=_promises)
    ports.name_subject("conversations.guardoverride", _("blocked line"), titles=_askers)
    ports.name_subject("conversations.seat", _("seat"), titles=_seats)
    ports.name_subject("conversations.autoreply", _("automatic reply"), titles=_replies)


def _customers_of(model: type[Conversation] | type[Enquiry]) -> ports.Titles:
    def titles(ids: Sequence[int]) -> Mapping[int, str]:
        return dict(model.objects.filter(pk__in=ids).values_list("pk", "customer__name"))

    return titles


def _promises(ids: Sequence[int]) -> Mapping[int, str]:
    return dict(Promise.objects.filter(pk__in=ids).values_list("pk", "text"))


def _seats(ids: Sequence[int]) -> Mapping[int, str]:
    return dict(Seat.objects.filter(pk__in=ids).values_list("pk", "handle"))


def _replies(ids: Sequence[int]) -> Mapping[int, str]:
    kinds = dict(AutoReply.Kind.choices)
    rows = AutoReply.objects.filter(pk__in=ids).values_list("pk", "kind")
    return {pk: str(kinds.get(kind, kind)) for pk, kind in rows}



def _askers(ids: Sequence[int]) -> Mapping[int, str]:
    return dict(GuardOverride.objects.filter(pk__in=ids).values_list("pk", "person__name"))
