"""The inbox: put aside until later, pass on."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from dangban.desk import access, inbox
from dangban.desk.actions.deadlines import reassign_deadline, ring
from dangban.desk.actions.notices import notify
from dangban.desk.house import snooze_limit
from dangban.desk.models import Deadline, Delegation, Snooze, Task
from dangban.journal.actions import record
from dangban.lib.errors import BadInput, NotAllowed, Refused
from dangban.people.models import Person


def snooze(item: str, until: datetime, *, by: Person, at: datetime) -> Snooze:
    """Put an item aside until a time. What has a clock can't be put beyond it."""
    if until <= at:
        raise BadInput(_("Choose a later time."), fields={"until": [_("Choose a later time.")]})
    found = inbox.find(by, item, at)
    if found.due_at is not None and until > found.due_at:
        raise Refused(_("This is due before that. Choose an earlier time, or pass it on."))
    limit = snooze_limit(at)
    with transaction.atomic():
        kept, made = Snooze.objects.select_for_update(no_key=True).get_or_create(
            person=by, item=item, defaults={"until": until, "at": at, "times": 1}
        )
        if not made:
            if kept.times >= limit.times:
                raise Refused(
                    _("This was put off %(count)s times already. Do it now, or pass it on.") % {"count": kept.times},
                    decision=limit.refusal(),
                )
            kept.until, kept.at, kept.times = until, at, kept.times + 1
            kept.save()
        ring([by.pk])
    return kept


def end_snooze(item: str, *, by: Person, at: datetime) -> None:
    """Undo of `snooze`."""
    Snooze.objects.filter(person=by, item=item).update(until=at)
    ring([by.pk])


def delegate(item: str, to: Person, *, by: Person, at: datetime, note: str = "") -> Delegation:
    """Pass a task or the work behind a clock to somebody else of the same shops; clocks run on."""
    found = inbox.find(by, item, at)
    if "delegate" not in found.acts:
        raise NotAllowed(_("This can't be passed on from here. Open it and hand it over there."))
    access.must_be_able_to_take(to, found.shop_id)
    kind, _colon, number = item.partition(":")
    with transaction.atomic():
        if kind == "task":
            task = Task.objects.get(pk=int(number))
            ring(access.task_people(task))
            Task.objects.filter(pk=task.pk).update(owner=to)
            ring(access.task_watchers(task))
            record("desk.task_delegated", subject=task, by=by, shop=task.shop_id, change={"owner": [by.name, to.name]}, at=at)
        else:
            deadline = Deadline.objects.get(pk=int(number))
            about = (deadline.subject_kind, deadline.subject_id)
            reassign_deadline(about, owner=to, by=by, kinds=[deadline.kind], at=at)
        passed = Delegation.objects.create(item=item, from_person=by, to_person=to, note=note.strip()[:200], at=at)
        with translation.override(to.language):
            title = _("%(name)s passed on to you: %(label)s") % {"name": by.name, "label": found.label}
        notify(to, title, note, by=by, url=found.url, at=at)
        ring([by.pk, to.pk])
    return passed
