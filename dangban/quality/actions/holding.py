"""One offence under its lock, and its clocks: one runs at a time, named after the state."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from dangban.desk import actions as desk
from dangban.desk import house
from dangban.handbook.current import in_force_so_far as in_force
from dangban.handbook.rulebook import Rules
from dangban.handbook.shapes import Clause
from dangban.journal.actions import HasActor, record
from dangban.lib import clock
from dangban.lib.actor import SYSTEM
from dangban.lib.errors import BadInput, Conflict
from dangban.lib.text import refuse_unstorable
from dangban.people.access import holds_everywhere, people_who_may
from dangban.people.models import Person
from dangban.quality import access, rules
from dangban.quality.models import Offence
from dangban.quality.words import offence_name

State = Offence.State
# How far back an offence may be reported: later nobody can be heard fairly.
OLDEST = timedelta(days=60)
# The same sent twice in so short a time is one act of an impatient hand.
SAME = timedelta(seconds=60)


def locked(offence: Offence | int, *states: str, seen: int | None = None) -> Offence:
    """The row, held until the transaction ends; Conflict where it is not as it was seen."""
    pk = offence.pk if isinstance(offence, Offence) else offence
    rows = Offence.objects.select_for_update(no_key=True, of=("self",)).select_related("person", "shop", "reported_by", "decided_by")
    held = rows.get(pk=pk)
    if states and held.state not in states:
        raise Conflict(_("This is settled that far already: %(state)s.") % {"state": held.get_state_display()})
    if seen is not None and seen != held.version:
        raise Conflict(pgettext("offence", "This has changed meanwhile. Look at it as it is now."))
    return held


def store(held: Offence, verb: str, *, by: HasActor, at: datetime, because: Sequence[Any] = (), **change: object) -> None:
    held.version += 1
    held.save()
    said = {name: value for name, value in change.items() if value not in ("", None)}
    # What somebody said of a person is theirs: it can be erased, the fact that it was said can't.
    personal: dict[str, object] = {name: said.pop(name) for name in ("facts", "words") if name in said}
    change_said = {"offence": offence_name(held.offence), **said}
    record(f"quality.{verb}", subject=held.person, by=by, shop=held.shop_id, change=change_said, personal=personal, because=list(because), at=at)


def start_clock(held: Offence, kind: str, clause: Clause[timedelta], owner: Person | None, *, at: datetime) -> datetime:
    """The time a rule gives for the next step; returns when it ends."""
    rulebook = in_force(at)
    allowed = rulebook.capped(clause)
    desk.start_deadline(
        f"quality.{kind}", held, rule=clause.path, allowed_seconds=int(allowed.total_seconds()), because=[rulebook.because(clause).as_data()],
        by=SYSTEM, owner=owner, shop=held.shop, label=label(held), url=address(held), tells=owner is not None and kind != "appeal",
        warn_seconds=int(house.warn_before(at).total_seconds()), at=at,
    )  # fmt: skip
    return at + allowed


def stop_clock(held: Offence, kind: str, *, by: HasActor, at: datetime) -> None:
    desk.meet_deadline(held, f"quality.{kind}", by=by, at=at)


def address(held: Offence) -> str:
    return reverse("quality:offence", args=[held.pk])


def label(held: Offence) -> str:
    return f"{offence_name(held.offence)} · {held.person.name}"


def of_rank(held: Offence, needed: str) -> list[Person]:
    """Who may decide for the person and ranks for it: the superiors first, from the nearest up, then whoever else. Where nobody
    has the level, who manages staff for the whole company."""
    may = people_who_may(access.DECIDE).exclude(pk=held.person_id).order_by("pk")
    theirs = [one for one in may if access.people(one, access.DECIDE).filter(pk=held.person_id).exists()]
    fit = [one for one in theirs if rules.ranks_for(one.level, needed)] or [one for one in theirs if holds_everywhere(one, "people.manage")]
    line: list[int] = []
    known = held.person.manager
    while known is not None and known.pk not in line:
        line.append(known.pk)
        known = known.manager
    return sorted(fit, key=lambda one: line.index(one.pk) if one.pk in line else len(line))


def ranks(by: Person, held: Offence, needed: str) -> bool:
    return rules.ranks_for(by.level, needed) or by in of_rank(held, needed)


def who_decides(held: Offence, rulebook: Rules, consequence: str, *, above: Person | None = None) -> Person | None:
    """The nearest of rank who neither reported nor (for an appeal) decided it; where there is nobody else, the highest of these."""
    needed, _because = rules.decider(rulebook, consequence)
    return _who(held, needed, {held.reported_by_id, above.pk if above else None})


def _who(held: Offence, needed: str, part: Collection[int | None]) -> Person | None:
    found = of_rank(held, needed)
    free = next((one for one in found if one.pk not in part), None)
    return free or max(found, key=lambda one: Person.Level.values.index(one.level), default=None)


def is_fit(by: Person, held: Offence, needed: str, part: Collection[int | None]) -> bool:
    """Whether somebody may decide or answer: not about themselves, and who took part only where nobody else of rank is there."""
    return by.pk != held.person_id and (by.pk not in part or by == _who(held, needed, part))


def earlier(held: Offence) -> list[tuple[date, date]]:
    """Day and expiry of this person's final sanctions for the same, this one left out."""
    rows = Offence.objects.filter(person=held.person_id, offence=held.offence, state=State.FINAL, expires_on__isnull=False)
    return [(day, until) for day, until in rows.exclude(pk=held.pk).values_list("happened_on", "expires_on") if until is not None]


def on_that_day(day: date) -> datetime:
    """What is not allowed, and what it brings, goes by the handbook of the day on which it happened."""
    return clock.at_local(day, time(12))


def said(text: str, name: str, longest: int) -> str:
    text = refuse_unstorable(text.strip(), name)
    if not text:
        raise BadInput(_("Write something first."), fields={name: [_("Write something first.")]})
    if len(text) > longest:
        message = _("At most %(count)s characters.") % {"count": longest}
        raise BadInput(message, fields={name: [message]})
    return text


def fit_day(day: date, at: datetime) -> date:
    today = clock.business_day(at)
    if not today - OLDEST <= day <= today:
        message = _("A day between %(first)s and today.") % {"first": today - OLDEST}
        raise BadInput(message, fields={"happened_on": [message]})
    return day

