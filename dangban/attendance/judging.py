"""Shifts become records, and records are judged once their window is closed; again when a punch is corrected."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max, Min, Q
from django.utils.translation import gettext as _

from dangban.attendance import clauses, proposing
from dangban.attendance.models import (
    Consequence,
    Dispute,
    LateNotice,
    Overtime,
    Publication,
    Punch,
    PunchRepair,
    Rejudgement,
    ShiftRecord,
)
from dangban.attendance.queries import is_closed
from dangban.attendance.rules.judging import Facts, Judged, Repair, Window, judge, undecided, windows
from dangban.handbook.current import in_force_so_far
from dangban.handbook.rulebook import Rules
from dangban.journal.actions import HasActor, record
from dangban.lib import clock
from dangban.lib.actor import SYSTEM, Actor
from dangban.lib.days import last_of_month, month_of, span_of_days
from dangban.lib.spans import Span
from dangban.people.models import Person
from dangban.workforce import ports
from dangban.workforce.actions import CORRECTED_WITHIN
from dangban.workforce.models import DutyPeriod, ShiftExtension

State = ShiftRecord.State
AROUND = timedelta(days=2)
# So far back shifts are still taken up, where nothing ran for a while.
BACK = timedelta(days=31)
AT_ONCE = 200
_log = logging.getLogger("dangban.attendance")
# Figures whose change is a trace worth keeping.
FIGURES = (
    "state", "why", "arrived_at", "left_at", "late_minutes", "early_minutes", "excused", "missed_arrival",
    "missed_departure", "absence_days", "leave_share", "minutes", "extension_minutes",
)  # fmt: skip


def sweep(at: datetime) -> int:
    """Open records for shifts that have begun, judge those whose window has closed, and those judged before whose plan
    was corrected since; returns how many were judged.

    Where nobody has punched yet nothing is judged: a department that begins today was not absent yesterday. What
    DingTalk knows comes late: its shifts wait until punches behind their end have come.
    """
    rules = in_force_so_far(at)
    if not rules.has(clauses.WINDOW_AFTER):
        return 0
    source = _source_by(rules)
    known = Punch.objects.filter(source=source, counts=True).aggregate(first=Min("at"), last=Max("at"))
    if known["first"] is None:
        return 0
    open_records(max(at - BACK, known["first"] - AROUND / 2), at)
    due = ShiftRecord.objects.filter(state=State.OPEN, closes_at__lte=at, closes_at__gte=known["first"]).order_by("closes_at", "pk")
    if source == Punch.Source.DINGTALK:
        due = due.filter(ends_at__lte=known["last"])
    due_now = list(due.values_list("pk", flat=True)[:AT_ONCE])
    return sum(_judged_or_logged(pk, at) for pk in due_now) + sum(
        _judged_or_logged(pk, at, _("The roster was corrected")) for pk in _astray(at)
    )


def _astray(at: datetime) -> list[int]:
    """Judged shifts that the roster no longer has, and those that lay over another one: as long as rosters are corrected."""
    lost = Q(duty=None, source=ShiftRecord.Source.ROSTER, leave_share__lt=1) | Q(why=ShiftRecord.Why.OVERLAP)
    recent = ShiftRecord.objects.filter(lost, starts_at__gte=at - CORRECTED_WITHIN - AROUND, closes_at__lte=at)
    return list(recent.exclude(state=State.OPEN).order_by("pk").values_list("pk", flat=True)[:AT_ONCE])


def _judged_or_logged(pk: int, at: datetime, why: str = "") -> bool:
    """One shift that can't be judged for a fault of ours keeps no other from it."""
    try:
        return judge_record(pk, at=at, why=why) is not None
    except Exception:
        _log.exception("shift record %s could not be judged", pk)
        return False


