"""What is open at the desk with somebody who leaves, and how it goes to somebody else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dangban.desk import access
from dangban.desk.actions import reassign_deadline
from dangban.desk.actions.deadlines import ring
from dangban.desk.models import Deadline, Incident, Recurrence, StandIn, Task
from dangban.desk.ports import registry
from dangban.journal.actions import record
from dangban.lib.actor import Actor
from dangban.lib.text import whole
from dangban.people import ports
from dangban.people.models import Person
from dangban.people.ports import OpenItem


class Tasks:
    def list(self, person: Person) -> Sequence[OpenItem]:
        open_tasks = Task.objects.filter(owner=person, done_at=None).order_by("due_at", "pk")
        return [OpenItem(f"task:{task.pk}", task.title, task.url) for task in open_tasks]

    def hand_over(self, person: Person, to: Person, *, by: Actor, at: datetime) -> int:
        moved = 0
        for task in Task.objects.select_for_update(no_key=True).filter(owner=person, done_at=None):
            task.owner = to
            task.save(update_fields=["owner"])
            change = {"owner": [person.name, to.name]}
            record("desk.task_delegated", subject=task, by=by, shop=task.shop_id, change=change, at=at)
            moved += 1
        ring([to.pk])
        return moved

    def hand_over_one(self, key: str, person: Person, to: Person, *, by: Actor, at: datetime) -> bool:
        found = Task.objects.select_for_update().filter(pk=_number(key), owner=person, done_at=None)
        for task in found:
            task.owner = to
            task.save(update_fields=["owner"])
            change = {"owner": [person.name, to.name]}
            record("desk.task_delegated", subject=task, by=by, shop=task.shop_id, change=change, at=at)
            ring([person.pk, *access.task_watchers(task)])
            return True
        return False


class Clocks:
    """Clocks that no room handed over with its own things; those are someone else's by then."""

    def list(self, person: Person) -> Sequence[OpenItem]:
        running = Deadline.objects.filter(owner=person, met_at=None, cancelled_at=None).order_by("due_at", "pk")
        running = running.exclude(kind__in=registry.shown_elsewhere)
        return [OpenItem(f"deadline:{one.pk}", one.label or one.kind, one.url) for one in running]

    def hand_over(self, person: Person, to: Person, *, by: Actor, at: datetime) -> int:
        moved = 0
        for deadline in Deadline.objects.filter(owner=person, met_at=None, cancelled_at=None):
            about = (deadline.subject_kind, deadline.subject_id)
            moved += reassign_deadline(about, owner=to, by=by, kinds=[deadline.kind], at=at)
        return moved

    def hand_over_one(self, key: str, person: Person, to: Person, *, by: Actor, at: datetime) -> bool:
        deadline = Deadline.objects.filter(pk=_number(key), owner=person, met_at=None, cancelled_at=None).first()
        if deadline is None:
            return False
        about = (deadline.subject_kind, deadline.subject_id)
        return bool(reassign_deadline(about, owner=to, by=by, kinds=[deadline.kind], at=at))


class Incidents:
    """Problems of customers that wait for a solution."""

    def list(self, person: Person) -> Sequence[OpenItem]:
        open_ones = Incident.objects.filter(owner=person, settled_at=None).order_by("next_at", "pk")
        return [OpenItem(f"incident:{one.pk}", one.title, reverse("incident", args=[one.pk])) for one in open_ones]

    def hand_over(self, person: Person, to: Person, *, by: Actor, at: datetime) -> int:
        mine = Incident.objects.filter(owner=person, settled_at=None).values_list("pk", flat=True)
        return sum(self.hand_over_one(f"incident:{pk}", person, to, by=by, at=at) for pk in list(mine))

    def hand_over_one(self, key: str, person: Person, to: Person, *, by: Actor, at: datetime) -> bool:
        found = Incident.objects.select_for_update(of=("self",)).filter(pk=_number(key), owner=person, settled_at=None)
        for incident in found:
            incident.owner = to
            incident.save(update_fields=["owner"])
            change = {"owner": [person.name, to.name]}
            record("desk.incident_passed", subject=incident, by=by, shop=incident.shop_id, change=change, at=at)
            ring([person.pk, to.pk])
            return True
        return False


class StandIns:
    """Whoever leaves stands in for nobody any more, and nobody for them."""

    def list(self, person: Person) -> Sequence[OpenItem]:
        return []

    def hand_over(self, person: Person, to: Person, *, by: Actor, at: datetime) -> int:
        running = StandIn.objects.filter(Q(person=person) | Q(deputy=person), ended_at=None, until__gt=at)
        running.update(ended_at=at)
        Recurrence.objects.filter(owner=person, ended_at=None).update(owner=to)
        return 0


def _number(key: str) -> int:
    """Of ``task:12``; keys come from addresses and sheets."""
    return whole(key.partition(":")[2]) or 0


def register() -> None:
    """Sources are asked in the order of their names: the desk comes after the rooms whose clocks it keeps."""
    ports.register_open_work("incidents", _("Incidents"), Incidents())
    ports.register_open_work("stand-ins", _("Standing in"), StandIns())
    ports.register_open_work("tasks", _("Tasks"), Tasks())
    ports.register_open_work("zz-clocks", _("Clocks"), Clocks())
