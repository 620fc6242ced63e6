"""Who gets a customer: on duty, reachable, skilled, known to them, not full, and then fairly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from dangban.conversations.clauses import (
    ALL_AWAY,
    CAPACITY,
    MAIN_ACCOUNT_RECEIVES,
    NOBODY_ON_DUTY,
    OFFLINE_FIRST,
    RECONNECT,
    SAME_AGENT,
    SILENCE,
)
from dangban.handbook.decisions import Because, Decision
from dangban.handbook.rulebook import Rules
from dangban.people.clauses import TOOLS_EXAM_FIRST

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)

# States in which somebody is at their desk, though perhaps not to be given more.
_AT_DESK = frozenset({"online", "busy", "suspended"})


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody of the team that serves the shop."""

    person_id: int
    state: str
    on_duty: bool = True
    load: int = 0
    capacity: int | None = None
    stages: frozenset[str] = frozenset()
    last_assigned_at: datetime | None = None
    is_trainee: bool = False


@dataclass(frozen=True, slots=True)
class Arrival:
    """A customer to be given to somebody."""

    stage: str
    at: datetime
    last_agent_id: int | None = None
    last_served_at: datetime | None = None
    seat_holder_id: int | None = None
    seat_receives: bool = True
    # Who has just been silent, gone or returned it: not at once again.
    not_to: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Routing:
    """`decision.outcome` is ``assign``, ``queue`` or ``message``; only ``assign`` names a person."""

    decision: Decision
    person_id: int | None = None


@dataclass(slots=True)
class _Reasons:
    rules: Rules
    found: list[Because] = field(default_factory=list)

    def routed(self, outcome: str, person_id: int | None = None) -> Routing:
        return Routing(Decision("conversations.routing", outcome, because=tuple(self.found)), person_id)


def route(arrival: Arrival, team: Sequence[Candidate], rules: Rules) -> Routing:
    """Assign to the right person, or say whether the customer waits or leaves a message."""
    reasons = _Reasons(rules)
    on_duty = [one for one in team if one.on_duty]
    if not on_duty:
        reasons.found.append(rules.because(NOBODY_ON_DUTY, team=len(team)))
        return reasons.routed(rules[NOBODY_ON_DUTY])
    if not any(one.state in _AT_DESK for one in on_duty):
        reasons.found.append(rules.because(ALL_AWAY, on_duty=len(on_duty)))
        return reasons.routed(rules[ALL_AWAY])
    able = [one for one in on_duty if not (one.is_trainee and rules[TOOLS_EXAM_FIRST])]
    if len(able) < len(on_duty):
        reasons.found.append(rules.because(TOOLS_EXAM_FIRST, newcomers=len(on_duty) - len(able)))
    willing = [one for one in able if one.state == "online" and one.person_id not in arrival.not_to]
    if arrival.seat_holder_id is not None:
        receives = arrival.seat_receives or rules[MAIN_ACCOUNT_RECEIVES]
        reasons.found.append(rules.because(MAIN_ACCOUNT_RECEIVES, seat_receives=receives))
        # Who was written to answers, whatever their skill; the main account is passed over.
        holder = [one for one in willing if one.person_id == arrival.seat_holder_id]
        if receives and holder and holder[0].load < _room(holder[0], rules):
            return reasons.routed("assign", arrival.seat_holder_id)
        willing = willing if receives else [one for one in willing if one not in holder]
    pool = _with_skill(arrival.stage, willing, team)
    free = [one for one in pool if one.load < _room(one, rules)]
    if not free:
        reasons.found.append(rules.because(CAPACITY, online=len(pool), free=0))
        return reasons.routed("queue")
    return _choose(arrival, free, reasons)


def _with_skill(stage: str, online: Sequence[Candidate], team: Sequence[Candidate]) -> list[Candidate]:
    """Those skilled for the stage; if none of them is there, the other agents answer.

    Where a team has set skills, people without any are not agents and get no customers by themselves.
    """
    if not any(one.stages for one in team):
        return list(online)
    skilled = [one for one in online if stage in one.stages]
    return skilled or [one for one in online if one.stages]


def _room(one: Candidate, rules: Rules) -> int:
    return rules[CAPACITY] if one.capacity is None else one.capacity


def _choose(arrival: Arrival, free: Sequence[Candidate], reasons: _Reasons) -> Routing:
    rules = reasons.rules
    by_id = {one.person_id: one for one in free}
    known = arrival.last_agent_id
    if known in by_id and arrival.last_served_at and arrival.at - arrival.last_served_at <= rules[SAME_AGENT]:
        reasons.found.append(rules.because(SAME_AGENT, last_served_at=arrival.last_served_at))
        return reasons.routed("assign", known)
    fairest = min(by_id.values(), key=lambda one: (one.load, one.last_assigned_at or _NEVER, one.person_id))
    reasons.found.append(rules.because(CAPACITY, load=fairest.load, capacity=_room(fairest, rules)))
    return reasons.routed("assign", fairest.person_id)


def first_in_line(left_messages: int, waiting: int, rules: Rules) -> Decision:
    """Who of those not served yet comes first: ``messages`` left while nobody was there, or whoever came ``earlier``."""
    outcome = "messages" if rules[OFFLINE_FIRST] else "earlier"
    because = rules.because(OFFLINE_FIRST, left_messages=left_messages, waiting=waiting)
    return Decision("conversations.line", outcome, because=(because,))


def silence(waiting_since: datetime, assigned_at: datetime, now: datetime, rules: Rules) -> Decision:
    """``requeue`` once the assigned agent has left a waiting customer without a word for too long."""
    seconds = int((now - max(waiting_since, assigned_at)).total_seconds())
    outcome = "requeue" if seconds >= rules[SILENCE].total_seconds() else "stay"
    return Decision("conversations.silence", outcome, because=(rules.because(SILENCE, seconds=seconds),))


def lost_connection(lost_at: datetime, now: datetime, rules: Rules) -> Decision:
    """``requeue`` once an agent's lost connection has not come back within the grace."""
    seconds = int((now - lost_at).total_seconds())
    outcome = "requeue" if seconds >= rules[RECONNECT].total_seconds() else "stay"
    return Decision("conversations.reconnect", outcome, because=(rules.because(RECONNECT, seconds=seconds),))
