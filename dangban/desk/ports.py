"""What the desk asks of the rooms above: when a team is on duty, and what else waits for a person."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from dangban.lib.spans import Span

if TYPE_CHECKING:
    from dangban.desk.models import Approval, Deadline, DepartmentRequest
    from dangban.lib.actor import Actor
    from dangban.people.models import Person, Team

DutySpans = Callable[[int | None, int | None, datetime, datetime], Sequence[Span] | None]


@dataclass(frozen=True, slots=True)
class InboxItem:
    """One thing that waits for a person. `key` is unique in the inbox: ``task:12``.

    `acts` names what can be done from the inbox: ``done``, ``delegate``, ``snooze``, ``settle``.
    """

    key: str
    kind: str
    label: str
    url: str = ""
    due_at: datetime | None = None
    since: datetime | None = None
    missed: bool = False
    warn_seconds: int = 0
    shop_id: int | None = None
    detail: str = ""
    because: Sequence[object] = ()
    acts: Collection[str] = ("snooze",)


class InboxSource(Protocol):
    def items(self, person: Person, at: datetime) -> Iterable[InboxItem]: ...

    def count(self, person: Person, at: datetime) -> int: ...


@dataclass(frozen=True, slots=True)
class ApprovalKind:
    """What an approval is called, and what happens once it is granted or refused.

    `settled` runs in the transaction of the answer and may raise to keep it from being given.
    """

    label: object
    settled: Callable[[Approval, Actor, datetime], None] | None = None


@dataclass(frozen=True, slots=True)
class Leftover:
    """Something of a person's day that is not settled. `key` is the one its room's open work has for it."""

    key: str
    label: str
    url: str = ""


# What is left of the day of a person: what is due before `end`, and not settled at `at`.
DayBlocker = Callable[["Person", datetime, datetime], Sequence[Leftover]]


@dataclass(frozen=True, slots=True)
class RequestKind:
    """What one department asks of another: the form's own fields beside title and details.

    `department` is the code of the department that is meant, where the company has it; `fields` are
    (name, lazy label), kept in the request's facts under their names. `settled` runs in the transaction
    in which it is done or declined. A kind with its own page is asked `elsewhere`, not on the desk's form.
    """

    label: object
    department: str = ""
    fields: Sequence[tuple[str, object]] = ()
    settled: Callable[[DepartmentRequest, Actor, datetime], None] | None = None
    elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A thing of a room that was found by the number somebody typed."""

    label: str
    url: str


@dataclass
class _Registry:
    duty_spans: DutySpans | None = None
    inbox: dict[str, tuple[object, InboxSource]] = field(default_factory=dict)
    deadline_kinds: dict[str, object] = field(default_factory=dict)
    delegable: set[str] = field(default_factory=set)
    also_told: dict[str, Callable[[Deadline], Iterable[Person]]] = field(default_factory=dict)
    watchers: dict[str, Callable[[Deadline], None]] = field(default_factory=dict)
    approval_kinds: dict[str, ApprovalKind] = field(default_factory=dict)
    shown_elsewhere: set[str] = field(default_factory=set)
    day_blockers: dict[str, tuple[object, DayBlocker]] = field(default_factory=dict)
    spoken_for: set[str] = field(default_factory=set)
    request_kinds: dict[str, RequestKind] = field(default_factory=dict)
    finders: dict[str, Callable[[Person, int, str], Found | None]] = field(default_factory=dict)
    summaries: dict[str, Callable[[Team, datetime, datetime], Sequence[str]]] = field(default_factory=dict)
    bells: list[Callable[[Sequence[int]], None]] = field(default_factory=list)


registry = _Registry()


def register_duty_spans(spans_of: DutySpans) -> None:
    """`spans_of(team_id, shop_id, start, end)`: when somebody of the team is on duty, or the shop is
    open. None where neither is known: the clock then runs round the clock rather than never."""
    registry.duty_spans = spans_of


def duty_spans(team_id: int | None, shop_id: int | None, start: datetime, end: datetime) -> Sequence[Span] | None:
    return registry.duty_spans(team_id, shop_id, start, end) if registry.duty_spans else None


def register_inbox(name: str, label: object, source: InboxSource) -> None:
    """`label` is the lazy heading of the filter for this kind of thing."""
    registry.inbox[name] = (label, source)


def name_deadlines(labels: Mapping[str, object], *, delegable: bool = False) -> None:
    """Lazy labels of kinds of deadlines: ``{"conversations.first_reply": _("first reply")}``.

    `delegable` clocks may be passed on from the inbox; the others go with the thing they belong to.
    """
    registry.deadline_kinds.update(labels)
    if delegable:
        registry.delegable.update(labels)


def show_elsewhere(*kinds: str) -> None:
    """Clocks of these kinds are seen in the inbox with the thing they belong to, not by themselves."""
    registry.shown_elsewhere.update(kinds)


def register_day_blocker(name: str, label: object, function: DayBlocker, *, kinds: Iterable[str] = ()) -> None:
    """`function(person, end, at)`: what keeps a person's day from being signed off.

    `kinds` are the deadlines it speaks for: those the desk then doesn't name a second time.
    """
    registry.day_blockers[name] = (label, function)
    registry.spoken_for.update(kinds)


def register_request_kind(code: str, kind: RequestKind) -> None:
    """A form for what one department asks of another: ``design.page``."""
    registry.request_kinds[code] = kind


def register_finder(field_name: str, find: Callable[[Person, int, str], Found | None]) -> None:
    """`find(person, shop_id, text)`: what a field of an incident record names (``order``), if this person may see it."""
    registry.finders[field_name] = find


def register_summary(field_name: str, lines: Callable[[Team, datetime, datetime], Sequence[str]]) -> None:
    """`lines(team, start, end)`: what a leader's summary of the day begins with, for one of its fields
    (``questions``, ``not_sold``, ``aftersales``)."""
    registry.summaries[field_name] = lines


def register_also_told(kind: str, people: Callable[[Deadline], Iterable[Person]]) -> None:
    """Who, besides its owner, is told when a clock of this kind has run out."""
    registry.also_told[kind] = people


def watch_deadlines(kind: str, told: Callable[[Deadline], None]) -> None:
    """`told(deadline)` is called, in its transaction, when a clock of this kind changed in any way."""
    registry.watchers[kind] = told


def also_told(deadline: Deadline) -> list[Person]:
    people = registry.also_told.get(deadline.kind)
    return [person for person in people(deadline) if person.pk != deadline.owner_id] if people else []


def register_approval(kind: str, approval: ApprovalKind) -> None:
    registry.approval_kinds[kind] = approval


def register_bell(bell: Callable[[Sequence[int]], None]) -> None:
    """`bell(person_ids)` is called after commit when the inboxes of these people changed."""
    registry.bells.append(bell)