def open_records(start: datetime, end: datetime, person_ids: Iterable[int] | None = None) -> int:
    """A record for each shift of the roster that began in this time and has none; plans that changed move theirs."""
    planned = DutyPeriod.objects.filter(starts_at__gte=start, starts_at__lte=end).order_by("person_id", "starts_at")
    planned = planned if person_ids is None else planned.filter(person_id__in=list(person_ids))
    missing = list(planned.filter(record=None))
    for duty in missing:
        with transaction.atomic():
            _open(duty)
    orphans = ShiftRecord.objects.filter(
        duty=None, source=ShiftRecord.Source.ROSTER, state=State.OPEN, starts_at__gte=start, starts_at__lte=end
    )
    for orphan in orphans.filter(repairs=None, consequences=None, rejudgements=None):
        orphan.delete()
    return len(missing)


def judge_record(pk: int, *, at: datetime, by: HasActor = SYSTEM, why: str = "") -> ShiftRecord | None:
    """Judge one shift by the rules of its day, and propose what follows. None while its window is open.

    Again, it changes the row only where figures differ, and leaves a trace of what they were.
    """
    person_id = ShiftRecord.objects.values_list("person_id", flat=True).get(pk=pk)
    with transaction.atomic():
        # The person's row first, here as everywhere: the ladder goes by all of their month.
        Person.objects.select_for_update(no_key=True).get(pk=person_id)
        held = ShiftRecord.objects.select_for_update(of=("self",)).select_related("duty", "person").get(pk=pk)
        rules = in_force_so_far(held.starts_at)
        if not rules.has(clauses.WINDOW_AFTER):
            return _unjudged(held, ShiftRecord.Why.NO_RULES, at)
        if held.why == ShiftRecord.Why.NO_HOURS:
            return held
        neighbours = _around(held)
        if not _is_gone(held) and _lies_over(held, neighbours):
            return _unjudged(held, ShiftRecord.Why.OVERLAP, at)
        window = _window(held, neighbours, rules)
        if window.closes_at > at:
            ShiftRecord.objects.filter(pk=pk).update(closes_at=window.closes_at)
            return None
        judged = _judge(held, window, rules)
        _take_over(held, judged, window, at=at, by=by, why=why)
        proposing.propose(held, judged, rules, at=at)
    return held


def _judge(held: ShiftRecord, window: Window, rules: Rules) -> Judged:
    facts = _facts(held, window)
    refused = judge(facts, rules)
    asked = [] if _is_gone(held) or _stands(held) else _away(held, approved=False)
    return undecided(refused, judge(replace(facts, away=[*facts.away, *asked]), rules)) if asked else refused


def _stands(held: ShiftRecord) -> bool:
    """Judged in a month that is closed, or confirmed: only the answer itself changes that, and not that somebody asks."""
    if held.state != State.JUDGED:
        return False
    own = Q(record=held) | Q(kind=Consequence.Kind.ABSENCE, day__gte=held.day, day__lte=last_of_month(held.day))
    firm = Consequence.objects.filter(own, person_id=held.person_id, corrects=None)
    return is_closed(held.month) or firm.filter(state__in=(Consequence.State.CONFIRMED, Consequence.State.DISPUTED, Consequence.State.SETTLED)).exists()


def _lies_over(held: ShiftRecord, near: _Near) -> bool:
    return any(one.starts_at < held.ends_at and one.ends_at > held.starts_at for one in near.records if one.pk != held.pk)


def rejudge(records: Iterable[ShiftRecord], *, by: HasActor, why: str, at: datetime) -> int:
    """Judge these again, because punches came or were corrected."""
    return sum(judge_record(one.pk, at=at, by=by, why=why) is not None for one in records)


def follow_leave(person: Person, first: date, last: date, by: Actor, at: datetime) -> None:
    """Leave was asked for, answered or taken back for days that may be judged already: urgent leave is put in writing
    afterwards."""
    judged = ShiftRecord.objects.filter(person=person, day__gte=first, day__lte=last).exclude(state=State.OPEN)
    rejudge(judged.order_by("starts_at"), by=by, why=_("Leave was asked for, answered or taken back"), at=at)
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    # Which private leave lies beyond the year's changes for all that comes behind it.
    standing = Consequence.objects.filter(person=person, kind=Consequence.Kind.ABSENCE, day__gte=month_of(first), day__year=first.year)
    months = {month_of(day) for day in span_of_days(first, last)} | {month_of(day) for day in standing.values_list("day", flat=True)}
    for month in sorted(months):
        proposing.propose_absence(person, month, at=at)


