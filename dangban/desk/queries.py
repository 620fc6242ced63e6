"""Reads of the desk's pages: clocks of a subject, a person's day, receipts of a notice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet

from dangban.desk import access
from dangban.desk.models import Approval, Deadline, Notice, NoticeReceipt, Task
from dangban.lib import clock
from dangban.people.models import Person

NOTICE = "desk.notice"
# The kind of the clock that runs until everybody has confirmed a must-read notice.
RECEIPTS = "desk.notice_receipts"


def deadlines_of(kind: str, ids: Iterable[int]) -> Mapping[int, list[Deadline]]:
    """Open clocks of many subjects, for lists that show a countdown beside each: one query."""
    found: dict[int, list[Deadline]] = {}
    deadlines = Deadline.objects.filter(subject_kind=kind, subject_id__in=list(ids), met_at=None, cancelled_at=None)
    for deadline in deadlines.order_by("due_at"):
        found.setdefault(deadline.subject_id, []).append(deadline)
    return found


def breaches(start: datetime, end: datetime, *, kinds: Iterable[str] = (), people: Iterable[int] = ()) -> QuerySet[Deadline]:
    """Clocks that ran out in a span of time, for performance and for the floor."""
    missed = Deadline.objects.filter(missed_at__gte=start, missed_at__lt=end)
    if kinds:
        missed = missed.filter(kind__in=list(kinds))
    if people:
        missed = missed.filter(owner_id__in=list(people))
    return missed.order_by("missed_at", "pk")


@dataclass(frozen=True, slots=True)
class Day:
    """What a person did on a day, and what remains of it."""

    day: date
    met: list[Deadline]
    missed: list[Deadline]
    tasks_done: list[Task]
    answered: list[Approval]

    @property
    def done(self) -> int:
        return len(self.met) + len(self.tasks_done) + len(self.answered)


def day_of(person: Person, day: date, start: datetime, end: datetime) -> Day:
    ended = Deadline.objects.filter(owner=person, met_at__gte=start, met_at__lt=end).order_by("met_at")
    return Day(
        day=day,
        met=list(ended[:200]),
        missed=list(breaches(start, end, people=[person.pk])[:200]),
        tasks_done=list(Task.objects.filter(done_by=person, done_at__gte=start, done_at__lt=end).order_by("done_at")[:200]),
        answered=list(
            Approval.objects.filter(settled_by=person, settled_at__gte=start, settled_at__lt=end).order_by("settled_at")[:200]
        ),
    )


def notices(person: Person, at: datetime) -> Sequence[Notice]:
    """Notices one belongs to the readers of, newest first, with whether one has read each."""
    read = set(NoticeReceipt.objects.filter(person=person).values_list("notice_id", flat=True))
    found = list(
        access.visible_notices(person)
        .filter(person=None)
        .select_related("team", "shop")
        .annotate(read_by=Count("receipts"))
        .order_by("-at", "-pk")[:100]
    )
    for notice in found:
        notice.is_read = notice.pk in read or (notice.by_kind == "person" and notice.by_id == person.pk)  # type: ignore[attr-defined]
        notice.is_over = notice.until is not None and notice.until <= at  # type: ignore[attr-defined]
    return found


def readers_wanted(notice: Notice) -> QuerySet[Person]:
    """Those a notice is for who have not confirmed it, without who wrote it."""
    writer = Q(pk=notice.by_id) if notice.by_kind == "person" else Q(pk__in=[])
    given = NoticeReceipt.objects.filter(notice=notice).values("person")
    return access.audience(notice).exclude(writer).exclude(pk__in=given).order_by("name", "pk")


def receipts_clock(notice: Notice) -> Deadline | None:
    """The clock in which a notice is to be confirmed, running or ended."""
    clocks = Deadline.objects.filter(subject_kind=NOTICE, subject_id=notice.pk, kind=RECEIPTS)
    return clocks.order_by("-pk").first()


def confirm_by(notices: Iterable[Notice]) -> Mapping[int, Deadline]:
    """The running clocks of notices that are still to be confirmed (one query)."""
    found = deadlines_of(NOTICE, [notice.pk for notice in notices if notice.must_read])
    return {pk: clocks[0] for pk, clocks in found.items()}


def receipts(notice: Notice) -> tuple[list[NoticeReceipt], list[Person]]:
    """Who has read it and when; who of those it is for has not."""
    given = list(NoticeReceipt.objects.filter(notice=notice).select_related("person").order_by("at"))
    return given, list(readers_wanted(notice))


def tasks_given(person: Person) -> list[Task]:
    """Open tasks a person gave to others, what is due first on top."""
    given = Task.objects.filter(made_by_kind="person", made_by_id=person.pk, done_at=None).exclude(owner=person)
    return list(given.select_related("owner", "team").order_by("due_at", "pk")[:100])


def approvals_asked(person: Person) -> list[Approval]:
    return list(Approval.objects.filter(asked_by=person).select_related("settled_by").order_by("-asked_at")[:50])


def today(at: datetime) -> tuple[date, datetime, datetime]:
    """The company day of an instant, and its span."""
    day = clock.business_day(at)
    return (day, *clock.day_span(day))
