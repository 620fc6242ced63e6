"""Files of DingTalk are tried first and then taken in; who they name is matched by UserId on a page."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from dangban.attendance import access
from dangban.attendance.dingtalk import comparing, overtime, reading, taking
from dangban.attendance.dingtalk.cells import ON_BUSINESS, REPAIR
from dangban.attendance.dingtalk.reading import Day, Fault, Report, Who
from dangban.attendance.models import (
    Difference,
    DingTalkUser,
    Intake,
    IntakeRefusal,
    Overtime,
)
from dangban.handbook.current import in_force_so_far
from dangban.handbook.shapes import ClockSpan
from dangban.journal.actions import record
from dangban.lib import clock
from dangban.lib.errors import BadInput, Conflict, Refused
from dangban.people.models import Person

# What stands in the column of shifts on days without one.
REST = frozenset({"", "休息"})


def try_out(name: str, data: bytes, *, by: Person, midday: ClockSpan | None = None, at: datetime | None = None) -> Intake:
    """Read a file and tell what would come of it. Nothing of it is taken, but who is named in it may be matched now."""
    access.must_import(by)
    at = at or clock.now()
    run = Intake(
        kind=Intake.Kind.REPORT, file_name=Path(name).name[:255] or "file", sha256=hashlib.sha256(data).hexdigest(), contents=data,
        dry_run=True, started_at=at, by_id=by.pk, by_name=by.name,
    )  # fmt: skip
    with transaction.atomic():
        Intake.objects.filter(dry_run=True, contents__isnull=False).update(contents=None)
        _read(run, data, midday, at)
    return run


def confirm(trial: Intake, *, by: Person, at: datetime | None = None) -> Intake:
    """Take in what was tried; Conflict if that happened already. Refused while nobody of it is matched: a file is taken
    in once, and would have brought nothing."""
    access.must_import(by)
    at = at or clock.now()
    with transaction.atomic():
        held = Intake.objects.select_for_update().get(pk=trial.pk)
        if not held.dry_run or held.failed or held.contents is None or Intake.objects.filter(trial=held).exists():
            raise Conflict(_("This file was taken in already, or is no longer kept. Choose it again."))
        data = bytes(held.contents)
        run = Intake.objects.create(
            kind=held.kind, file_name=held.file_name, sha256=held.sha256, dry_run=False, trial=held, started_at=at,
            first_day=held.first_day, last_day=held.last_day, by_id=by.pk, by_name=by.name,
        )  # fmt: skip
        Intake.objects.filter(pk=held.pk).update(contents=None)
        known, new = _take_report(data, run, by, at) if held.kind == Intake.Kind.REPORT else _take_overtime(data, run, at)
        run.counts, run.finished_at = known | new, clock.now()
        run.save(update_fields=["counts", "finished_at"])
        change = {"file": run.file_name, "sha256": run.sha256, **new}
        record("attendance.file_taken_in", subject=run, by=by, change=change, at=at)
    return run


def match(user: DingTalkUser, person: Person | None, *, ignored: bool = False, by: Person, at: datetime | None = None) -> DingTalkUser:
    """Say whose rows a UserId's are, or that they are nobody's here."""
    access.must_import(by)
    at = at or clock.now()
    with transaction.atomic():
        held = DingTalkUser.objects.select_for_update().get(pk=user.pk)
        if person is not None and DingTalkUser.objects.filter(person=person).exclude(pk=held.pk).exists():
            message = _("%(name)s is matched with another DingTalk user already.") % {"name": person.name}
            raise BadInput(message, fields={"person": [message]})
        held.person, held.ignored = person, ignored and person is None
        held.matched_at, held.matched_by = at, by.name
        held.save()
        change = {"user_id": held.user_id, "name": held.name, "person": person.name if person else None, "ignored": held.ignored}
        record("attendance.user_matched", subject=held, by=by, change=change, at=at)
    return held


def match_by_name(*, by: Person, at: datetime | None = None) -> int:
    """Match whoever has a name that only one person here and one user there have; returns how many."""
    access.must_import(by)
    open_ones = list(DingTalkUser.objects.filter(person=None, ignored=False))
    there = Counter(one.name for one in open_ones)
    taken = set(DingTalkUser.objects.exclude(person=None).values_list("person_id", flat=True))
    here: dict[str, list[Person]] = {}
    for person in Person.objects.filter(is_active=True).exclude(pk__in=taken):
        here.setdefault(person.name, []).append(person)
    matched = 0
    for one in open_ones:
        people = here.get(one.name, [])
        if len(people) == 1 and there[one.name] == 1:
            match(one, people[0], by=by, at=at)
            matched += 1
    return matched


def as_matched_now(trial: Intake) -> tuple[dict[str, int], set[int]]:
    """What a trial counted, with those who were matched since; and which of its refusals no longer hold for it."""
    if not trial.dry_run or trial.contents is None:
        return trial.counts, set()
    named = {one.pk: one.reference.rpartition(" ")[2] for one in trial.refusals.filter(sheet="", line=0)}
    known = {one.user_id: one for one in DingTalkUser.objects.filter(user_id__in=named.values()).exclude(person=None, ignored=False)}
    more = sum(known[user_id].person_id is not None for user_id in named.values() if user_id in known)
    counts = trial.counts | {"matched": trial.counts["matched"] + more} if "matched" in trial.counts else trial.counts
    return counts, {pk for pk, user_id in named.items() if user_id in known}


def taken_from(report: Report) -> taking.Taken:
    """What of a report becomes rows of ours."""
    found = taking.Taken()
    for punch in report.punches:
        if punch.device != "补卡审批":
            found.punches.append(taking.TakenPunch(punch.who.user_id, punch.at, punch.counts, punch.result, punch.device))
    for day in report.days:
        user_id = day.who.user_id
        found.shifts += [taking.TakenShift(user_id, day.day, day.shift, start, end) for start, end in day.hours]
        if day.shift not in REST and not day.hours:
            found.shifts += _without_hours(day)
        for one in day.approvals:
            if one.kind == REPAIR:
                found.repairs.append(taking.TakenRepair(user_id, day.day, one.starts_at))
            elif one.is_leave or one.kind in ON_BUSINESS:
                found.away.append(taking.TakenAway(user_id, one.kind, one.is_leave, one.starts_at, one.ends_at))
    return found


def _without_hours(day: Day) -> list[taking.TakenShift]:
    """A shift of free hours stands from its first to its last punch, on the list of what could not be judged."""
    at = sorted(one for slot in day.slots for one in (slot.arrived_at, slot.left_at) if one)
    return [taking.TakenShift(day.who.user_id, day.day, day.shift, at[0], at[-1], has_hours=False)] if len(at) > 1 and at[0] < at[-1] else []


def _read(run: Intake, data: bytes, midday: ClockSpan | None, at: datetime) -> None:
    try:
        approvals = overtime.read(data, run.file_name)
        if approvals is not None:
            run.kind = Intake.Kind.OVERTIME
            _tried_overtime(run, *approvals, at)
            return
        report = reading.read(data, run.file_name)
    except BadInput as wrong:
        _fail(run, str(wrong))
        return
    run.first_day, run.last_day = report.first, report.last
    known = _know(report.people.values(), at)
    rules = in_force_so_far(clock.day_span(report.first)[0])
    compared = comparing.compare(report, rules, midday)
    ours = taking.people_of(report.people)
    unmatched = {user_id for user_id in report.people if user_id not in ours and not known[user_id].ignored}
    run.counts = {
        "people": len(report.people), "matched": len(ours), "days": len(report.days), "punches": len(report.punches),
        "void": sum(not one.counts for one in report.punches), "compared": compared.judged, "agreeing": compared.agreeing,
        "differing": compared.days_off, "loose": compared.loose_punches, "totals_off": len(compared.totals_off),
    }  # fmt: skip
    run.finished_at = clock.now()
    run.save()
    _keep(run, report.faults, _strangers(report, unmatched), compared)


def _tried_overtime(run: Intake, stretches: list[overtime.Stretch], faults: list[Fault], at: datetime) -> None:
    who = {one.user_id: Who(one.user_id, one.name, "", "", "") for one in stretches}
    known = _know(who.values(), at)
    ours = taking.people_of(who)
    days = [one.day for one in stretches]
    run.first_day, run.last_day = (min(days), max(days)) if days else (None, None)
    run.counts = {
        "rows": len(stretches) + len(faults), "approvals": len({one.number for one in stretches}), "people": len(who), "matched": len(ours),
        "granted": sum(one.state == Overtime.State.GRANTED for one in stretches),
    }  # fmt: skip
    run.finished_at = clock.now()
    run.save()
    strangers = Counter(one.user_id for one in stretches if one.user_id not in ours and not known[one.user_id].ignored)
    lines = [Fault("", 0, f"{who[pk].name} {pk}", _unmatched(count)) for pk, count in strangers.items()]
    _keep(run, faults, lines, None)


def _fail(run: Intake, why: str) -> None:
    run.failed, run.contents, run.finished_at = why, None, clock.now()
    run.save()


def _know(people: Iterable[Who], at: datetime) -> dict[str, DingTalkUser]:
    """Everybody whom a file names stands on the page to be matched."""
    rows = [
        DingTalkUser(user_id=one.user_id[:60], name=one.name[:60], number=one.number[:40], department=one.department[:120], first_seen_at=at)
        for one in people
    ]
    DingTalkUser.objects.bulk_create(rows, ignore_conflicts=True, batch_size=200)
    return {one.user_id: one for one in DingTalkUser.objects.filter(user_id__in=[row.user_id for row in rows])}


def _strangers(report: Report, unmatched: Collection[str]) -> list[Fault]:
    rows = Counter(punch.who.user_id for punch in report.punches)
    return [
        Fault("", 0, f"{report.people[pk].name} {pk}", _unmatched(rows[pk]))
        for pk in sorted(unmatched, key=lambda pk: report.people[pk].name)
    ]


def _unmatched(count: int) -> str:
    return _("This DingTalk user is matched with nobody here; %(count)s rows would be left out.") % {"count": count}


def _keep(run: Intake, faults: Iterable[Fault], strangers: Iterable[Fault], compared: comparing.Comparison | None) -> None:
    lines = [
        IntakeRefusal(intake=run, sheet=one.sheet[:40], line=one.line, reference=one.reference[:120], reason=one.reason[:300])
        for one in (*faults, *strangers)
    ]
    IntakeRefusal.objects.bulk_create(lines, batch_size=200)
    if compared is not None:
        rows = [
            Difference(
                intake=run, user_id=one.user_id, name=one.name[:60], day=one.day, shift=one.shift[:60], what=one.what,
                theirs=str(one.theirs), ours=str(one.ours), reason=one.reason,
            )
            for one in compared.mismatches
        ]  # fmt: skip
        Difference.objects.bulk_create(rows, batch_size=200)


def _take_report(data: bytes, run: Intake, by: Person, at: datetime) -> tuple[dict[str, int], dict[str, int]]:
    report = reading.read(data, run.file_name)
    people = _ours(report.people)
    return {"people": len(report.people), "matched": len(people)}, taking.write(taken_from(report), people, by=by, at=at)


def _ours(named: Collection[str]) -> dict[str, Person]:
    people = taking.people_of(named)
    if not people:
        raise Refused(_("Nobody in this file is matched with somebody here, so nothing would be taken in. Match them first."), code="unmatched")
    return people


def _take_overtime(data: bytes, run: Intake, at: datetime) -> tuple[dict[str, int], dict[str, int]]:
    stretches, _faults = overtime.read(data, run.file_name) or ([], [])
    named = {one.user_id for one in stretches}
    people = _ours(named)
    new = changed = 0
    for one in stretches:
        if one.user_id not in people:
            continue
        values: dict[str, Any] = {
            "day": one.day, "ends_at": one.ends_at, "minutes": one.minutes, "state": one.state, "settled_as": one.settled_as,
            "is_holiday": one.is_holiday, "reason": one.reason,
        }  # fmt: skip
        _row, made = Overtime.objects.update_or_create(
            number=one.number, person=people[one.user_id], starts_at=one.starts_at, defaults=values
        )
        new += made
        changed += not made
    return {"people": len(named), "matched": len(people)}, {"new": new, "known": changed}
