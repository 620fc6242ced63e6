"""Many shifts at once: what a roster says becomes duty, each person journalled and told once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from dangban.desk.actions import refresh_duty_deadlines
from dangban.journal.actions import HasActor, record
from dangban.lib import clock
from dangban.lib.errors import Refused
from dangban.people.models import Person, Team
from dangban.staff import queries as staff
from dangban.workforce import access
from dangban.workforce.actions.duty import CORRECTED_WITHIN, refuse_others, remove, ring, told
from dangban.workforce.models import DutyPeriod
from dangban.workforce.queries import LONGEST
from dangban.workforce.shifts import Shift

Wanted = Mapping[tuple[int, date], Shift | None]
Held = dict[tuple[int, date], list[DutyPeriod]]


def lay_duty(
    team: Team, wanted: Wanted, *, by: HasActor, at: datetime, source: str = "roster"
) -> dict[int, list[tuple[date, Shift | None]]]:
    """Make duty what is wanted, and return what that changed for whom; what is there already stays as it is.

    None is a day of rest. Refused if two shifts of a person overlap, one that was served would have to go, or one of
    another team that `by` doesn't plan.
    """
    access.must_plan(by, team)
    oldest = clock.business_day(at) - CORRECTED_WITHIN
    if any(day < oldest for _person, day in wanted):
        raise Refused(_("Duty that lies more than a week back is no longer changed."))
    ids = sorted({person_id for person_id, _day in wanted})
    with transaction.atomic():
        people = {person.pk: person for person in Person.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk")}
        here = _there(ids, wanted)
        changed = {key: shift for key, shift in wanted.items() if _differs(here.get(key, []), shift, team)}
        _refuse_after_last_day(people, changed)
        going = [duty for key in changed for duty in here.get(key, [])]
        refuse_others(going, team, by=by)
        for duty in going:
            remove(duty)
        _refuse_overlaps(people, changed, here)
        DutyPeriod.objects.bulk_create(_period(key, shift, team, source) for key, shift in changed.items() if shift)
        _write_down(people, changed, here, by=by, at=at)
        if changed:
            refresh_duty_deadlines({team.pk, *(duty.team_id for held in here.values() for duty in held)}, at=at)
        for person_id in {person_id for person_id, _day in changed}:
            ring(person_id, team.pk)
    found: dict[int, list[tuple[date, Shift | None]]] = defaultdict(list)
    for (person_id, day), shift in sorted(changed.items(), key=lambda item: item[0]):
        found[person_id].append((day, shift))
    return dict(found)


def _there(ids: Iterable[int], wanted: Wanted) -> Held:
    """The duty of these people around the wanted days; entered by hand, there may be two shifts on a day."""
    days = [day for _person, day in wanted]
    if not days:
        return {}
    around = timedelta(days=1) + LONGEST
    rows = DutyPeriod.objects.select_for_update(no_key=True).filter(
        person_id__in=list(ids), day__gte=min(days) - around, day__lte=max(days) + around
    )
    found: Held = defaultdict(list)
    for duty in rows.order_by("starts_at"):
        found[duty.person_id, duty.day].append(duty)
    return found


def _differs(held: Sequence[DutyPeriod], shift: Shift | None, team: Team) -> bool:
    """A day that holds the wanted shift stays, also with a second one that no roster knows of."""
    if shift is None:
        return bool(held)
    wanted = (shift.name, team.pk)
    return all((one.starts_at, one.ends_at, one.name, one.team_id) != (*shift.on(one.day), *wanted) for one in held)


def _refuse_after_last_day(people: Mapping[int, Person], changed: Wanted) -> None:
    last = staff.last_days(people)
    for (person_id, day), shift in sorted(changed.items(), key=lambda item: item[0]):
        if shift is not None and person_id in last and day > last[person_id]:
            raise Refused(
                _("%(name)s no longer works here on %(day)s. Take the shift out first.") % {"name": people[person_id].name, "day": day.isoformat()}
            )


def _refuse_overlaps(
    people: Mapping[int, Person], changed: Wanted, here: Held
) -> None:
    kept = [
        (key[0], duty.starts_at, duty.ends_at, key[1]) for key, held in here.items() if key not in changed for duty in held
    ]
    new = [(person_id, *shift.on(day), day) for (person_id, day), shift in changed.items() if shift is not None]
    before: tuple[int, datetime, datetime, date] | None = None
    for one in sorted([*kept, *new]):
        if before is not None and before[0] == one[0] and one[1] < before[2]:
            raise Refused(
                _("%(name)s would be on duty twice at once on %(day)s.")
                % {"name": people[one[0]].name, "day": one[3].isoformat()}
            )
        before = one


def _period(key: tuple[int, date], shift: Shift, team: Team, source: str) -> DutyPeriod:
    starts, ends = shift.on(key[1])
    return DutyPeriod(
        person_id=key[0], team=team, day=key[1], name=shift.name, starts_at=starts, ends_at=ends, source=source
    )


def _write_down(
    people: Mapping[int, Person], changed: Wanted, here: Held, *, by: HasActor, at: datetime
) -> None:
    lines: dict[int, list[str]] = defaultdict(list)
    for (person_id, day), shift in sorted(changed.items(), key=lambda item: item[0]):
        was = "、".join(filter(None, map(told, here.get((person_id, day), [])))) or "–"  # han
        lines[person_id].append(f"{day.isoformat()} {was} → {shift.name if shift else '–'}")
    for person_id, days in sorted(lines.items()):
        record("workforce.duty_laid", subject=people[person_id], by=by, change={"duty": days}, at=at)
