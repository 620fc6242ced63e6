"""What the rules of the floor need to know, read from the rows as they stand."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Q, QuerySet

from dangban.chat.models import Presence
from dangban.conversations.models import Assignment, Conversation, Requeue, SeatHolding, Transfer
from dangban.conversations.rules.routing import Arrival, Candidate, first_in_line
from dangban.conversations.rules.stages import NewestOrder
from dangban.desk.clauses import DAY_ENDS
from dangban.handbook.decisions import Because
from dangban.handbook.rulebook import Rules
from dangban.lib import clock
from dangban.orders.models import Order
from dangban.people.models import Person, RoleGrant, Skill, TeamMembership, TeamShop
from dangban.staff.queries import without_tools_exam
from dangban.workforce.models import DutyPeriod
from dangban.workforce.queries import rostered_teams

SERVE = "conversations.serve"
_LONGEST_SHIFT = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Duties:
    """Who of some teams has a shift now, and which teams have anything planned for the day: shifts, or a published roster."""

    planned: frozenset[int]
    on_duty: frozenset[tuple[int, int]]

    def covers(self, person_id: int, team_id: int, state: str) -> bool:
        """On duty by the roster; a team nobody drew up a shift for today goes by presence alone."""
        if team_id not in self.planned:
            return state != Presence.State.OFFLINE
        return (person_id, team_id) in self.on_duty

    def first_on(self, person_id: int, team_ids: Sequence[int], state: str) -> int:
        """Of somebody's teams the first for which they are on duty; where there is none, the first."""
        return next((team_id for team_id in team_ids if self.covers(person_id, team_id, state)), team_ids[0])


def duties(team_ids: Collection[int], at: datetime) -> Duties:
    """Shifts of these teams at an instant (one query, two where a team has none)."""
    today = clock.business_day(at)
    rows = DutyPeriod.objects.filter(team__in=team_ids).filter(
        Q(day=today) | Q(starts_at__lte=at, ends_at__gt=at)
    )
    planned: set[int] = set()
    on_duty: set[tuple[int, int]] = set()
    for person_id, team_id, starts, ends, ended in rows.values_list(
        "person_id", "team_id", "starts_at", "ends_at", "ended_at"
    ):
        planned.add(team_id)
        if starts <= at < ends and (ended is None or ended > at):
            on_duty.add((person_id, team_id))
    # By its roster a team may rest all day: then nobody is on duty, whoever happens to be on line.
    planned |= rostered_teams(set(team_ids) - planned, today)
    return Duties(frozenset(planned), frozenset(on_duty))


@dataclass(frozen=True, slots=True)
class InLine:
    """Those nobody serves yet, in the order of their turns, and for each shop where order matters why."""

    rows: QuerySet[Conversation]
    because: Mapping[int, tuple[Because, ...]]


def in_line(rows: QuerySet[Conversation], rules: Rules) -> InLine:
    """Of some conversations those nobody serves yet, in order (one query)."""
    state = Conversation.State
    unserved = rows.filter(state__in=[state.WAITING, state.OFFLINE])
    counted = Counter({
        (shop_id, kind): number
        for shop_id, kind, number in unserved.order_by().values_list("shop", "state").annotate(Count("pk", distinct=True))
    })
    because = {
        shop_id: first_in_line(number, counted[shop_id, state.WAITING], rules).because
        for (shop_id, kind), number in list(counted.items())
        if kind == state.OFFLINE and counted[shop_id, state.WAITING]
    }
    # By their names, left messages ("offline") sort before who is "waiting".
    messages_first = first_in_line(0, 0, rules).outcome == "messages"
    order = ("state", "queued_at", "pk") if messages_first else ("queued_at", "pk")
    return InLine(unserved.order_by(*order), because)


def place_in_line(conversation: Conversation, rules: Rules) -> int:
    """The place of a customer who waits, counted from 1 (one query)."""
    state = Conversation.State
    earlier = Q(queued_at__lt=conversation.queued_at)
    messages_first = first_in_line(0, 0, rules).outcome == "messages"
    ahead = Q(state=state.WAITING) & earlier | Q(state=state.OFFLINE) & (Q() if messages_first else earlier)
    others = Conversation.objects.filter(shop=conversation.shop_id).exclude(pk=conversation.pk)
    return others.filter(ahead).count() + 1


@dataclass(frozen=True, slots=True)
class OnFloor:
    """The people who may serve a shop: the candidates, and through which team each does."""

    candidates: tuple[Candidate, ...]
    team_of: dict[int, int]
    team_ids: tuple[int, ...]

    @property
    def default_team(self) -> int | None:
        """The team a customer waits for: the first one with somebody on duty, else the first."""
        on_duty = {self.team_of[one.person_id] for one in self.candidates if one.on_duty}
        return next((team for team in self.team_ids if team in on_duty), next(iter(self.team_ids), None))


