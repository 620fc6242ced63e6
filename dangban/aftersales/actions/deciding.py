"""A case is assessed, refused or agreed on, lifted by an exception, taken back, ended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from dangban.aftersales import access, facts, telling
from dangban.aftersales.actions.moving import locked, move
from dangban.aftersales.models import Assessment, Case, CaseStep, Settlement
from dangban.aftersales.rules import assessment as rules
from dangban.aftersales.rules import flow
from dangban.aftersales.rules.assessment.approvals import BEFORE_PROMISING
from dangban.aftersales.settling import ordering
from dangban.desk import actions as desk
from dangban.desk.models import Approval
from dangban.handbook.current import in_force_so_far as in_force
from dangban.journal.actions import HasActor
from dangban.lib import clock, money
from dangban.lib.actor import Actor
from dangban.lib.errors import BadInput, Refused
from dangban.lib.text import refuse_unstorable
from dangban.people.models import Person

EXCEPTION = "aftersales.exception"
CONSENT = "aftersales.consent"
# Where a case stands once it was judged; what came back already stays where it is.
_AFTER = {"accepted": "assessed", "refused": "assessed", "evidence": "evidence", "approval": "approval"}
_NOTE = 300


def assess(
    case: Case, given: Mapping[str, Any], *, by: HasActor, reason: str = "", at: datetime | None = None, seen: int | None = None
) -> Assessment:
    """Keep what was told, judge by the rules of this moment, and bring the case where that leads.

    Another `reason` than the case had takes its place. Nothing is refused to the customer by this: an agent does that, or asks for an exception.
    """
    at = at or clock.now()
    access.require(by, "aftersales.handle", case.shop_id)
    with transaction.atomic():
        held = locked(case.pk, seen)
        held.facts = facts.kept(held, given)
        if reason in rules.REASONS:
            held.reason = reason
        known = facts.collect(held)
        judged = rules.assess(known, in_force(at))
        held.because = [one.as_data() for one in judged.because]
        made = _kept(held, known, judged, by, at)
        to = _AFTER[judged.outcome] if made.lifted_at is None else "assessed"
        act = "assess"
        if held.state == "inspected":
            act, to = "assess_again", to if to == "approval" else "inspected"
        due = judged.evidence_until if to == "evidence" and judged.evidence_until and judged.evidence_until > at else None
        if to == "approval":
            _ask_consent(held, judged, by, at)
        move(held, act, to, by=by, at=at, because=judged.because[:1], due_at=due, change={"outcome": judged.outcome})
    return made


def _kept(held: Case, known: rules.Facts, judged: rules.Assessment, by: HasActor, at: datetime) -> Assessment:
    """A row for it. What somebody let pass before stays let pass, as long as nothing further stands in the way."""
    actor, before = by.actor, newest(held)
    made = Assessment(
        case=held, outcome=judged.outcome, facts=known.as_data(), result=judged.as_data(), by_kind=actor.kind, by_id=actor.id,
        by_name=actor.name, at=at,
    )  # fmt: skip
    if before is not None and before.lifted_at is not None and _stands_in_the_way(judged) <= _stands_in_the_way(result_of(before)):
        made.lifted_by, made.lifted_at, made.lifted_why = before.lifted_by, before.lifted_at, before.lifted_why
    made.save()
    return made


def _stands_in_the_way(judged: rules.Assessment) -> set[str]:
    return {*judged.refusals, *(one.code for one in judged.approvals if one.code in BEFORE_PROMISING)}


def newest(case: Case) -> Assessment | None:
    return Assessment.objects.filter(case=case).order_by("-pk").first()


def result_of(made: Assessment) -> rules.Assessment:
    return rules.Assessment.from_data(made.result)


def is_open_to(made: Assessment) -> bool:
    """Whether remedies may be agreed on: accepted, or what stood in the way was let pass."""
    return made.outcome in ("accepted", "evidence") or made.lifted_at is not None


def ask_evidence(case: Case, text: str, *, by: Person, at: datetime | None = None, seen: int | None = None) -> Case:
    """Ask the customer to show something; their time runs from now."""
    at = at or clock.now()
    text = _words(text, "text", _("Say what the customer is to show."))
    with transaction.atomic():
        held = locked(case.pk, seen)
        move(held, "ask_evidence", "evidence", by=by, at=at, note=text)
        telling.say(held, text, by=by, at=at)
    return held


def refuse(case: Case, text: str, *, by: Person, at: datetime | None = None, seen: int | None = None) -> Case:
    """Say no to the customer in these words, by the newest assessment. Refused where that one does not refuse."""
    at = at or clock.now()
    text = _words(text, "text", _("Write what the customer is told."))
    with transaction.atomic():
        held = locked(case.pk, seen)
        made = newest(held)
        if made is None or made.outcome not in ("refused", "evidence", "approval"):
            raise Refused(_("By the handbook this request is not refused. Assess it again if something else became known."), code="not-refused")
        if made.lifted_at is not None:
            raise Refused(_("An exception was granted for this request."), code="lifted")
        move(held, "refuse", "refused", by=by, at=at, note=text, because=result_of(made).because[:3])
        telling.say(held, text, by=by, at=at)
    return held


def ask_exception(case: Case, why: str, *, by: Person, at: datetime | None = None, seen: int | None = None) -> Approval:
    """Ask who may approve to let pass what the assessment refuses; until the answer the case waits."""
    at = at or clock.now()
    why = _words(why, "why", _("Say why it should be let pass."))
    with transaction.atomic():
        held = locked(case.pk, seen)
        made = newest(held)
        if made is None or is_open_to(made):
            raise Refused(_("Nothing stands in the way of this request: no exception is needed."), code="open")
        judged = result_of(made)
        approval = _ask(held, EXCEPTION, _("%(case)s: let pass what is refused") % {"case": held.number}, why, judged, by, at)
        held.approval = approval
        move(held, "ask_exception", "approval", by=by, at=at, note=why)
    return approval


def settled(approval: Approval, by: Actor, at: datetime) -> None:
    """The answer to an exception or a consent, in its transaction: the case goes on from where it stood."""
    held = locked(approval.subject_id)
    if held.state != "approval" or held.approval_id != approval.pk:
        return
    asked = CaseStep.objects.filter(case=held, state="approval").order_by("-pk").first()
    came_from = asked.before if asked else "assessed"
    made = newest(held)
    if approval.granted:
        if made is not None:
            made.lifted_by, made.lifted_at = approval.settled_by, at
            made.lifted_why = (approval.answer or (asked.note if asked else ""))[:_NOTE]
            made.save(update_fields=["lifted_by", "lifted_at", "lifted_why"])
        to = "inspected" if came_from == "inspected" else "assessed"
        move(held, "approve", to, by=approval.settled_by or by, at=at, note=approval.answer)
        return
    to = came_from if came_from in ("inspected", "refused") else "assessed"
    move(held, "decline", to, by=approval.settled_by or by, at=at, note=approval.answer)


def reopen(case: Case, why: str, *, by: Person, at: datetime | None = None, seen: int | None = None) -> Case:
    return _simple(case, "reopen", "opened", why, by=by, at=at, seen=seen)


def close(case: Case, *, by: Person, note: str = "", at: datetime | None = None, seen: int | None = None) -> Case:
    at = at or clock.now()
    with transaction.atomic():
        return move(locked(case.pk, seen), "close", "closed", by=by, at=at, note=note.strip())


def withdraw(case: Case, why: str, *, by: HasActor, at: datetime | None = None, seen: int | None = None) -> Case:
    """The customer no longer asks; what waits for an answer elsewhere about it is taken back too. Refused once money has moved."""
    at = at or clock.now()
    why = _words(why, "why", _("Say why."))
    with transaction.atomic():
        orders = ordering.hold_orders(case.pk)
        held = locked(case.pk, seen)
        if held.refunded_fen:
            raise Refused(_("%(case)s has been paid already: it is closed, not withdrawn.") % {"case": held.number}, code="paid")
        open_ones = held.settlements.filter(state__in=(Settlement.State.PROPOSED, Settlement.State.READY))
        if open_ones.exclude(kind=Settlement.Kind.TOPUP).exists():
            raise Refused(_("A payment of %(case)s is on its way. Have it cancelled first.") % {"case": held.number}, code="paying")
        ordering.call_off_all(held, orders, why, by=by, at=at)
        overpaid = ordering.overpaid_fen(held)
        if overpaid:
            raise Refused(
                _("The customer has paid %(amount)s for goods that are not sent any more. Have finance enter it against first.") % {"amount": money.show(overpaid)},
                code="overpaid",
            )
        if held.approval is not None and held.state == "approval":
            desk.withdraw_approval(held.approval, why, by=by, at=at)
        return move(held, "withdraw", "withdrawn", by=by, at=at, note=why)


def dispute(case: Case, why: str, *, by: Person, due_at: datetime | None = None, at: datetime | None = None, seen: int | None = None) -> Case:
    """The platform was called in; it wants an answer by its own time, or by the rule's."""
    at = at or clock.now()
    why = _words(why, "why", _("Say why."))
    with transaction.atomic():
        held = locked(case.pk, seen)
        if due_at is not None and due_at <= at:
            raise BadInput(_("Choose a later time."), fields={"due_at": [_("Choose a later time.")]})
        if held.approval is not None and held.state == "approval":
            desk.withdraw_approval(held.approval, why, by=by, at=at)
        held.disputed_from = held.state
        return move(held, "dispute", "disputed", by=by, at=at, note=why, due_at=due_at)


