"""Trainings: planned for a team, made up by those who rested that day or didn't come, entered in the files."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime

from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from dangban.desk.actions import notify, ring, write_task
from dangban.desk.models import Task
from dangban.handbook.current import in_force
from dangban.journal.actions import HasActor, record
from dangban.lib import clock, days
from dangban.lib.actor import SYSTEM
from dangban.lib.errors import BadInput, Conflict, Refused
from dangban.lib.text import refuse_unstorable
from dangban.people.models import Person, Team
from dangban.staff.actions import add_attainment
from dangban.staff.models import Attainment, StaffFile
from dangban.workforce import access, clauses, queries
from dangban.workforce.models import MakeUp, Training


def plan_training(
    team: Team, title: str, starts_at: datetime, ends_at: datetime, note: str = "", *, by: Person, at: datetime
) -> Training:
    """Everybody of the team is told; what those do who rest that day is seen when it begins."""
    access.must_plan(by, team)
    title, note = refuse_unstorable(title.strip(), "title")[:120], refuse_unstorable(note.strip(), "note")
    if not title:
        raise BadInput(_("Say what it is about."), fields={"title": [_("Say what it is about.")]})
    if starts_at <= at:
        raise BadInput(_("A training is planned ahead."), fields={"day": [_("Choose a time to come.")]})
    with transaction.atomic():
        training = Training.objects.create(
            team=team, title=title, note=note, starts_at=starts_at, ends_at=ends_at, made_by=by, made_at=at
        )
        record("workforce.training_planned", subject=training, by=by, change=_named(training), at=at)
        _tell_all(training, by=by, at=at)
    return training


def cancel_training(training: Training, *, by: Person, at: datetime) -> None:
    """It isn't held; tasks that make up for it are taken back."""
    access.must_plan(by, training.team)
    with transaction.atomic():
        training = _locked(training)
        if training.held_at is not None:
            raise Refused(_("It is entered who came; that stays."))
        training.cancelled_at = at
        training.save(update_fields=["cancelled_at"])
        take_back(training.make_ups.all(), at=at)
        record("workforce.training_cancelled", subject=training, by=by, change=_named(training), at=at)
        _tell_all(training, by=by, at=at)


def enter_attendance(training: Training, present: Collection[int], *, by: Person, at: datetime) -> int:
    """Who came has it in their file; who was on duty and didn't come makes up for it. Returns how many came."""
    access.must_plan(by, training.team)
    with transaction.atomic():
        training = _locked(training)
        if training.held_at is not None:
            raise Conflict(_("This was entered already."))
        if at < training.starts_at:
            raise Refused(_("It has not begun yet."))
        if training.settled_at is None:
            _settle(training, at=at)
        there = queries.expected_at(training)
        if not set(present) <= {person.pk for person in there}:
            raise BadInput(_("Choose those of the team who were expected."))
        training.held_at = at
        training.save(update_fields=["held_at"])
        came = [person for person in there if person.pk in present]
        _give(training, [person for person in there if person.pk not in present], rested=False, at=at)
        _enter(training, [person.pk for person in came], training.day, at=at)
        change = _named(training) | {"present": [person.name for person in came]}
        record("workforce.training_held", subject=training, by=by, change=change, at=at)
    return len(came)


def settle_trainings(at: datetime) -> int:
    """Those that have begun: who rests is given a task. Returns how many trainings."""
    begun = Training.objects.filter(starts_at__lte=at, settled_at=None, cancelled_at=None).order_by("pk")
    settled = 0
    for training in begun:
        with transaction.atomic():
            locked = Training.objects.select_for_update(no_key=True, of=("self",)).select_related("team").get(pk=training.pk)
            if locked.settled_at is None and locked.cancelled_at is None:
                _settle(locked, at=at)
                settled += 1
    return settled


def note_made_up(at: datetime) -> int:
    """What has been made up for stands in the file."""
    done = MakeUp.objects.filter(noted_at=None, task__done_at__isnull=False, task__withdrawn=False)
    noted = 0
    for one in done.select_related("training", "task").order_by("pk"):
        with transaction.atomic():
            if MakeUp.objects.filter(pk=one.pk, noted_at=None).update(noted_at=at):
                assert one.task.done_at is not None
                _enter(one.training, [one.person_id], clock.business_day(one.task.done_at), at=at)
                noted += 1
    return noted


def take_back(make_ups: Iterable[MakeUp], *, at: datetime) -> None:
    """Nobody needs to make up for it any more."""
    ids = [one.task_id for one in make_ups]
    owners = list(Task.objects.filter(pk__in=ids, done_at=None).values_list("owner_id", flat=True))
    Task.objects.filter(pk__in=ids, done_at=None).update(done_at=at, withdrawn=True)
    ring([pk for pk in owners if pk is not None])


def _settle(training: Training, *, at: datetime) -> None:
    training.settled_at = at
    training.save(update_fields=["settled_at"])
    _give(training, queries.resting_at(training), rested=True, at=at)


def _give(training: Training, people: Collection[Person], *, rested: bool, at: datetime) -> None:
    rules = in_force(at)
    if not people or not rules.has(clauses.TRAINING_MADE_UP):
        return
    due = days.end_of(clock.business_day(at) + rules[clauses.TRAINING_MADE_UP])
    for person in people:
        with translation.override(person.language):
            title = _("Make up for the training of %(day)s: %(title)s") % {"day": f"{training.day:%m-%d}", "title": training.title}
        task = write_task(title, by=SYSTEM, body=training.note, owner=person, subject=training, url=_address(training), due_at=due, at=at)
        MakeUp.objects.create(training=training, person=person, task=task, rested=rested)
    because = [rules.because(clauses.TRAINING_MADE_UP).as_data()]
    change = _named(training) | {"makes_up": [person.name for person in people]}
    record("workforce.make_up_given", subject=training, by=SYSTEM, change=change, because=because, at=at)


def _enter(training: Training, person_ids: Collection[int], on: date, *, at: datetime) -> None:
    """In the files of those who have one."""
    for kept in StaffFile.objects.filter(person__in=person_ids).select_related("person").order_by("person_id"):
        add_attainment(kept.person, Attainment.Kind.TRAINING, training.title, on, passed=True, by=SYSTEM, at=at)


def _locked(training: Training) -> Training:
    found = Training.objects.select_for_update(no_key=True, of=("self",)).select_related("team").get(pk=training.pk)
    if found.cancelled_at is not None:
        raise Conflict(_("This training was called off meanwhile."))
    return found


def _tell_all(training: Training, *, by: HasActor, at: datetime) -> None:
    for person in queries.members_on(training.team, training.day, training.day).exclude(pk=by.actor.id or 0):
        with translation.override(person.language):
            text = _("Training called off: %(title)s, %(when)s") if training.cancelled_at else _("Training: %(title)s, %(when)s")
            told = text % {"title": training.title, "when": f"{clock.local(training.starts_at):%m-%d %H:%M}"}
        notify(person, told[:200], training.note, by=by, url=_address(training), at=at)


def _address(training: Training) -> str:
    return f"{reverse('trainings')}?team={training.team_id}"


def _named(training: Training) -> dict[str, object]:
    starts = clock.local(training.starts_at)
    return {"team": training.team.name, "title": training.title, "day": f"{starts:%Y-%m-%d %H:%M}"}
