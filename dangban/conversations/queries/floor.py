"""The leader's view of the floor: who is there, who waits, how today goes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, Q

from dangban.chat.models import IdleStretch, Presence
from dangban.conversations import facts
from dangban.conversations.clauses import CAPACITY
from dangban.conversations.models import Conversation
from dangban.conversations.queries.inbox import seen
from dangban.conversations.queries.numbers import Numbers, numbers_with_people
from dangban.conversations.rules import clocks
from dangban.handbook.current import in_force
from dangban.lib import clock
from dangban.people.access import scope, visible_shops
from dangban.people.clauses import TOOLS_EXAM_FIRST
from dangban.people.models import Person, Team, TeamMembership
from dangban.staff.queries import without_tools_exam
from dangban.workforce.models import DutyPeriod

State = Conversation.State


@dataclass(frozen=True, slots=True)
class OnFloor:
    """One person of the floor. `since` is when the present state began; `numbers` are today's, if any."""

    person: Person
    team: Team
    state: str
    reason: str
    since: datetime | None
    on_duty: bool
    # A newcomer whom routing passes over until the tools exam is passed.
    held_back: bool
    duty: DutyPeriod | None
    load: int
    capacity: int
    # How many of their customers wait for a word, since when the longest, and how that looks.
    waiting: int
    waiting_since: datetime | None
    colour: str
    idle_since: datetime | None
    numbers: Numbers | None


@dataclass(frozen=True, slots=True)
class Floor:
    """`queue` waits for anybody, `messages` were left while nobody was there."""

    at: datetime
    people: list[OnFloor]
    queue: list[dict[str, Any]]
    messages: list[dict[str, Any]]
    serving: int
    unanswered: int
    longest_since: datetime | None
    longest_conversation: int | None
    today: Numbers


def floor(person: Person, team: Team | None = None) -> Floor:
    """Everything the floor shows, for those who supervise it (about 25 queries, however many people)."""
    at = clock.now()
    today = clock.business_day(at)
    shown, by_person = numbers_with_people(person, today, today, team=team)
    visible = seen(person)
    if team is not None:
        visible = visible.filter(team=team)
    people = _people(person, team, by_person, at)
    unanswered = visible.filter(state__in=(State.WAITING, State.SERVING, State.OFFLINE), waiting_since__isnull=False)
    longest = unanswered.order_by("waiting_since", "pk").values_list("waiting_since", "pk").first()
    return Floor(
        at=at,
        people=people,
        queue=_lines(visible.filter(state=State.WAITING), at),
        messages=_lines(visible.filter(state=State.OFFLINE), at),
        serving=visible.filter(state=State.SERVING).count(),
        unanswered=unanswered.count(),
        longest_since=longest[0] if longest else None,
        longest_conversation=longest[1] if longest else None,
        today=shown,
    )


def _people(
    reader: Person, team: Team | None, today: dict[int, Numbers], at: datetime
) -> list[OnFloor]:
    members = _members(reader, team, at)
    teams = sorted({row.team_id for rows in members.values() for row in rows})
    ids = list(members)
    present = {one.person_id: one for one in Presence.objects.filter(person__in=ids, ended_at=None)}
    shifts = facts.duties(teams, at)
    duties = {duty.person_id: duty for duty in _duties_now(ids, at)}
    loads = facts.load_of(ids)
    waits = _waits(ids)
    idle = dict(IdleStretch.objects.filter(person__in=ids, ended_at=None).values_list("person_id", "started_at"))
    rules = in_force(at)
    shown = []
    newcomers = without_tools_exam([rows[0].person for rows in members.values()], clock.business_day(at))
    for pk, rows in members.items():
        presence = present.get(pk)
        state = presence.state if presence else Presence.State.OFFLINE
        team_id = shifts.first_on(pk, [one.team_id for one in rows], state)
        row = next(one for one in rows if one.team_id == team_id)
        count, since = waits.get(pk, (0, None))
        seconds = int((at - since).total_seconds()) if since else 0
        shown.append(
            OnFloor(
                person=row.person,
                team=row.team,
                state=state,
                reason=presence.reason if presence else "",
                since=presence.started_at if presence else None,
                on_duty=shifts.covers(pk, row.team_id, state),
                held_back=pk in newcomers and rules[TOOLS_EXAM_FIRST],
                duty=duties.get(pk),
                load=loads.get(pk, 0),
                capacity=rules[CAPACITY] if row.person.chat_capacity is None else row.person.chat_capacity,
                waiting=count,
                waiting_since=since,
                colour=clocks.waiting_colour(seconds, rules) if since else "neutral",
                idle_since=idle.get(pk),
                numbers=today.get(pk),
            )
        )
    order = list(Presence.State.values)
    return sorted(shown, key=lambda one: (not one.on_duty, order.index(one.state), one.person.name, one.person.pk))


def _members(reader: Person, team: Team | None, at: datetime) -> dict[int, list[TeamMembership]]:
    today = clock.business_day(at)
    rows = (
        TeamMembership.objects.filter(since__lte=today, person__is_active=True)
        .filter(Q(until=None) | Q(until__gt=today))
        .select_related("person", "team")
        .order_by("team_id", "pk")
    )
    if team is not None:
        rows = rows.filter(team=team)
    elif not scope(reader).everywhere:
        rows = rows.filter(team__shops__in=visible_shops(reader)).distinct()
    found: dict[int, list[TeamMembership]] = {}
    for row in rows:
        found.setdefault(row.person_id, []).append(row)
    return found


def _duties_now(ids: list[int], at: datetime) -> list[DutyPeriod]:
    rows = DutyPeriod.objects.filter(person__in=ids, starts_at__lte=at).filter(
        Q(ends_at__gt=at) | Q(extensions__ended_at=None, extensions__started_at__lte=at)
    )
    return list(rows.distinct().order_by("starts_at"))


def _waits(ids: list[int]) -> dict[int, tuple[int, datetime]]:
    rows = (
        Conversation.objects.filter(assignee__in=ids, state=State.SERVING, waiting_since__isnull=False)
        .values_list("assignee_id")
        .annotate(count=Count("pk"), since=Min("waiting_since"))
        .order_by()
    )
    return {pk: (count, since) for pk, count, since in rows}


def _lines(rows: Any, at: datetime, limit: int = 50) -> list[dict[str, Any]]:
    rules = in_force(at)
    found = rows.order_by("queued_at", "pk").values(
        "id", "customer__name", "shop__name", "stage", "team__name", "queued_at", "waiting_since", "promised_at", "preview"
    )[:limit]
    lines = []
    for row in found:
        since = row["waiting_since"]
        seconds = int((at - since).total_seconds()) if since else 0
        lines.append(row | {"since": since, "seconds": seconds, "colour": clocks.waiting_colour(seconds, rules)})
    return lines


def teams_of(person: Person) -> list[Team]:
    """The teams whose floor this person may look at."""
    kept = scope(person)
    if "conversations.supervise" not in kept.granted:
        return []
    rows = Team.objects.all() if kept.everywhere else Team.objects.filter(shops__in=visible_shops(person)).distinct()
    return list(rows.order_by("name", "pk"))
