"""Passing a conversation on: offered with a note, accepted or returned, never bounced."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from dangban.chat.models import Presence
from dangban.conversations import access, assigning, facts, reminders, told
from dangban.conversations.actions.sessions import must_hold
from dangban.conversations.models import Assignment, Conversation, Requeue, Transfer
from dangban.conversations.rules import service
from dangban.handbook.actions import in_force
from dangban.handbook.decisions import Decision
from dangban.journal.actions import HasActor, record
from dangban.lib import clock
from dangban.lib.actor import SYSTEM
from dangban.lib.errors import BadInput, Conflict, NotAllowed, Refused
from dangban.lib.text import refuse_unstorable
from dangban.people.models import Person, Team, TeamShop

State = Transfer.State


def transfer(
    conversation: Conversation,
    *,
    by: Person,
    to_person: Person | None = None,
    to_team: Team | None = None,
    to_skill: str = "",
    note: str,
    summary: str = "",
    reason: str = "",
    at: datetime | None = None,
) -> Transfer:
    """Offer a conversation to a person, or give it to whom the rules choose in a team or by skill.

    The clock runs on. Refused the second time in one conversation without a reason; with one the
    leaders are told. A person accepts or returns it; who gets it through a team may return it.
    """
    at = at or clock.now()
    note, reason = _said(note), refuse_unstorable(reason.strip(), "reason")[:200]
    if sum((to_person is not None, to_team is not None, bool(to_skill))) != 1:
        message = _("Choose one person, team or skill.")
        raise BadInput(message, fields={"to": [message]})
    with transaction.atomic():
        held = assigning.locked(conversation.pk)
        must_hold(held, by)
        _may_go_to(held, to_person, to_team, at)
        decision = service.transfer(held.transfers, reason, in_force(at))
        if decision.outcome == "needs_reason":
            raise Refused(
                _("This customer has been passed on before. Say why it is needed again; your leader is told."),
                decision=decision,
                code="needs_reason",
            )
        offer = _offer(held, by, to_person, to_team, to_skill, note, summary, reason, decision, at)
        if to_person is not None:
            _show_receiver(held, to_person)
        else:
            _give_to_team(held, offer, by, at)
        if decision.outcome == "go_and_tell":
            _tell_leaders(held, offer, by, at)
    return offer


def accept_transfer(offer: Transfer, *, by: Person, at: datetime | None = None) -> Conversation:
    """Take what was offered to one. Conflict if it was withdrawn or has run out meanwhile."""
    at = at or clock.now()
    with transaction.atomic():
        held = assigning.locked(offer.conversation_id)
        if offer.to_person_id != by.pk:
            raise NotAllowed(_("This was offered to somebody else."))
        _settle(offer, State.ACCEPTED, by, at)
        team_id = facts.team_of(by.pk, held.shop_id, at)
        assigning.give(
            held, by.pk, how=Assignment.How.TRANSFERRED, because=(), at=at, rules=in_force(at), by=by, team_id=team_id
        )
        told.write(held, "transfer_accepted", by=by, at=at)
    return held


def return_transfer(offer: Transfer, *, by: Person, answer: str, at: datetime | None = None) -> Conversation:
    """Give back what was offered to one, or what came to one through a team, saying why."""
    at = at or clock.now()
    answer = refuse_unstorable(answer.strip(), "answer")[:200]
    if not answer:
        message = _("Say why you return it.")
        raise BadInput(message, fields={"answer": [message]})
    with transaction.atomic():
        held = assigning.locked(offer.conversation_id)
        came_through_team = offer.state == State.ACCEPTED and offer.to_person_id == held.assignee_id == by.pk
        if offer.to_person_id != by.pk:
            raise NotAllowed(_("This was offered to somebody else."))
        if came_through_team:
            Transfer.objects.filter(pk=offer.pk).update(
                state=State.RETURNED, settled_at=at, settled_by=by, answer=answer
            )
        else:
            _settle(offer, State.RETURNED, by, at, answer)
        told.write(held, "transfer_returned", by=by, at=at, answer=answer)
        _go_back(held, offer, by, at, moved=came_through_team)
        reminders.tell(
            [offer.from_person],
            _("%(name)s returned %(customer)s to you") % {"name": by.name, "customer": held.customer},
            answer, conversation=held, by=by, at=at,
        )  # fmt: skip
    return held


def withdraw_transfer(offer: Transfer, *, by: Person, at: datetime | None = None) -> Conversation:
    """Take back one's own offer while nobody has accepted it."""
    at = at or clock.now()
    with transaction.atomic():
        held = assigning.locked(offer.conversation_id)
        if offer.from_person_id != by.pk:
            access.require(by, "conversations.supervise", held.shop_id)
        _settle(offer, State.WITHDRAWN, by, at)
        told.write(held, "transfer_withdrawn", by=by, at=at)
        assigning.store(held, people=(offer.to_person_id,))
    return held


def time_out(offer_id: int, at: datetime) -> bool:
    """Return an offer that nobody has accepted in time; False if it is settled or still has time."""
    with transaction.atomic():
        offer = Transfer.objects.select_for_update(skip_locked=True, of=("self",), no_key=True).filter(pk=offer_id).first()
        if offer is None or offer.state != State.OFFERED:
            return False
        decision = service.unanswered_transfer(offer.at, at, in_force(at))
        if decision.outcome != "return":
            return False
        held = Conversation.objects.select_for_update(skip_locked=True, no_key=True).filter(pk=offer.conversation_id).first()
        if held is None:
            return False
        _settle(offer, State.RETURNED, None, at, because=decision)
        told.write(held, "transfer_returned", by=SYSTEM, at=at, answer=_("nobody accepted in time"))
        _go_back(held, offer, SYSTEM, at, moved=False)
        reminders.tell(
            [offer.from_person],
            _("Nobody accepted %(customer)s in time; the customer is yours again") % {"customer": held.customer},
            conversation=held, by=SYSTEM, at=at,
        )  # fmt: skip
    return True


