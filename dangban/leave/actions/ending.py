"""Leave that is taken back: withdrawn before the answer, cancelled after it, or lapsed for want of writing."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from dangban.desk.actions import cancel_deadlines, notify, withdraw_approval
from dangban.desk.models import Approval
from dangban.handbook.current import in_force_so_far
from dangban.handbook.decisions import Because
from dangban.journal.actions import HasActor, record
from dangban.leave import access, ports, telling
from dangban.leave.actions import ledger, roster
from dangban.leave.actions.answering import approve
from dangban.leave.actions.asking import REPAIR, check
from dangban.leave.clauses import UNAPPROVED_IS_ABSENCE
from dangban.leave.models import Kind, LeaveRequest
from dangban.leave.rules.asking import Judged, Wanted
from dangban.leave.rules.balances import NOTHING
from dangban.lib import clock
from dangban.lib.actor import SYSTEM
from dangban.lib.errors import BadInput, Conflict, NotAllowed, Refused, Said
from dangban.lib.text import refuse_unstorable
from dangban.people.models import Person

State = LeaveRequest.State


def withdraw(request: LeaveRequest, *, by: Person, at: datetime) -> LeaveRequest:
    """Before it is answered, by who asked."""
    if by.pk != request.person_id:
        raise NotAllowed(_("Only %(name)s takes this back.") % {"name": request.person.name})
    with transaction.atomic():
        # Whoever answers holds the approval first, then the request: so does whoever takes it back.
        list(Approval.objects.select_for_update(no_key=True).filter(pk=request.approval_id or 0).values_list("pk", flat=True))
        held = _locked(request)
        if held.state != State.ASKED:
            raise Conflict(_("This was answered already. Ask to cancel it instead."))
        _end(held, State.WITHDRAWN)
        if held.approval is not None:
            withdraw_approval(held.approval, _("taken back by %(name)s") % {"name": by.name}, by=by, at=at)
        record("leave.withdrawn", subject=held, by=by, at=at)
        ports.changed(held.person, held.first_day, held.last_day, by=by.actor, at=at)
    return held


def cancel(request: LeaveRequest, reason: str, *, by: Person, at: datetime) -> LeaveRequest:
    """After approval and before it begins: by the person, or by who leads there. Balance and shifts come back.

    Of leave that is being taken only the days from today on come back; what is over was taken.
    """
    if by.pk != request.person_id:
        access.must_arrange(by, request)
    reason = refuse_unstorable(reason.strip()[:300], "reason")
    if not reason:
        raise BadInput(_("Say why."), fields={"reason": [_("Say why.")]})
    with transaction.atomic():
        held = _locked(request)
        if held.state != State.APPROVED:
            raise Conflict(_("This leave isn't approved, or was cancelled already."))
        today = clock.business_day(at)
        if held.first_day <= today and by.pk == held.person_id:
            raise Refused(_("This leave has begun. Ask your leader to shorten or cancel it."))
        if held.first_day < today <= held.last_day:
            _cut(held, today - timedelta(days=1), reason, by=by, at=at)
        else:
            _cancel(held, reason, by=by, at=at)
        other = held.decided_by if by.pk == held.person_id else held.person
        if other is not None and other.pk != by.pk:
            with translation.override(other.language):
                title = _("Shortened: %(leave)s") if held.state == State.APPROVED else _("Cancelled: %(leave)s")
            notify(other, title % {"leave": telling.title(held, other.language)}, reason, by=by, url=telling.url(held), at=at)
    return held


def shorten(request: LeaveRequest, last: date, reason: str, *, by: HasActor, at: datetime) -> None:
    """Granted leave ends on a day, or doesn't begin: its person is here no longer."""
    with transaction.atomic():
        held = _locked(request)
        if held.state == State.APPROVED and held.first_day > last:
            _cancel(held, reason, by=by, at=at)
        elif held.state == State.APPROVED and held.last_day > last:
            _cut(held, last, reason, by=by, at=at)


def drop(request: LeaveRequest, last: date, reason: str, *, by: HasActor, at: datetime) -> None:
    """What nobody has answered yet, of somebody who leaves; days up to the last one are still answered if they are in writing."""
    with transaction.atomic():
        list(Approval.objects.select_for_update(no_key=True).filter(pk=request.approval_id or 0).values_list("pk", flat=True))
        held = _locked(request)
        if held.state not in (State.ASKED, State.CALLED):
            return
        if held.first_day <= last and held.approval is not None:
            if held.last_day > last:
                _keep_until(held, last)
            return
        _end(held, State.WITHDRAWN)
        cancel_deadlines(held, by=by, kinds=(REPAIR,), reason=reason, at=at)
        if held.approval is not None:
            withdraw_approval(held.approval, reason, by=by, at=at)
        record("leave.withdrawn", subject=held, by=by, change={"reason": reason}, at=at)
        ports.changed(held.person, held.first_day, held.last_day, by=by.actor, at=at)


