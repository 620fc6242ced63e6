"""What keeps a day from being signed off: what the desk itself knows, beside what the rooms above add."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dangban.desk import access, days, house, ports
from dangban.desk.models import (
    DaySummary,
    Deadline,
    DepartmentRequest,
    HandoverItem,
    Incident,
    Question,
    Task,
    TaskObjection,
)
from dangban.desk.ports import Leftover
from dangban.lib.text import one_line
from dangban.people.access import scope
from dangban.people.models import Person, Team

# What nobody else can do for one: it can't be handed over.
ONES_OWN = ("summary:",)


def leftovers(person: Person, at: datetime) -> list[Leftover]:
    """Everything of a person's day that is not settled, each thing once, in the order of the rooms."""
    _start, end = days.span(days.work_day(at), at)
    found: dict[str, Leftover] = {}
    for _label, blocker in ports.registry.day_blockers.values():
        for one in blocker(person, end, at):
            found.setdefault(one.key, one)
    return list(found.values())


def by_kind(person: Person, at: datetime) -> list[tuple[str, object, list[Leftover]]]:
    """The same under the headings of the rooms, those with nothing left too."""
    _start, end = days.span(days.work_day(at), at)
    return [(name, label, list(blocker(person, end, at))) for name, (label, blocker) in ports.registry.day_blockers.items()]


def silent_clocks(person: Person) -> set[str]:
    """Keys of clocks that are not named by themselves: the thing they belong to is."""
    kinds = ports.registry.spoken_for | ports.registry.shown_elsewhere
    running = Deadline.objects.filter(owner=person, kind__in=kinds, met_at=None, cancelled_at=None)
    return {f"deadline:{pk}" for pk in running.values_list("pk", flat=True)}


def tasks(person: Person, end: datetime, at: datetime) -> Sequence[Leftover]:
    due = Task.objects.filter(owner=person, done_at=None, due_at__lt=end).order_by("due_at", "pk")
    return [Leftover(f"task:{one.pk}", one.title, reverse("task", args=[one.pk])) for one in due]


def clocks(person: Person, end: datetime, at: datetime) -> Sequence[Leftover]:
    """Promises with a time that no room speaks for: out of time, or due today. Paused ones wait for others."""
    late = Q(missed_at__isnull=False) | Q(due_at__lt=end, running_since__isnull=False)
    due = Deadline.objects.filter(late, owner=person, met_at=None, cancelled_at=None)
    due = due.exclude(kind__in=ports.registry.spoken_for | ports.registry.shown_elsewhere).order_by("due_at", "pk")
    return [Leftover(f"deadline:{one.pk}", one.label or one.kind, one.url) for one in due]


def incidents(person: Person, end: datetime, at: datetime) -> Sequence[Leftover]:
    """A problem may wait for days, but not without a day on which one looks at it again."""
    when = Q(next_at=None) | Q(next_at__lt=end)
    held = Incident.objects.filter(when, owner=person, settled_at=None).order_by("pk")
    return [Leftover(f"incident:{one.pk}", one.title, reverse("incident", args=[one.pk])) for one in held]


def answers(person: Person, end: datetime, at: datetime) -> Sequence[Leftover]:
    """Answers that a customer waits for; questions, approvals and objections for oneself to answer; requests in one's hands."""
    return list(_answers(person, end))


def _answers(person: Person, end: datetime) -> Iterator[Leftover]:
    known = Question.objects.filter(asked_by=person, for_customer=True, answered_at__isnull=False, told_at=None)
    for one in known.order_by("pk"):
        label = _("Tell the customer: %(title)s") % {"title": one.text}
        yield Leftover(f"question:{one.pk}", label, reverse("question", args=[one.pk]))
    asked = Deadline.objects.filter(owner=person, kind="desk.question", due_at__lt=end, met_at=None, cancelled_at=None)
    for clock in asked.order_by("due_at"):
        label = _("Answer: %(title)s") % {"title": clock.label}
        yield Leftover(f"question:{clock.subject_id}", label, clock.url)
    asked = Deadline.objects.filter(owner=person, kind="desk.approval", due_at__lt=end, met_at=None, cancelled_at=None)
    for clock in asked.order_by("due_at"):
        label = _("Answer: %(title)s") % {"title": clock.label}
        yield Leftover(f"approval:{clock.subject_id}", label, clock.url)
    given = TaskObjection.objects.filter(answered_at=None, task__made_by_kind="person", task__made_by_id=person.pk)
    for objection in given.select_related("task").order_by("pk"):
        label = _("Answer the objection: %(title)s") % {"title": objection.task.title}
        yield Leftover(f"objection:{objection.pk}", label, reverse("task", args=[objection.task_id]))
    held = DepartmentRequest.objects.filter(received_by=person, settled_at=None, due_at__lt=end)
    for request in held.order_by("due_at"):
        yield Leftover(f"request:{request.pk}", request.title, reverse("request", args=[request.pk]))


def handed(person: Person, end: datetime, at: datetime) -> Sequence[Leftover]:
    """Lines of sheets that one took over and that are due: written by hand, as no room knows of them."""
    mine = HandoverItem.objects.filter(answered_by=person, state=HandoverItem.State.ACCEPTED, key="", due_at__lt=end)
    return [
        Leftover(f"handed:{one.pk}", one.label, reverse("handover", args=[one.handover_id])) for one in mine.order_by("pk")
    ]


def summaries(person: Person, end: datetime, at: datetime) -> Sequence[Leftover]:
    """The leader's summary of the day, where the handbook wants one."""
    if not house.wants_summary(at) or not person.can("desk.assign"):
        return []
    day = days.work_day(at)
    written = DaySummary.objects.filter(day=day).values("team")
    teams = access.led_teams(person).filter(pk__in=scope(person).teams).exclude(pk__in=written)
    return [
        Leftover(f"summary:{team.pk}", _("Sum up the day of %(team)s") % {"team": team.name}, reverse("day_summary", args=[team.pk]))
        for team in teams
    ]


def hard_questions(team: Team, start: datetime, end: datetime) -> Sequence[str]:
    """What the team did not know that day, with the answer where there is one."""
    asked = Question.objects.filter(shop__in=team.shops.all(), asked_at__gte=start, asked_at__lt=end).order_by("pk")
    return [f"{one.text} → {one_line(one.answer)}" if one.answer else one.text for one in asked[:50]]


def problems(team: Team, start: datetime, end: datetime) -> Sequence[str]:
    """The problems noted in the team's shops that day, with how they ended."""
    noted = Incident.objects.filter(shop__in=team.shops.all(), at__gte=start, at__lt=end).order_by("pk")
    return [f"{one.title} → {one.outcome}" if one.outcome else one.title for one in noted[:50]]


def register() -> None:
    ports.register_summary("questions", hard_questions)
    ports.register_summary("aftersales", problems)
    ports.register_day_blocker("tasks", gettext_lazy("Tasks"), tasks)
    ports.register_day_blocker("clocks", gettext_lazy("Clocks"), clocks)
    ports.register_day_blocker("incidents", gettext_lazy("Incidents"), incidents)
    ports.register_day_blocker("answers", gettext_lazy("Answers"), answers)
    ports.register_day_blocker("handed", gettext_lazy("Accepted from others"), handed)
    ports.register_day_blocker("summary", gettext_lazy("Summary of the day"), summaries)
