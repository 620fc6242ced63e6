"""One list per person: clocks, tasks, approvals and notices, and what the rooms above add."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from dangban.desk import access, ports, queries
from dangban.desk.models import (
    Approval,
    Deadline,
    DepartmentRequest,
    Notice,
    NoticeReceipt,
    Snooze,
    Task,
    TaskObjection,
)
from dangban.desk.ports import InboxItem
from dangban.lib import clock
from dangban.people.access import scope
from dangban.people.models import Person

# Nobody reads further than this; the count above the list says what there is.
LONGEST = 500
# A notice about something that was not urgent is news for a week, then history.
NEWS_FOR = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Group:
    """A kind of thing in the inbox, as a filter shows it."""

    name: str
    label: object
    count: int


@dataclass(frozen=True, slots=True)
class Inbox:
    items: list[InboxItem]
    groups: list[Group]
    asleep: list[tuple[InboxItem, datetime]] = field(default_factory=list)

    @property
    def late(self) -> int:
        return sum(item.missed for item in self.items)


def inbox(person: Person, at: datetime, only: str = "") -> Inbox:
    """All that waits for a person, what is due first on top; news without a time comes last."""
    sleeping = dict(Snooze.objects.filter(person=person, until__gt=at).values_list("item", "until"))
    awake: list[InboxItem] = []
    asleep: list[tuple[InboxItem, datetime]] = []
    groups = []
    for name, (label, source) in ports.registry.inbox.items():
        items = list(source.items(person, at))
        waking = [item for item in items if item.key not in sleeping]
        asleep += [(item, sleeping[item.key]) for item in items if item.key in sleeping]
        groups.append(Group(name, label, len(waking)))
        if only in ("", name):
            awake += waking
    return Inbox(sorted(awake, key=_by_time)[:LONGEST], groups, sorted(asleep, key=lambda pair: pair[1]))


def count(person: Person, at: datetime) -> int:
    """How much waits, for the number in the top bar."""
    waiting = sum(source.count(person, at) for _label, source in ports.registry.inbox.values())
    return max(0, waiting - Snooze.objects.filter(person=person, until__gt=at).count())


def find(person: Person, key: str, at: datetime) -> InboxItem:
    """One item of a person's inbox, asleep or awake."""
    for _label, source in ports.registry.inbox.values():
        for item in source.items(person, at):
            if item.key == key:
                return item
    raise Http404


def _by_time(item: InboxItem) -> tuple[bool, datetime, str]:
    at = item.due_at or item.since
    return (item.due_at is None, at or clock.now(), item.key)


class Deadlines:
    """Clocks of one's own that run or have run out; paused ones wait for somebody else."""

    def items(self, person: Person, at: datetime) -> Iterator[InboxItem]:
        for deadline in self._mine(person).order_by("due_at")[:LONGEST]:
            label = ports.registry.deadline_kinds.get(deadline.kind, deadline.kind)
            acts = ("snooze", "delegate") if deadline.kind in ports.registry.delegable else ("snooze",)
            yield InboxItem(
                key=f"deadline:{deadline.pk}",
                kind="deadline",
                label=deadline.label or str(label),
                detail=str(label) if deadline.label else "",
                url=deadline.url,
                due_at=deadline.due_at,
                since=deadline.started_at,
                missed=deadline.missed_at is not None,
                warn_seconds=deadline.warn_seconds,
                shop_id=deadline.shop_id,
                because=deadline.because,
                acts=acts,
            )

    def count(self, person: Person, at: datetime) -> int:
        return self._mine(person).count()

    def _mine(self, person: Person) -> QuerySet[Deadline]:
        running = Q(running_since__isnull=False) | Q(missed_at__isnull=False)
        mine = Deadline.objects.filter(running, owner=person, met_at=None, cancelled_at=None)
        return mine.exclude(kind__in=ports.registry.shown_elsewhere)


class Tasks:
    def items(self, person: Person, at: datetime) -> Iterator[InboxItem]:
        for task in self._mine(person).select_related("team").order_by("due_at")[:LONGEST]:
            yield InboxItem(
                key=f"task:{task.pk}",
                kind="task",
                label=task.title,
                detail=task.team.name if task.owner_id is None and task.team else task.body or task.made_by_name,
                # What is written in it is read there, not at what it is about.
                url=reverse("task", args=[task.pk]) if task.body or not task.url else task.url,
                due_at=task.due_at,
                since=task.created_at,
                missed=task.due_at is not None and task.due_at < at,
                shop_id=task.shop_id,
                acts=("done", "snooze", "delegate"),
            )

    def count(self, person: Person, at: datetime) -> int:
        return self._mine(person).count()

    def _mine(self, person: Person) -> QuerySet[Task]:
        return Task.objects.filter(
            Q(owner=person) | Q(owner=None, team_id__in=scope(person).teams), done_at=None
        )


