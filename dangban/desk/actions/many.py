"""Clocks of seconds for many subjects at once, as the conversations' projector starts and meets them.

The rows are those that `start_deadline` and `meet_deadline` would write.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from dangban.desk.actions.deadlines import meet_deadline, plain_reasons, ring
from dangban.desk.models import Deadline
from dangban.lib.many import insert_many, update_many
from dangban.people.models import Person


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock to start: round the clock, watched on the screen, without a warning."""

    subject_id: int
    rule: str
    because: Sequence[Any]
    allowed_seconds: int
    owner_id: int | None
    team_id: int | None
    shop_id: int | None
    label: str
    url: str
    at: datetime
    # Who did it when, where that is known already and was in time.
    met: tuple[int, datetime] | None = None


_STARTED = (
    "kind", "subject_kind", "subject_id", "label", "url", "shop", "team", "owner", "rule", "because", "runs",
    "allowed_seconds", "used_seconds", "started_at", "running_since", "due_at", "warn_seconds", "tells",
    "met_at", "ended_by_id",
)  # fmt: skip
_MET = ("id", "met_at", "ended_by_id", "used_seconds")


def start_deadlines(kind: str, subject_kind: str, clocks: Iterable[Clock]) -> None:
    """Start these clocks; where one of the kind runs already it runs on. The caller holds the subjects."""
    wanted = list(clocks)
    if not wanted:
        return
    subjects = {clock.subject_id for clock in wanted}
    running = set(_open(subject_kind, [kind], subjects).values_list("subject_id", flat=True))
    wanted = [clock for clock in wanted if clock.subject_id not in running]
    insert_many(Deadline, _STARTED, [_row(kind, subject_kind, clock) for clock in wanted])
    _ring(clock.owner_id for clock in wanted)


def _row(kind: str, subject_kind: str, clock: Clock) -> Sequence[Any]:
    due_at = clock.at + timedelta(seconds=clock.allowed_seconds)
    person_id, met_at = clock.met or (None, None)
    used = 0 if met_at is None else _seconds(clock.at, met_at)
    return (
        kind, subject_kind, clock.subject_id, clock.label[:200], clock.url, clock.shop_id, clock.team_id,
        clock.owner_id, clock.rule, plain_reasons(clock.because), Deadline.Runs.ALWAYS.value,
        clock.allowed_seconds, used, clock.at, clock.at, due_at, 0, False, met_at, person_id,
    )  # fmt: skip


def meet_deadlines(
    kinds: Collection[str], subject_kind: str, met: Mapping[int, tuple[int, datetime]]
) -> None:
    """Meet the clocks of these kinds: by subject, which person did it and when."""
    if not met:
        return
    columns = (
        "pk",
        "kind",
        "subject_id",
        "owner_id",
        "due_at",
        "missed_at",
        "running_since",
        "used_seconds",
        "runs",
    )
    rows: list[Sequence[Any]] = []
    owners: list[int | None] = []
    for pk, kind, subject_id, owner_id, due_at, missed_at, since, used, runs in (
        _open(subject_kind, kinds, met).select_for_update(no_key=True).order_by("pk").values_list(*columns)
    ):
        person_id, at = met[subject_id]
        if runs != Deadline.Runs.ALWAYS or missed_at or since is None or due_at is None or at > due_at:
            # Late, paused or of duty hours: what has to be looked at, and perhaps written down.
            meet_deadline((subject_kind, subject_id), kind, by=Person.objects.get(pk=person_id), at=at)
            continue
        rows.append((pk, at, person_id, used + _seconds(since, at)))
        owners.append(owner_id)
    update_many(Deadline, _MET, rows)
    _ring(owners)


def _seconds(since: datetime, until: datetime) -> int:
    return max(0, int((until - since).total_seconds()))


def _open(subject_kind: str, kinds: Collection[str], subjects: Iterable[int]) -> Any:
    return Deadline.objects.filter(
        subject_kind=subject_kind,
        subject_id__in=list(subjects),
        kind__in=list(kinds),
        met_at=None,
        cancelled_at=None,
    )


def _ring(owners: Iterable[int | None]) -> None:
    concerned = sorted({owner for owner in owners if owner is not None})
    if concerned:
        ring(concerned)
