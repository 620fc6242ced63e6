"""Level and pay change by two: one proposes, another decides; both stand in the file."""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from dangban.desk.actions import ask_approval, cancel_deadlines, notify
from dangban.desk.models import Approval
from dangban.handbook.actions import keep
from dangban.handbook.current import in_force_so_far
from dangban.handbook.decisions import Because, Decision
from dangban.journal.actions import record
from dangban.lib import clock
from dangban.lib.actor import SYSTEM, Actor
from dangban.lib.errors import BadInput, Conflict, NotAllowed, Refused
from dangban.lib.text import refuse_unstorable
from dangban.people.models import Person
from dangban.people.revocation import rights_changed
from dangban.staff import access, queries, standing
from dangban.staff.actions.filing import PROBATION_ENDS, locked
from dangban.staff.models import Proposal
from dangban.staff.models import Terms as TermsRow
from dangban.staff.rules import promotion
from dangban.staff.rules import terms as rules

KIND = "staff.proposal"
NEEDS = "staff.promote"


def propose(
    person: Person, kind: str, *, by: Person, at: datetime, since: date, reason: str, level: str = "", base_fen: int = 0, insurance_fen: int | None = None
) -> Proposal:
    """Ask for a promotion, a demotion, another wage, or the end of probation. Kept with how the requirements stood."""
    if not (access.may_manage(by) or person.pk in access.line_below(by)):
        raise NotAllowed(_("Who leads %(name)s or keeps the files proposes this.") % {"name": person.name})
    if by.pk == person.pk:
        raise NotAllowed(_("Nobody proposes their own promotion or wage."))
    reason = refuse_unstorable(reason.strip(), "reason")[:300]
    if not reason:
        raise BadInput(_("Say why."), fields={"reason": [_("Say why.")]})
    with transaction.atomic():
        file = locked(person)
        now = queries.terms_on(person, clock.business_day(at))
        if now is None:
            raise Refused(_("No terms are entered for %(name)s yet.") % {"name": person.name})
        level = _level(person, kind, level)
        base_fen = base_fen or now.agreed_fen
        _check(person, kind, level, base_fen, now.agreed_fen)
        decision = _decide(person, kind, level, base_fen, since, file.probation_until, at)
        if Proposal.objects.filter(person=person, state=Proposal.State.ASKED).exists():
            raise Conflict(_("Something else is proposed for %(name)s already and waits for its decision.") % {"name": person.name})
        judged = standing.judge(person, level, clock.business_day(at)) if level != person.level else None
        made = Proposal.objects.create(
            person=person, kind=kind, level=level, from_level=person.level, base_fen=base_fen,
            insurance_fen=now.insurance_fen if insurance_fen is None else insurance_fen, since=since, reason=reason,
            judged=standing.as_data(judged), because=[one.as_data() for one in decision.because], asked_by=by, asked_at=at,
        )  # fmt: skip
        change = {"proposal": kind, "level": [person.level, level], "since": since.isoformat()}
        said = {"base_fen": [now.agreed_fen, base_fen], "reason": reason}
        record("staff.proposed", subject=person, by=by, change=change, personal=said, because=made.because, at=at)
        with translation.override(settings.LANGUAGE_CODE):
            title = f"{made.get_kind_display()} · {person.name}"
            shown = {pgettext("proposal", "From"): f"{since:%Y-%m-%d}", _("Level"): str(Person.Level(level).label), _("Reason"): reason} | standing.in_words(judged)
        made.approval = ask_approval(KIND, made, title=title, needs=NEEDS, by=by, facts=shown, because=made.because, at=at)
        made.save(update_fields=["approval"])
    return made


def _level(person: Person, kind: str, wanted: str) -> str:
    """Wages change without the level; a trainee who is confirmed is one no longer."""
    if kind in (Proposal.Kind.PROMOTION, Proposal.Kind.DEMOTION):
        return wanted or person.level
    return Person.Level.JUNIOR if kind == Proposal.Kind.CONFIRMATION and person.level == Person.Level.TRAINEE else person.level


def _check(person: Person, kind: str, level: str, base_fen: int, before_fen: int) -> None:
    up = promotion.is_promotion(person.level, level)
    if kind == Proposal.Kind.PROMOTION and not up:
        raise BadInput(_("A promotion leads to a higher level."), fields={"level": [_("Choose a higher level.")]})
    if kind == Proposal.Kind.DEMOTION and (up or level == person.level):
        raise BadInput(_("A demotion leads to a lower level."), fields={"level": [_("Choose a lower level.")]})
    if kind == Proposal.Kind.WAGE and base_fen == before_fen:
        raise BadInput(_("This is the wage already."), fields={"base": [_("Enter another amount.")]})


