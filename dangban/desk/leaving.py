"""What is open at the desk with somebody who leaves, and how it goes to somebody else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from dangban.desk.actions import reassign_deadline
from dangban.desk.actions.deadlines import ring
from dangban.desk.models import Deadline, Task
from dangban.journal.actions import record
from dangban.lib.actor import Actor
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


class Clocks:
    """Clocks that no room handed over with its own things; those are someone else's by then."""

    def list(self, person: Person) -> Sequence[OpenItem]:
        running = Deadline.objects.filter(owner=person, met_at=None, cancelled_at=None).order_by("due_at", "pk")
        return [OpenItem(f"deadline:{one.pk}", one.label or one.kind, one.url) for one in running]

    def hand_over(self, person: Person, to: Person, *, by: Actor, at: datetime) -> int:
        moved = 0
        for deadline in Deadline.objects.filter(owner=person, met_at=None, cancelled_at=None):
            about = (deadline.subject_kind, deadline.subject_id)
            moved += reassign_deadline(about, owner=to, by=by, kinds=[deadline.kind], at=at)
        return moved


def register() -> None:
    """Sources are asked in the order of their names: the desk comes after the rooms whose clocks it keeps."""
    ports.register_open_work("tasks", _("Tasks"), Tasks())
    ports.register_open_work("zz-clocks", _("Clocks"), Clocks())
