"""Tasks that come again by themselves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time

from django.db import transaction
from django.utils.translation import gettext as _

from dangban.desk import access, days
from dangban.desk.actions.tasks import MOST_STEPS, write_task
from dangban.desk.models import Recurrence, Task
from dangban.journal.actions import record
from dangban.lib import clock
from dangban.lib.actor import SYSTEM
from dangban.lib.errors import BadInput, Conflict, NotAllowed
from dangban.lib.text import refuse_unstorable
from dangban.people.models import Person, Team


def write_recurrence(
    title: str,
    *,
    by: Person,
    at: datetime,
    every: str,
    appears_at: time,
    body: str = "",
    steps: Sequence[str] = (),
    owner: Person | None = None,
    team: Team | None = None,
    weekdays: Sequence[int] = (),
    day_of_month: int | None = None,
    due_by: time | None = None,
) -> Recurrence:
    """Say what comes again, when, and for whom."""
    access.must_assign(by, owner, team)
    if owner is None and team is None:
        raise BadInput(_("Say who is to do it."), fields={"owner": [_("Choose a person or a team.")]})
    if every == Recurrence.Every.WEEK and not weekdays:
        raise BadInput(_("Choose the days."), fields={"weekdays": [_("Choose the days.")]})
    if every == Recurrence.Every.MONTH and not day_of_month:
        raise BadInput(_("Choose the day."), fields={"day_of_month": [_("Choose the day.")]})
    if due_by is not None and due_by <= appears_at:
        raise BadInput(_("Choose a later time."), fields={"due_by": [_("Choose a later time.")]})
    texts = [refuse_unstorable(text.strip(), "steps")[:200] for text in steps if text.strip()]
    with transaction.atomic():
        rule = Recurrence(
            title=refuse_unstorable(title.strip(), "title")[:200], body=refuse_unstorable(body.strip(), "body"),
            steps=texts[:MOST_STEPS], owner=owner, team=team, every=every, weekdays=sorted(set(weekdays)),
            day_of_month=day_of_month, appears_at=appears_at, due_by=due_by, made_by=by, made_at=at,
        )  # fmt: skip
        rule.next_at = days.next_time(rule, at)
        rule.save()
        record("desk.recurrence_written", subject=rule, by=by, change={"title": rule.title}, at=at)
    return rule


def end_recurrence(rule: Recurrence, *, by: Person, at: datetime) -> None:
    """From now on it comes no more; what came stays."""
    if rule.made_by_id != by.pk:
        if not by.can("desk.assign"):
            raise NotAllowed(_("You may not give tasks to others. Ask your leader."))
        access.must_assign(by, rule.owner, rule.team)
    with transaction.atomic():
        if not Recurrence.objects.filter(pk=rule.pk, ended_at=None).update(ended_at=at, ended_by=by):
            raise Conflict(_("This is over already."))
        record("desk.recurrence_ended", subject=rule, by=by, change={"title": rule.title}, at=at)


def let_come(at: datetime) -> int:
    """Write the tasks whose time has come, each once, whoever sweeps; times that passed unseen come as one."""
    due = Recurrence.objects.filter(ended_at=None, next_at__lte=at).order_by("next_at")
    return sum(_let_one_come(rule, at) for rule in due.select_related("owner", "team", "shop", "made_by")[:200])


def _let_one_come(rule: Recurrence, at: datetime) -> bool:
    with transaction.atomic():
        following = days.next_time(rule, at)
        if not Recurrence.objects.filter(pk=rule.pk, ended_at=None, next_at=rule.next_at).update(next_at=following):
            return False
        assert rule.next_at is not None
        day = clock.local(rule.next_at).date()
        due_at = clock.at_local(day, rule.due_by) if rule.due_by is not None else None
        task: Task = write_task(
            rule.title, body=rule.body, owner=rule.owner, team=rule.team, shop=rule.shop, steps=rule.steps, due_at=due_at,
            recurrence=rule, by=SYSTEM, at=at,
        )  # fmt: skip
        # Who said that it comes again is who answers for it.
        Task.objects.filter(pk=task.pk).update(made_by_kind="person", made_by_id=rule.made_by_id, made_by_name=rule.made_by.name)
    return True
