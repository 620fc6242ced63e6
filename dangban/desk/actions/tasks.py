"""Tasks: what a leader asks of somebody, or somebody of a team."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from dangban.desk import access
from dangban.desk.actions.deadlines import Subject, identify, ring
from dangban.desk.models import Task
from dangban.journal.actions import HasActor, record
from dangban.lib import clock
from dangban.lib.actor import Actor
from dangban.lib.errors import BadInput, Conflict
from dangban.lib.text import refuse_unstorable
from dangban.people.models import Person, Shop, Team


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
    at: datetime | None = None,
) -> Task:
    """Note something to do, for a person or for whoever of a team takes it.

    Everybody may note things for themselves; for others it takes `desk.assign`. Rooms that note a
    follow-up by rule do so as the system.
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
        task = Task.objects.create(
            title=title[:200], body=refuse_unstorable(body.strip(), "body"), owner=owner, team=team, shop=shop,
            subject_kind=subject_kind, subject_id=subject_id, url=url, due_at=due_at, created_at=at,
            made_by_kind=actor.kind, made_by_id=actor.id, made_by_name=actor.name,
        )  # fmt: skip
        change = {"title": task.title, "owner": owner.name if owner else None, "team": team.name if team else None}
        record("desk.task_written", subject=task, by=by, shop=shop.pk if shop else None, change=change, at=at)
        ring(access.task_people(task))
    return task


def finish_task(task: Task, *, by: Person, at: datetime) -> None:
    access.must_do(by, task)
    with transaction.atomic():
        if not Task.objects.filter(pk=task.pk, done_at=None).update(done_at=at, done_by=by):
            raise Conflict(_("This was done already."))
        record("desk.task_done", subject=task, by=by, shop=task.shop_id, change={"title": task.title}, at=at)
        ring(access.task_people(task))


def reopen_task(task: Task, *, by: Person, at: datetime) -> None:
    """Undo of `finish_task`."""
    access.must_do(by, task)
    with transaction.atomic():
        if not Task.objects.filter(pk=task.pk, done_at__isnull=False).update(done_at=None, done_by=None):
            raise Conflict(_("This is open."))
        record("desk.task_reopened", subject=task, by=by, shop=task.shop_id, change={"title": task.title}, at=at)
        ring(access.task_people(task))


def settle_tasks(subject: Subject, *, by: Person, at: datetime) -> None:
    """What they ask for is being seen to: the open tasks about this thing are done."""
    for task in _about(subject, done_at=None):
        Task.objects.filter(pk=task.pk).update(done_at=at, done_by=by)
        ring(access.task_people(task))


def unsettle_tasks(subject: Subject, *, done_at: datetime) -> None:
    """Undo of `settle_tasks`."""
    for task in _about(subject, done_at=done_at):
        Task.objects.filter(pk=task.pk).update(done_at=None, done_by=None)
        ring(access.task_people(task))


def _about(subject: Subject, *, done_at: datetime | None) -> list[Task]:
    kind, pk = identify(subject)
    return list(Task.objects.filter(subject_kind=kind, subject_id=pk, done_at=done_at))
