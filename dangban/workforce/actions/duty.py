"""Duty: entered by hand until a roster publishes it, ended by its person, extended while customers wait."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from dangban.chat import hub
from dangban.desk.actions import refresh_duty_deadlines
from dangban.journal.actions import HasActor, record
from dangban.lib import clock
from dangban.lib.errors import BadInput, Refused
from dangban.people.models import Person, Team, TeamShop
from dangban.workforce import access, ports
from dangban.workforce.actions.following import follow
from dangban.workforce.models import DutyPeriod, ShiftExtension
from dangban.workforce.queries import members_on
from dangban.workforce.shifts import Shift

# Duty of the past is what attendance and clocks were counted by: it is corrected only shortly after.
CORRECTED_WITHIN = timedelta(days=7)


def set_duty(
    person: Person, team: Team, day: date, shift: Shift, *, by: HasActor, at: datetime, source: str = "manual"
) -> DutyPeriod:
    """This shift, and no other, on the day it begins."""
    wanted = (shift.name, *shift.on(day))
    with transaction.atomic():
        Person.objects.select_for_update(no_key=True).get(pk=person.pk)
        before = list(DutyPeriod.objects.filter(person=person, day=day).order_by("starts_at"))
        same = next((one for one in before if (one.team_id, *_stretch(one)) == (team.pk, *wanted)), None)
        others = [one for one in before if one != same]
        after = change_shifts(person, team, day, others, [] if same else [wanted], by=by, at=at, source=source)
    return after[0]


def change_shifts(
    person: Person, team: Team, day: date, out: Sequence[DutyPeriod], into: Sequence[tuple[str, datetime, datetime]],
    *, by: HasActor, at: datetime, source: str = "manual",
) -> list[DutyPeriod]:  # fmt: skip
    """Put stretches (name, beginning, end) in the place of shifts of a day; what else the day holds stays. Returns the day."""
    access.must_plan(by, team)
    _check(person, team, day, at)
    with transaction.atomic():
        Person.objects.select_for_update(no_key=True).get(pk=person.pk)
        before = list(DutyPeriod.objects.filter(person=person, day=day).select_related("person").order_by("starts_at"))
        going = [one for one in before if one in out]
        if not going and not into:
            return before
        refuse_others(going, team, by=by)
        for _name, starts, ends in into:
            refuse_overlap(person, going, starts, ends)
        for one in going:
            remove(one)
        for name, starts, ends in into:
            DutyPeriod.objects.create(person=person, team=team, day=day, name=name, starts_at=starts, ends_at=ends, source=source)
        after = list(DutyPeriod.objects.filter(person=person, day=day).order_by("starts_at"))
        verb = "workforce.duty_set" if after else "workforce.duty_cleared"
        change = {"day": day.isoformat(), "shift": [_told_all(before), _told_all(after)]}
        record(verb, subject=person, by=by, change=change, at=at)
        refresh_duty_deadlines({team.pk, *(one.team_id for one in before)}, at=at)
        # A roster knows one shift a day, the first; half a night that begins after midnight is none it could write.
        first = next((one.shift for one in after if one.team_id == team.pk and clock.business_day(one.starts_at) == day), None)
        follow(person, team, day, first, by=by, at=at)
        ring(person.pk, team.pk)
    return after


def _stretch(duty: DutyPeriod) -> tuple[str, datetime, datetime]:
    return duty.name, duty.starts_at, duty.ends_at


def clear_duty(person: Person, team: Team, day: date, *, by: HasActor, at: datetime) -> bool:
    """A day of rest; returns False if it was one already."""
    access.must_plan(by, team)
    _check(person, team, day, at)
    with transaction.atomic():
        rows = DutyPeriod.objects.select_for_update(no_key=True, of=("self",)).filter(person=person, day=day, team=team)
        before = list(rows.select_related("person").order_by("starts_at"))
        if not before:
            return False
        for one in before:
            remove(one)
        change = {"day": day.isoformat(), "shift": [_told_all(before), None]}
        record("workforce.duty_cleared", subject=person, by=by, change=change, at=at)
        refresh_duty_deadlines([team.pk], at=at)
        follow(person, team, day, None, by=by, at=at)
        ring(person.pk, team.pk)
    return True


def copy_week(team: Team, monday: date, *, by: HasActor, at: datetime) -> int:
    """Enter the shifts of the week before on the days of this week that are empty; returns how many.

    Who is away by then, or no longer of the team, is left out.
    """
    access.must_plan(by, team)
    week = timedelta(days=7)
    last_week = DutyPeriod.objects.filter(team=team, day__gte=monday - week, day__lt=monday).order_by("day", "starts_at")
    entered = 0
    with transaction.atomic():
        for duty in list(last_week.select_related("person")):
            if duty.day + week >= clock.business_day(at) and _is_free(duty, duty.day + week):
                set_duty(duty.person, team, duty.day + week, duty.shift, by=by, at=at)
                entered += 1
    return entered


def _is_free(duty: DutyPeriod, day: date) -> bool:
    """Whether its person belongs to the team on another day, isn't away then, and has nothing at that time."""
    if not members_on(duty.team, day, day).filter(pk=duty.person_id).exists():
        return False
    if any(one.approved for one in ports.away([duty.person_id], day, day)):
        return False
    starts, ends = duty.shift.on(day)
    there = Q(day=day) | Q(starts_at__lt=ends, ends_at__gt=starts)
    return not DutyPeriod.objects.filter(there, person=duty.person_id).exists()