def _said(note: str) -> str:
    note = refuse_unstorable(note.strip(), "note")[:500]
    if not note:
        message = _("Write what the customer asked and what is to be done, so that nobody asks them again.")
        raise BadInput(message, fields={"note": [message]})
    return note


def _may_go_to(held: Conversation, person: Person | None, team: Team | None, at: datetime) -> None:
    if Transfer.objects.filter(conversation=held, state=State.OFFERED).exists():
        raise Conflict(_("This conversation is being passed on already."))
    if team is not None and not TeamShop.objects.filter(team=team, shop=held.shop_id).exists():
        message = _("%(team)s does not serve this shop.") % {"team": team}
        raise BadInput(message, fields={"to": [message]})
    if person is None:
        return
    if person.pk == held.assignee_id:
        message = _("%(name)s serves this customer already.") % {"name": person}
        raise BadInput(message, fields={"to": [message]})
    if not person.can("conversations.serve", shop=held.shop_id):
        message = _("%(name)s does not serve this shop.") % {"name": person}
        raise BadInput(message, fields={"to": [message]})
    present = facts.present_state(person.pk)
    if present is None or present.state in (Presence.State.OFFLINE, Presence.State.AWAY):
        raise Refused(_("%(name)s is not there now.") % {"name": person}, code="not_there")


def _offer(
    held: Conversation,
    by: Person,
    person: Person | None,
    team: Team | None,
    skill: str,
    note: str,
    summary: str,
    reason: str,
    decision: Decision,
    at: datetime,
) -> Transfer:
    held.transfers += 1
    because = [reason.as_data() for reason in decision.because]
    offer = Transfer.objects.create(
        conversation=held, ordinal=held.transfers, from_person=held.assignee or by, to_person=person, to_team=team,
        to_skill=skill[:40], note=note, summary=refuse_unstorable(summary.strip(), "summary"),
        reason=reason, at=at, because=because,
        business_day=facts.business_day(at, (held.assignee or by).pk, in_force(at)),
    )  # fmt: skip
    target = person.name if person else team.name if team else skill
    told.write(held, "transfer_offered", by=by, at=at, to=target, note=note, summary=offer.summary, transfer=offer.pk)
    record(
        "conversations.conversation_transferred",
        subject=held,
        by=by,
        shop=held.shop_id,
        change={"to": target, "ordinal": held.transfers, "reason": offer.reason},
        because=because,
        at=at,
    )
    return offer


def _show_receiver(held: Conversation, person: Person) -> None:
    # The offer itself stands in their inbox and their list.
    assigning.store(held, people=(person.pk,))
    reminders.ring([person])


def _give_to_team(held: Conversation, offer: Transfer, by: Person, at: datetime) -> None:
    """Let the rules choose; with nobody there it waits, or becomes a message with the note."""
    before = held.assignee_id
    assigning.end_assignment(held, at)
    held.assignee = None
    held.queued_at = None
    held.state = Conversation.State.WAITING
    routing = assigning.find_somebody(
        held, at=at, rules=in_force(at), team_id=offer.to_team_id, skill=offer.to_skill,
        how=Assignment.How.TRANSFERRED, not_to=frozenset({before} if before else ()),
    )  # fmt: skip
    offer.to_person_id = routing.person_id
    offer.state = State.ACCEPTED
    offer.settled_at = at
    offer.save(update_fields=["to_person", "state", "settled_at"])
    assigning.announce(held, (before,))


def _tell_leaders(held: Conversation, offer: Transfer, by: Person, at: datetime) -> None:
    leaders = [person for person in assigning.leaders(held.shop_id, at) if person.pk != by.pk]
    reminders.tell(
        leaders,
        _("%(customer)s was passed on for the %(ordinal)s. time") % {"customer": held.customer, "ordinal": offer.ordinal},
        offer.reason, conversation=held, by=by, at=at,
    )  # fmt: skip


def _settle(
    offer: Transfer, state: str, by: Person | None, at: datetime, answer: str = "", because: Decision | None = None
) -> None:
    """Only one answer counts."""
    settled = Transfer.objects.filter(pk=offer.pk, state=State.OFFERED).update(
        state=state, settled_at=at, settled_by=by, answer=answer
    )
    if not settled:
        raise Conflict(_("This transfer has been settled already."))
    offer.refresh_from_db()
    if offer.to_person is not None:
        reminders.ring([offer.to_person])


def _go_back(held: Conversation, offer: Transfer, by: HasActor, at: datetime, *, moved: bool) -> None:
    """To who passed it on, if they are still there; else it is found somebody else."""
    present = facts.present_state(offer.from_person_id)
    is_there = present is not None and present.state not in (Presence.State.OFFLINE, Presence.State.AWAY)
    rules = in_force(at)
    if not moved:
        assigning.store(held, people=(offer.to_person_id,))
    elif is_there:
        assigning.give(
            held, offer.from_person_id, how=Assignment.How.TRANSFERRED, because=(), at=at, rules=rules, by=by
        )
    else:
        assigning.requeue(held, Requeue.Why.RETURNED, because=(), at=at, rules=rules, by=by)
