"""Taking, taking over, leaving and resolving conversations."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from dangban.chat.models import Message, Presence, Thread
from dangban.conversations import access, assigning, facts, reminders, told
from dangban.conversations.actions.queueing import sweep_queue
from dangban.conversations.actions.satisfaction import invite
from dangban.conversations.models import (
    Assignment,
    Closure,
    Conversation,
    LeftOver,
    Requeue,
    StepIn,
    Transfer,
    Turn,
)
from dangban.conversations.rules import stages
from dangban.handbook.actions import in_force
from dangban.handbook.rulebook import Rules
from dangban.journal.actions import HasActor, record
from dangban.lib import clock
from dangban.lib.actor import SYSTEM
from dangban.lib.errors import BadInput, Conflict, Refused
from dangban.lib.text import refuse_unstorable
from dangban.people.access import scope
from dangban.people.models import Person

State = Conversation.State
_AT_DESK = frozenset({Presence.State.ONLINE, Presence.State.BUSY, Presence.State.SUSPENDED})


def take(conversation: Conversation, *, by: Person, at: datetime | None = None) -> Conversation:
    """Serve a customer who waits, or who left a message. Conflict if somebody was faster."""
    return _take(conversation, by, at or clock.now())


def _take(conversation: Conversation, by: Person, at: datetime, turn: assigning.Reasons = ()) -> Conversation:
    access.require(by, "conversations.serve", conversation.shop_id)
    _must_be_there(by)
    with transaction.atomic():
        held = assigning.locked(conversation.pk)
        if held.assignee_id == by.pk and held.state == State.SERVING:
            return held
        if held.state not in (State.WAITING, State.OFFLINE):
            raise _taken(held)
        _give(held, by, Assignment.How.TAKEN, at, because=turn)
    return held


def take_next(*, by: Person, at: datetime | None = None) -> Conversation | None:
    """Serve whose turn it is by the handbook among those one may take; None if nobody waits."""
    at = at or clock.now()
    in_line = _waiting_for(by, in_force(at))
    for found in in_line.rows[:20]:
        try:
            return _take(found, by, at, in_line.because.get(found.shop_id, ()))
        except Conflict:
            continue
    return None


def _waiting_for(person: Person, rules: Rules) -> facts.InLine:
    mine = scope(person).teams
    rows = access.visible_conversations(person)
    return facts.in_line(rows.filter(Q(team=None) | Q(team__in=mine)) if mine else rows, rules)


def take_over(
    conversation: Conversation, *, by: Person, reason: str = "", at: datetime | None = None
) -> Conversation:
    """Make a colleague's conversation one's own; it is logged, and they are told."""
    at = at or clock.now()
    access.require(by, "conversations.serve", conversation.shop_id)
    reason = refuse_unstorable(reason.strip(), "reason")[:200]
    with transaction.atomic():
        held = assigning.locked(conversation.pk)
        if held.state == State.ENDED:
            raise _ended()
        before = held.assignee
        if before is None:
            _give(held, by, Assignment.How.TAKEN, at)
            return held
        if before.pk == by.pk:
            return held
        _withdraw_offers(held, by, at)
        _give(held, by, Assignment.How.TAKEN_OVER, at)
        told.write(held, "taken_over", by=by, at=at, before=before.name, reason=reason)
        reminders.tell(
            [before],
            _("%(name)s has taken over %(customer)s from you") % {"name": by.name, "customer": held.customer},
            reason,
            conversation=held,
            by=by,
            at=at,
        )
    return held


def step_in(conversation: Conversation, *, by: Person, at: datetime | None = None) -> StepIn:
    """Answer in a conversation that stays a colleague's."""
    at = at or clock.now()
    access.require(by, "conversations.serve", conversation.shop_id)
    with transaction.atomic():
        held = assigning.locked(conversation.pk)
        if held.state == State.ENDED:
            raise _ended()
        if held.assignee_id is None or held.assignee_id == by.pk:
            raise Refused(_("Nobody else is serving this customer: take the conversation."), code="take")
        row, made = StepIn.objects.get_or_create(
            conversation=held, person=by, ended_at=None, defaults={"started_at": at}
        )
        if made:
            told.write(held, "stepped_in", by=by, at=at)
            _journal("stepped_in", held, by, at)
            assigning.store(held)
    return row