def _cancel(held: LeaveRequest, reason: str, *, by: HasActor, at: datetime) -> None:
    _end(held, State.CANCELLED)
    ledger.give_back(held, by=by, at=at)
    back = roster.put_back(held, at=at)
    _follow(held, held.last_day, by=by, at=at)
    change = {"shifts": len(back), "first_day": held.first_day.isoformat()}
    record("leave.cancelled", subject=held, by=by, change=change, personal={"reason": reason}, at=at)


def _cut(held: LeaveRequest, last: date, reason: str, *, by: HasActor, at: datetime) -> None:
    before = held.last_day
    ledger.give_back_days(held, list(held.dates.filter(counts=True, day__gt=last)), by=by, at=at)
    _keep_until(held, last)
    back = roster.put_back(held, at=at)
    held.cleared = [kept for kept in held.cleared if kept["day"] <= last.isoformat()]
    held.save(update_fields=["cleared"])
    _follow(held, before, by=by, at=at)
    change = {"shifts": len(back), "last_day": [before.isoformat(), last.isoformat()], "days": telling.figure(held.days)}
    record("leave.shortened", subject=held, by=by, change=change, personal={"reason": reason}, at=at)


def _keep_until(held: LeaveRequest, last: date) -> None:
    held.dates.filter(day__gt=last).delete()
    held.last_day = last
    held.days = sum((ledger.share(one) for one in held.dates.filter(counts=True)), NOTHING)
    held.save(update_fields=["last_day", "days"])


def _follow(held: LeaveRequest, last: date, *, by: HasActor, at: datetime) -> None:
    """What hangs on it: the rest days of the months behind private leave, and what rooms above have judged."""
    if held.kind == Kind.PRIVATE:
        ledger.correct_rest(held.person, held.first_day, last, by=SYSTEM, at=at)
    ports.changed(held.person, held.first_day, last, by=by.actor, at=at)


def lapse(request: LeaveRequest, *, at: datetime) -> bool:
    """Told by phone and never put in writing: no leave any more, or private leave where the handbook doesn't call it absence.

    False if somebody was faster.
    """
    with transaction.atomic():
        held = _locked(request)
        if held.state != State.CALLED or held.repaired_at is not None:
            return False
        rules = in_force_so_far(clock.day_span(held.first_day)[0])
        why = (rules.because(UNAPPROVED_IS_ABSENCE, first_day=held.first_day),) if rules.has(UNAPPROVED_IS_ABSENCE) else ()
        cancel_deadlines(held, by=SYSTEM, kinds=(REPAIR,), reason=_("not put in writing in time"), at=at)
        if not (why and not rules[UNAPPROVED_IS_ABSENCE] and _stand(held, why, at=at)):
            held = _locked(request)
            _end(held, State.LAPSED)
            record("leave.lapsed", subject=held, by=SYSTEM, because=[one.as_data() for one in why], at=at)
            ports.changed(held.person, held.first_day, held.last_day, by=SYSTEM, at=at)
        for one in (held.person, held.told):
            if one is not None:
                notify(one, telling.lapsed(held, one.language), by=SYSTEM, url=telling.url(held), at=at)
    return True


def _as_private(held: LeaveRequest) -> Judged | None:
    """What these days are as private leave; None where there can be none."""
    wanted = Wanted(Kind.PRIVATE, held.first_day, held.last_day, clock.business_day(held.asked_at), held.part, is_urgent=True)
    judged = check(held.person, wanted, without=held.pk)
    return None if judged.refusals else judged


def _stand(held: LeaveRequest, why: tuple[Because, ...], *, at: datetime) -> bool:
    """It is private leave instead. False where there can be none, or where the roster doesn't let its shifts go."""
    private = _as_private(held)
    if private is None:
        return False
    change = {"leave_kind": [held.kind, Kind.PRIVATE.value]} if held.kind != Kind.PRIVATE else {}
    try:
        with transaction.atomic():
            record("leave.lapsed", subject=held, by=SYSTEM, change=change, because=[one.as_data() for one in why], at=at)
            held.kind, held.days, held.decided_at = Kind.PRIVATE, private.days, at
            held.dates.update(counts=False)
            held.dates.filter(day__in=private.counted).update(counts=True)
            approve(held, SYSTEM, at, why=why)
    except Said:
        return False
    return True


def _locked(request: LeaveRequest) -> LeaveRequest:
    rows = LeaveRequest.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("person", "team", "decided_by", "told", "approval").get(pk=request.pk)


def _end(held: LeaveRequest, state: str) -> None:
    held.state = state
    held.save(update_fields=["state"])
    held.dates.all().delete()