class Approvals:
    def items(self, person: Person, at: datetime) -> Iterator[InboxItem]:
        waiting = list(self._mine(person).select_related("asked_by").order_by("asked_at")[:LONGEST])
        clocks = queries.deadlines_of(queries.APPROVAL, [approval.pk for approval in waiting])
        for approval in waiting:
            deadline = next(iter(clocks.get(approval.pk, ())), None)
            kind = ports.registry.approval_kinds.get(approval.kind)
            yield InboxItem(
                key=f"approval:{approval.pk}",
                kind="approval",
                label=approval.title,
                url=reverse("approval", args=[approval.pk]),
                detail=f"{kind.label} · {approval.asked_by.name}" if kind else approval.asked_by.name,
                due_at=deadline.due_at if deadline else None,
                missed=deadline is not None and deadline.missed_at is not None,
                warn_seconds=deadline.warn_seconds if deadline else 0,
                since=approval.asked_at,
                shop_id=approval.shop_id,
                because=approval.because,
                acts=("settle", "snooze"),
            )

    def count(self, person: Person, at: datetime) -> int:
        return self._mine(person).count()

    def _mine(self, person: Person) -> QuerySet[Approval]:
        return access.visible_approvals(person).filter(settled_at=None).exclude(asked_by=person)


class Notices:
    """Notices that must be read, and news for oneself, until they were seen."""

    def items(self, person: Person, at: datetime) -> Iterator[InboxItem]:
        unread = list(unread_notices(person, at)[:LONGEST])
        clocks = queries.confirm_by(unread)
        for notice in unread:
            deadline = clocks.get(notice.pk)
            yield InboxItem(
                key=f"notice:{notice.pk}",
                kind="notice",
                label=notice.title,
                detail=notice.body if notice.person_id else notice.by_name,
                url=notice.url or reverse("notice", args=[notice.pk]),
                due_at=deadline.due_at if deadline else None,
                since=notice.at,
                missed=deadline is not None and deadline.missed_at is not None,
                warn_seconds=deadline.warn_seconds if deadline else 0,
                shop_id=notice.shop_id,
                because=deadline.because if deadline else (),
                acts=("read",) if notice.person_id else ("open",),
            )

    def count(self, person: Person, at: datetime) -> int:
        return unread_notices(person, at).count()


class Answers:
    """What waits for one's word: questions to answer or to pass on to the customer, objections, requests."""

    def items(self, person: Person, at: datetime) -> Iterator[InboxItem]:
        yield from self._to_tell(person)
        yield from self._to_answer(person, at)
        for objection in _objections(person).select_related("task", "by"):
            yield InboxItem(
                key=f"objection:{objection.pk}", kind="answer", since=objection.at, detail=objection.reason,
                label=gettext("%(name)s objects: %(title)s") % {"name": objection.by.name, "title": objection.task.title},
                url=reverse("task", args=[objection.task_id]), shop_id=objection.task.shop_id,
            )  # fmt: skip
        for request in _requests(person).select_related("asked_by"):
            yield InboxItem(
                key=f"request:{request.pk}", kind="answer", label=request.title, due_at=request.due_at, since=request.asked_at,
                missed=request.due_at is not None and request.due_at < at, detail=request.asked_by.name,
                url=reverse("request", args=[request.pk]), shop_id=request.shop_id,
            )  # fmt: skip

    def _to_tell(self, person: Person) -> Iterator[InboxItem]:
        for question in queries.to_tell(person):
            yield InboxItem(
                key=f"question:{question.pk}", kind="answer", since=question.answered_at, detail=question.answer,
                label=gettext("Tell the customer: %(title)s") % {"title": question.text},
                url=reverse("question", args=[question.pk]), shop_id=question.shop_id,
            )  # fmt: skip

    def _to_answer(self, person: Person, at: datetime) -> Iterator[InboxItem]:
        for deadline in _questions(person):
            yield InboxItem(
                key=f"question:{deadline.subject_id}", kind="answer", due_at=deadline.due_at, since=deadline.started_at,
                label=gettext("Answer: %(title)s") % {"title": deadline.label}, url=deadline.url, because=deadline.because,
                missed=deadline.missed_at is not None, warn_seconds=deadline.warn_seconds, shop_id=deadline.shop_id,
            )  # fmt: skip

    def count(self, person: Person, at: datetime) -> int:
        waiting = (queries.to_tell(person), _questions(person), _objections(person), _requests(person))
        return sum(rows.count() for rows in waiting)


