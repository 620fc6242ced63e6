"""Quality judges an application; the units sign one after the other, and together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from dangban.dealers import access, facts, holding, rules
from dangban.dealers.actions import advancing
from dangban.dealers.clauses import UNITS
from dangban.dealers.models import DealerReturn, Signature
from dangban.desk import actions as desk
from dangban.desk.models import Approval
from dangban.handbook.actions import keep
from dangban.handbook.current import in_force_so_far as in_force
from dangban.lib import clock
from dangban.lib.actor import Actor
from dangban.lib.errors import BadInput, NotAllowed, Refused
from dangban.people.access import people_who_may
from dangban.people.models import Person

State, Judged = DealerReturn.State, DealerReturn.Judged
KIND = "dealers.signature"


def visit(
    made: DealerReturn, engineer: str, on: date, words: str, *, by: Person, seen: int | None = None, at: datetime | None = None
) -> DealerReturn:
    """A quality engineer has been at the dealer's and says what was found."""
    access.require(by, made.shop_id, access.JUDGE)
    at = holding.when(at)
    engineer, words = holding.said(engineer, "engineer", 40), holding.said(words, "words")
    if on > clock.business_day(at) or on < made.received_on:
        message = _("Between the day the dealer received the goods and today.")
        raise BadInput(message, fields={"on": [message]})
    with transaction.atomic():
        held = holding.locked(made, State.APPLIED, seen=seen)
        held.visited_by, held.visited_on, held.visit_words = engineer, on, words
        holding.note(held, "visit", by=by, at=at, words=words, engineer=engineer, day=on.isoformat())
    return held


def judge(
    made: DealerReturn, judged: str, words: str, *, by: Person, seen: int | None = None, at: datetime | None = None
) -> DealerReturn:
    """No return needed, repair at the works, or return; the latter two go to those who sign.

    Refused after the window, before photos that are wanted, and before the visit that a batch or a dispute takes.
    """
    access.require(by, made.shop_id, access.JUDGE)
    at, words = holding.when(at), holding.said(words, "words")
    if judged not in (Judged.ADVISE, Judged.REPAIR, Judged.RETURN):
        raise BadInput(_("Choose what is to be done."), fields={"judged": [_("Choose what is to be done.")]})
    _not_ones_own(made, by)
    with transaction.atomic():
        holding.hold_approvals(made)
        held = holding.locked(made, State.APPLIED, seen=seen)
        if judged != Judged.RETURN:
            advancing.call_off(held, words, by=by, at=at)
        held.judged_by, held.judged_at, held.judgement = by, at, words
        held.judged = judged
        if judged == Judged.ADVISE:
            held.closed_at = at
            holding.go(held, "advise", State.ADVISED, by=by, at=at, words=words)
            return held
        _may_come(held, at)
        holding.go(held, "judge", State.SIGNING, by=by, at=at, words=words, judged=judged)
        _ask_step(held, 0, _round(held) + 1, by=by, at=at)
    return held


def refuse(made: DealerReturn, words: str, *, by: Person, seen: int | None = None, at: datetime | None = None) -> DealerReturn:
    """Not accepted, with the reason for the dealer."""
    access.require(by, made.shop_id, access.JUDGE)
    at, words = holding.when(at), holding.said(words, "words")
    _not_ones_own(made, by)
    with transaction.atomic():
        holding.hold_approvals(made)
        held = holding.locked(made, State.APPLIED, seen=seen)
        advancing.call_off(held, words, by=by, at=at)
        decision = rules.acceptance(facts.asked(held), in_force(at))
        if decision.because:
            keep(decision, subject=held, by=by, shop=held.shop_id, at=at)
            held.because = [reason.as_data() for reason in decision.because]
        held.judged_by, held.judged_at, held.judgement, held.closed_at = by, at, words, at
        holding.go(held, "refuse", State.REFUSED, by=by, at=at, words=words)
    return held


def _not_ones_own(made: DealerReturn, by: Person) -> None:
    if by.pk == made.applied_by_id:
        raise NotAllowed(_("Somebody else judges what you applied for."))


def _may_come(held: DealerReturn, at: datetime) -> None:
    rulebook = in_force(at)
    decision = rules.acceptance(facts.asked(held), rulebook)
    if decision.outcome == "late":
        raise Refused(_("This came after its time. It can be refused, or solved without a return."), decision=decision, code="late")
    if decision.outcome == "photos":
        raise Refused(_("Photos of the damage are wanted first."), decision=decision, code="photos")
    site = rules.on_site(held.batch, held.disputed, held.visited_on is not None, rulebook)
    if site.outcome == "required":
        raise Refused(_("A quality engineer looks at it on site first. Write down the visit."), decision=site, code="on-site")
    reasons = [*decision.because, *site.because]
    held.because = [reason.as_data() for reason in reasons]


