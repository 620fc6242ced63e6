"""Clocks: started by a rule, met by an act, paused while the customer is awaited.

Call these inside the transaction of the act they belong to. The rows are the record: starting and
meeting write no journal entry of their own; breaches, cancellations and changes of owner do.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, models, transaction

from dangban.desk import ports, rules
from dangban.desk.models import Deadline, DeadlinePause, Notice
from dangban.journal.actions import HasActor, record
from dangban.lib import clock
from dangban.people.models import Person, Shop, Team

Subject = models.Model | tuple[str, int]

# How far ahead the duty of a clock is asked for, beyond the time it has left.
HORIZON = timedelta(days=14)


def start_deadline(
    kind: str,
    subject: Subject,
    *,
    rule: str,
    allowed_seconds: int,
    by: HasActor,
    because: Sequence[Any] = (),
    runs: str = Deadline.Runs.ALWAYS,
    owner: Person | None = None,
    team: Team | None = None,
    shop: Shop | None = None,
    label: str = "",
    url: str = "",
    warn_seconds: int = 0,
    tells: bool = True,
    at: datetime | None = None,
) -> Deadline:
    """Start a clock, or return the one of this kind that already runs for the subject, unchanged.

    `rule` is the path of the rule that grants the time; `because` its reasons as plain data or a
    decision. `tells=False` is for clocks of seconds that are watched on the screen.
    """
    at = at or clock.now()
    subject_kind, subject_id = identify(subject)
    running = find_open(subject, kind)
    if running is not None:
        return running
    deadline = Deadline(
        kind=kind,
        subject_kind=subject_kind,
        subject_id=subject_id,
        label=label[:200],
        url=url,
        shop=shop,
        team=team,
        owner=owner,
        rule=rule,
        because=plain_reasons(because),
        runs=runs,
        allowed_seconds=allowed_seconds,
        warn_seconds=warn_seconds,
        tells=tells,
        started_at=at,
        running_since=at,
    )
    _set_timing(deadline)
    try:
        with transaction.atomic():
            deadline.save()
    except IntegrityError:
        # Somebody started the same clock in this very moment: theirs is the one.
        faster = find_open(subject, kind)
        if faster is None:
            raise
        return faster
    _ring(deadline)
    return deadline


def meet_deadline(subject: Subject, kind: str, *, by: HasActor, at: datetime | None = None) -> Deadline | None:
    """What was promised is done. Late is late, even if the sweeping clock has not come by yet; and a
    breach that was noted before an act done in time became known is taken back."""
    at = at or clock.now()
    with transaction.atomic():
        deadline = _lock_open(subject, kind)
        if deadline is None:
            return None
        deadline.met_at = at
        deadline.ended_by_id = by.actor.id
        _use_time(deadline, at)
        if deadline.due_at is not None and deadline.missed_at is None and at > deadline.due_at:
            miss(deadline, by)
        elif deadline.missed_at is not None and deadline.due_at is not None and at <= deadline.due_at:
            deadline.missed_at = None
            _record("desk.breach_withdrawn", deadline, by, at, {"kind": deadline.kind})
        deadline.save()
        _close_pause(deadline, at)
        _ring(deadline)
    return deadline


def pause_deadline(
    subject: Subject, kind: str, *, by: HasActor, reason: str, at: datetime | None = None
) -> Deadline | None:
    """Stop the clock, for as long as somebody else is awaited. A clock that has run out stays out."""
    at = at or clock.now()
    with transaction.atomic():
        deadline = _lock_open(subject, kind)
        if deadline is None or deadline.running_since is None:
            return deadline
        if deadline.due_at is not None and deadline.missed_at is None and at > deadline.due_at:
            miss(deadline, by)
        _use_time(deadline, at)
        deadline.running_since = None
        if deadline.missed_at is None:
            deadline.due_at = deadline.warn_at = None
        deadline.save()
        actor = by.actor
        DeadlinePause.objects.create(
            deadline=deadline, since=at, reason=reason[:200], by_kind=actor.kind, by_id=actor.id, by_name=actor.name
        )
        _ring(deadline)
    return deadline


def resume_deadline(subject: Subject, kind: str, *, by: HasActor, at: datetime | None = None) -> Deadline | None:
    """Let a paused clock run on with what it had left."""
    at = at or clock.now()
    with transaction.atomic():
        deadline = _lock_open(subject, kind)
        if deadline is None or deadline.running_since is not None:
            return deadline
        deadline.running_since = at
        if deadline.missed_at is None:
            _set_timing(deadline)
        deadline.save()
        _close_pause(deadline, at)
        _ring(deadline)
    return deadline


def cancel_deadlines(
    subject: Subject,
    *,
    by: HasActor,
    kinds: Collection[str] = (),
    reason: str = "",
    at: datetime | None = None,
) -> int:
    """The subject was merged, withdrawn or ended another way: its clocks no longer matter."""
    at = at or clock.now()
    cancelled = 0
    with transaction.atomic():
        for deadline in _open_of(subject, kinds):
            deadline.cancelled_at = at
            deadline.ended_by_id = by.actor.id
            _use_time(deadline, at)
            deadline.save()
            _close_pause(deadline, at)
            _record("desk.deadline_cancelled", deadline, by, at, {"kind": deadline.kind, "reason": reason})
            _ring(deadline)
            cancelled += 1
    return cancelled


def reassign_deadline(
    subject: Subject,
    *,
    owner: Person | None,
    by: HasActor,
    kinds: Collection[str] = (),
    team: Team | None = None,
    at: datetime | None = None,
) -> int:
    """The clocks go with the work to somebody else, and run on without a break."""
    at = at or clock.now()
    moved = 0
    with transaction.atomic():
        for deadline in _open_of(subject, kinds):
            before = deadline.owner
            if before == owner and team is None:
                continue
            deadline.owner = owner
            deadline.team = team or deadline.team
            if deadline.running_since is not None and deadline.missed_at is None and team is not None:
                _use_time(deadline, at)
                deadline.running_since = at
                _set_timing(deadline)
            deadline.save()
            if before is not None and before != owner:
                Notice.objects.filter(deadline=deadline, person=before, until=None).update(until=at)
            names = [before.name if before else None, owner.name if owner else None]
            _record("desk.deadline_moved", deadline, by, at, {"kind": deadline.kind, "owner": names})
            _ring(deadline, before)
            moved += 1
    return moved


def rename_deadline(subject: Subject, kind: str, *, label: str, url: str) -> Deadline | None:
    """The thing a clock runs for is found elsewhere now, or goes by another name; the time stays."""
    with transaction.atomic():
        deadline = _lock_open(subject, kind)
        if deadline is not None and (deadline.label, deadline.url) != (label[:200], url):
            deadline.label, deadline.url = label[:200], url
            deadline.save(update_fields=["label", "url"])
            _ring(deadline)
    return deadline


def refresh_duty_deadlines(team_ids: Iterable[int] | None = None, *, at: datetime | None = None) -> int:
    """Work out due times anew after duty was changed; returns how many clocks moved."""
    at = at or clock.now()
    waiting = Deadline.objects.filter(
        runs=Deadline.Runs.DUTY, met_at=None, cancelled_at=None, missed_at=None, running_since__isnull=False
    )
    if team_ids is not None:
        waiting = waiting.filter(team_id__in=list(team_ids))
    moved = 0
    for pk in list(waiting.values_list("pk", flat=True)):
        with transaction.atomic():
            deadline = waiting.select_for_update(of=("self",), no_key=True).filter(pk=pk).first()
            if deadline is None:
                continue
            before = (deadline.due_at, deadline.warn_at)
            _set_timing(deadline)
            if (deadline.due_at, deadline.warn_at) != before:
                deadline.save(update_fields=["due_at", "warn_at"])
                _ring(deadline)
                moved += 1
    return moved


def miss(deadline: Deadline, by: HasActor) -> None:
    """Note a breach on a locked row: at the moment the time ran out, not when somebody looked."""
    deadline.missed_at = deadline.due_at
    assert deadline.missed_at is not None
    _record("desk.deadline_missed", deadline, by, deadline.missed_at, {"kind": deadline.kind, "rule": deadline.rule})


def identify(subject: Subject) -> tuple[str, int]:
    return subject if isinstance(subject, tuple) else (subject._meta.label_lower, subject.pk)


def find_open(subject: Subject, kind: str) -> Deadline | None:
    return _open_of(subject, [kind], lock=False).first()


def plain_reasons(because: Any) -> list[Any]:
    """Reasons as plain data, from a decision, from reasons, or from data."""
    reasons = getattr(because, "because", because)
    return [reason.as_json() if hasattr(reason, "as_json") else reason for reason in reasons]


def _open_of(subject: Subject, kinds: Collection[str], *, lock: bool = True) -> models.QuerySet[Deadline]:
    subject_kind, subject_id = identify(subject)
    found = Deadline.objects.filter(
        subject_kind=subject_kind, subject_id=subject_id, met_at=None, cancelled_at=None
    ).order_by("pk")
    if kinds:
        found = found.filter(kind__in=kinds)
    return found.select_for_update(no_key=True) if lock else found


def _lock_open(subject: Subject, kind: str) -> Deadline | None:
    return _open_of(subject, [kind]).first()


def _duty(deadline: Deadline, start: datetime, end: datetime) -> Sequence[ports.Span] | None:
    if deadline.runs == Deadline.Runs.ALWAYS:
        return None
    return ports.duty_spans(deadline.team_id, deadline.shop_id, start, end)


def _use_time(deadline: Deadline, at: datetime) -> None:
    since = deadline.running_since
    if since is not None:
        used = rules.elapsed(since, at, _duty(deadline, since, at))
        deadline.used_seconds += int(used.total_seconds())


def _set_timing(deadline: Deadline) -> None:
    since = deadline.running_since
    assert since is not None
    remaining = timedelta(seconds=deadline.allowed_seconds - deadline.used_seconds)
    timing = rules.timing(
        since=since,
        allowed=timedelta(seconds=deadline.allowed_seconds),
        used=timedelta(seconds=deadline.used_seconds),
        warn=timedelta(seconds=deadline.warn_seconds),
        duty=_duty(deadline, since, since + remaining + HORIZON),
    )
    deadline.due_at, deadline.warn_at = timing.due_at, timing.warn_at


def _close_pause(deadline: Deadline, at: datetime) -> None:
    DeadlinePause.objects.filter(deadline=deadline, until=None).update(until=at)


def _record(verb: str, deadline: Deadline, by: HasActor, at: datetime, change: dict[str, Any]) -> None:
    subject = (deadline.subject_kind, deadline.subject_id)
    record(verb, subject=subject, by=by, shop=deadline.shop_id, change=change, because=deadline.because, at=at)


def _ring(deadline: Deadline, *others: Person | None) -> None:
    people = [deadline.owner_id, *(person.pk for person in others if person is not None)]
    show(deadline)
    concerned = [pk for pk in people if pk is not None]
    if concerned:
        ring(concerned)


def show(deadline: Deadline) -> None:
    """Tell the room whose pages show this clock."""
    watcher = ports.registry.watchers.get(deadline.kind)
    if watcher is not None:
        watcher(deadline)


def ring(person_ids: Sequence[int]) -> None:
    """Once the transaction has committed, tell the pages of these people that their inbox changed."""

    def call() -> None:
        for bell in ports.registry.bells:
            bell(person_ids)

    transaction.on_commit(call)