def end_shift(duty: DutyPeriod, *, by: HasActor, at: datetime) -> DutyPeriod:
    """The person goes off duty: at the planned end, before it, or after an extension."""
    with transaction.atomic():
        locked = DutyPeriod.objects.select_for_update(no_key=True).get(pk=duty.pk)
        if locked.ended_at is not None:
            return locked
        locked.ended_at = at
        locked.save(update_fields=["ended_at"])
        ShiftExtension.objects.filter(duty=locked, ended_at=None).update(ended_at=at)
        minutes = round((at - locked.ends_at).total_seconds() / 60)
        change = {"day": locked.day.isoformat(), "shift": locked.name, "minutes_past_end": minutes}
        record("workforce.shift_ended", subject=locked.person, by=by, change=change, at=at)
        ring(locked.person_id, locked.team_id)
    return locked


def extend_shift(
    duty: DutyPeriod, *, conversations: Sequence[int], because: Sequence[Any], by: HasActor, at: datetime
) -> ShiftExtension:
    """The shift goes on past its end because these customers are being served. Asked again, it adds to the list."""
    with transaction.atomic():
        locked = DutyPeriod.objects.select_for_update(no_key=True).get(pk=duty.pk)
        running = ShiftExtension.objects.filter(duty=locked, ended_at=None).first()
        if running is not None:
            running.conversations = sorted({*running.conversations, *conversations})
            running.save(update_fields=["conversations"])
            return running
        reasons = [reason.as_json() if hasattr(reason, "as_json") else reason for reason in because]
        extension = ShiftExtension.objects.create(
            duty=locked, started_at=max(at, locked.ends_at), conversations=sorted(set(conversations)), because=reasons
        )
        change = {"day": locked.day.isoformat(), "shift": locked.name, "conversations": extension.conversations}
        record("workforce.shift_extended", subject=locked.person, by=by, change=change, because=reasons, at=at)
        ring(locked.person_id, locked.team_id)
    return extension


def end_extension(duty: DutyPeriod, *, by: HasActor, at: datetime) -> DutyPeriod:
    """The last customer is served: the shift ends now."""
    return end_shift(duty, by=by, at=at)


def _check(person: Person, team: Team, day: date, at: datetime) -> None:
    if day < clock.business_day(at) - CORRECTED_WITHIN:
        raise Refused(_("Duty that lies more than a week back is no longer changed."))
    if not members_on(team, day, day).filter(pk=person.pk).exists():
        raise BadInput(_("%(name)s does not belong to this team.") % {"name": person.name})


def refuse_overlap(person: Person, going: Sequence[DutyPeriod], starts: datetime, ends: datetime) -> None:
    """Nobody is on duty twice at once; shifts that are going hinder nothing."""
    there = DutyPeriod.objects.filter(person=person, starts_at__lt=ends, ends_at__gt=starts)
    other = there.exclude(pk__in=[one.pk for one in going]).first()
    if other is not None:
        raise Refused(
            _("%(name)s is still on duty then: %(shift)s of %(day)s.")
            % {"name": person.name, "shift": other.name, "day": other.day.isoformat()}
        )


def refuse_others(going: Sequence[DutyPeriod], team: Team, *, by: HasActor) -> None:
    """What another team has planned is taken away by who plans that one only."""
    for duty in going:
        if duty.team_id != team.pk and not access.may_plan(by, duty.team):
            raise Refused(
                _("%(name)s is on duty for %(team)s on %(day)s. Ask who leads that team.")
                % {"name": duty.person.name, "team": duty.team.name, "day": duty.day.isoformat()}
            )


def remove(duty: DutyPeriod) -> None:
    """Replaced plans go; a shift that was served stays as it was."""
    if duty.ended_at is not None or duty.extensions.exists():
        raise Refused(
            _("%(name)s has served the shift of %(day)s already; it stays on record.")
            % {"name": duty.person.name, "day": duty.day.isoformat()}
        )
    duty.delete()


def ring(person_id: int, team_id: int) -> None:
    """Tell the pages of this person, and of who leads the team, that their duty is another."""
    for shop_id in TeamShop.objects.filter(team=team_id).values_list("shop", flat=True):
        hub.changed("duty", person_id, shop_id=shop_id, person_ids=(person_id,))


def _told_all(duties: Sequence[DutyPeriod]) -> str | None:
    return "、".join(told(one) for one in duties) or None  # han


def told(duty: DutyPeriod) -> str:
    hours = duty.shift.hours
    return duty.name if duty.name == hours else f"{duty.name} {hours}"
