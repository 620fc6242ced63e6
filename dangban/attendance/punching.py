"""Punching on the web, and saying beforehand that one will be late."""

from __future__ import annotations

import ipaddress
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from dangban.attendance import access, clauses
from dangban.attendance.models import LateNotice, Punch
from dangban.handbook.current import in_force, in_force_so_far
from dangban.handbook.decisions import Decision
from dangban.handbook.rulebook import Rules
from dangban.journal.actions import record
from dangban.lib import clock
from dangban.lib.errors import BadInput, Refused
from dangban.lib.text import refuse_unstorable
from dangban.people.models import Person
from dangban.workforce.models import DutyPeriod

# Pressed twice is punched once.
SAME = timedelta(seconds=60)
# So far ahead rosters are known.
AHEAD = timedelta(days=31)


def punch(person: Person, *, address: str, at: datetime | None = None) -> Punch:
    """Note that somebody is here, now. Bound to the account, and by rule to the network it comes from."""
    at = at or clock.now()
    rules = in_force_so_far(at)
    _refuse_elsewhere(rules)
    _refuse_network(address, rules)
    with transaction.atomic():
        Person.objects.select_for_update(no_key=True).get(pk=person.pk)
        before = Punch.objects.filter(person=person, source=Punch.Source.WEB, at__gt=at - SAME, at__lte=at).first()
        if before is not None:
            return before
        made = Punch.objects.create(person=person, at=at, source=Punch.Source.WEB, place=address[:120], made_at=at)
        record("attendance.punched", subject=person, by=person, change={"at": at.isoformat(timespec="minutes")}, at=at)
    return made


def announce(
    person: Person, day: date, said: str, *, minutes: int | None = None, by: Person, at: datetime | None = None
) -> LateNotice:
    """Say that one will be late (or write down who telephoned). It excuses only what had not begun by then."""
    at = at or clock.now()
    if by.pk != person.pk:
        access.must(by, "attendance.view", person)
    said = refuse_unstorable(said.strip(), "said")[:200]
    if not said:
        raise BadInput(_("Say why, in a few words."), fields={"said": [_("Say why, in a few words.")]})
    if minutes is not None and not 0 < minutes <= 600:
        raise BadInput(_("That many minutes can't be."), fields={"minutes": [_("Between 1 and 600, please.")]})
    today = clock.business_day(at)
    if not today <= day <= today + AHEAD:
        message = (
            _("Lateness is announced for today or a coming day; what has begun can't be announced any more.") if day < today
            else _("Lateness is announced %(days)s days ahead at most: up to %(day)s today.") % {"days": AHEAD.days, "day": today + AHEAD}
        )  # fmt: skip
        raise BadInput(message, fields={"day": [message]})
    _refuse_begun(person, day, at)
    with transaction.atomic():
        notice = LateNotice.objects.create(
            person=person, day=day, said=said, expected_minutes=minutes, at=at, by_id=by.pk, by_name=by.name
        )
        change = {"day": day.isoformat(), "minutes": minutes}
        record("attendance.lateness_announced", subject=person, by=by, change=change, personal={"said": said}, at=at)
    return notice


def _refuse_begun(person: Person, day: date, at: datetime) -> None:
    begun = DutyPeriod.objects.filter(person=person, day=day).order_by("starts_at").values_list("starts_at", flat=True)
    starts = list(begun)
    if not starts or starts[-1] > at:
        return
    rules = in_force(at)
    because = (rules.because(clauses.LATENESS_ANNOUNCED, announced_at=at, starts_at=starts[-1]),)
    raise Refused(
        _("The shift began at %(at)s already: this is no announcement any more. Punch, and if it was not your fault, dispute what follows.")
        % {"at": f"{clock.local(starts[-1]):%H:%M}"},
        decision=Decision("attendance.announcing", "too_late", because=because),
        code="begun",
    )


def _refuse_elsewhere(rules: Rules) -> None:
    """Where DingTalk's punches count, a punch here would count for nothing: better said than swallowed."""
    if rules.has(clauses.PUNCHES_FROM) and rules[clauses.PUNCHES_FROM] == "dingtalk":
        because = (rules.because(clauses.PUNCHES_FROM),)
        raise Refused(
            _("Punch in DingTalk: by the handbook its punches count, and this page's don't."),
            decision=Decision("attendance.punching", "elsewhere", because=because), code="dingtalk",
        )  # fmt: skip


def _refuse_network(address: str, rules: Rules) -> None:
    if not rules.has(clauses.NETWORKS) or _inside(address, rules[clauses.NETWORKS]):
        return
    because = (rules.because(clauses.NETWORKS, address=address),)
    raise Refused(
        _("From this network (%(address)s) one can't punch. Punch at your place of work, or ask for a repair.") % {"address": address},
        decision=Decision("attendance.punching", "network", because=because), code="network",
    )  # fmt: skip


def _inside(address: str, networks: tuple[str, ...]) -> bool:
    try:
        here = ipaddress.ip_address(address)
    except ValueError:
        return False
    for written in networks:
        try:
            if here in ipaddress.ip_network(written, strict=False):
                return True
        except ValueError:
            continue
    return False


def announced_of(person_id: int, day: date) -> LateNotice | None:
    """The first announcement for a day: the earliest one is the proof."""
    return LateNotice.objects.filter(person_id=person_id, day=day).order_by("at", "pk").first()

