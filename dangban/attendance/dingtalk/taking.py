"""What DingTalk knows becomes punches, shifts, repairs and time away of our people; the same again changes nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from dangban.attendance import clauses, judging, repairing
from dangban.attendance.models import DingTalkAway, DingTalkUser, Punch, PunchRepair, ShiftRecord
from dangban.attendance.queries import DINGTALK, ERRAND
from dangban.handbook.current import in_force_so_far
from dangban.journal.actions import HasActor
from dangban.lib import clock
from dangban.people.models import Person, TeamMembership
from dangban.workforce.models import DutyPeriod
from dangban.workforce.ports import Away

AT_ONCE = 500
# What it is, whose, and when.
Instant = tuple[str, int, datetime]


@dataclass(frozen=True, slots=True)
class TakenPunch:
    user_id: str
    at: datetime
    counts: bool
    said: str
    device: str


@dataclass(frozen=True, slots=True)
class TakenShift:
    user_id: str
    day: date
    name: str
    starts_at: datetime
    ends_at: datetime
    # Free hours: the stretch is that of the punches, and nothing can be judged by it.
    has_hours: bool = True


@dataclass(frozen=True, slots=True)
class TakenAway:
    user_id: str
    kind: str
    is_leave: bool
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class TakenRepair:
    user_id: str
    day: date
    at: datetime


@dataclass(slots=True)
class Taken:
    """Everything that one reading brought, before it is known whose it is."""

    punches: list[TakenPunch] = field(default_factory=list)
    shifts: list[TakenShift] = field(default_factory=list)
    away: list[TakenAway] = field(default_factory=list)
    repairs: list[TakenRepair] = field(default_factory=list)


def people_of(user_ids: Iterable[str]) -> dict[str, Person]:
    rows = DingTalkUser.objects.filter(user_id__in=list(user_ids), person__isnull=False, ignored=False).select_related("person")
    return {row.user_id: row.person for row in rows if row.person is not None}


def write(taken: Taken, people: dict[str, Person], *, by: HasActor, at: datetime) -> dict[str, int]:
    """Write what is of our people, judge the shifts that anything new touches; returns what was new."""
    before = Punch.objects.count(), ShiftRecord.objects.count()
    known = _known(taken, people)
    _punches([one for one in taken.punches if one.user_id in people], people, at)
    _shifts([one for one in taken.shifts if one.user_id in people], people)
    _away([one for one in taken.away if one.user_id in people], people)
    new = {"punches": Punch.objects.count() - before[0], "shifts": ShiftRecord.objects.count() - before[1]}
    repaired = [one for one in taken.repairs if one.user_id in people and _repair(one, people[one.user_id], at)]
    news = (_instants(taken, people) - known) | {("repair", people[one.user_id].pk, one.at) for one in repaired}
    new["repairs"], new["judged"] = len(repaired), _judge(news, by=by, at=at)
    return new


def _instants(taken: Taken, people: dict[str, Person]) -> set[Instant]:
    """Whose shifts around which instants any of this may touch."""
    counted = {(one.user_id, one.at) for one in taken.punches if one.counts}
    found = [("punch" if (one.user_id, one.at) in counted else "void", one.user_id, one.at) for one in taken.punches]
    found += [("shift", one.user_id, one.starts_at) for one in taken.shifts] + [("away", one.user_id, one.starts_at) for one in taken.away]
    return {(kind, people[user_id].pk, at) for kind, user_id, at in found if user_id in people}


def _known(taken: Taken, people: dict[str, Person]) -> set[Instant]:
    """What was taken in before: it is asked for again and again, and judged already."""
    instants = [at for _kind, _pk, at in _instants(taken, people)]
    if not instants:
        return set()
    ids, first, last = [person.pk for person in people.values()], min(instants), max(instants)
    punches = Punch.objects.filter(person__in=ids, source=Punch.Source.DINGTALK, at__gte=first, at__lte=last)
    records = ShiftRecord.objects.filter(person__in=ids, starts_at__gte=first, starts_at__lte=last)
    away = DingTalkAway.objects.filter(person__in=ids, starts_at__gte=first, starts_at__lte=last)
    found: set[Instant] = {("punch" if counts else "void", pk, at) for pk, at, counts in punches.values_list("person_id", "at", "counts")}
    found |= {("shift", pk, at) for pk, at in records.values_list("person_id", "starts_at")}
    return found | {("away", pk, at) for pk, at in away.values_list("person_id", "starts_at")}


def away_of(person_ids: Sequence[int], first: date, last: date) -> list[Away]:
    """For the roster and for judging: who is away by DingTalk's approvals."""
    start, end = clock.day_span(first)[0], clock.day_span(last)[1]
    rows = DingTalkAway.objects.filter(person_id__in=person_ids, starts_at__lt=end, ends_at__gt=start).order_by("starts_at")
    return [
        Away(
            row.person_id, clock.business_day(row.starts_at), clock.business_day(row.ends_at),
            DINGTALK if row.is_leave else ERRAND, row.kind, True, row.starts_at, row.ends_at,
        )
        for row in rows
    ]  # fmt: skip


