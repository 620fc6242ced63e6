"""Duty: entered by hand until a roster publishes it, ended by its person, extended while customers wait."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from dangban.chat import hub
from dangban.desk.actions import refresh_duty_deadlines
from dangban.journal.actions import HasActor, record
from dangban.lib import clock
from dangban.lib.errors import BadInput, Refused
from dangban.people.access import members_of
from dangban.people.models import Person, Team, TeamShop
from dangban.workforce import access
from dangban.workforce.models import DutyPeriod, ShiftExtension
from dangban.workforce.shifts import Shift

# Duty of the past is what attendance and clocks were counted by: it is corrected only shortly after.
CORRECTED_WITHIN = timedelta(days=7)


def set_duty(
    person: Person, team: Team, day: date, shift: Shift, *, by: HasActor, at: datetime, source: str = "manual"
) -> DutyPeriod:
    """This shift, and no other, on the day it begins."""
    access.must_plan(by, team)
    _check(person, team, day, at)
    starts, ends = shift.on(day)
    with transaction.atomic():
        Person.objects.select_for_update(no_key=True).get(pk=person.pk)
        before = DutyPeriod.objects.filter(person=person, day=day).first()
        if before is not None and (before.starts_at, before.ends_at, before.name, before.team_id) == (
            starts, ends, shift.name, team.pk,
        ):  # fmt: skip
            return before
        _refuse_overlap(person, day, starts, ends)
        _remove(before)
        duty = DutyPeriod.objects.create(
            person=person, team=team, day=day, name=shift.name, starts_at=starts, ends_at=ends, source=source
        )
        change = {"day": day.isoformat(), "shift": [_told(before), _told(duty)]}
        record("workforce.duty_set", subject=person, by=by, change=change, at=at)
        refresh_duty_deadlines({team.pk, before.team_id if before else team.pk}, at=at)
        _ring(person.pk, team.pk)
    return duty


def clear_duty(person: Person, team: Team, day: date, *, by: HasActor, at: datetime) -> bool:
    """A day of rest; returns False if it was one already."""
    access.must_plan(by, team)
    _check(person, team, day, at)
    with transaction.atomic():
        before = DutyPeriod.objects.select_for_update(no_key=True).filter(person=person, day=day, team=team).first()
        if before is None:
            return False
        _remove(before)
        change = {"day": day.isoformat(), "shift": [_told(before), None]}
        record("workforce.duty_cleared", subject=person, by=by, change=change, at=at)
        refresh_duty_deadlines([team.pk], at=at)
        _ring(person.pk, team.pk)
    return True


def copy_week(team: Team, monday: date, *, by: HasActor, at: datetime) -> int:
    """Enter the shifts of the week before on the days of this week that are empty; returns how many."""
    access.must_plan(by, team)
    entered = 0
    members = {person.pk: person for person in members_of([team.pk])}
    last_week = DutyPeriod.objects.filter(
        team=team, day__gte=monday - timedelta(days=7), day__lt=monday, person_id__in=members
    ).order_by("day", "person_id")
    for duty in last_week:
        day = duty.day + timedelta(days=7)
        if day < clock.business_day(at) or DutyPeriod.objects.filter(person_id=duty.person_id, day=day).exists():
            continue
        shift = Shift(duty.name, clock.local(duty.starts_at).time(), clock.local(duty.ends_at).time())
        set_duty(members[duty.person_id], team, day, shift, by=by, at=at)
        entered += 1
    return entered


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
        _ring(locked.person_id, locked.team_id)
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
        _ring(locked.person_id, locked.team_id)
    return extension


def end_extension(duty: DutyPeriod, *, by: HasActor, at: datetime) -> DutyPeriod:
    """The last customer is served: the shift ends now."""
    return end_shift(duty, by=by, at=at)


def _check(person: Person, team: Team, day: date, at: datetime) -> None:
    if day < clock.business_day(at) - CORRECTED_WITHIN:
        raise Refused(_("Duty that lies more than a week back is no longer changed."))
    if not members_of([team.pk]).filter(pk=person.pk).exists():
        raise BadInput(_("%(name)s does not belong to this team.") % {"name": person.name})


def _refuse_overlap(person: Person, day: date, starts: datetime, ends: datetime) -> None:
    other = (
        DutyPeriod.objects.filter(person=person, starts_at__lt=ends, ends_at__gt=starts).exclude(day=day).first()
    )
    if other is not None:
        raise Refused(
            _("%(name)s is still on duty then: %(shift)s of %(day)s.")
            % {"name": person.name, "shift": other.name, "day": other.day.isoformat()}
        )


def _remove(duty: DutyPeriod | None) -> None:
    """Replaced plans go; a shift that was served stays as it was."""
    if duty is None:
        return
    if duty.ended_at is not None or duty.extensions.exists():
        raise Refused(_("This shift was served already and stays on record."))
    duty.delete()


def _ring(person_id: int, team_id: int) -> None:
    """Tell the pages of this person, and of who leads the team, that their duty is another."""
    for shop_id in TeamShop.objects.filter(team=team_id).values_list("shop", flat=True):
        hub.changed("duty", person_id, shop_id=shop_id, person_ids=(person_id,))


def _told(duty: DutyPeriod | None) -> str | None:
    if duty is None:
        return None
    hours = Shift("", clock.local(duty.starts_at).time(), clock.local(duty.ends_at).time()).hours
    return duty.name if duty.name == hours else f"{duty.name} {hours}"