def step_out(conversation: Conversation, *, by: Person, at: datetime | None = None) -> None:
    at = at or clock.now()
    with transaction.atomic():
        held = assigning.locked(conversation.pk)
        if StepIn.objects.filter(conversation=held, person=by, ended_at=None).update(ended_at=at):
            _journal("stepped_out", held, by, at)
            assigning.store(held)


def begin(thread: Thread, *, by: Person, at: datetime | None = None) -> Conversation:
    """Open a session before writing to a customer first; the one that is open, if it is one's own."""
    at = at or clock.now()
    access.require(by, "conversations.serve", thread.shop_id)
    with transaction.atomic():
        Thread.objects.select_for_update(no_key=True).get(pk=thread.pk)
        there = Conversation.objects.select_for_update(no_key=True).filter(thread=thread).exclude(state=State.ENDED).first()
        if there is not None:
            if there.assignee_id not in (None, by.pk):
                raise _taken(there)
            if there.assignee_id is None:
                _give(there, by, Assignment.How.TAKEN, at)
            return there
        rules = in_force(at)
        last = Message.objects.filter(thread=thread).order_by("-seq").values_list("seq", flat=True).first() or 0
        stage = stages.stage(facts.newest_order(thread.customer_id, thread.shop_id), rules)
        opened = Conversation.objects.create(
            thread=thread, shop=thread.shop, customer_id=thread.customer_id, state=State.WAITING,
            stage=stage.outcome, opened_at=at, business_day=facts.business_day(at, by.pk, rules),
            first_seq=last + 1, last_seq=last, last_at=at,
        )  # fmt: skip
        _journal("opened", opened, by, at)
        _give(opened, by, Assignment.How.TAKEN, at)
    return opened


def resolve(
    conversation: Conversation, *, by: Person, outcome: str = "", note: str = "", at: datetime | None = None
) -> Closure:
    """End a conversation. Conflict while a line of the customer has not been seen yet."""
    at = at or clock.now()
    with transaction.atomic():
        held = assigning.locked(conversation.pk)
        must_hold(held, by)
        if Message.objects.filter(thread=held.thread_id, seq__gt=conversation.last_seq, author="customer").exists():
            raise Conflict(_("The customer has just written again. Read it first."))
        closure = close(held, Closure.How.RESOLVED, by=by, outcome=outcome, note=note, at=at, rules=in_force(at))
    sweep_queue([conversation.shop_id], at)
    return closure


def close(
    held: Conversation,
    how: str,
    *,
    by: Person | None,
    at: datetime,
    rules: Rules,
    outcome: str = "",
    note: str = "",
) -> Closure:
    """The end of a session, by an agent or after a quiet time; inside the caller's transaction."""
    actor: HasActor = by or SYSTEM
    served_from = held.assignments.order_by("started_at").values_list("started_at", flat=True).first()
    closure = Closure.objects.create(
        conversation=held, how=how, by=by, at=at,
        outcome=refuse_unstorable(outcome.strip(), "outcome")[:40], note=refuse_unstorable(note.strip(), "note")[:300],
        business_day=facts.business_day(at, held.assignee_id, rules),
        served_ms=round((at - served_from).total_seconds() * 1000) if served_from else 0,
    )  # fmt: skip
    if by is not None:
        _withdraw_offers(held, by, at)
    assigning.end_assignment(held, at)
    Turn.objects.filter(conversation=held, answered_at=None, abandoned_at=None).update(abandoned_at=at)
    reminders.cancel_reply_clock(held, by=actor, reason="ended", at=at)
    held.state = State.ENDED
    held.ended_at = at
    held.queued_at = None
    held.waiting_since = None
    held.unread = 0
    assigning.store(held)
    assigning.announce_beside(held)
    _journal("resolved" if how == Closure.How.RESOLVED else "closed_quiet", held, actor, at)
    told.write(held, "resolved", by=actor, at=at, how=how, outcome=closure.outcome)
    invite(held, how, at=at, rules=rules)
    return closure


