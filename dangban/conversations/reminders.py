"""The clocks, tasks and notices of the floor, as the desk keeps them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from dangban.conversations.clauses import MESSAGE_REPLY
from dangban.conversations.models import Conversation, Promise, Turn
from dangban.conversations.rules import clocks
from dangban.desk.models import Deadline, Notice, Task
from dangban.handbook.decisions import Because
from dangban.handbook.rulebook import Rules
from dangban.journal.actions import HasActor
from dangban.people.models import Person

SUBJECT = "conversations.conversation"
PROMISE = "conversations.promise"
REPLY = "conversations.reply"
LEFT_MESSAGE = "conversations.left_message"


def address(conversation_id: int) -> str:
    return f"/workspace/{conversation_id}/"


def start_reply_clock(conversation: Conversation, turn: Turn, *, rules: Rules) -> None:
    """The clock of a question; one that runs already goes on."""
    decision = clocks.reply_within(first=turn.first, left_message=False, on_duty=True, rules=rules)
    assert decision is not None
    if _running(SUBJECT, conversation.pk, REPLY).exists():
        return
    allowed = timedelta(seconds=int(decision.outcome))
    Deadline.objects.create(
        kind=REPLY,
        subject_kind=SUBJECT,
        subject_id=conversation.pk,
        label=_("Answer %(customer)s") % {"customer": conversation.customer},
        url=address(conversation.pk),
        shop_id=conversation.shop_id,
        team_id=conversation.team_id,
        owner_id=conversation.assignee_id,
        rule=decision.because[0].path,
        because=[reason.as_data() for reason in decision.because],
        allowed_seconds=int(decision.outcome),
        started_at=turn.opened_at,
        running_since=turn.opened_at,
        due_at=turn.opened_at + allowed,
    )


def meet_reply_clock(conversation: Conversation, *, by_id: int, at: datetime) -> None:
    for kind in (REPLY, LEFT_MESSAGE):
        _running(SUBJECT, conversation.pk, kind).update(met_at=at, ended_by_id=by_id)


def hand_reply_clock(conversation: Conversation, person_id: int | None, *, at: datetime) -> None:
    """The same clock runs on for whoever has the conversation now."""
    _running(SUBJECT, conversation.pk, REPLY).update(owner=person_id)
    _running(SUBJECT, conversation.pk, LEFT_MESSAGE).update(owner=person_id)


def cancel_reply_clock(conversation: Conversation, *, at: datetime) -> None:
    for kind in (REPLY, LEFT_MESSAGE):
        _running(SUBJECT, conversation.pk, kind).update(cancelled_at=at)


def open_left_message(conversation: Conversation, *, due: datetime, because: Sequence[Because], at: datetime) -> None:
    """A task for the team, and the clock of what the customer was promised."""
    label = _("Answer the message left by %(customer)s") % {"customer": conversation.customer}
    Task.objects.create(
        title=label,
        subject_kind=SUBJECT,
        subject_id=conversation.pk,
        url=address(conversation.pk),
        shop_id=conversation.shop_id,
        team_id=conversation.team_id,
        made_by_kind="system",
        made_by_name="当班",
        created_at=at,
        due_at=due,
    )
    if not _running(SUBJECT, conversation.pk, LEFT_MESSAGE).exists():
        Deadline.objects.create(
            kind=LEFT_MESSAGE,
            subject_kind=SUBJECT,
            subject_id=conversation.pk,
            label=label,
            url=address(conversation.pk),
            shop_id=conversation.shop_id,
            team_id=conversation.team_id,
            rule=MESSAGE_REPLY.path,
            because=[reason.as_data() for reason in because],
            allowed_seconds=max(1, int((due - at).total_seconds())),
            started_at=at,
            running_since=at,
            due_at=due,
        )


def close_left_message(conversation: Conversation, *, by: HasActor, at: datetime) -> None:
    """Somebody has it now: the team's task is done, the promised time still runs."""
    actor = by.actor
    done_by = actor.id if actor.kind == "person" else conversation.assignee_id
    Task.objects.filter(subject_kind=SUBJECT, subject_id=conversation.pk, done_at=None).update(
        done_at=at, done_by=done_by
    )


def start_promise_clock(promise: Promise) -> None:
    Deadline.objects.create(
        kind=PROMISE,
        subject_kind=PROMISE,
        subject_id=promise.pk,
        label=promise.text[:200],
        url=address(promise.conversation_id),
        shop_id=promise.shop_id,
        owner=promise.owner,
        rule=PROMISE,
        allowed_seconds=max(1, int((promise.due_at - promise.at).total_seconds())),
        started_at=promise.at,
        running_since=promise.at,
        due_at=promise.due_at,
    )


def meet_promise_clock(promise: Promise, *, by: Person, at: datetime) -> None:
    _running(PROMISE, promise.pk, PROMISE).update(met_at=at, ended_by_id=by.pk)


def cancel_promise_clock(promise: Promise, *, by: Person, at: datetime) -> None:
    _running(PROMISE, promise.pk, PROMISE).update(cancelled_at=at, ended_by_id=by.pk)


def tell(people: Sequence[Person], title: str, body: str, *, conversation: Conversation, by: HasActor, at: datetime) -> None:
    """A notice to named people about a conversation."""
    actor = by.actor
    Notice.objects.bulk_create(
        Notice(
            title=title[:200], body=body, person=person, shop_id=conversation.shop_id,
            by_kind=actor.kind, by_id=actor.id, by_name=actor.name,
            url=address(conversation.pk), at=at,
        )
        for person in people
    )


def _running(subject_kind: str, subject_id: int, kind: str):  # type: ignore[no-untyped-def]
    return Deadline.objects.filter(
        subject_kind=subject_kind, subject_id=subject_id, kind=kind, met_at=None, cancelled_at=None
    )
