"""A person's duty as a calendar (iCalendar), under an address that only they know and can renew."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta

from django.core import signing
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from dangban.lib import clock
from dangban.people.models import Person
from dangban.workforce.models import CalendarFeed, DutyPeriod

SALT = "dangban.workforce.feed"
BACK, AHEAD = timedelta(days=30), timedelta(days=120)


def address(person: Person) -> str:
    serial = CalendarFeed.objects.filter(person=person).values_list("serial", flat=True).first() or 1
    return reverse("roster_feed", args=[signing.dumps([person.pk, serial], salt=SALT)])


def person_of(token: str) -> Person:
    """Raises for a token that isn't ours, is no longer the newest, or of somebody who has left."""
    pk, serial = signing.loads(token, salt=SALT)
    newest = CalendarFeed.objects.filter(person_id=pk).values_list("serial", flat=True).first() or 1
    if serial != newest:
        raise signing.BadSignature("renewed")
    return Person.objects.get(pk=pk, is_active=True)


def calendar(person: Person, at: datetime) -> bytes:
    """The last month's and the coming months' shifts; each keeps its name, so that a change moves it."""
    today = clock.business_day(at)
    found = Calendar()
    found.add("prodid", "-//dangban//roster//")
    found.add("version", "2.0")
    found.add("method", "PUBLISH")
    with translation.override(person.language):
        found.add("x-wr-calname", _("Duty of %(name)s") % {"name": person.name})
    found.add("refresh-interval;value=duration", "PT1H")
    rows = DutyPeriod.objects.filter(person=person, day__gte=today - BACK, day__lte=today + AHEAD).select_related("team")
    named: Counter[date] = Counter()
    for duty in rows.order_by("starts_at"):
        named[duty.day] += 1
        # A second shift of a day is an appointment of its own.
        further = f"-{named[duty.day]}" if named[duty.day] > 1 else ""
        event = Event()
        event.add("uid", f"duty-{person.pk}-{duty.day.isoformat()}{further}@dangban")
        event.add("dtstamp", at)
        event.add("dtstart", duty.starts_at)
        event.add("dtend", duty.ends_at)
        event.add("summary", f"{duty.name} · {duty.team.name}")
        found.add_component(event)
    return bytes(found.to_ical())