def leave_to_next_shift(
    conversation: Conversation, *, by: Person, note: str, at: datetime | None = None
) -> LeftOver:
    """Mark what is still to do and give the conversation to whoever is, or next comes, on duty."""
    at = at or clock.now()
    note = refuse_unstorable(note.strip(), "note")[:300]
    if not note:
        message = _("Say what is still to do.")
        raise BadInput(message, fields={"note": [message]})
    with transaction.atomic():
        held = assigning.locked(conversation.pk)
        must_hold(held, by)
        _withdraw_offers(held, by, at)
        row = LeftOver.objects.create(conversation=held, person=by, note=note, at=at)
        told.write(held, "left", by=by, at=at, note=row.note)
        assigning.requeue(held, Requeue.Why.LEFT, because=(), at=at, rules=in_force(at), by=by)
    return row


def take_up(conversation: Conversation, *, by: Person, at: datetime | None = None) -> Conversation:
    """Take what a colleague of the shift before left."""
    at = at or clock.now()
    access.require(by, "conversations.serve", conversation.shop_id)
    with transaction.atomic():
        held = assigning.locked(conversation.pk)
        if held.state not in (State.WAITING, State.OFFLINE):
            raise _taken(held)
        _give(held, by, Assignment.How.HANDED_OVER, at)
    return held


def must_hold(held: Conversation, by: Person) -> None:
    """Only who serves the customer, or a leader, does this."""
    if held.state == State.ENDED:
        raise _ended()
    if held.assignee_id == by.pk or by.can("conversations.supervise", shop=held.shop_id):
        return
    if held.assignee_id is None:
        raise Refused(_("Nobody is serving this customer yet. Take the conversation first."), code="take")
    raise _taken(held)


def _give(
    held: Conversation, by: Person, how: str, at: datetime, because: assigning.Reasons = ()
) -> None:
    team_id = facts.team_of(by.pk, held.shop_id, at)
    assigning.give(held, by.pk, how=how, because=because, at=at, rules=in_force(at), by=by, team_id=team_id)


def _must_be_there(by: Person) -> None:
    present = facts.present_state(by.pk)
    if present is None or present.state not in _AT_DESK:
        raise Refused(_("You are not online. Go online first, then take the customer."), code="offline")


def _withdraw_offers(held: Conversation, by: Person, at: datetime) -> None:
    offers = Transfer.objects.filter(conversation=held, state=Transfer.State.OFFERED)
    reminders.ring(Person.objects.filter(transfers_in__in=offers))
    offers.update(state=Transfer.State.WITHDRAWN, settled_at=at, settled_by=by)


def _journal(verb: str, held: Conversation, by: HasActor, at: datetime) -> None:
    record(
        f"conversations.conversation_{verb}", subject=held, by=by, shop=held.shop_id,
        change={"state": held.state, "assignee": held.assignee.name if held.assignee else None}, at=at,
    )  # fmt: skip


def _taken(held: Conversation) -> Conflict:
    if held.state == State.ENDED:
        return _ended()
    name = held.assignee.name if held.assignee else _("somebody else")
    return Conflict(
        _("%(name)s is serving this customer. You can step in, or take the conversation over.") % {"name": name},
        code="taken",
    )


def _ended() -> Conflict:
    return Conflict(_("This conversation has ended. Write to the customer to open a new one."), code="ended")


