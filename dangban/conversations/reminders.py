"""The clocks, tasks and notices of the floor, as the desk keeps them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache

from django.urls import get_script_prefix, reverse
from django.utils.translation import gettext as _

from dangban.conversations.clauses import MESSAGE_REPLY
from dangban.conversations.models import Conversation, Promise, Turn
from dangban.conversations.rules import clocks
from dangban.desk import actions as desk
from dangban.desk.models import Deadline
from dangban.handbook.decisions import Because
from dangban.handbook.rulebook import Rules
from dangban.journal.actions import HasActor
from dangban.lib.actor import SYSTEM
from dangban.people.models import Person

REPLY = "conversations.reply"
LEFT_MESSAGE = "conversations.left_message"
PROMISE = "conversations.promise"


def address(conversation_id: int) -> str:
    return _pattern(get_script_prefix()).replace("/0/", f"/{conversation_id}/")


@cache
def _pattern(_prefix: str) -> str:
    """Resolved once: questions open by the thousand."""
    return reverse("conversation", args=[0])


def start_reply_clock(conversation: Conversation, turn: Turn, *, rules: Rules) -> None:
    """The clock of a question; one that runs already goes on."""
    decision = clocks.reply_within(first=turn.first, left_message=False, on_duty=True, rules=rules)
    assert decision is not None
    desk.start_deadline(
        REPLY,
        conversation,
        rule=decision.because[0].path,
        allowed_seconds=int(decision.outcome),
        because=[reason.as_data() for reason in decision.because],
        by=SYSTEM,
        owner=conversation.assignee,
        team=conversation.team,
        shop=conversation.shop,
        label=_("Answer %(customer)s") % {"customer": conversation.customer},
        url=address(conversation.pk),
        tells=False,
        at=turn.opened_at,
    )


def meet_reply_clock(conversation: Conversation, *, by: Person, at: datetime) -> None:
    for kind in (REPLY, LEFT_MESSAGE):
        desk.meet_deadline(conversation, kind, by=by, at=at)


def hand_reply_clock(conversation: Conversation, person: Person | None, *, at: datetime) -> None:
    """The same clock runs on for whoever has the conversation now."""
    desk.reassign_deadline(
        conversation, owner=person, by=SYSTEM, kinds=(REPLY, LEFT_MESSAGE), team=conversation.team, at=at
    )


def cancel_reply_clock(conversation: Conversation, *, by: HasActor, reason: str, at: datetime) -> None:
    desk.cancel_deadlines(conversation, by=by, kinds=(REPLY, LEFT_MESSAGE), reason=reason, at=at)


def open_left_message(
    conversation: Conversation, *, due: datetime, because: Sequence[Because], at: datetime
) -> None:
    """A task for the team, and the clock of what the customer was promised."""
    label = _("Answer the message left by %(customer)s") % {"customer": conversation.customer}
    team = conversation.team
    if team is not None:
        desk.write_task(
            label, by=SYSTEM, team=team, shop=conversation.shop, subject=conversation,
            url=address(conversation.pk), due_at=due, at=at,
        )  # fmt: skip
    desk.start_deadline(
        LEFT_MESSAGE,
        conversation,
        rule=MESSAGE_REPLY.path,
        allowed_seconds=max(1, int((due - at).total_seconds())),
        because=[reason.as_data() for reason in because],
        by=SYSTEM,
        team=team,
        shop=conversation.shop,
        label=label,
        url=address(conversation.pk),
        at=at,
    )


def close_left_message(conversation: Conversation, person: Person, *, at: datetime) -> None:
    """Somebody has it now: the team's task is done, the promised time still runs."""
    desk.settle_tasks(conversation, by=person, at=at)


def is_left_message(conversation: Conversation) -> bool:
    """Whether the clock of a left message has neither been met nor cancelled."""
    kind, pk = conversation._meta.label_lower, conversation.pk
    rows = Deadline.objects.filter(subject_kind=kind, subject_id=pk, kind=LEFT_MESSAGE)
    return rows.filter(met_at=None, cancelled_at=None).exists()


def reopen_left_message(conversation: Conversation, *, closed_at: datetime) -> None:
    """Undo of `close_left_message`."""
    desk.unsettle_tasks(conversation, done_at=closed_at)


def start_promise_clock(promise: Promise, *, by: Person) -> None:
    desk.start_deadline(
        PROMISE,
        promise,
        rule=PROMISE,
        allowed_seconds=max(1, int((promise.due_at - promise.at).total_seconds())),
        by=by,
        owner=promise.owner,
        shop=promise.shop,
        label=promise.text,
        url=address(promise.conversation_id),
        warn_seconds=min(1800, int((promise.due_at - promise.at).total_seconds()) // 4),
        at=promise.at,
    )


def meet_promise_clock(promise: Promise, *, by: Person, at: datetime) -> None:
    desk.meet_deadline(promise, PROMISE, by=by, at=at)


def cancel_promise_clock(promise: Promise, *, by: Person, reason: str, at: datetime) -> None:
    desk.cancel_deadlines(promise, by=by, kinds=(PROMISE,), reason=reason, at=at)


def hand_promise_clock(promise: Promise, *, by: HasActor, at: datetime) -> None:
    desk.reassign_deadline(promise, owner=promise.owner, by=by, kinds=(PROMISE,), at=at)


def ring(people: Iterable[Person]) -> None:
    """What stands in the inboxes of these people changed."""
    desk.ring([person.pk for person in people])


def tell(
    people: Iterable[Person], title: str, body: str = "", *, conversation: Conversation, by: HasActor, at: datetime
) -> None:
    """A notice to named people about a conversation."""
    desk.notify(people, title, body, by=by, url=address(conversation.pk), shop=conversation.shop, at=at)

