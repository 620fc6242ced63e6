"""Everybody may dispute what is to follow for them; somebody else than who confirmed it answers, in time."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from dangban.attendance import access, clauses, settling
from dangban.attendance.models import Consequence, Dispute, Publication, ShiftRecord
from dangban.attendance.rules.following import MORNING, next_publication
from dangban.desk.actions import meet_deadline, notify, start_deadline
from dangban.handbook.current import in_force
from dangban.handbook.decisions import Decision
from dangban.journal.actions import record
from dangban.lib import clock
from dangban.lib.actor import SYSTEM
from dangban.lib.errors import BadInput, Conflict, NotAllowed, Refused
from dangban.lib.text import refuse_unstorable
from dangban.people.models import Person

State = Consequence.State
DEADLINE = Dispute.DEADLINE


def dispute(consequence: Consequence, said: str, *, by: Person, at: datetime | None = None) -> Dispute:
    """Say that it is wrong. One's own only, once at a time, within the days that the handbook gives."""
    if by.pk != consequence.person_id:
        raise NotAllowed(_("Everybody disputes their own."))
    at = at or clock.now()
    said = _said(said)
    with transaction.atomic():
        held = settling.locked(consequence)
        if held.state == State.DISPUTED:
            raise Conflict(_("This is disputed already and waits for its answer."))
        if not may_still(held):
            raise Conflict(_("This is settled or withdrawn already."))
        if held.disputes.filter(outcome=Dispute.Outcome.UPHELD).exists():
            raise Refused(_("A dispute about this was answered already. Talk to your supervisor or to personnel."), code="answered")
        rules = in_force(at)
        last = last_moment(held)
        if at > last:
            because = (rules.because(clauses.DISPUTED_WITHIN, due_at=last),)
            decision = Decision("attendance.dispute", "too_late", because=because)
            raise Refused(_("The days for a dispute are over. Talk to your supervisor."), decision=decision, code="too_late")
        within = rules[clauses.ANSWERED_WITHIN]
        made = Dispute.objects.create(consequence=held, said=said, at=at, due_at=at + within)
        Consequence.objects.filter(pk=held.pk).update(state=State.DISPUTED)
        _start_clock(made, held, within, at)
        change = {"day": held.day.isoformat(), "kind": held.kind}
        record("attendance.disputed", subject=held.person, by=by, change=change, personal={"said": said}, at=at)
    return made


def may_still(held: Consequence) -> bool:
    """Also once its month is closed: the days for it run from publication. What is granted then is corrected in the next."""
    closed = held.state == State.SETTLED and held.sent_at is None and held.corrects_id is None
    return closed or held.state in (State.PROPOSED, State.CONFIRMED)


def answer(made: Dispute, outcome: str, words: str, *, by: Person, at: datetime | None = None) -> Dispute:
    """Withdraw what was disputed, or let it stand, with words. Who confirmed it does not answer as long as somebody else may."""
    access.must(by, "attendance.judge", made.consequence.person)
    at = at or clock.now()
    words = _said(words)
    if outcome not in Dispute.Outcome.values:
        raise BadInput(_("Choose what becomes of it."), fields={"outcome": [_("Choose what becomes of it.")]})
    with transaction.atomic():
        held = settling.locked(made.consequence)
        open_one = Dispute.objects.select_for_update().get(pk=made.pk)
        if open_one.answered_at is not None:
            raise Conflict(_("Somebody has answered this dispute already."))
        # With nobody else who may, who confirmed it answers, and that is written down.
        alone = held.confirmed_by_id == by.pk
        if alone and access.who_judges(held.person, besides=by) is not None:
            raise NotAllowed(_("You confirmed it; a dispute is answered by somebody else."))
        open_one.outcome, open_one.answer, open_one.answered_at, open_one.answered_by = outcome, words, at, by
        open_one.save(update_fields=["outcome", "answer", "answered_at", "answered_by"])
        back = State.SETTLED if held.settled_at else State.CONFIRMED if held.confirmed_at else State.PROPOSED
        # Nobody had to send anything while it was disputed.
        due_at = None if held.due_at is None else settling.due_after(at)
        Consequence.objects.filter(pk=held.pk).update(state=back, due_at=due_at)
        if outcome == Dispute.Outcome.WITHDRAWN:
            held.state = back
            settling.take_back(held, words, by=by, at=at)
        meet_deadline(open_one, DEADLINE, by=by, at=at)
        change = {"day": held.day.isoformat(), "kind": held.kind, "outcome": outcome, **({"nobody_else": True} if alone else {})}
        record("attendance.dispute_answered", subject=held.person, by=by, change=change, personal={"answer": words}, at=at)
        _tell(open_one, held, at)
    return open_one


def last_moment(held: Consequence) -> datetime:
    """Until when one may dispute: so many days from its publication (that to come, while it is not out), or from when it
    was proposed if that is later."""
    rules = in_force(held.proposed_at)
    began = held.proposed_at
    # Absence is of a month, not of one shift: it stands on the sheet of whichever team the day's shifts were of.
    shifts = ShiftRecord.objects.filter(person=held.person_id, day=held.day, team__isnull=False)
    sheets = Publication.objects.filter(team__in=shifts.values("team"), first_day__lte=held.day, last_day__gte=held.day)
    out = list(sheets.values_list("at", flat=True))
    if not out and rules.has(clauses.PUBLISHED_ON):
        out = [clock.at_local(next_publication(held.day, rules), MORNING)]
    began = max([began, *out])
    end = clock.business_day(began) + rules[clauses.DISPUTED_WITHIN]
    return clock.day_span(end)[1] - timedelta(seconds=1)


def _start_clock(made: Dispute, held: Consequence, within: timedelta, at: datetime) -> None:
    rules = in_force(at)
    owner = access.who_judges(held.person, besides=held.confirmed_by) or held.confirmed_by
    start_deadline(
        DEADLINE, made, rule=clauses.ANSWERED_WITHIN.path, allowed_seconds=int(within.total_seconds()), by=held.person,
        because=[rules.because(clauses.ANSWERED_WITHIN).as_data()], owner=owner, team=held.record.team if held.record else None,
        label=_("Dispute of attendance: %(name)s, %(day)s") % {"name": held.person.name, "day": held.day},
        url=reverse("attendance:consequence", args=[held.pk]), warn_seconds=4 * 3600, at=at,
    )  # fmt: skip


def _tell(made: Dispute, held: Consequence, at: datetime) -> None:
    with override(held.person.language):
        title = _("Your dispute of %(day)s was answered: %(outcome)s") % {"day": held.day, "outcome": made.get_outcome_display()}
    notify(held.person, title, made.answer, by=SYSTEM, url=reverse("attendance:consequence", args=[held.pk]), at=at)


def _said(written: str) -> str:
    said = refuse_unstorable(written.strip(), "said")[:2000]
    if not said:
        raise BadInput(_("Say it in a few words."), fields={"said": [_("Say it in a few words.")]})
    return said
