"""The sweeping clock: warns, notes breaches and tells the line, each once, however many sweep.

Any process may sweep. Who fires is decided by a conditional update in the same transaction as what
follows from it, so a crash loses nothing and a second sweeper does nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import close_old_connections, transaction
from django.db.models import F, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from dangban.desk import house, ports
from dangban.desk.actions.deadlines import miss, refresh_duty_deadlines, ring, show
from dangban.desk.actions.notices import notify
from dangban.desk.models import Deadline
from dangban.journal.actions import record
from dangban.lib import clock
from dangban.lib.actor import SYSTEM
from dangban.people.access import members_of
from dangban.people.models import Person

PAUSE = 0.5
BATCH = 200
# Clocks whose duty was not planned far enough ahead are looked at again this often.
REFRESH_EVERY = timedelta(minutes=1)

LEADS = (Person.Level.LEADER, Person.Level.DEPUTY, Person.Level.SUPERVISOR)


@dataclass(frozen=True, slots=True)
class Swept:
    warned: int = 0
    missed: int = 0
    escalated: int = 0


def run_clock(stop: threading.Event) -> None:
    refreshed = clock.now()
    while not stop.is_set():
        close_old_connections()
        now = clock.now()
        sweep(now)
        if now - refreshed >= REFRESH_EVERY:
            _refresh_unplanned(now)
            refreshed = now
        stop.wait(PAUSE)


def sweep(at: datetime) -> Swept:
    """Fire all that has come due by `at`. Idle it costs three index look-ups."""
    return Swept(
        missed=_fire(_due(at), _miss, at),
        warned=_fire(_to_warn(at), _warn, at),
        escalated=_fire(_to_escalate(at), _escalate, at),
    )


def _open() -> QuerySet[Deadline]:
    return Deadline.objects.filter(met_at=None, cancelled_at=None)


# Ordered by the time itself: by their ids, SQLite would walk through all that ever ran.
def _due(at: datetime) -> QuerySet[Deadline]:
    return _open().filter(missed_at=None, due_at__lt=at).order_by("due_at")


def _to_warn(at: datetime) -> QuerySet[Deadline]:
    return _open().filter(missed_at=None, warned_at=None, warn_at__lte=at).order_by("warn_at")


def _to_escalate(at: datetime) -> QuerySet[Deadline]:
    late = at - house.escalate_after(at)
    return _open().filter(escalated_at=None, missed_at__lte=late).order_by("missed_at")


def _fire(waiting: QuerySet[Deadline], fire: Callable[[QuerySet[Deadline], int, datetime], bool], at: datetime) -> int:
    fired = 0
    for pk in list(waiting.values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            fired += fire(waiting.filter(pk=pk), pk, at)
    return fired


def _miss(mine: QuerySet[Deadline], pk: int, at: datetime) -> bool:
    if not mine.update(missed_at=F("due_at")):
        return False
    deadline = _reload(pk)
    miss(deadline, SYSTEM)
    if deadline.tells:
        told = [*([deadline.owner] if deadline.owner else []), *ports.also_told(deadline)]
        _tell(told, deadline, lambda: _("Out of time: %(label)s") % {"label": deadline.label}, at)
    _ring_owner(deadline)
    return True


def _warn(mine: QuerySet[Deadline], pk: int, at: datetime) -> bool:
    if not mine.update(warned_at=at):
        return False
    deadline = _reload(pk)
    if deadline.tells and deadline.owner is not None:
        _tell([deadline.owner], deadline, lambda: _("Due soon: %(label)s") % {"label": deadline.label}, at)
    _ring_owner(deadline)
    return True


def _escalate(mine: QuerySet[Deadline], pk: int, at: datetime) -> bool:
    if not mine.update(escalated_at=at):
        return False
    deadline = _reload(pk)
    line = line_of(deadline)
    owner = deadline.owner.name if deadline.owner else "–"
    change = {"kind": deadline.kind, "told": [person.name for person in line]}
    about = (deadline.subject_kind, deadline.subject_id)
    record("desk.deadline_escalated", subject=about, by=SYSTEM, shop=deadline.shop_id, change=change, at=at)
    if deadline.tells:
        _tell(line, deadline, lambda: _("%(name)s is late: %(label)s") % {"name": owner, "label": deadline.label}, at)
    return True


def line_of(deadline: Deadline) -> list[Person]:
    """Whom a breach is told to: the owner's next active superior, else those who lead the team."""
    superior = deadline.owner.manager if deadline.owner else None
    while superior is not None and not superior.is_active:
        superior = superior.manager
    if superior is not None:
        return [superior]
    if deadline.team_id is None:
        return []
    leads = members_of([deadline.team_id]).filter(level__in=LEADS)
    return [person for person in leads.order_by("pk") if person.pk != deadline.owner_id]


def _tell(people: Iterable[Person], deadline: Deadline, title: Callable[[], str], at: datetime) -> None:
    for person in people:
        with translation.override(person.language):
            notify(person, title(), by=SYSTEM, url=deadline.url, shop=deadline.shop, deadline=deadline, at=at)


def _reload(pk: int) -> Deadline:
    return Deadline.objects.select_related("owner__manager", "shop").get(pk=pk)


def _ring_owner(deadline: Deadline) -> None:
    show(deadline)
    if deadline.owner_id is not None:
        ring([deadline.owner_id])


def _refresh_unplanned(at: datetime) -> None:
    unplanned = _open().filter(runs=Deadline.Runs.DUTY, missed_at=None, due_at=None, running_since__isnull=False)
    teams = set(unplanned.values_list("team_id", flat=True))
    if teams:
        refresh_duty_deadlines([team for team in teams if team is not None] if None not in teams else None, at=at)
