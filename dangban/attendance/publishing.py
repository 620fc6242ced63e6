"""A team's week is made known on the day the handbook names: a page, and word of it to everybody on it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from dangban.attendance import access, clauses
from dangban.attendance.models import Consequence, Publication, ShiftRecord
from dangban.attendance.queries import STANDING
from dangban.attendance.rules.following import MORNING, next_publication
from dangban.desk.actions import notify
from dangban.handbook.current import in_force_so_far
from dangban.journal.actions import HasActor, record
from dangban.lib import clock
from dangban.lib.actor import SYSTEM
from dangban.lib.days import last_of_month, month_of
from dangban.lib.errors import Conflict, Refused
from dangban.people.models import Person, Team

State = ShiftRecord.State


def publish_due(at: datetime) -> int:
    """From nine in the morning of the day: every team that had shifts and whose sheet is not out yet. Where nothing ran
    on that day it is made up for within the week."""
    rules = in_force_so_far(at)
    if not rules.has(clauses.PUBLISHED_ON):
        return 0
    morning = clock.business_day(at - timedelta(hours=MORNING.hour))
    past = (morning - timedelta(days=back) for back in range(7))
    day = next((one for one in past if next_publication(one - timedelta(days=1), rules) == one), None)
    if day is None:
        return 0
    first, last = span_published(day, rules[clauses.PUBLISHED_ON])
    teams = ShiftRecord.objects.filter(day__gte=first, day__lte=last, team__isnull=False).values("team_id")
    out = Publication.objects.filter(first_day=first).values("team_id")
    due = Team.objects.filter(pk__in=teams).exclude(pk__in=out).order_by("pk")
    return sum(publish(team, first, last, by=SYSTEM, at=at) is not None for team in due)


def span_published(day: date, on: str) -> tuple[date, date]:
    """Which days a sheet of this day is of: the seven before it, or the month."""
    return (month_of(day), last_of_month(day)) if on == "month_end" else (day - timedelta(days=7), day - timedelta(days=1))


def publish(team: Team, first: date, last: date, *, by: HasActor, at: datetime | None = None) -> Publication | None:
    """Make a team's days known, as they now stand. None if there was nothing to tell."""
    access.must_publish(by, team)
    at = at or clock.now()
    if last >= clock.business_day(at) + timedelta(days=1) or first > last:
        raise Refused(_("Only days that are over are published."), code="running")
    rules = in_force_so_far(at)
    lines = sheet(team, first, last)
    if not lines:
        return None
    because = [rules.because(clauses.PUBLISHED_ON, published_at=at).as_data()] if rules.has(clauses.PUBLISHED_ON) else []
    try:
        with transaction.atomic():
            made = Publication.objects.create(
                team=team, first_day=first, last_day=last, at=at, by_name=by.actor.name, lines=lines, because=because
            )
            change = {"team": team.name, "from": first.isoformat(), "to": last.isoformat(), "people": len(lines)}
            record("attendance.published", subject=made, by=by, change=change, because=because, at=at)
            _tell(made, [line["person"] for line in lines], at)
    except IntegrityError:
        raise Conflict(_("The sheet of these days is out already.")) from None
    return made


def sheet(team: Team, first: date, last: date) -> list[dict[str, Any]]:
    """A line a person, as plain data: what is kept is what was read."""
    records = ShiftRecord.objects.filter(team=team, day__gte=first, day__lte=last).select_related("person").order_by("day")
    by_person: dict[int, list[ShiftRecord]] = defaultdict(list)
    for one in records:
        by_person[one.person_id].append(one)
    follows: dict[int, list[Consequence]] = defaultdict(list)
    for row in Consequence.objects.filter(person_id__in=by_person, day__gte=first, day__lte=last, state__in=STANDING).order_by("day"):
        follows[row.person_id].append(row)
    lines = [_line(own, follows[pk]) for pk, own in by_person.items()]
    return sorted(lines, key=lambda line: line["name"])


def _line(records: Sequence[ShiftRecord], follows: Sequence[Consequence]) -> dict[str, Any]:
    person: Person = records[0].person
    judged = [one for one in records if one.state == State.JUDGED]
    return {
        "person": person.pk,
        "name": person.name,
        "shifts": len(records),
        "late": sum(bool(one.late_minutes) and not one.excused for one in judged),
        "late_minutes": sum(one.late_minutes for one in judged if not one.excused),
        "announced": sum(bool(one.late_minutes) and one.excused for one in judged),
        "early": sum(bool(one.early_minutes) for one in judged),
        "missed": sum(one.missed_arrival + one.missed_departure for one in records if not one.absence_days),
        "absence": f"{sum(one.absence_days for one in judged):f}",
        "unjudged": sum(one.state != State.JUDGED for one in records),
        "extension": sum(one.extension_minutes for one in judged),
        "follows": [
            {"id": row.pk, "day": row.day.isoformat(), "kind": row.kind, "way": row.way, "fen": row.amount_fen, "packets": row.packets}
            for row in follows
        ],
    }


def _tell(made: Publication, person_ids: Sequence[int], at: datetime) -> None:
    url = reverse("attendance:published", args=[made.pk])
    for person in Person.objects.filter(pk__in=person_ids):
        with override(person.language):
            title = _("Attendance of %(team)s, %(from)s to %(to)s") % {
                "team": made.team.name, "from": made.first_day, "to": made.last_day,
            }  # fmt: skip
            body = _("Look at your own line. Who finds it wrong may dispute it there.")
        notify(person, title, body, by=SYSTEM, url=url, at=at)
