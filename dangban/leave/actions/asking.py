"""Leave is asked for, or called in by phone and put in writing afterwards."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from dangban.desk.actions import ask_approval, meet_deadline, notify, start_deadline
from dangban.handbook.current import in_force_so_far
from dangban.journal.actions import record
from dangban.leave import access, facts, ports, telling
from dangban.leave.actions import ledger
from dangban.leave.clauses import URGENT_REPAIR
from dangban.leave.models import LeaveDate, LeaveRequest, Part
from dangban.leave.rules import asking as rules
from dangban.leave.rules.asking import Judged, Wanted
from dangban.lib import clock, days
from dangban.lib.errors import BadInput, Conflict, NotAllowed, Refused
from dangban.lib.text import refuse_unstorable
from dangban.people.models import Person, Team
from dangban.staff import queries as staff

KIND, REPAIR = "leave.request", "leave.repair"
LONGEST = 190


def check(person: Person, wanted: Wanted, *, without: int | None = None) -> Judged:
    """What asking would find, without asking: for the form, and once more under the lock."""
    if wanted.last < wanted.first or len(wanted.all_days) > LONGEST:
        raise BadInput(_("The last day lies before the first, or too far behind it."), fields={"last": [_("Choose another day.")]})
    if wanted.part != Part.DAY and wanted.first != wanted.last:
        raise BadInput(_("Half a day is half of one day: choose the same first and last day."), fields={"part": [_("One day only.")]})
    known = facts.collect(wanted, person, facts.team_of(person, wanted.first), without=without)
    return rules.judge(wanted, known, in_force_so_far(clock.day_span(wanted.first)[0]))


def ask(
    person: Person,
    kind: str,
    first: date,
    last: date,
    *,
    at: datetime,
    part: str = Part.DAY,
    reason: str = "",
    substitute: Person | None = None,
) -> LeaveRequest:
    """Ask for leave for oneself, ahead of time. Refused with every reason at once; nothing is kept then."""
    wanted = Wanted(kind, first, last, clock.business_day(at), part)
    with transaction.atomic():
        request = _write(person, wanted, LeaveRequest.State.ASKED, reason, substitute, by=person, at=at)
        record("leave.asked", subject=request, by=person, change=_change(request), because=request.because, personal=_said(reason), at=at)
        _ask_approval(request, at)
    return request


def call_in(
    person: Person,
    kind: str,
    first: date,
    last: date,
    *,
    by: Person,
    at: datetime,
    told: Person | None = None,
    part: str = Part.DAY,
    reason: str = "",
) -> LeaveRequest:
    """Urgent, by phone: noted by whoever took the call, or by the person, who says whom they told.

    It stands until the days the handbook gives for putting it in writing are over; then it is absence, or private leave.
    """
    listener = told if by.pk == person.pk else by
    if listener is None or listener.pk == person.pk or not listener.is_active:
        raise BadInput(_("Say whom you told by phone."), fields={"told": [_("Choose who took your call.")]})
    if by.pk != person.pk:
        access.get_person(by, person.pk)
    if not _takes_calls(listener, person, first):
        raise NotAllowed(_("Urgent leave is told to your leader or supervisor by phone."))
    wanted = Wanted(kind, first, last, clock.business_day(at), part, is_urgent=True)
    with transaction.atomic():
        request = _write(person, wanted, LeaveRequest.State.CALLED, reason, None, by=by, at=at)
        request.is_urgent, request.told = True, listener
        request.save(update_fields=["is_urgent", "told"])
        change = _change(request) | {"told": listener.name}
        record("leave.called", subject=request, by=by, change=change, because=request.because, personal=_said(reason), at=at)
        _start_repair(request, by, at)
        about = telling.title(request, listener.language if by.pk == person.pk else person.language)
        notify(listener if by.pk == person.pk else person, about, by=by, url=telling.url(request), at=at)
    return request


def put_in_writing(request: LeaveRequest, reason: str, *, by: Person, at: datetime) -> LeaveRequest:
    """What was told by phone is asked for in writing; whoever took the call, or above, answers it."""
    if by.pk != request.person_id:
        raise NotAllowed(_("Only %(name)s puts this in writing.") % {"name": request.person.name})
    reason = _reason(reason)
    with transaction.atomic():
        held = LeaveRequest.objects.select_for_update(no_key=True).get(pk=request.pk)
        if held.state != LeaveRequest.State.CALLED or held.repaired_at is not None:
            raise Conflict(_("This is in writing already, or was settled."))
        held.reason, held.repaired_at = reason, at
        held.save(update_fields=["reason", "repaired_at"])
        meet_deadline(held, REPAIR, by=by, at=at)
        record("leave.put_in_writing", subject=held, by=by, change=_change(held), personal=_said(reason), at=at)
        _ask_approval(held, at)
    return held


def _takes_calls(listener: Person, person: Person, day: date) -> bool:
    if listener.pk == person.manager_id:
        return True
    shop = access.shop_of(facts.team_of(person, day))
    return listener.can(access.APPROVE, shop=shop) if shop is not None else access.sees_all(listener)


def _write(
    person: Person, wanted: Wanted, state: str, reason: str, substitute: Person | None, *, by: Person, at: datetime
) -> LeaveRequest:
    if not wanted.is_urgent or by.pk == person.pk:
        reason = _reason(reason)
    last_day = staff.last_day(person)
    if person.hired_on is None or not person.is_active or wanted.first < person.hired_on or (last_day is not None and wanted.last > last_day):
        raise Refused(_("%(name)s does not work here on that day.") % {"name": person.name})
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    _refuse_overlap(person, wanted)
    ledger.open_periods(person, wanted.all_days, at=at)
    judged = check(person, wanted)
    if judged.refusals:
        raise Refused(_("This leave can't be asked for."), decision=judged.decision, details=[telling.finding(one) for one in judged.refusals])
    team = facts.team_of(person, wanted.first)
    _check_substitute(substitute, person, team, wanted)
    request = LeaveRequest.objects.create(
        person=person, team=team, kind=wanted.kind, state=state, first_day=wanted.first, last_day=wanted.last, part=wanted.part,
        days=judged.days, reason=refuse_unstorable(reason, "reason"), substitute=substitute, asked_by=by, asked_at=at,
        because=[one.as_data() for one in judged.decision.because],
    )  # fmt: skip
    counted = set(judged.counted)
    LeaveDate.objects.bulk_create(
        LeaveDate(request=request, person=person, day=day, part=wanted.part, counts=day in counted) for day in wanted.all_days
    )
    if wanted.first <= wanted.asked_on:
        ports.changed(person, wanted.first, wanted.last, by=by.actor, at=at)
    return request


def _reason(reason: str) -> str:
    reason = reason.strip()[:300]
    if not reason:
        raise BadInput(_("Say why."), fields={"reason": [_("Say why.")]})
    return refuse_unstorable(reason, "reason")


def _refuse_overlap(person: Person, wanted: Wanted) -> None:
    there = LeaveDate.objects.filter(person=person, day__gte=wanted.first, day__lte=wanted.last).select_related("request").order_by("day")
    for one in there:
        if Part.DAY in (one.part, wanted.part) or one.part == wanted.part:
            raise Refused(
                _("There is %(leave)s on %(day)s already. Withdraw it first, or choose other days.")
                % {"leave": one.request.get_kind_display(), "day": one.day.isoformat()}
            )


def _check_substitute(substitute: Person | None, person: Person, team: Team | None, wanted: Wanted) -> None:
    if substitute is None:
        return
    if substitute.pk == person.pk or not substitute.is_active or team is None or facts.team_of(substitute, wanted.first) != team:
        message = _("Somebody else of the same team stands in.")
        raise BadInput(message, fields={"substitute": [message]})


def _ask_approval(request: LeaveRequest, at: datetime) -> None:
    wanted = Wanted(request.kind, request.first_day, request.last_day, clock.business_day(request.asked_at), request.part, request.is_urgent)
    known = facts.collect(wanted, request.person, request.team, without=request.pk)
    judged = rules.judge(wanted, known, in_force_so_far(clock.day_span(request.first_day)[0]))
    with translation.override(settings.LANGUAGE_CODE):
        shown: dict[str, Any] = {pgettext("leave", "Leave"): telling.span(request), pgettext("leave", "Days"): telling.days(request.days)}
        if request.substitute:
            shown[_("Stands in")] = request.substitute.name
        told = [telling.finding(one) for one in judged.warnings if one.code != "below_least"] + telling.effects(known.effects)
        if told:
            shown[pgettext("leave", "Effect")] = " ".join(told)
        title = telling.title(request)
    approval = ask_approval(
        KIND, request, title=title, needs=access.right_needed(request.person, request.team, judged.answered_by), by=request.person,
        shop=access.shop_of(request.team), facts=shown, because=request.because, answer_by=_begins(request, at), at=at,
    )  # fmt: skip
    request.approval = approval
    request.save(update_fields=["approval"])


def _begins(request: LeaveRequest, at: datetime) -> datetime | None:
    """When its person would not come: an answer after that is late. None once that is over."""
    duty = facts.duty_of(request.person, request.first_day)
    begins = duty.starts_at if duty else clock.day_span(request.first_day)[0]
    return begins if begins > at else None


def _start_repair(request: LeaveRequest, by: Person, at: datetime) -> None:
    rulebook = in_force_so_far(at)
    grace = rulebook[URGENT_REPAIR] if rulebook.has(URGENT_REPAIR) else timedelta()
    until = max(days.end_of(request.last_day + grace), at + timedelta(hours=1))
    because = [rulebook.because(URGENT_REPAIR).as_data()] if rulebook.has(URGENT_REPAIR) else []
    with translation.override(settings.LANGUAGE_CODE):
        label = _("Put in writing: %(leave)s") % {"leave": telling.title(request)}
    start_deadline(
        REPAIR, request, rule=URGENT_REPAIR.path, allowed_seconds=int((until - at).total_seconds()), by=by, because=because,
        owner=request.person, label=label, url=reverse("leave:request", args=[request.pk]), warn_seconds=24 * 3600, at=at,
    )  # fmt: skip


def _change(request: LeaveRequest) -> dict[str, Any]:
    return {
        "leave_kind": request.kind, "first_day": request.first_day.isoformat(), "last_day": request.last_day.isoformat(),
        "days": telling.figure(request.days), "part": request.part,
    }  # fmt: skip


def _said(reason: str) -> dict[str, str]:
    return {"reason": reason.strip()[:300]} if reason.strip() else {}
