"""A sanction becomes final: accepted, not appealed against in time, or after the appeal was answered."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from dangban.desk import actions as desk
from dangban.handbook.current import in_force_so_far as in_force
from dangban.handbook.decisions import Decision
from dangban.journal.actions import HasActor
from dangban.lib import clock
from dangban.lib.actor import SYSTEM
from dangban.lib.errors import BadInput, NotAllowed, Refused
from dangban.people.models import Person
from dangban.quality import access, clauses, rules
from dangban.quality.actions import holding
from dangban.quality.actions.holding import State
from dangban.quality.models import Offence
from dangban.quality.words import consequence_name

UPHELD, LIGHTER, LIFTED = "upheld", "lighter", "lifted"
_AT_ONCE = 100


def accept(offence: Offence, *, by: Person, seen: int | None = None, at: datetime | None = None) -> Offence:
    """The person lets it stand before the time to appeal is over."""
    at = at or clock.now()
    _must_be_the_person(offence, by)
    with transaction.atomic():
        held = holding.locked(offence, State.DECIDED, seen=seen)
        _finish(held, "accepted", by=by, at=at)
    return held


def appeal(offence: Offence, words: str, *, by: Person, seen: int | None = None, at: datetime | None = None) -> Offence:
    """The person asks somebody higher to look at it again; in time, or it is refused with its clause."""
    at = at or clock.now()
    _must_be_the_person(offence, by)
    words = holding.said(words, "words", 1000)
    with transaction.atomic():
        held = holding.locked(offence, State.DECIDED, seen=seen)
        if held.appeal_by is not None and at > held.appeal_by:
            rulebook = in_force(at)
            because = rulebook.because(clauses.APPEAL, appeal_by=held.appeal_by)
            raise Refused(_("The time to appeal is over."), decision=Decision("quality.appeal", "late", None, (because,)))
        held.state, held.appealed_at, held.appeal_words = State.APPEALED, at, words
        holding.stop_clock(held, "appeal", by=by, at=at)
        answering = holding.who_decides(held, in_force(at), held.consequence, above=held.decided_by)
        holding.start_clock(held, "answer", clauses.APPEAL_ANSWER, answering, at=at)
        holding.store(held, "appealed", by=by, at=at, words=words)
        if answering is not None:
            title = _("%(name)s appeals") % {"name": by.name}
            desk.notify(answering, title, words, by=by, url=holding.address(held), at=at)
    return held


def answer(
    offence: Offence, outcome: str, words: str, *, by: Person, consequence: str = "", seen: int | None = None, at: datetime | None = None
) -> Offence:
    """Upheld, lightened to a milder consequence without money, or lifted; by somebody else than who decided or reported.

    Where nobody else of rank is there, one of those answers, and it is written down.
    """
    at = at or clock.now()
    access.must_hold(by, offence.person, access.DECIDE)
    words = holding.said(words, "words", 500)
    if outcome not in (UPHELD, LIGHTER, LIFTED):
        raise BadInput(_("Choose what becomes of it."), fields={"outcome": [_("Choose what becomes of it.")]})
    with transaction.atomic():
        held = holding.locked(offence, State.APPEALED, seen=seen)
        part = (held.decided_by_id, held.reported_by_id)
        needed, because = rules.decider(in_force(at), held.consequence)
        if not holding.is_fit(by, held, needed, part):
            raise NotAllowed(_("An appeal is answered by somebody who has not been part of it."))
        if not holding.ranks(by, held, needed):
            raise Refused(_("This appeal is answered further up."), decision=Decision("quality.appeal", "further up", None, (because,)))
        held.answered_by, held.answer_words = by, words
        if outcome == LIGHTER:
            _lighten(held, consequence)
        holding.stop_clock(held, "answer", by=by, at=at)
        if outcome == LIFTED:
            held.state, held.expires_on, held.amount_fen, held.loss_fen = State.DROPPED, None, 0, 0
            holding.store(held, "lifted", by=by, at=at, words=words, nobody_else=by.pk in part or None)
        else:
            _finish(held, outcome, by=by, at=at, nobody_else=by.pk in part or None)
        _tell(held, outcome, by, at)
    return held


def lapse(now: datetime) -> int:
    """What nobody appealed against in time becomes final."""
    due = Offence.objects.filter(state=State.DECIDED, appeal_by__lte=now).order_by("appeal_by", "pk")
    done = 0
    for pk in list(due.values_list("pk", flat=True)[:_AT_ONCE]):
        with transaction.atomic():
            held = holding.locked(pk)
            if held.state == State.DECIDED and held.appeal_by is not None and held.appeal_by <= now:
                _finish(held, "not_appealed", by=SYSTEM, at=now)
                done += 1
    return done


def _finish(held: Offence, how: str, *, by: HasActor, at: datetime, nobody_else: bool | None = None) -> None:
    held.state, held.final_at = State.FINAL, at
    holding.stop_clock(held, "appeal", by=by, at=at)
    holding.store(held, how, by=by, at=at, consequence=consequence_name(held.consequence), words=held.answer_words, nobody_else=nobody_else)


def _lighten(held: Offence, consequence: str) -> None:
    order = list(clauses.CONSEQUENCES)
    if consequence not in order[1:] or order.index(consequence) >= order.index(held.consequence) or consequence == "fine":
        message = _("Choose something milder.")
        raise BadInput(message, fields={"consequence": [message]})
    held.consequence, held.amount_fen = consequence, 0


def _tell(held: Offence, outcome: str, by: Person, at: datetime) -> None:
    with translation.override(held.person.language):
        title = {
            UPHELD: _("Your appeal was not granted: %(offence)s"),
            LIGHTER: _("Your appeal was granted in part: %(offence)s"),
            LIFTED: _("Your appeal was granted: %(offence)s"),
        }[outcome] % {"offence": holding.label(held)}
    desk.notify(held.person, title, held.answer_words, by=by, url=holding.address(held), at=at)


def _must_be_the_person(offence: Offence, by: Person) -> None:
    if by.pk != offence.person_id:
        raise NotAllowed(_("Only the person concerned answers this."))