class Handed:
    """Lines of a sheet to accept, things taken over that are due, and those that were given back."""

    def items(self, person: Person, at: datetime) -> Iterator[InboxItem]:
        for item in queries.handed_to(person).select_related("handover__from_person"):
            yield InboxItem(
                key=f"handed:{item.pk}", kind="handed", label=item.label, detail=item.answer or item.note, due_at=item.due_at,
                since=item.handover.signed_at, missed=item.due_at is not None and item.due_at < at,
                url=reverse("handover", args=[item.handover_id]),
            )  # fmt: skip

    def count(self, person: Person, at: datetime) -> int:
        return queries.handed_to(person).count()


def _questions(person: Person) -> QuerySet[Deadline]:
    waiting = Deadline.objects.filter(owner=person, kind=queries.QUESTION, met_at=None, cancelled_at=None)
    return waiting.order_by("due_at")[:LONGEST]


def _objections(person: Person) -> QuerySet[TaskObjection]:
    mine = TaskObjection.objects.filter(answered_at=None, task__made_by_kind="person", task__made_by_id=person.pk)
    return mine.order_by("at")[:LONGEST]


def _requests(person: Person) -> QuerySet[DepartmentRequest]:
    """Those one has taken; and those of one's department that nobody has taken yet."""
    if person.department_id is None:
        return DepartmentRequest.objects.none()
    waiting = access.visible_requests(person).filter(department=person.department_id, settled_at=None)
    return waiting.filter(Q(received_by=person) | Q(received_by=None)).exclude(asked_by=person).order_by("due_at")[:LONGEST]


def unread_notices(person: Person, at: datetime) -> QuerySet[Notice]:
    read = NoticeReceipt.objects.filter(person=person).values("notice_id")
    wanted = Q(person=person, at__gt=at - NEWS_FOR) | Q(person=None, must_read=True)
    live = Q(until=None) | Q(until__gt=at)
    unread = access.visible_notices(person).filter(wanted, live).exclude(pk__in=read).exclude(_stands_here_or_is_over(person))
    return unread.exclude(by_kind="person", by_id=person.pk, person=None).order_by("-at", "-pk")


def _stands_here_or_is_over(person: Person) -> Q:
    """News of a clock that stands in the same inbox, itself or with its thing, or that runs no more."""
    here = Q(deadline__owner=person)
    over = Q(deadline__met_at__isnull=False) | Q(deadline__cancelled_at__isnull=False)
    return Q(deadline__isnull=False) & (here | over)


def _other_approvers(deadline: Deadline) -> list[Person]:
    """Where nobody above the asker may answer, all who may are told."""
    approval = Approval.objects.filter(pk=deadline.subject_id).first()
    if approval is None or deadline.owner_id is not None:
        return []
    return list(Person.objects.filter(pk__in=access.approvers(approval)))


def _who_asked(deadline: Deadline) -> list[Person]:
    return list(Person.objects.filter(requests=deadline.subject_id))


def register() -> None:
    ports.name_deadlines(
        {
            queries.RECEIPTS: _("confirmation of a notice"), queries.APPROVAL: _("answer to an approval"),
            queries.QUESTION: _("answer to a question"), queries.REQUEST: _("request between departments"),
            queries.NIGHT_ITEM: _("left by the night"),
        }
    )  # fmt: skip
    ports.show_elsewhere(queries.APPROVAL, queries.QUESTION, queries.REQUEST, queries.NIGHT_ITEM)
    ports.register_also_told(queries.APPROVAL, _other_approvers)
    ports.register_also_told(queries.REQUEST, _who_asked)
    ports.register_inbox("deadlines", _("Clocks"), Deadlines())
    ports.register_inbox("tasks", _("Tasks"), Tasks())
    ports.register_inbox("approvals", _("Approvals"), Approvals())
    ports.register_inbox("answers", _("Answers"), Answers())
    ports.register_inbox("handed", _("Handed over"), Handed())
    ports.register_inbox("notices", _("Notices"), Notices())