# ---- Signing ---------------------------------------------------------------------------------------


def _round(held: DealerReturn) -> int:
    last = held.signatures.filter(kind=Signature.Kind.RELEASE).order_by("-round").first()
    return last.round if last is not None else 0


def _ask_step(held: DealerReturn, index: int, turn: int, *, by: Person, at: datetime) -> None:
    """Ask the units of a step, together; after the last one the dealer may be told."""
    steps, because = rules.signers(in_force(at))
    if index >= len(steps):
        holding.go(held, "signed", State.APPROVED, by=by, at=at)
        return
    judge = held.judged_by
    assert judge is not None
    for unit in steps[index]:
        signature = Signature.objects.create(made=held, kind=Signature.Kind.RELEASE, unit=unit, step=index + 1, round=turn)
        with translation.override(settings.LANGUAGE_CODE):
            title = _("Return of a dealer %(number)s, %(unit)s signs: %(dealer)s") % {
                "number": held.title, "unit": UNITS[unit][0], "dealer": held.dealer.name,
            }  # fmt: skip
            told = {_("Reason"): str(held.get_reason_display()), _("Judgement"): f"{held.get_judged_display()} · {held.judgement}", _("Goods"): _goods(held)}
        signature.approval = desk.ask_approval(
            KIND, signature, title=title, needs=rules.permission_of(unit), by=judge, shop=held.shop, facts=told, because=[reason.as_data() for reason in because], at=at
        )
        signature.save(update_fields=["approval"])


def _goods(held: DealerReturn) -> str:
    lines = held.lines.select_related("sku").order_by("position")
    return "、".join(f"{line.sku.code} × {line.quantity}" for line in lines)  # han


def signed(approval: Approval, by: Actor, at: datetime) -> None:
    """A unit has answered: the next step is asked, the dealer may be told, or quality judges anew."""
    signature = Signature.objects.select_related("made").get(pk=approval.subject_id)
    held = holding.locked(signature.made_id, State.SIGNING)
    person = Person.objects.select_related("department").get(pk=by.id or 0)
    _may_sign(held, signature, person)
    signature.person, signature.granted, signature.words, signature.at = person, approval.granted, approval.answer, at
    signature.save(update_fields=["person", "granted", "words", "at"])
    if not approval.granted:
        _turn_down(held, signature, approval.answer, by=person, at=at)
        return
    together = held.signatures.filter(kind=Signature.Kind.RELEASE, round=signature.round)
    holding.note(held, "sign", by=person, at=at, words=approval.answer, unit=signature.unit)
    if not together.filter(step=signature.step).exclude(granted=True).exists():
        _ask_step(held, signature.step, signature.round, by=person, at=at)


def _turn_down(held: DealerReturn, signature: Signature, why: str, *, by: Person, at: datetime) -> None:
    others = held.signatures.filter(kind=Signature.Kind.RELEASE, round=signature.round, granted=None, approval__isnull=False)
    for other in others.select_related("approval"):
        assert other.approval is not None
        desk.withdraw_approval(other.approval, why, by=by, at=at)
    held.judged = Judged.NOTHING
    holding.go(held, "turned_down", State.APPLIED, by=by, at=at, words=why, unit=signature.unit)


def _may_sign(held: DealerReturn, signature: Signature, person: Person) -> None:
    if person.pk in (held.applied_by_id, held.judged_by_id):
        raise NotAllowed(_("Nobody signs what they applied for or judged themselves."))
    same = held.signatures.filter(kind=Signature.Kind.RELEASE, round=signature.round, person=person)
    if same.exists():
        raise Refused(_("You have signed for another unit already; somebody else signs for this one."), code="signed")
    if person.pk not in _of_unit(held, signature.unit) and _of_unit(held, signature.unit):
        raise NotAllowed(_("Somebody of this unit signs for it."))


def _of_unit(held: DealerReturn, unit: str) -> Sequence[int]:
    """Those of the department of this name who may sign; nobody where the company has none of that name."""
    may = people_who_may(rules.permission_of(unit), held.shop_id).exclude(pk__in=[held.applied_by_id, held.judged_by_id])
    return list(may.filter(department__code=unit).values_list("pk", flat=True))