def _punches(taken: Sequence[TakenPunch], people: dict[str, Person], at: datetime) -> None:
    rows: dict[tuple[int, datetime], Punch] = {}
    # Of two punches in the same minute the one that counts stays.
    for one in sorted(taken, key=lambda one: not one.counts):
        person = people[one.user_id]
        made = Punch(
            person=person, at=one.at, source=Punch.Source.DINGTALK, place=one.device[:120], counts=one.counts, said=one.said[:120], made_at=at
        )
        rows.setdefault((person.pk, one.at), made)
    if not rows:
        return
    Punch.objects.bulk_create(rows.values(), batch_size=AT_ONCE, ignore_conflicts=True)
    instants = [instant for _pk, instant in rows]
    ids = {pk for pk, _instant in rows}
    there = Punch.objects.filter(person__in=ids, source=Punch.Source.DINGTALK, at__gte=min(instants), at__lte=max(instants))
    for punch in there:
        now = rows.get((punch.person_id, punch.at), punch)
        # An administrator has declared it void there, or takes that back.
        if now.counts != punch.counts:
            Punch.objects.filter(pk=punch.pk).update(counts=now.counts, said=now.said)


def _shifts(taken: Sequence[TakenShift], people: dict[str, Person]) -> None:
    """Shifts by DingTalk's names, on days on which the roster says nothing of the person."""
    ids = {person.pk for person in people.values()}
    days = [one.day for one in taken]
    planned = set(
        DutyPeriod.objects.filter(person_id__in=ids, day__gte=min(days), day__lte=max(days)).values_list("person_id", "day")
        if days
        else ()
    )
    teams = dict(reversed(_teams(ids)))
    rows = []
    for one in taken:
        person = people[one.user_id]
        if (person.pk, one.day) in planned:
            continue
        rules = in_force_so_far(one.starts_at)
        after = rules[clauses.WINDOW_AFTER] if rules.has(clauses.WINDOW_AFTER) else timedelta(hours=6)
        rows.append(
            ShiftRecord(
                person=person, team_id=teams.get(person.pk), source=ShiftRecord.Source.DINGTALK, day=one.day,
                name=one.name[:60], starts_at=one.starts_at, ends_at=one.ends_at, closes_at=one.ends_at + after,
                state=ShiftRecord.State.OPEN if one.has_hours else ShiftRecord.State.UNJUDGED,
                why="" if one.has_hours else ShiftRecord.Why.NO_HOURS,
            )
        )  # fmt: skip
    ShiftRecord.objects.bulk_create(rows, batch_size=AT_ONCE, ignore_conflicts=True)


def _teams(person_ids: Collection[int]) -> list[tuple[int, int]]:
    rows = TeamMembership.objects.filter(person_id__in=person_ids, until=None).order_by("-since", "-pk")
    return list(rows.values_list("person_id", "team_id"))


def _away(taken: Sequence[TakenAway], people: dict[str, Person]) -> None:
    rows = [
        DingTalkAway(
            person=people[one.user_id], kind=one.kind[:40], is_leave=one.is_leave, starts_at=one.starts_at, ends_at=one.ends_at
        )
        for one in taken
    ]
    DingTalkAway.objects.bulk_create(rows, batch_size=AT_ONCE, ignore_conflicts=True)


def _repair(taken: TakenRepair, person: Person, at: datetime) -> bool:
    """A repair that a supervisor granted in DingTalk; ours counts it like any other."""
    held = ShiftRecord.objects.filter(person=person, day=taken.day).order_by("starts_at").first()
    if held is None:
        return False
    side = PunchRepair.Side.ARRIVAL if taken.at < held.starts_at + (held.ends_at - held.starts_at) / 2 else PunchRepair.Side.DEPARTURE
    if PunchRepair.objects.filter(record=held, side=side).exclude(state=PunchRepair.State.REFUSED).exists():
        return False
    PunchRepair.objects.create(
        record=held, side=side, at=taken.at, reason=_("Granted in DingTalk"), state=PunchRepair.State.GRANTED,
        asked_at=at, settled_at=at, word="DingTalk", nth=repairing.granted_in_month(held) + 1,
    )  # fmt: skip
    return True


def _judge(news: Collection[Instant], *, by: HasActor, at: datetime) -> int:
    around: dict[int, list[datetime]] = {}
    for _kind, person_id, instant in news:
        around.setdefault(person_id, []).append(instant)
    near = [held for person_id, instants in sorted(around.items()) for held in judging.touched_by([person_id], min(instants), max(instants))]
    return judging.rejudge(near, by=by, why=_("Punches came from DingTalk"), at=at)