def _decide(person: Person, kind: str, level: str, base_fen: int, since: date, until: date | None, at: datetime) -> Decision:
    rulebook = in_force_so_far(clock.day_span(since)[0])
    if kind == Proposal.Kind.CONFIRMATION:
        if until is None or person.hired_on is None:
            raise Refused(_("%(name)s is not on probation.") % {"name": person.name})
        earliest = rules.earliest_confirmation(person.hired_on, until, rulebook)
        decision = Decision("staff.confirmation", "may" if since >= earliest.day else "too_early", because=earliest.because)
        if decision.outcome == "too_early":
            raise Refused(_("Not before %(day)s.") % {"day": earliest.day.isoformat()}, decision=decision, code="too_early")
        return decision
    decision = promotion.floor(level, base_fen, rulebook)
    if decision.outcome == "below":
        raise Refused(_("This level is paid more than that."), decision=decision, code="below_floor")
    if level == person.level:
        return decision
    judged = standing.judge(person, level, clock.business_day(at))
    return Decision("staff.promotion", judged.decision.outcome, because=judged.decision.because) if judged else decision


def settled(approval: Approval, actor: Actor, at: datetime) -> None:
    """In the transaction of the decision; never by the person concerned."""
    made = Proposal.objects.select_for_update(of=("self",), no_key=True).select_related("person", "asked_by").get(pk=approval.subject_id)
    if actor.id == made.person_id:
        raise NotAllowed(_("Nobody decides on their own promotion or wage."))
    if made.state != Proposal.State.ASKED:
        raise Conflict(_("This was decided already."))
    made.state = Proposal.State.GRANTED if approval.granted else Proposal.State.REFUSED
    made.decided_at = at
    made.save(update_fields=["state", "decided_at"])
    change = {"proposal": made.kind, "level": [made.from_level, made.level], "since": made.since.isoformat()}
    if not approval.granted:
        record("staff.proposal_refused", subject=made.person, by=actor, change=change, personal={"reason": approval.answer}, at=at)
        return
    record("staff.proposal_granted", subject=made.person, by=actor, change=change, because=made.because, at=at)
    if made.because:
        keep(Decision(KIND, "granted", because=tuple(Because.from_data(one) for one in made.because)), subject=made, by=actor, at=at)
    _enter(made, actor, at)
    if made.since <= clock.business_day(at):
        _apply(made, at)


def _enter(made: Proposal, actor: Actor, at: datetime) -> None:
    if made.kind == Proposal.Kind.CONFIRMATION:
        file = locked(made.person)
        file.confirmed_on = made.since
        file.save(update_fields=["confirmed_on"])
        cancel_deadlines(made.person, by=actor, kinds=(PROBATION_ENDS,), reason=pgettext("staff", "confirmed"), at=at)
        now = queries.terms_on(made.person, made.since)
        if now is not None and (now.agreed_fen, now.level) == (made.base_fen, made.level):
            return
    TermsRow.objects.create(
        person=made.person, since=made.since, level=made.level, base_fen=made.base_fen, insurance_fen=made.insurance_fen,
        reason=f"{made.get_kind_display()}: {made.reason}"[:200], entered_by=made.asked_by, decided_by_id=actor.id, at=at,
    )  # fmt: skip


def _apply(made: Proposal, at: datetime) -> None:
    """The day has come: the account takes the level over, and the person is told."""
    person = Person.objects.select_for_update(no_key=True).get(pk=made.person_id)
    made.applied_at = at
    made.save(update_fields=["applied_at"])
    if person.level != made.level:
        change = {"level": [person.level, made.level]}
        person.level = made.level
        person.save(update_fields=["level"])
        record("staff.level_changed", subject=person, by=SYSTEM, change=change, because=made.because, at=at)
        rights_changed(person)
    with translation.override(person.language):
        title = _("%(what)s from %(day)s") % {"what": made.get_kind_display(), "day": f"{made.since:%Y-%m-%d}"}
        body = str(Person.Level(made.level).label)
    notify(person, title, body, by=SYSTEM, url=reverse("staff:file", args=[person.pk]), at=at)


def apply_due(at: datetime) -> int:
    """Changes dated ahead whose day has come, of people who are still here; each once."""
    granted = Proposal.objects.filter(state=Proposal.State.GRANTED, applied_at=None, person__is_active=True)
    due = granted.filter(since__lte=clock.business_day(at)).order_by("since", "pk")
    done = 0
    for pk in list(due.values_list("pk", flat=True)[:100]):
        with transaction.atomic():
            made = Proposal.objects.select_for_update(no_key=True).get(pk=pk)
            if made.applied_at is None:
                _apply(made, at)
                done += 1
    return done
