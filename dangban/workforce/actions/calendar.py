"""The calendar of holidays, and the addresses of personal calendars."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from dangban.journal.actions import HasActor, record
from dangban.lib.errors import BadInput, NotAllowed
from dangban.lib.text import refuse_unstorable
from dangban.people.models import Person
from dangban.workforce import access, holidays
from dangban.workforce.models import CalendarFeed, Holiday


def set_holiday(day: date, kind: str, name: str, *, by: Person, at: datetime) -> Holiday | None:
    """Say what kind of day it is; an empty kind makes it what its weekday says."""
    _must_keep(by)
    if kind and kind not in Holiday.Kind.values:
        raise BadInput(_("There is no such kind of day."), fields={"kind": [kind[:20]]})
    name = refuse_unstorable(name.strip()[:40], "name")
    with transaction.atomic():
        before = Holiday.objects.select_for_update().filter(day=day).first()
        was = before.kind if before else ""
        if (was, before.name if before else "") == (kind, name):
            return before
        found = None
        if kind:
            values = {"kind": kind, "name": name, "source": Holiday.Source.HAND}
            found, _made = Holiday.objects.update_or_create(day=day, defaults=values)
        elif before is not None:
            before.delete()
        subject = ("workforce.holiday", day.toordinal())
        record("workforce.holiday_set", subject=subject, by=by, change={"day": day.isoformat(), "day_kind": [was, kind], "name": name}, at=at)
    return found


def fill_calendar(*, by: HasActor, at: datetime) -> int:
    """Enter the years that the state calendar in the program knows and nobody has entered."""
    if isinstance(by, Person):
        _must_keep(by)
    with transaction.atomic():
        count = holidays.fill_missing()
        if count:
            record("workforce.calendar_filled", subject=("workforce.holiday", 0), by=by, change={"days_entered": count}, at=at)
    return count


def renew_feed(person: Person) -> CalendarFeed:
    """A new address for one's calendar; the old one answers no more."""
    with transaction.atomic():
        feed, _made = CalendarFeed.objects.select_for_update().get_or_create(person=person)
        feed.serial += 1
        feed.save(update_fields=["serial"])
    return feed


def _must_keep(by: Person) -> None:
    if not by.can(access.CALENDAR):
        raise NotAllowed(_("The calendar of holidays is kept by personnel and supervisors."))