def on_floor(shop_id: int, at: datetime, team_id: int | None = None, skill: str = "") -> OnFloor:
    """Everybody who may be given a customer of a shop, or of one team only (nine queries)."""
    teams = [team_id] if team_id else sorted(TeamShop.objects.filter(shop=shop_id).values_list("team_id", flat=True))
    teams_of = _members(teams, shop_id, at)
    people = {person.pk: person for person in Person.objects.filter(pk__in=teams_of, is_active=True)}
    states = presence_of(people)
    shifts = duties(teams, at)
    team_of = {
        pk: shifts.first_on(pk, of_person, states.get(pk, Presence.State.OFFLINE)) for pk, of_person in teams_of.items() if pk in people
    }
    loads = load_of(team_of)
    last = dict(
        Assignment.objects.filter(person__in=team_of).values_list("person_id").annotate(latest=Max("started_at"))
    )
    skills = _stages(team_of)
    if skill:
        named = set(Skill.objects.filter(person__in=team_of, value=skill).values_list("person_id", flat=True))
        team_of = {pk: team for pk, team in team_of.items() if pk in named}
    newcomers = without_tools_exam(people.values(), clock.business_day(at))
    candidates = tuple(
        Candidate(
            person_id=pk,
            state=states.get(pk, Presence.State.OFFLINE),
            on_duty=shifts.covers(pk, team, states.get(pk, Presence.State.OFFLINE)),
            load=loads.get(pk, 0),
            capacity=people[pk].chat_capacity,
            stages=frozenset(skills.get(pk, ())),
            last_assigned_at=last.get(pk),
            is_trainee=pk in newcomers,
        )
        for pk, team in sorted(team_of.items())
    )
    return OnFloor(candidates, team_of, tuple(teams))


def _members(teams: Collection[int], shop_id: int, at: datetime) -> dict[int, list[int]]:
    """Members of these teams who may serve the shop, each with the teams that make them so."""
    today = clock.business_day(at)
    members = (
        TeamMembership.objects.filter(team__in=teams, since__lte=today)
        .filter(Q(until=None) | Q(until__gt=today))
        .order_by("team_id")
        .values_list("person_id", "team_id")
    )
    teams_of: dict[int, list[int]] = {}
    for person_id, team_id in members:
        teams_of.setdefault(person_id, []).append(team_id)
    grants = (
        RoleGrant.objects.filter(person__in=teams_of, since__lte=at)
        .filter(Q(until=None) | Q(until__gt=at))
        .filter(Q(shop=shop_id) | Q(shop=None, team=None) | Q(shop=None, team__shops=shop_id))
        .values_list("person_id", "role__permissions")
    )
    may_serve = {person_id for person_id, permissions in grants if SERVE in permissions}
    return {person_id: found for person_id, found in teams_of.items() if person_id in may_serve}


def team_of(person_id: int, shop_id: int, at: datetime) -> int | None:
    """The team through which a person serves a shop."""
    today = clock.business_day(at)
    rows = TeamMembership.objects.filter(person=person_id, team__shops=shop_id, since__lte=today)
    return rows.filter(Q(until=None) | Q(until__gt=today)).order_by("team_id").values_list("team_id", flat=True).first()


def presence_of(person_ids: Iterable[int]) -> dict[int, str]:
    rows = Presence.objects.filter(person__in=list(person_ids), ended_at=None)
    return dict(rows.values_list("person_id", "state"))


def present_state(person_id: int) -> Presence | None:
    return Presence.objects.filter(person=person_id, ended_at=None).first()


def load_of(person_ids: Iterable[int]) -> dict[int, int]:
    """How many conversations each has."""
    rows = Conversation.objects.filter(assignee__in=list(person_ids), state=Conversation.State.SERVING)
    return dict(rows.values_list("assignee_id").annotate(count=Count("pk")).order_by())


