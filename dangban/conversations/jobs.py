"""What happens on the floor without anybody doing it: the sweeps, about once a second in one process."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from dangban.chat.models import Presence
from dangban.conversations import assigning
from dangban.conversations.actions import presence
from dangban.conversations.actions.enquiries import settle_enquiries
from dangban.conversations.actions.queueing import sweep_queue
from dangban.conversations.actions.sessions import close
from dangban.conversations.actions.transfers import time_out
from dangban.conversations.clauses import (
    ENQUIRY_DAYS,
    QUIET_CLOSE,
    RECONNECT,
    SHIFT_EXTENDS,
    SILENCE,
    TRANSFER_ACCEPT,
)
from dangban.conversations.models import Closure, Conversation, Requeue, Transfer
from dangban.conversations.rules import clocks, routing
from dangban.handbook.actions import in_force
from dangban.handbook.decisions import Decision
from dangban.knowledge import actions as knowledge
from dangban.lib import clock
from dangban.workforce.models import DutyPeriod

State = Conversation.State
AT_ONCE = 100


def requeue_silent(at: datetime) -> int:
    """Customers whose agent has not said a word for too long go to somebody else; it is logged against the agent."""
    rules = in_force(at)
    late = at - rules[SILENCE]
    rows = Conversation.objects.filter(state=State.SERVING, waiting_since__lte=late, assigned_at__lte=late)
    return sum(_requeue(pk, Requeue.Why.SILENCE, at) for pk in rows.values_list("pk", flat=True)[:AT_ONCE])


def requeue_absent(at: datetime) -> int:
    """Customers whose agent is off line: at once, or after the grace where only the line was lost."""
    grace = at - in_force(at)[RECONNECT]
    gone = Presence.objects.filter(ended_at=None, state=Presence.State.OFFLINE).filter(
        ~Q(reason=Presence.Reason.CONNECTION) | Q(started_at__lte=grace)
    )
    rows = Conversation.objects.filter(state=State.SERVING, assignee__in=gone.values("person")).filter(
        # Who is off line may have written first; the customer's answer finds them somebody.
        Q(waiting_since__isnull=False) | Q(last_author="customer")
        | Q(assignee__presence__in=gone.filter(reason=Presence.Reason.CONNECTION))
    )  # fmt: skip
    moved = 0
    for pk, assignee in list(rows.values_list("pk", "assignee_id").distinct()[:AT_ONCE]):
        lost = gone.filter(person=assignee, reason=Presence.Reason.CONNECTION).exists()
        moved += _requeue(pk, Requeue.Why.CONNECTION if lost else Requeue.Why.OFF_DUTY, at)
    return moved


def requeue_off_shift(at: datetime) -> int:
    """Where shifts don't go on by themselves, customers move to others when a shift is over."""
    if in_force(at)[SHIFT_EXTENDS]:
        return 0
    over = DutyPeriod.objects.filter(ends_at__lte=at, ends_at__gt=at - timedelta(hours=16))
    on_duty = DutyPeriod.objects.filter(starts_at__lte=at, ends_at__gt=at, ended_at=None)
    rows = Conversation.objects.filter(state=State.SERVING, assignee__in=over.values("person"))
    rows = rows.exclude(assignee__in=on_duty.values("person"))
    return sum(_requeue(pk, Requeue.Why.OFF_DUTY, at) for pk in list(rows.values_list("pk", flat=True)[:AT_ONCE]))


@transaction.atomic
def _requeue(pk: int, why: str, at: datetime) -> int:
    held = Conversation.objects.select_for_update(skip_locked=True, no_key=True).filter(pk=pk, state=State.SERVING).first()
    if held is None:
        return 0
    rules = in_force(at)
    decision: Decision | None = None
    if why == Requeue.Why.SILENCE:
        if held.waiting_since is None or held.assigned_at is None:
            return 0
        decision = routing.silence(held.waiting_since, held.assigned_at, at, rules)
    elif why == Requeue.Why.CONNECTION:
        present = Presence.objects.filter(person=held.assignee_id, ended_at=None).first()
        if present is None or present.reason != Presence.Reason.CONNECTION:
            return 0
        decision = routing.lost_connection(present.started_at, at, rules)
    if decision is not None and decision.outcome != "requeue":
        return 0
    assigning.requeue(held, why, because=decision.because if decision else (), at=at, rules=rules)
    return 1


def time_out_transfers(at: datetime) -> int:
    late = at - in_force(at)[TRANSFER_ACCEPT]
    offers = Transfer.objects.filter(state=Transfer.State.OFFERED, at__lte=late)
    return sum(time_out(pk, at) for pk in offers.values_list("pk", flat=True)[:AT_ONCE])


def close_quiet(at: datetime) -> int:
    """Answered conversations in which nothing has been said for long enough end, without an invitation."""
    since = at - in_force(at)[QUIET_CLOSE]
    rows = Conversation.objects.filter(state=State.SERVING, waiting_since=None, last_at__lte=since)
    return sum(_close_quiet(pk, at) for pk in rows.values_list("pk", flat=True)[:AT_ONCE])


@transaction.atomic
def _close_quiet(pk: int, at: datetime) -> int:
    held = Conversation.objects.select_for_update(skip_locked=True, no_key=True).filter(pk=pk, state=State.SERVING).first()
    rules = in_force(at)
    if held is None or held.waiting_since is not None or clocks.is_quiet(held.last_at, at, rules).outcome != "close":
        return 0
    close(held, Closure.How.QUIET, by=None, at=at, rules=rules)
    return 1


def settle_script_uses(at: datetime) -> int:
    """A script has worked if its customer pays within the life of an enquiry."""
    return knowledge.settle_uses(at, in_force(at)[ENQUIRY_DAYS])


class Every:
    """A sweep that is worth running only now and then."""

    def __init__(self, seconds: float, run: Callable[[datetime], object]) -> None:
        self._seconds = seconds
        self._run = run
        self._next = 0.0

    def __call__(self, at: datetime) -> None:
        now = clock.monotonic()
        if now >= self._next:
            self._next = now + self._seconds
            self._run(at)


# Registered one by one, so that one that fails keeps no other from running.
SWEEPS: dict[str, Callable[[datetime], None]] = {
    "silence": Every(1, requeue_silent),
    "transfers": Every(1, time_out_transfers),
    "connections": Every(5, presence.notice_lost_connections),
    "absence": Every(2, requeue_absent),
    "queue": Every(1, lambda at: sweep_queue(at=at)),
    "extensions": Every(10, presence.extend_shifts),
    "off-shift": Every(10, requeue_off_shift),
    "idleness": Every(20, presence.notice_idleness),
    "quiet": Every(30, close_quiet),
    "enquiries": Every(60, settle_enquiries),
    "scripts": Every(60, settle_script_uses),
}
