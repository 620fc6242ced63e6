"""Taking back a take or a transfer that was a slip of the hand: within seconds, and only while nobody has spoken."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from dangban.chat.models import Message, Presence
from dangban.conversations import access, assigning, facts, reminders, told
from dangban.conversations.models import Assignment, Conversation, LeftOver, Transfer, Turn
from dangban.handbook.actions import in_force
from dangban.journal.actions import record
from dangban.lib import clock
from dangban.lib.errors import Conflict, NotAllowed
from dangban.people.models import Person

# A toast's life and the way to the server: a matter of the hand, not of a company's rules.
UNDO_WITHIN = timedelta(seconds=15)
_BY_HAND = (Assignment.How.TAKEN, Assignment.How.TAKEN_OVER)
_GONE = (None, Presence.State.OFFLINE, Presence.State.AWAY)
State = Conversation.State


def just_taken(conversation: Conversation, *, by: Person, at: datetime | None = None) -> Assignment | None:
    """The take that this person could still take back."""
    since = (at or clock.now()) - UNDO_WITHIN
    rows = Assignment.objects.filter(conversation=conversation, ended_at=None, person=by, how__in=_BY_HAND)
    return rows.filter(started_at__gt=since).first()


def undo_take(taken: Assignment, *, by: Person, at: datetime | None = None) -> Conversation:
    """Give a customer back to the line, or to who had them. Conflict once somebody spoke, it moved on, or too late."""
    at = at or clock.now()
    with transaction.atomic():
        held = assigning.locked(taken.conversation_id)
        taken = Assignment.objects.get(pk=taken.pk)
        if taken.person_id != by.pk:
            raise NotAllowed(_("Only who took the customer takes it back."))
        if taken.how not in _BY_HAND:
            raise Conflict(_("The rules gave you this customer. Pass them on instead."))
        if taken.ended_at is not None or held.state != State.SERVING:
            raise _moved_on()
        _still_in_time(held, taken.started_at, at)
        before = _holder_before(taken)
        if before is None:
            _back_to_the_line(held, taken, at)
        else:
            _back_to(held, before, by, at)
            told.write(held, "given_back", by=by, at=at, to=before.name)
        _journal("take_undone", held, by, [by.name, before.name if before else None], at)
    return held


def undo_transfer(offer: Transfer, *, by: Person, at: datetime | None = None) -> Conversation:
    """Take back a transfer just made, from who was offered it or from whom the rules gave it to."""
    at = at or clock.now()
    with transaction.atomic():
        held = assigning.locked(offer.conversation_id)
        offer = Transfer.objects.select_related("from_person", "to_person").get(pk=offer.pk)
        if offer.from_person_id != by.pk:
            access.require(by, "conversations.supervise", held.shop_id)
        was_given = _given_by_the_rules(offer, held)
        if offer.state != Transfer.State.OFFERED and not was_given:
            raise _moved_on()
        _still_in_time(held, offer.at, at)
        Transfer.objects.filter(pk=offer.pk).update(state=Transfer.State.WITHDRAWN, settled_at=at, settled_by=by)
        # It does not count as the first time: passing on again needs no reason because of a slip.
        held.transfers = max(0, held.transfers - 1)
        to = held.assignee.name if was_given and held.assignee else None
        if was_given:
            _back_to(held, offer.from_person, by, at)
        else:
            assigning.store(held, people=(offer.to_person_id,))
        if offer.to_person is not None:
            reminders.ring([offer.to_person])
        told.write(held, "transfer_withdrawn", by=by, at=at)
        _journal("transfer_undone", held, by, [to, offer.from_person.name], at)
    return held


def _given_by_the_rules(offer: Transfer, held: Conversation) -> bool:
    """Whether it stands where a transfer to a team or a skill has put it."""
    if offer.state != Transfer.State.ACCEPTED or offer.settled_by_id is not None or held.state == State.ENDED:
        return False
    if offer.to_person_id is None:
        return held.assignee_id is None
    return Assignment.objects.filter(
        conversation=held, person=offer.to_person_id, ended_at=None, started_at=offer.at
    ).exists()


def _still_in_time(held: Conversation, since: datetime, at: datetime) -> None:
    if at - since > UNDO_WITHIN:
        raise Conflict(_("It is too late to take this back. Pass the customer on instead."))
    spoken = Message.objects.filter(
        thread=held.thread_id, author__in=(Message.Author.CUSTOMER, Message.Author.AGENT), internal=False, at__gt=since
    )
    if spoken.exists():
        raise Conflict(_("Somebody has written meanwhile. Pass the customer on instead."))


def _moved_on() -> Conflict:
    return Conflict(_("Somebody else has the customer by now; there is nothing to take back."))


def _holder_before(taken: Assignment) -> Person | None:
    """From whom it was taken over; nobody where it was taken from the line."""
    if taken.how == Assignment.How.TAKEN:
        return None
    rows = Assignment.objects.filter(conversation=taken.conversation_id, ended_at=taken.started_at)
    row = rows.select_related("person").exclude(pk=taken.pk).order_by("-pk").first()
    return row.person if row else None


def _back_to(held: Conversation, person: Person, by: Person, at: datetime) -> None:
    present = facts.present_state(person.pk)
    if person.pk != by.pk and (present.state if present else None) in _GONE:
        raise Conflict(_("%(name)s is not there any more.") % {"name": person.name})
    team_id = facts.team_of(person.pk, held.shop_id, at)
    assigning.give(
        held, person.pk, how=Assignment.How.TRANSFERRED, because=(), at=at, rules=in_force(at), by=by, team_id=team_id
    )


def _back_to_the_line(held: Conversation, taken: Assignment, at: datetime) -> None:
    """As if it had not been taken: the same place in the line, the same clock, the message still left."""
    assigning.end_assignment(held, at)
    held.assignee = None
    held.assigned_at = None
    held.state = State.OFFLINE if reminders.is_left_message(held) else State.WAITING
    held.queued_at = taken.started_at - timedelta(milliseconds=taken.waited_ms or 0)
    held.team_id = facts.on_floor(held.shop_id, at).default_team or held.team_id
    LeftOver.objects.filter(conversation=held, taken_up_at=taken.started_at).update(taken_up_at=None)
    earlier = Assignment.objects.filter(conversation=held, person=taken.person_id).exclude(pk=taken.pk)
    if not earlier.exists():
        open_turns = Turn.objects.filter(conversation=held, answered_at=None, abandoned_at=None)
        open_turns.filter(owner=taken.person_id).update(owner=None)
    reminders.reopen_left_message(held, closed_at=taken.started_at)
    reminders.hand_reply_clock(held, None, at=at)
    assigning.store(held, people=(taken.person_id,))
    assigning.announce_beside(held)


def _journal(verb: str, held: Conversation, by: Person, assignee: list[str | None], at: datetime) -> None:
    record(
        f"conversations.conversation_{verb}", subject=held, by=by, shop=held.shop_id, change={"assignee": assignee}, at=at
    )