def touched_by(person_ids: Iterable[int], first: datetime, last: datetime) -> list[ShiftRecord]:
    """Records whose window may hold a punch of this time."""
    near = ShiftRecord.objects.filter(
        person_id__in=list(person_ids), starts_at__lte=last + timedelta(hours=12), closes_at__gte=first
    )
    return list(near.order_by("person_id", "starts_at"))


@dataclass(frozen=True, slots=True)
class _Near:
    records: Sequence[ShiftRecord]
    over: Sequence[Span]


def _open(duty: DutyPeriod) -> ShiftRecord:
    rules = in_force_so_far(duty.starts_at)
    closes = duty.ends_at + (rules[clauses.WINDOW_AFTER] if rules.has(clauses.WINDOW_AFTER) else timedelta(hours=6))
    values = {
        "team_id": duty.team_id, "duty": duty, "source": ShiftRecord.Source.ROSTER, "day": duty.day, "name": duty.name,
        "ends_at": duty.ends_at, "closes_at": closes,
    }  # fmt: skip
    kept, made = ShiftRecord.objects.get_or_create(person_id=duty.person_id, starts_at=duty.starts_at, defaults=values)
    if not made:
        # Another plan is judged anew, once its own window is closed.
        for name, value in (values | {"state": State.OPEN}).items():
            setattr(kept, name, value)
        kept.save(update_fields=[*values, "state"])
    return kept


def _around(held: ShiftRecord) -> _Near:
    near = ShiftRecord.objects.filter(
        person_id=held.person_id, starts_at__gte=held.starts_at - AROUND, starts_at__lte=held.ends_at + AROUND
    ).filter(Q(pk=held.pk) | Q(duty__isnull=False) | Q(source=ShiftRecord.Source.DINGTALK))
    extended = ShiftExtension.objects.filter(duty__person_id=held.person_id, started_at__gte=held.starts_at, started_at__lt=held.ends_at + AROUND)
    granted = Overtime.objects.filter(
        person_id=held.person_id, state=Overtime.State.GRANTED, starts_at__gte=held.starts_at, starts_at__lt=held.ends_at + AROUND
    )
    over = [(start, end or start) for start, end in extended.values_list("started_at", "ended_at")]
    return _Near(list(near.order_by("starts_at")), over + list(granted.values_list("starts_at", "ends_at")))


def _window(held: ShiftRecord, near: _Near, rules: Rules) -> Window:
    spans = [(one.starts_at, one.ends_at) for one in near.records]
    found = windows(spans, rules, near.over)
    return found[[one.pk for one in near.records].index(held.pk)]


def _facts(held: ShiftRecord, window: Window) -> Facts:
    punches = Punch.objects.filter(
        _source(held), person_id=held.person_id, counts=True, at__gte=window.opens_at, at__lt=window.closes_at
    ).exclude(source=Punch.Source.REPAIR)
    repairs = PunchRepair.objects.filter(record=held, state=PunchRepair.State.GRANTED)
    announced = LateNotice.objects.filter(person_id=held.person_id, day=held.day).order_by("at").first()
    return Facts(
        held.starts_at, held.ends_at, list(punches.order_by("at").values_list("at", flat=True)),
        extensions=_extensions(held), away=_away(held), announced_at=announced.at if announced else None,
        repairs=[Repair(one.side, one.at, one.nth) for one in repairs], waived=_waived(held),
    )  # fmt: skip


def _source(held: ShiftRecord) -> Q:
    """Only the punches that count by the handbook: the company's own page, or DingTalk."""
    from_dingtalk = held.source == ShiftRecord.Source.DINGTALK
    return Q(source=Punch.Source.DINGTALK if from_dingtalk else _source_by(in_force_so_far(held.starts_at)))


