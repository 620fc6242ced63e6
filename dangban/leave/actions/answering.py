"""Leave is granted or refused; granted, it changes the roster and the balance in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from dangban.desk.actions import notify, write_task
from dangban.desk.models import Approval
from dangban.handbook.actions import keep
from dangban.handbook.current import in_force_so_far
from dangban.handbook.decisions import Because, Decision
from dangban.journal.actions import record
from dangban.leave import access, facts, ports, telling
from dangban.leave.actions import ledger, roster
from dangban.leave.models import Kind, LeaveRequest
from dangban.leave.rules import asking as rules
from dangban.leave.rules.asking import Effect, Wanted
from dangban.lib import clock
from dangban.lib.actor import SYSTEM, Actor
from dangban.lib.errors import Conflict, NotAllowed, Refused
from dangban.people.models import Person


def settled(approval: Approval, actor: Actor, at: datetime) -> None:
    """In the transaction of the answer; refuses to let it be given where the leave is no longer possible."""
    request = LeaveRequest.objects.select_for_update(of=("self",), no_key=True).select_related("person", "team", "substitute").get(pk=approval.subject_id)
    if request.state not in (LeaveRequest.State.ASKED, LeaveRequest.State.CALLED):
        raise Conflict(_("This leave was settled or taken back already."))
    decider = Person.objects.get(pk=actor.id or 0)
    if decider.pk == request.person_id:
        raise NotAllowed(_("Nobody approves their own leave."))
    request.decided_by, request.decided_at, request.answer = decider, at, approval.answer
    if approval.granted:
        approve(request, actor, at)
    else:
        request.state = LeaveRequest.State.REFUSED
        request.save()
        request.dates.all().delete()
        record("leave.refused", subject=request, by=actor, personal={"reason": approval.answer}, because=request.because, at=at)
        ports.changed(request.person, request.first_day, request.last_day, by=actor, at=at)


def approve(request: LeaveRequest, actor: Actor, at: datetime, *, why: tuple[Because, ...] = ()) -> None:
    """In the transaction that holds the request. `why` stands among the reasons where nobody was asked."""
    Person.objects.select_for_update(no_key=True).get(pk=request.person_id)
    wanted = Wanted(
        request.kind, request.first_day, request.last_day, clock.business_day(request.asked_at), request.part, request.is_urgent
    )
    known = facts.collect(wanted, request.person, request.team, without=request.pk)
    judged = rules.judge(wanted, known, in_force_so_far(clock.day_span(request.first_day)[0]))
    broken = [one for one in judged.refusals if one.code in ("balance", "quota")]
    if broken:
        raise Refused(_("The balance no longer covers this leave."), decision=judged.decision, details=[telling.finding(one) for one in broken])
    request.state = LeaveRequest.State.APPROVED
    because = (*judged.decision.because, *why)
    request.because = [one.as_data() for one in because] or request.because
    # Known as approved before duty is touched, so that who looks from there sees it.
    request.save()
    request.cleared = roster.clear(request, by=actor, at=at)
    request.save(update_fields=["cleared"])
    ledger.take(request, by=actor, at=at)
    if request.kind == Kind.PRIVATE:
        ledger.correct_rest(request.person, request.first_day, request.last_day, by=SYSTEM, at=at)
    change = {
        "leave_kind": request.kind, "first_day": request.first_day.isoformat(), "last_day": request.last_day.isoformat(),
        "days": telling.figure(request.days), "shifts": len(request.cleared),
    }  # fmt: skip
    record("leave.approved", subject=request, by=actor, change=change, because=request.because, at=at)
    if because:
        keep(Decision("leave.asking", "approved", because=because), subject=request, by=actor, at=at)
    _stand_ins(request, known.effects, at)
    ports.changed(request.person, request.first_day, request.last_day, by=actor, at=at)


def _stand_ins(request: LeaveRequest, effects: Sequence[Effect], at: datetime) -> None:
    """Whoever agreed to stand in is asked for by the roster's maker; a gap that nobody fills becomes a task."""
    short = [one for one in effects if one.is_short or one.left == 0]
    if request.team is None or not (short or request.substitute) or not request.cleared:
        return
    with translation.override(settings.LANGUAGE_CODE):
        title = _("Somebody has to stand in: %(leave)s") % {"leave": telling.title(request)}
        body = "\n".join(telling.effects(effects))
        if request.substitute:
            body = f"{_('Proposed: %(name)s') % {'name': request.substitute.name}}\n{body}"
    first = min(kept["starts_at"] for kept in request.cleared)
    due = max(datetime.fromisoformat(first), at)
    owner = request.decided_by
    write_task(
        title, by=SYSTEM, body=body, owner=owner, team=None if owner else request.team, shop=access.shop_of(request.team),
        subject=request, url=telling.url(request), due_at=due, at=at,
    )  # fmt: skip
    if request.substitute:
        with translation.override(request.substitute.language):
            told = _("%(name)s proposes you to stand in on %(days)s") % {"name": request.person.name, "days": telling.span(request)}
        notify(request.substitute, told, by=SYSTEM, url="", at=at)