def _simple(case: Case, act: str, to: str, why: str, *, by: Person, at: datetime | None, seen: int | None) -> Case:
    at = at or clock.now()
    why = _words(why, "why", _("Say why."))
    with transaction.atomic():
        return move(locked(case.pk, seen), act, to, by=by, at=at, note=why)


def _ask_consent(held: Case, judged: rules.Assessment, by: HasActor, at: datetime) -> None:
    asker = by if isinstance(by, Person) else held.owner
    # Named once in the language of the house: whoever answers may read another.
    with translation.override(settings.LANGUAGE_CODE):
        title = _("%(case)s: %(kind)s needs your consent") % {"case": held.number, "kind": held.get_kind_display()}
    held.approval = _ask(held, CONSENT, title, held.note, judged, asker, at)


def _ask(held: Case, kind: str, title: str, why: str, judged: rules.Assessment, by: Person, at: datetime) -> Approval:
    told = {
        _("Order"): held.order.platform_id if held.order else "–",
        _("Kind"): str(held.get_kind_display()),
        _("Reason"): str(rules.REASONS[held.reason].label) if held.reason in rules.REASONS else held.reason,
        pgettext("reason", "Why"): why,
    }
    rule = flow.STATES["approval"].due
    in_time = at + in_force(at)[rule] if rule is not None and in_force(at).has(rule) else None
    return desk.ask_approval(
        kind, held, title=title, needs="aftersales.approve", by=by, shop=held.shop, facts=told,
        because=[one.as_data() for one in judged.because], answer_by=in_time, at=at,
    )  # fmt: skip


def _words(typed: str, field: str, missing: str) -> str:
    typed = refuse_unstorable(typed.strip(), field)
    if not typed:
        raise BadInput(missing, fields={field: [missing]})
    return typed
