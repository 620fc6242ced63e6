"""Reads of the desk's pages: clocks of a subject, a person's day, receipts of a notice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet

from dangban.desk import access
from dangban.desk.models import (
    Approval,
    Deadline,
    DepartmentRequest,
    Handover,
    HandoverItem,
    Incident,
    Notice,
    NoticeReceipt,
    Question,
    Task,
    WorkDay,
)
from dangban.lib import clock
from dangban.people.access import scope
from dangban.people.models import Person, Team

NOTICE = "desk.notice"
# The kind of the clock that runs until everybody has confirmed a must-read notice.
RECEIPTS = "desk.notice_receipts"
# The kinds of the clocks of what waits for an answer, and of what a night leaves.
APPROVAL, QUESTION, REQUEST = "desk.approval", "desk.question", "desk.request"
NIGHT_ITEM = "desk.night_item"


def deadlines_of(kind: str, ids: Iterable[int]) -> Mapping[int, list[Deadline]]:
    """Open clocks of many subjects, for lists that show a countdown beside each: one query."""
    found: dict[int, list[Deadline]] = {}
    deadlines = Deadline.objects.filter(subject_kind=kind, subject_id__in=list(ids), met_at=None, cancelled_at=None)
    for deadline in deadlines.order_by("due_at"):
        found.setdefault(deadline.subject_id, []).append(deadline)
    return found


def clock_of(row: Question | DepartmentRequest) -> Deadline | None:
    """The clock of something that is to be answered, running or ended."""
    clocks = Deadline.objects.filter(subject_kind=row._meta.label_lower, subject_id=row.pk)
    return clocks.order_by("-pk").first()


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


def done_on(person: Person, start: datetime, end: datetime) -> int:
    """How much somebody finished in a span: clocks met, tasks done, approvals and questions answered, requests settled."""
    return (
        Deadline.objects.filter(owner=person, met_at__gte=start, met_at__lt=end).exclude(kind__in=ANSWERED).count()
        + Task.objects.filter(done_by=person, withdrawn=False, done_at__gte=start, done_at__lt=end).count()
        + Approval.objects.filter(settled_by=person, settled_at__gte=start, settled_at__lt=end).count()
        + Question.objects.filter(answered_by=person, answered_at__gte=start, answered_at__lt=end).count()
        + Incident.objects.filter(settled_by=person, settled_at__gte=start, settled_at__lt=end).count()
        + DepartmentRequest.objects.filter(
            settled_by=person, done__isnull=False, settled_at__gte=start, settled_at__lt=end
        ).count()
    )


# Counted as what they are the clock of.
ANSWERED = (APPROVAL, QUESTION, REQUEST)


def to_tell(person: Person) -> QuerySet[Question]:
    """Questions of one's own that are answered and that the customer does not know of yet."""
    mine = Question.objects.filter(asked_by=person, for_customer=True, answered_at__isnull=False, told_at=None)
    return mine.order_by("answered_at")


def handed_to(person: Person) -> QuerySet[HandoverItem]:
    """Lines to accept, those taken over with a time, and those that came back."""
    state = HandoverItem.State
    offered = Q(state=state.OFFERED) & (
        Q(handover__to_person=person)
        | Q(handover__to_person=None, handover__team_id__in=scope(person).teams) & ~Q(handover__from_person=person)
    )
    taken = Q(state=state.ACCEPTED, answered_by=person, due_at__isnull=False)
    back = Q(state=state.DECLINED, handover__from_person=person)
    items = HandoverItem.objects.filter(offered | taken | back, handover__signed_at__isnull=False)
    return items.order_by("due_at", "pk")


def open_items(person: Person) -> list[HandoverItem]:
    """What is on the sheets one sees and not closed: it stays in sight until it is."""
    waiting = HandoverItem.objects.filter(
        handover__in=access.visible_handovers(person), handover__signed_at__isnull=False, closed_at=None
    )
    related = ("handover__from_person", "handover__to_person", "answered_by")
    return list(waiting.select_related(*related).order_by("due_at", "handover__signed_at", "position")[:200])


def sheets(person: Person) -> list[Handover]:
    """Signed sheets one sees, newest first, with how much of each is open."""
    signed = access.visible_handovers(person).filter(signed_at__isnull=False)
    counted = signed.annotate(lines=Count("items"), still_open=Count("items", filter=Q(items__closed_at=None)))
    return list(counted.select_related("from_person", "to_person").order_by("-signed_at", "-pk")[:50])


def handed_notes(person: Person, day: date) -> dict[str, str]:
    """What somebody handed over on a day and was not given back: the note by the thing's key."""
    lines = HandoverItem.objects.filter(handover__from_person=person, handover__day=day, handover__signed_at__isnull=False)
    return dict(lines.exclude(key="").exclude(state=HandoverItem.State.DECLINED).values_list("key", "note"))


@dataclass(frozen=True, slots=True)
class Share:
    """How much of a day's work was done on the day: numerator and denominator, so that they can be added."""

    person: Person | None
    done: int
    left: int
    signed: int = 0
    people: int = 1

    @property
    def total(self) -> int:
        return self.done + self.left


def shares(team: Team, first: date, last: date) -> tuple[Share, list[Share]]:
    """Of a team and of each of its people, over days that were begun; unsigned days count as open."""
    rows: dict[int, list[WorkDay]] = {}
    begun = WorkDay.objects.filter(team=team, day__gte=first, day__lte=last)
    for one in begun.select_related("person").order_by("person__name", "pk"):
        rows.setdefault(one.person_id, []).append(one)
    each = [
        Share(
            mine[0].person, sum(one.done for one in mine), sum(one.left for one in mine),
            sum(one.signed_off_at is not None for one in mine), len(mine),
        )
        for mine in rows.values()
    ]  # fmt: skip
    whole = Share(
        None, sum(one.done for one in each), sum(one.left for one in each), sum(one.signed for one in each),
        sum(one.people for one in each),
    )  # fmt: skip
    return whole, each


@dataclass(frozen=True, slots=True)
class Asked:
    """Of one person: how often they asked, how often they answered, and how much of that in time."""

    person: Person
    asked: int
    answered: int
    in_time: int


def question_counts(people: Iterable[Person], start: datetime, end: datetime) -> list[Asked]:
    """Counted for both: who noticed what was not known, and who knew it."""
    named = {person.pk: person for person in people}
    asked = Question.objects.filter(asked_by__in=named, asked_at__gte=start, asked_at__lt=end)
    answered = Question.objects.filter(answered_by__in=named, answered_at__gte=start, answered_at__lt=end)
    late = Deadline.objects.filter(kind=QUESTION, missed_at__isnull=False).values("subject_id")
    first = dict(asked.values("asked_by").annotate(n=Count("pk")).values_list("asked_by", "n"))
    second = dict(answered.values("answered_by").annotate(n=Count("pk")).values_list("answered_by", "n"))
    good = dict(answered.exclude(pk__in=late).values("answered_by").annotate(n=Count("pk")).values_list("answered_by", "n"))
    rows = [Asked(person, first.get(pk, 0), second.get(pk, 0), good.get(pk, 0)) for pk, person in named.items()]
    return [row for row in rows if row.asked or row.answered]
