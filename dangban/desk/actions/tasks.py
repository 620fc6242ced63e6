"""Tasks: what a leader asks of somebody, or somebody of a team."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from dangban.desk import access
from dangban.desk.actions.deadlines import Subject, identify, ring
from dangban.desk.models import Recurrence, Task, TaskObjection, TaskStep
from dangban.journal.actions import HasActor, record
from dangban.lib import clock
from dangban.lib.actor import Actor
from dangban.lib.errors import BadInput, Conflict, Refused
from dangban.lib.text import refuse_unstorable
from dangban.people.models import Person, Shop, Team

# A longer list is several tasks.
MOST_STEPS = 40


def write_task(
    title: str,
    *,
    by: HasActor,
    body: str = "",
    owner: Person | None = None,
    team: Team | None = None,
    shop: Shop | None = None,
    subject: Subject | None = None,
    url: str = "",
    due_at: datetime | None = None,
    steps: Sequence[str] = (),
    recurrence: Recurrence | None = None,
    joins: bool = False,
    at: datetime | None = None,
) -> Task:
    """Note something to do, for a person or for whoever of a team takes it.

    Everybody may note things for themselves; for others it takes `desk.assign`. Rooms that note a
    follow-up by rule do so as the system. With `joins`, the open one of the same title, subject and
    owner takes the words up instead: the newest stand first, the earlier time holds.
    """
    at = at or clock.now()
    if isinstance(by, Person):
        access.must_assign(by, owner, team)
    if owner is None and team is None:
        raise BadInput(_("Say who is to do it."), fields={"owner": [_("Choose a person or a team.")]})
    title = refuse_unstorable(title.strip(), "title")
    if not title:
        raise BadInput(_("Say what is to be done."), fields={"title": [_("Say what is to be done.")]})
    subject_kind, subject_id = identify(subject) if subject is not None else ("", None)
    actor: Actor = by.actor
    with transaction.atomic():
        if joins and (joined := _join(title[:200], body, owner, subject_kind, subject_id, due_at)):
            record("desk.task_added_to", subject=joined, by=by, shop=joined.shop_id, change={"title": joined.title}, at=at)
            ring(access.task_watchers(joined))
            return joined
        task = Task.objects.create(
            title=title[:200], body=refuse_unstorable(body.strip(), "body"), owner=owner, team=team, shop=shop,
            subject_kind=subject_kind, subject_id=subject_id, url=url, due_at=due_at, created_at=at,
            recurrence=recurrence, made_by_kind=actor.kind, made_by_id=actor.id, made_by_name=actor.name,
        )  # fmt: skip
        _write_steps(task, steps)
        change = {"title": task.title, "owner": owner.name if owner else None, "team": team.name if team else None}
        record("desk.task_written", subject=task, by=by, shop=shop.pk if shop else None, change=change, at=at)
        ring([*access.task_watchers(task), *([by.pk] if isinstance(by, Person) else [])])
    return task


def _join(title: str, body: str, owner: Person | None, kind: str, pk: int | None, due_at: datetime | None) -> Task | None:
    same = Task.objects.filter(title=title, owner=owner, subject_kind=kind, subject_id=pk, done_at=None)
    task = same.select_for_update(no_key=True).order_by("pk").last()
    if task is None:
        return None
    task.body = "\n\n".join(filter(None, [refuse_unstorable(body.strip(), "body"), task.body]))
    task.due_at = min(filter(None, [task.due_at, due_at]), default=None)
    task.save(update_fields=["body", "due_at"])
    return task


def _write_steps(task: Task, steps: Sequence[str]) -> None:
    texts = [refuse_unstorable(text.strip(), "steps")[:200] for text in steps]
    rows = [TaskStep(task=task, position=number, text=text) for number, text in enumerate(filter(None, texts), 1)]
    TaskStep.objects.bulk_create(rows[:MOST_STEPS])


def finish_task(task: Task, *, by: Person, at: datetime) -> None:
    """Done, with every step of its list; refused while one is open or an objection waits for its answer."""
    access.must_do(by, task)
    with transaction.atomic():
        if Task.objects.select_for_update().get(pk=task.pk).done_at is not None:
            raise Conflict(_("This was done already."))
        if TaskObjection.objects.filter(task=task, answered_at=None).exists():
            raise Refused(_("An objection to this task waits for its answer."), code="objection")
        left = list(TaskStep.objects.filter(task=task, done_at=None).order_by("position").values_list("text", flat=True))
        if left:
            raise Refused(_("Steps of its list are still open."), details=left, code="steps")
        Task.objects.filter(pk=task.pk).update(done_at=at, done_by=by)
        record("desk.task_done", subject=task, by=by, shop=task.shop_id, change={"title": task.title}, at=at)
        ring([*access.task_watchers(task), by.pk])


def reopen_task(task: Task, *, by: Person, at: datetime) -> None:
    """Undo of `finish_task`."""
    access.must_do(by, task)
    with transaction.atomic():
        taken_up = Task.objects.filter(pk=task.pk, done_at__isnull=False, withdrawn=False)
        if not taken_up.update(done_at=None, done_by=None):
            raise Conflict(_("This is open."))
        record("desk.task_reopened", subject=task, by=by, shop=task.shop_id, change={"title": task.title}, at=at)
        ring([*access.task_watchers(task), by.pk])


def settle_tasks(subject: Subject, *, by: Person, at: datetime) -> None:
    """What they ask for is being seen to: the open tasks about this thing are done."""
    for task in _about(subject, done_at=None):
        Task.objects.filter(pk=task.pk).update(done_at=at, done_by=by)
        ring([*access.task_watchers(task), by.pk])


def unsettle_tasks(subject: Subject, *, done_at: datetime) -> None:
    """Undo of `settle_tasks`."""
    for task in _about(subject, done_at=done_at):
        Task.objects.filter(pk=task.pk).update(done_at=None, done_by=None)
        ring(access.task_watchers(task))


def _about(subject: Subject, *, done_at: datetime | None) -> list[Task]:
    kind, pk = identify(subject)
    return list(Task.objects.filter(subject_kind=kind, subject_id=pk, done_at=done_at))
