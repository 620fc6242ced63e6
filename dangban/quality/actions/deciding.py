"""What an offence brings is worked out by the ladder and decided by who may; or it is dropped."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import translation
from django.utils.translation import gettext as _

from dangban.aftersales.registers import mistakes
from dangban.desk import actions as desk
from dangban.desk.models import Task
from dangban.handbook.actions import keep
from dangban.handbook.current import in_force_so_far as in_force
from dangban.handbook.decisions import Because, Decision
from dangban.handbook.rulebook import Rules
from dangban.lib import clock, money
from dangban.lib.actor import SYSTEM
from dangban.lib.errors import BadInput, NotAllowed, Refused
from dangban.people.models import Person
from dangban.quality import access, clauses, rules
from dangban.quality.actions import holding
from dangban.quality.actions.holding import State
from dangban.quality.models import Offence
from dangban.quality.words import consequence_name

AT_ONCE = 100
# Where the handbook leaves the consequence open, these may be chosen; nothing that costs or ends the work.
MILD = ("warning", "talk", "training")


def step_of(held: Offence) -> Decision:
    """What the ladder says: by the handbook of the day it happened, counting what had not expired then."""
    rulebook = in_force(holding.on_that_day(held.happened_on))
    return rules.ladder(rulebook, held.offence, rules.counted(holding.earlier(held), held.happened_on))


def ask_for_decision(held: Offence, at: datetime) -> None:
    """A task for the nearest superior who may decide; call it inside the transaction in which nothing more is waited for."""
    owner = holding.who_decides(held, in_force(at), step_of(held).outcome)
    if owner is not None:
        with translation.override(owner.language):
            title = _("Decide on an offence: %(offence)s") % {"offence": holding.label(held)}
        desk.write_task(title, by=SYSTEM, body=held.heard_words, owner=owner, shop=held.shop, subject=held, url=holding.address(held), at=at)


def ask_where_nobody_answered(now: datetime) -> int:
    """The time to answer is over: who decides is asked, once."""
    asked = Task.objects.filter(subject_kind="quality.offence", subject_id=OuterRef("pk"))
    due = Offence.objects.filter(~Exists(asked), state=State.HEARING, answer_by__lte=now).order_by("answer_by", "pk")
    done = 0
    for pk in list(due.values_list("pk", flat=True)[:AT_ONCE]):
        with transaction.atomic():
            held = holding.locked(pk)
            if held.state == State.HEARING and not _asked(held):
                ask_for_decision(held, now)
                done += 1
    return done


def _asked(held: Offence) -> bool:
    return Task.objects.filter(subject_kind="quality.offence", subject_id=held.pk).exists()


def decide(
    offence: Offence, words: str, *, by: Person, chosen: str = "", loss_fen: int = 0, seen: int | None = None, at: datetime | None = None
) -> Offence:
    """The sanction of the ladder, told to the person with their right to appeal.

    Refused before the person was heard or let the time pass, to who does not rank for it, and to who reported it as long as
    somebody else of rank is there.
    `chosen` is for offences whose consequence the handbook leaves open.
    """
    at = at or clock.now()
    access.must_hold(by, offence.person, access.DECIDE)
    words = holding.said(words, "words", 500)
    with transaction.atomic():
        Person.objects.select_for_update(no_key=True).get(pk=offence.person_id)
        held = holding.locked(offence, State.HEARING, State.HEARD, seen=seen)
        now = in_force(at)
        hearing = rules.may_decide(now, heard_at=held.heard_at, answer_by=held.answer_by, at=at)
        if hearing.outcome == "wait":
            raise Refused(_("%(name)s is to be heard first.") % {"name": held.person.name}, decision=hearing)
        step = step_of(held)
        consequence = _consequence(step, chosen)
        took_part = _must_rank(now, consequence, held, by)
        loss = _loss(now, held, loss_fen)
        held.state, held.consequence, held.amount_fen = State.DECIDED, consequence, step.amount_fen or 0
        held.loss_fen = loss.amount_fen or 0 if loss else 0
        held.because = [reason.as_data() for reason in (*step.because, *hearing.because, *(loss.because if loss else ()))]
        held.decided_by, held.decided_at, held.decided_words = by, at, words
        held.expires_on = rules.expires_on(now, held.happened_on)
        holding.stop_clock(held, "hearing", by=by, at=at)
        desk.settle_tasks(held, by=by, at=at)
        held.appeal_by = holding.start_clock(held, "appeal", clauses.APPEAL, None, at=at)
        keep(Decision(rules.SANCTION, consequence, held.taken_fen, (*step.because, *hearing.because)), subject=held, at=at)
        holding.store(
            held, "decided", by=by, at=at, because=held.because, consequence=consequence_name(consequence), amount=held.taken_fen, words=words,
            nobody_else=took_part or None,
        )  # fmt: skip
        _tell(held, by, at)
        if consequence == "training":
            _training(held, at)
    return held


def drop(offence: Offence, words: str, *, by: Person, seen: int | None = None, at: datetime | None = None) -> Offence:
    """There is nothing in it; it counts for nothing."""
    at = at or clock.now()
    access.must_hold(by, offence.person, access.DECIDE)
    words = holding.said(words, "words", 500)
    with transaction.atomic():
        held = holding.locked(offence, State.HEARING, State.HEARD, seen=seen)
        held.state, held.decided_by, held.decided_at, held.decided_words = State.DROPPED, by, at, words
        holding.stop_clock(held, "hearing", by=by, at=at)
        desk.settle_tasks(held, by=by, at=at)
        holding.store(held, "dropped", by=by, at=at, words=words)
        with translation.override(held.person.language):
            title = _("Nothing follows: %(offence)s") % {"offence": holding.label(held)}
        desk.notify(held.person, title, words, by=by, url=holding.address(held), at=at)
    return held


def _consequence(step: Decision, chosen: str) -> str:
    if step.outcome != "none":
        return step.outcome
    if chosen not in MILD:
        message = _("The handbook leaves open what follows: choose.")
        raise BadInput(message, fields={"chosen": [message]})
    return chosen


def _must_rank(rulebook: Rules, consequence: str, held: Offence, by: Person) -> bool:
    """True where who reported it decides because nobody else of rank is there: that is written down."""
    needed, because = rules.decider(rulebook, consequence)
    part = (held.reported_by_id,)
    if not holding.is_fit(by, held, needed, part):
        raise NotAllowed(_("Who reported it does not decide it: somebody else does."))
    if not holding.ranks(by, held, needed):
        message = _("This is decided further up: %(consequence)s.") % {"consequence": consequence_name(consequence)}
        raise Refused(message, decision=Decision(rules.SANCTION, "further up", None, (because,)))
    return by.pk in part


def registered_loss(held: Offence) -> tuple[int, tuple[Because, ...]] | None:
    """What the register of mistakes lays to the person, with the rule that says so; None for what stands in no register."""
    mistake = mistakes.at_address(held.url)
    if mistake is None or mistake.kind not in mistakes.GOODS:
        return None
    theirs = mistake.borne_by == "agent" and mistake.person_id == held.person_id and mistake.void_at is None
    return mistake.freight_fen if theirs else 0, tuple(Because.from_data(one) for one in mistake.because)


def _loss(rulebook: Rules, held: Offence, loss_fen: int) -> Decision | None:
    if not loss_fen:
        return None
    loss = rules.loss_borne(rulebook, loss_fen)
    if not loss.amount_fen:
        raise Refused(_("A loss is borne by the company here."), decision=loss)
    known = registered_loss(held)
    if known is None:
        return loss
    most, because = known
    if loss_fen > most:
        message = _("By the register it is at most %(amount)s.") % {"amount": money.show(most)}
        raise BadInput(message, fields={"loss": [message]})
    return replace(loss, because=(*because, *loss.because))


def _tell(held: Offence, by: Person, at: datetime) -> None:
    with translation.override(held.person.language):
        title = _("Decided: %(offence)s, %(consequence)s") % {"offence": holding.label(held), "consequence": consequence_name(held.consequence)}
        body = _("%(words)s You may appeal until %(time)s.") % {
            "words": held.decided_words, "time": clock.local(held.appeal_by or at).strftime("%m-%d %H:%M"),
        }  # fmt: skip
    desk.notify(held.person, title, body, by=by, url=holding.address(held), at=at)


def _training(held: Offence, at: datetime) -> None:
    with translation.override(held.person.language):
        title = _("Learn again: %(offence)s") % {"offence": holding.label(held)}
    desk.write_task(title, by=SYSTEM, owner=held.person, subject=held, url=holding.address(held), body=held.decided_words, at=at)
