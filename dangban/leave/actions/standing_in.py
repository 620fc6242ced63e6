"""A shift that leave left open goes to somebody else."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from dangban.desk.actions import notify, settle_tasks
from dangban.journal.actions import record
from dangban.leave import access, facts, telling
from dangban.leave.models import LeaveRequest
from dangban.lib import clock
from dangban.lib.errors import Conflict, Refused
from dangban.people.models import Person
from dangban.workforce.actions import set_duty
from dangban.workforce.models import DutyPeriod
from dangban.workforce.shifts import Shift


def stand_in(request: LeaveRequest, person: Person, day: date, *, by: Person, at: datetime) -> DutyPeriod:
    """Enter the shift that was taken out for somebody else of the team, who is told; the open task is done with the last one."""
    access.must_arrange(by, request)
    kept = facts.kept_shift(request, day)
    if request.state != LeaveRequest.State.APPROVED or kept is None or request.team is None:
        raise Conflict(_("There is no shift to stand in for on that day."))
    was = facts.as_duty(request, kept)
    if person.pk not in {one.person.pk for one in facts.substitutes(request.team, was, day, but=request.person_id)}:
        raise Refused(_("%(name)s is on duty, away or not rested then. Choose somebody else.") % {"name": person.name})
    shift = Shift(was.name, clock.local(was.starts_at).time(), clock.local(was.ends_at).time())
    with transaction.atomic():
        held = LeaveRequest.objects.select_for_update(no_key=True).get(pk=request.pk)
        there = facts.kept_shift(held, day)
        if held.state != LeaveRequest.State.APPROVED or there is None or there.get("stands_in"):
            raise Conflict(_("There is no shift to stand in for on that day."))
        duty = set_duty(person, request.team, day, shift, by=by.actor, at=at, source="stand_in")
        there["stands_in"] = person.name
        held.save(update_fields=["cleared"])
        change = {"day": day.isoformat(), "shift": was.name, "stands_in": person.name}
        record("leave.stood_in", subject=held, by=by, change=change, at=at)
        if all(one.get("stands_in") for one in held.cleared):
            settle_tasks(held, by=by, at=at)
        with translation.override(person.language):
            told = _("You stand in for %(name)s: %(shift)s on %(day)s") % {
                "name": request.person.name, "shift": f"{was.name} {shift.hours}", "day": telling.day(day),
            }  # fmt: skip
        notify(person, told, by=by, at=at)
    return duty
