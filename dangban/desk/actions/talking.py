"""What happens to a task before it is done: steps ticked, words about it, files, an objection and its answer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from dangban.desk import access, house
from dangban.desk.actions.deadlines import ring
from dangban.desk.actions.notices import notify
from dangban.desk.models import Task, TaskComment, TaskObjection, TaskStep
from dangban.handbook.actions import keep
from dangban.journal.actions import record
from dangban.lib.errors import BadInput, Conflict, NotAllowed, Refused
from dangban.lib.text import refuse_unstorable
from dangban.media import actions as media
from dangban.media.models import Use
from dangban.media.sorting import Unfit
from dangban.people.models import Person

SUBJECT = "desk.task"


def tick_step(step: TaskStep, done: bool, *, by: Person, at: datetime) -> TaskStep:
    """Tick a line of the list, or take the tick away. The same again changes nothing."""
    access.must_do(by, step.task)
    with transaction.atomic():
        task = Task.objects.select_for_update().get(pk=step.task_id)
        _must_be_open(task)
        values = {"done_at": at, "done_by": by} if done else {"done_at": None, "done_by": None}
        if TaskStep.objects.filter(pk=step.pk, done_at__isnull=done).update(**values):
            verb = "desk.step_done" if done else "desk.step_reopened"
            record(verb, subject=task, by=by, shop=task.shop_id, change={"step": step.text}, at=at)
            ring(access.task_watchers(task))
    step.refresh_from_db()
    return step


def comment_on_task(task: Task, body: str, *, by: Person, at: datetime, mentioned: Iterable[Person] = ()) -> TaskComment:
    """Say something about a task. Whoever is mentioned is told; only who could be given it can be mentioned."""
    access.must_see(by, task)
    body = refuse_unstorable(body.strip(), "body")[:4000]
    if not body:
        raise BadInput(_("Write something first."), fields={"body": [_("Write something first.")]})
    named = [person for person in dict.fromkeys(mentioned) if person.pk != by.pk]
    reach = set(access.people_to_assign(by, colleagues=True).values_list("pk", flat=True))
    for person in named:
        if person.pk not in reach:
            raise NotAllowed(_("%(name)s works for other shops. Ask their leader.") % {"name": person.name})
    with transaction.atomic():
        comment = TaskComment.objects.create(task=task, by=by, body=body, at=at)
        comment.mentioned.set(named)
        change = {"told": [person.name for person in named]}
        record("desk.task_commented", subject=task, by=by, shop=task.shop_id, change=change, at=at)
        for person in named:
            with translation.override(person.language):
                title = _("%(name)s mentions you: %(title)s") % {"name": by.name, "title": task.title}
            notify(person, title, body, by=by, url=reverse("task", args=[task.pk]), shop=task.shop, at=at)
        ring([*access.task_watchers(task), by.pk])
    return comment


def attach_to_task(task: Task, path: Path, name: str, *, by: Person, at: datetime) -> Use:
    """Take an arrived file into the store as one of this task's; pictures are drawn anew, others sorted out."""
    access.must_see(by, task)
    try:
        use = media.take(path, name, subject=(SUBJECT, task.pk), by=by.actor, at=at)
    except Unfit as unfit:
        raise BadInput(_("This kind of file can't be kept here."), fields={"file": [_("This kind of file can't be kept here.")]}) from unfit
    with transaction.atomic():
        record("desk.file_attached", subject=task, by=by, shop=task.shop_id, change={"file": use.name}, at=at)
        ring([*access.task_watchers(task), by.pk])
    return use


