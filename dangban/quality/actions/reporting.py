"""An offence is reported with its facts, and the person is heard before anybody decides."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from dangban.aftersales.registers import mistakes
from dangban.desk import actions as desk
from dangban.handbook.current import in_force_so_far as in_force
from dangban.handbook.decisions import Decision
from dangban.lib import clock
from dangban.lib.errors import BadInput, NotAllowed, Refused
from dangban.people.models import Person, Shop
from dangban.quality import access, clauses, rules
from dangban.quality.actions import holding
from dangban.quality.actions.deciding import ask_for_decision
from dangban.quality.actions.holding import State
from dangban.quality.models import Offence


def report(
    person: Person, offence: str, happened_on: date, facts: str, *, by: Person, url: str = "", shop: Shop | None = None, at: datetime | None = None
) -> Offence:
    """Write down what happened; the person is told and asked to answer. The same of one day is reported once, a mistake of the register once."""
    at = at or clock.now()
    access.must_hold(by, person, access.REPORT)
    rulebook = in_force(at)
    facts = holding.said(facts, "facts", 1000)
    happened_on = holding.fit_day(happened_on, at)
    _known(offence, holding.on_that_day(happened_on))
    with transaction.atomic():
        Person.objects.select_for_update(no_key=True).get(pk=person.pk)
        same = Offence.objects.filter(person=person, offence=offence, happened_on=happened_on).exclude(state=State.DROPPED)
        if mistakes.at_address(url) is not None:
            # Each has its own loss, however many there are in a day; and none is reported for two days.
            same = Offence.objects.filter(url=url).exclude(state=State.DROPPED)
        if same.exists():
            raise Refused(_("This was reported for that day already."), details=[_("Add what you know to the report that is there.")])
        held = Offence.objects.create(
            person=person, offence=offence, shop=shop, happened_on=happened_on, facts=facts, url=url[:200], reported_by=by,
            reported_at=at, answer_by=at + rulebook[clauses.HEARING],
        )  # fmt: skip
        held.answer_by = holding.start_clock(held, "hearing", clauses.HEARING, person, at=at)
        holding.store(held, "reported", by=by, at=at, day=happened_on.isoformat(), facts=facts)
        with translation.override(person.language):
            title = _("Please say what happened: %(offence)s") % {"offence": holding.label(held)}
        desk.notify(person, title, facts, by=by, url=holding.address(held), shop=shop, at=at)
    return held


def hear(offence: Offence, words: str, *, by: Person, seen: int | None = None, at: datetime | None = None) -> Offence:
    """The person says how it was; only they do, and once."""
    at = at or clock.now()
    if by.pk != offence.person_id:
        raise NotAllowed(_("Only the person concerned answers this."))
    words = holding.said(words, "words", 1000)
    with transaction.atomic():
        held = holding.locked(offence, State.HEARING, seen=seen)
        held.state, held.heard_at, held.heard_words = State.HEARD, at, words
        holding.stop_clock(held, "hearing", by=by, at=at)
        holding.store(held, "heard", by=by, at=at, words=words)
        ask_for_decision(held, at)
        desk.notify(held.reported_by, _("%(name)s has answered") % {"name": by.name}, words, by=by, url=holding.address(held), at=at)
    return held


def _known(offence: str, at: datetime) -> None:
    rulebook = in_force(at)
    if offence in rules.known_offences(rulebook):
        return
    if offence == "music" and rulebook.has(clauses.MUSIC):
        decision = Decision(rules.SANCTION, "allowed", None, (rulebook.because(clauses.MUSIC),))
        raise Refused(_("Quiet music is allowed at work here."), decision=decision)
    message = _("The handbook names no such offence.")
    raise BadInput(message, fields={"offence": [message]})