def _stages(person_ids: Iterable[int]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    for person_id, value in Skill.objects.filter(
        person__in=list(person_ids), kind=Skill.Kind.STAGE
    ).values_list("person_id", "value"):
        found[person_id].add(value)
    return found


def newest_order(customer_id: int, shop_id: int) -> NewestOrder | None:
    row = (
        Order.objects.filter(customer=customer_id, shop=shop_id, purpose=Order.Purpose.SALE)
        .order_by("-created_at", "-pk")
        .values_list("status", "paid_at", "dispatched_at", "signed_at")
        .first()
    )
    if row is None:
        return None
    status, paid, sent, signed = row
    return NewestOrder(status, paid is not None, sent is not None, signed is not None)


def arrival(conversation: Conversation, at: datetime) -> Arrival:
    """A conversation as routing sees it (four queries)."""
    before = (
        Conversation.objects.filter(customer=conversation.customer_id, shop=conversation.shop_id)
        .exclude(pk=conversation.pk)
        .exclude(assignee=None)
        .order_by("-opened_at", "-pk")
        .values_list("assignee_id", "last_at")
        .first()
    )
    last_agent, last_served = before or (None, None)
    holder: int | None = None
    if conversation.seat_id:
        holder = (
            SeatHolding.objects.filter(seat=conversation.seat_id, ended_at=None)
            .values_list("person_id", flat=True)
            .first()
        )
    return Arrival(
        stage=conversation.stage,
        at=at,
        last_agent_id=last_agent,
        last_served_at=last_served,
        seat_holder_id=holder,
        seat_receives=conversation.seat is None or conversation.seat.receives,
        not_to=_not_again(conversation),
    )


def _not_again(conversation: Conversation) -> frozenset[int]:
    """Who was silent since the customer last began to wait, just left it to others, or returned it."""
    if not conversation.pk:
        return frozenset()
    again: set[Any] = set()
    for person_id, why, at in conversation.requeues.values_list("person_id", "why", "at"):
        if why == Requeue.Why.SILENCE and at >= (conversation.waiting_since or conversation.opened_at):
            again.add(person_id)
        # Once they have gone home and come back, it may be theirs again.
        if why == Requeue.Why.LEFT and not _went_off(person_id, at):
            again.add(person_id)
    returned = Transfer.objects.filter(conversation=conversation, state=Transfer.State.RETURNED)
    again |= set(returned.values_list("to_person_id", flat=True))
    return frozenset(again - {None})


def _went_off(person_id: int, since: datetime) -> bool:
    off = Presence.objects.filter(person=person_id, state=Presence.State.OFFLINE, started_at__gte=since)
    return off.exists()


class Shifts:
    """The shifts of some people around some instants, read at once."""

    def __init__(self, person_ids: Iterable[int], since: datetime, until: datetime) -> None:
        rows = DutyPeriod.objects.filter(
            person__in=list(person_ids), starts_at__lte=until, starts_at__gt=since - _LONGEST_SHIFT
        )
        self._of: dict[int, list[DutyPeriod]] = defaultdict(list)
        for duty in rows.order_by("-starts_at"):
            self._of[duty.person_id].append(duty)
        self._extensions: dict[int, list[tuple[datetime, datetime | None]]] = {}

    def at(self, person_id: int | None, at: datetime) -> DutyPeriod | None:
        """The shift a person is in at an instant, counting the time it ran on because of customers."""
        if person_id is None:
            return None
        started = [duty for duty in self._of.get(person_id, ()) if at - _LONGEST_SHIFT < duty.starts_at <= at]
        for duty in started[:2]:
            if at < (duty.ended_at or duty.ends_at) or self._runs_on(duty, at):
                return duty
        return None

    def _runs_on(self, duty: DutyPeriod, at: datetime) -> bool:
        if duty.pk not in self._extensions:
            self._extensions[duty.pk] = list(duty.extensions.values_list("started_at", "ended_at"))
        return any(since <= at and (until is None or until > at) for since, until in self._extensions[duty.pk])

    def business_day(self, person_id: int | None, at: datetime, rules: Rules) -> date:
        """The day of the person's shift, so that a night shift keeps its day; else the company's day."""
        duty = self.at(person_id, at)
        return duty.day if duty else clock.business_day(at, rules[DAY_ENDS])


def duty_at(person_id: int | None, at: datetime) -> DutyPeriod | None:
    """The shift a person is in at an instant, counting the time it ran on because of customers."""
    return None if person_id is None else Shifts([person_id], at, at).at(person_id, at)


def business_day(at: datetime, person_id: int | None, rules: Rules) -> date:
    """The day of the person's shift; see `Shifts.business_day`."""
    duty = duty_at(person_id, at)
    return duty.day if duty else clock.business_day(at, rules[DAY_ENDS])


def minute_of(at: datetime) -> int:
    """The minute of the company's wall clock, for windows of the day."""
    wall = clock.local(at)
    return wall.hour * 60 + wall.minute


def next_duty(team_ids: Collection[int], at: datetime) -> datetime | None:
    """When the next shift of these teams begins, if one is drawn up."""
    rows = DutyPeriod.objects.filter(team__in=team_ids, starts_at__gt=at)
    return rows.order_by("starts_at").values_list("starts_at", flat=True).first()