def object_to_task(task: Task, reason: str, *, by: Person, at: datetime) -> TaskObjection:
    """Say why a task given by somebody else can't or should not be done. It stays open; its giver has to answer."""
    _must_be_able_to_object(task, by, at)
    reason = refuse_unstorable(reason.strip(), "reason")[:500]
    if not reason:
        raise BadInput(_("Say why."), fields={"reason": [_("Say why.")]})
    with transaction.atomic():
        locked = Task.objects.select_for_update().get(pk=task.pk)
        _must_be_open(locked)
        try:
            with transaction.atomic():
                objection = TaskObjection.objects.create(task=locked, by=by, reason=reason, at=at)
        except IntegrityError as error:
            raise Conflict(_("An objection to this task waits for its answer already.")) from error
        decision = house.objection(at)
        because = [one.as_data() for one in decision.because] if decision is not None else []
        record("desk.task_objected", subject=task, by=by, shop=task.shop_id, change={"reason": reason}, because=because, at=at)
        ring([*access.task_watchers(locked), locked.made_by_id or by.pk])
    return objection


def answer_objection(objection: TaskObjection, upheld: bool, *, by: Person, answer: str, at: datetime) -> TaskObjection:
    """By who gave the task (or whoever is above them): take the task back, or say why it stands."""
    task = objection.task
    if not may_answer_objection(by, objection):
        raise NotAllowed(_("Whoever gave the task answers, or whoever is above them."))
    answer = refuse_unstorable(answer.strip(), "answer")[:500]
    if not upheld and not answer:
        raise BadInput(_("Say why it is to be done all the same."), fields={"answer": [_("Say why it is to be done all the same.")]})
    with transaction.atomic():
        locked = TaskObjection.objects.select_for_update().get(pk=objection.pk)
        if locked.answered_at is not None:
            raise Conflict(_("%(name)s has answered this already.") % {"name": locked.answered_by})
        locked.answered_at, locked.answered_by, locked.answer, locked.upheld = at, by, answer, upheld
        locked.save(update_fields=["answered_at", "answered_by", "answer", "upheld"])
        if upheld:
            Task.objects.filter(pk=task.pk, done_at=None).update(done_at=at, done_by=by, withdrawn=True)
        verb = "desk.objection_upheld" if upheld else "desk.objection_answered"
        record(verb, subject=task, by=by, shop=task.shop_id, change={"title": task.title, "answer": answer}, at=at)
        _tell_objector(locked, task, by, at)
        ring([*access.task_watchers(task), by.pk, locked.by_id])
    return locked


def _tell_objector(objection: TaskObjection, task: Task, by: Person, at: datetime) -> None:
    with translation.override(objection.by.language):
        said = _("Taken back after your objection: %(title)s") if objection.upheld else _("It stands: %(title)s")
        title = said % {"title": task.title}
    notify(objection.by, title, objection.answer, by=by, url=reverse("task", args=[task.pk]), shop=task.shop, at=at)


def may_object(person: Person, task: Task) -> bool:
    """Whoever is to do what another person asked; what a rule asks is asked by nobody who could answer."""
    theirs = task.owner_id == person.pk or (task.owner_id is None and task.team_id in access.scope(person).teams)
    return task.done_at is None and theirs and task.made_by_kind == "person" and task.made_by_id != person.pk


def may_answer_objection(person: Person, objection: TaskObjection) -> bool:
    task = objection.task
    if person.pk == objection.by_id or task.made_by_kind != "person" or task.made_by_id is None:
        return False
    giver = Person.objects.filter(pk=task.made_by_id).first()
    return person.pk == task.made_by_id or (giver is not None and giver.manager_id == person.pk)


def _must_be_open(task: Task) -> None:
    if task.done_at is not None:
        raise Conflict(_("This was done already."))


def _must_be_able_to_object(task: Task, by: Person, at: datetime) -> None:
    access.must_see(by, task)
    if not may_object(by, task):
        raise NotAllowed(_("Only who is to do it may object, and only to what somebody else asked."))
    decision = house.objection(at)
    if decision is None:
        return
    if decision.outcome == "refused":
        raise Refused(_("The handbook lets no objections to tasks."), decision=decision)
    keep(decision, subject=task, by=by, shop=task.shop_id, at=at)