def _source_by(rules: Rules) -> str:
    chosen = rules[clauses.PUNCHES_FROM] if rules.has(clauses.PUNCHES_FROM) else "web"
    return Punch.Source.DINGTALK if chosen == "dingtalk" else Punch.Source.WEB


def _extensions(held: ShiftRecord) -> list[Span]:
    if held.duty is None:
        return []
    rows = held.duty.extensions.filter(ended_at__isnull=False).values_list("started_at", "ended_at")
    return [(start, end) for start, end in rows if end is not None]


def _away(held: ShiftRecord, *, approved: bool = True) -> list[Span]:
    if _is_gone(held):
        return [(held.starts_at, held.ends_at)]
    found: list[Span] = []
    for one in ports.away([held.person_id], held.day, held.day):
        if one.approved != approved:
            continue
        if one.starts_at is not None and one.ends_at is not None:
            found.append((one.starts_at, one.ends_at))
        else:
            # A night shift belongs to the day it begins on; leave of that day is leave of all of it.
            found.append((held.starts_at, held.ends_at))
    return found


def _waived(held: ShiftRecord) -> dict[str, int]:
    """What somebody withdrew, with words, of what followed from this shift; of absence what was withdrawn for the month
    up to a later day, if the shift was judged by then."""
    if held.judged_at is None:
        return {}
    own = Q(record=held) | Q(
        kind=Consequence.Kind.ABSENCE, day__gte=held.day, day__lte=last_of_month(held.day), settled_at__gte=held.judged_at
    )
    by_hand = Q(state=Consequence.State.WITHDRAWN) & ~Q(withdrawn_because="")
    # Granted when the month was closed, it stands, and is corrected.
    granted = Q(state=Consequence.State.SETTLED, disputes__outcome=Dispute.Outcome.WITHDRAWN)
    rows = Consequence.objects.filter(own, by_hand | granted, person_id=held.person_id, corrects=None)
    return dict(rows.order_by("minutes").values_list("kind", "minutes"))


def _is_gone(held: ShiftRecord) -> bool:
    """The roster was corrected afterwards and no longer has this shift: nothing was due."""
    return held.source == ShiftRecord.Source.ROSTER and held.duty_id is None


def _unjudged(held: ShiftRecord, why: str, at: datetime) -> ShiftRecord:
    held.state, held.why, held.judged_at = State.UNJUDGED, why, at
    held.save(update_fields=["state", "why", "judged_at"])
    return held


def _take_over(held: ShiftRecord, judged: Judged, window: Window, *, at: datetime, by: HasActor, why: str) -> None:
    before, first = figures(held), held.judged_at is None
    for name in FIGURES:
        setattr(held, name, getattr(judged, name))
    held.closes_at, held.judged_at = window.closes_at, held.judged_at or at
    held.because = [one.as_data() for one in judged.because]
    held.save()
    after = figures(held)
    # Opened again for another plan: that it is judged now is no news.
    change = {name: [before[name], after[name]] for name in FIGURES if before[name] != after[name] and before[name] != State.OPEN}
    if first or not change:
        return
    published = held.team_id is not None and Publication.objects.filter(team_id=held.team_id, first_day__lte=held.day, last_day__gte=held.day).exists()
    Rejudgement.objects.create(
        record=held, at=at, by_id=by.actor.id or 0, by_name=by.actor.name, why=why[:200], before=before, after=after,
        after_publication=published,
    )  # fmt: skip
    record("attendance.rejudged", subject=held.person, by=by, change={"day": held.day.isoformat(), **change}, at=at)


def figures(held: ShiftRecord) -> dict[str, Any]:
    """The figures of a record as plain data."""
    return {name: _plain(getattr(held, name)) for name in FIGURES}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return clock.local(value).isoformat(timespec="minutes")
    return f"{value.normalize():f}" if isinstance(value, Decimal) else value

