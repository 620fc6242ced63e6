"""Giving conversations to people and taking them back: the steps that actions, projector and sweeps share.

Every step runs inside its caller's transaction on a conversation its caller has locked, and leaves
a row that says how it came about. Nobody waits for a conversation while holding a team.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from django.db.models import Q

from dangban.chat import hub, projection
from dangban.chat.models import Presence
from dangban.conversations import automatic, facts, reminders
from dangban.conversations.models import (
    Assignment,
    Conversation,
    LeftOver,
    Requeue,
    StepIn,
    Turn,
)
from dangban.conversations.rules import clocks, stages
from dangban.conversations.rules.routing import Routing, route
from dangban.handbook.decisions import Because
from dangban.handbook.rulebook import Rules
from dangban.journal.actions import HasActor, record
from dangban.lib import clock
from dangban.lib.actor import SYSTEM
from dangban.people.models import Person, RoleGrant, Team
from dangban.shops.clauses import OPENING_HOURS
from dangban.shops.models import Profile

State = Conversation.State
Reasons = Sequence[Because]


def give(
    conversation: Conversation,
    person_id: int,
    *,
    how: str,
    because: Reasons,
    at: datetime,
    rules: Rules,
    by: HasActor = SYSTEM,
    team_id: int | None = None,
) -> Assignment:
    """Make a conversation somebody's: ends who had it, stores why, moves the running clock over."""
    reasons = [reason.as_data() for reason in because]
    before = conversation.assignee_id
    names = [conversation.assignee.name if conversation.assignee else None]
    end_assignment(conversation, at)
    waited = None
    if conversation.queued_at is not None:
        waited = round((at - conversation.queued_at).total_seconds() * 1000)
    assignment = Assignment.objects.create(
        conversation=conversation,
        person_id=person_id,
        team_id=team_id or conversation.team_id,
        how=how,
        because=reasons,
        started_at=at,
        waited_ms=waited,
        business_day=facts.business_day(at, person_id, rules),
    )
    conversation.state = State.SERVING
    conversation.assignee_id = person_id
    conversation.team_id = team_id or conversation.team_id
    conversation.assigned_at = at
    conversation.queued_at = None
    Turn.objects.filter(conversation=conversation, answered_at=None, abandoned_at=None, owner=None).update(
        owner=person_id, team=conversation.team_id
    )
    LeftOver.objects.filter(conversation=conversation, taken_up_at=None).update(taken_up_at=at)
    person = Person.objects.select_for_update(no_key=True).get(pk=person_id)
    reminders.hand_reply_clock(conversation, person, at=at)
    reminders.close_left_message(conversation, person, at=at)
    store(conversation, people=(before, person_id))
    announce_beside(conversation)
    record(
        "conversations.conversation_assigned",
        subject=conversation,
        by=by,
        shop=conversation.shop_id,
        change={"assignee": [*names, person.name], "how": how},
        because=reasons,
        at=at,
    )
    return assignment


def end_assignment(conversation: Conversation, at: datetime) -> None:
    Assignment.objects.filter(conversation=conversation, ended_at=None).update(ended_at=at)
    StepIn.objects.filter(conversation=conversation, ended_at=None).update(ended_at=at)


def find_somebody(
    conversation: Conversation,
    *,
    at: datetime,
    rules: Rules,
    team_id: int | None = None,
    skill: str = "",
    how: str = Assignment.How.ROUTED,
    not_to: frozenset[int] = frozenset(),
    swept: bool = False,
    turn: Reasons = (),
) -> Routing:
    """Route a conversation, and do what the routing says: assign, queue, or register a message.

    A sweep leaves a message where it is until somebody has room: its writer is not there to wait.
    `turn` says why it was this one's turn, and is kept with the assignment.
    """
    # Routing of a team goes one at a time, or two customers would fill the same last place.
    list(Team.objects.select_for_update(no_key=True).filter(shops=conversation.shop_id).order_by("pk"))
    floor, routing = _choose(conversation, at=at, rules=rules, team_id=team_id, skill=skill, not_to=not_to)
    because = routing.decision.because
    if routing.person_id is not None:
        if LeftOver.objects.filter(conversation=conversation, taken_up_at=None).exists():
            how = Assignment.How.HANDED_OVER
        team = floor.team_of[routing.person_id]
        give(conversation, routing.person_id, how=how, because=(*turn, *because), at=at, rules=rules, team_id=team)
    elif swept and conversation.state == State.OFFLINE:
        pass
    elif routing.decision.outcome == "queue":
        queue(conversation, team_id or floor.default_team, at=at, rules=rules)
    else:
        register_message(conversation, team_id or floor.default_team, because=because, at=at, rules=rules)
    return routing


def _choose(
    conversation: Conversation, *, at: datetime, rules: Rules, team_id: int | None, skill: str, not_to: frozenset[int]
) -> tuple[facts.OnFloor, Routing]:
    """Who the rules choose; chosen again if they went away before they could be held."""
    arrival = facts.arrival(conversation, at)
    arrival = replace(arrival, not_to=arrival.not_to | not_to)
    while True:
        floor = facts.on_floor(conversation.shop_id, at, team_id, skill)
        routing = route(arrival, floor.candidates, rules)
        chosen = routing.person_id
        if chosen is None or _still_online(chosen):
            return floor, routing
        arrival = replace(arrival, not_to=arrival.not_to | {chosen})


def _still_online(person_id: int) -> bool:
    # Going off line holds the same row while it looks for open conversations.
    Person.objects.select_for_update(no_key=True).get(pk=person_id)
    return facts.presence_of([person_id]).get(person_id) == Presence.State.ONLINE


def queue(conversation: Conversation, team_id: int | None, *, at: datetime, rules: Rules) -> None:
    """Let the customer wait for the team, told their place if they do wait for an answer."""
    team_id = team_id or conversation.team_id
    enters = conversation.state != State.WAITING or conversation.queued_at is None
    if not enters and conversation.team_id == team_id:
        return
    conversation.state = State.WAITING
    conversation.assignee = None
    conversation.assigned_at = None
    conversation.team_id = team_id
    conversation.queued_at = conversation.queued_at or at
    store(conversation)
    announce_beside(conversation)
    if enters and conversation.waiting_since is not None:
        place = facts.place_in_line(conversation, rules)
        if conversation.first_seq == conversation.last_seq:
            # Who has only just come is greeted before they are told to wait.
            automatic.greet(conversation, rules=rules, at=at)
        automatic.say(
            conversation,
            automatic.Kind.QUEUE,
            once=f"{conversation.queued_at:%Y%m%d%H%M%S}",
            rules=rules,
            at=at,
            facts={"position": place},
        )


def register_message(
    conversation: Conversation, team_id: int | None, *, because: Reasons, at: datetime, rules: Rules
) -> None:
    """Nobody is there: keep the message, give the team a task, and tell the customer until when."""
    known = conversation.state == State.OFFLINE
    conversation.state = State.OFFLINE
    conversation.assignee = None
    conversation.assigned_at = None
    conversation.team_id = team_id or conversation.team_id
    conversation.queued_at = conversation.queued_at or at
    announce_beside(conversation)
    if not known:
        due = promised_reply(conversation, at=at, rules=rules)
        conversation.promised_at = due
        store(conversation)
        reminders.open_left_message(conversation, due=due, because=because, at=at)
        automatic.say(
            conversation,
            automatic.Kind.CLOSED,
            once=f"{at:%Y%m%d%H%M%S}",
            rules=rules,
            at=at,
            facts={"until": automatic.shown_time(due, at), "promised_at": due.isoformat()},
        )
    else:
        store(conversation)


def promised_reply(conversation: Conversation, *, at: datetime, rules: Rules) -> datetime:
    """By when a left message is answered: from the next shift, or the shop's next opening hour."""
    teams = [conversation.team_id] if conversation.team_id else []
    profile = Profile.objects.filter(shop=conversation.shop_id).first()
    hours = rules[OPENING_HOURS]
    opens = (profile and profile.opens) or hours.start
    closes = (profile and profile.closes) or hours.end
    opening = clocks.next_opening(clock.local(at), opens, closes)
    decision = clocks.promised_reply(facts.next_duty(teams, at), opening, rules)
    return datetime.fromisoformat(decision.outcome).astimezone(at.tzinfo)


def requeue(
    conversation: Conversation, why: str, *, because: Reasons, at: datetime, rules: Rules, by: HasActor = SYSTEM
) -> Requeue:
    """Take a conversation from who has it and find somebody else."""
    reasons = [reason.as_data() for reason in because]
    person_id = conversation.assignee_id
    name = conversation.assignee.name if conversation.assignee else None
    newest = facts.newest_order(conversation.customer_id, conversation.shop_id)
    # Their order may have left meanwhile: then it is after-sale that they wait for.
    conversation.stage = stages.stage(newest, rules).outcome
    row = Requeue.objects.create(
        conversation=conversation, person_id=person_id, why=why, because=reasons, at=at,
        business_day=facts.business_day(at, person_id, rules),
    )  # fmt: skip
    end_assignment(conversation, at)
    conversation.assignee = None
    conversation.assigned_at = None
    conversation.state = State.WAITING
    conversation.queued_at = None
    reminders.hand_reply_clock(conversation, None, at=at)
    record(
        "conversations.conversation_requeued",
        subject=conversation,
        by=by,
        shop=conversation.shop_id,
        change={"assignee": [name, None], "why": why},
        because=reasons,
        at=at,
    )
    find_somebody(conversation, at=at, rules=rules)
    announce(conversation, (person_id,))
    return row


def store(conversation: Conversation, people: Sequence[int | None] = ()) -> None:
    """Write the row with a new version, and tell the pages that show it."""
    conversation.version += 1
    conversation.save()
    announce(conversation, people)


def announce(conversation: Conversation, people: Sequence[int | None] = ()) -> None:
    concerned = {one for one in (*people, conversation.assignee_id) if one is not None}
    hub.changed(
        "conversation",
        conversation.pk,
        conversation.version,
        shop_id=conversation.shop_id,
        person_ids=tuple(sorted(concerned)),
    )


def announce_beside(conversation: Conversation) -> None:
    """Tell the panes beside the customer's threads; not for every line, only for what they show."""
    hub.changed("customer", conversation.customer_id, shop_id=conversation.shop_id)


def locked(pk: int) -> Conversation:
    """The conversation as it stands, held until the transaction ends.

    Lines that were committed a moment ago have their effects first: who resolves right after the last
    answer must not end the session before that answer was counted.
    """
    projection.project(Conversation.objects.filter(pk=pk).values_list("thread_id", flat=True))
    return Conversation.objects.select_for_update(no_key=True).get(pk=pk)



def leaders(shop_id: int, at: datetime) -> list[Person]:
    """Those who supervise this shop; where nobody does, those who supervise all."""
    return holders("conversations.supervise", shop_id, at)


def holders(
    permission: str, shop_id: int, at: datetime, among: Callable[[Person], bool] = lambda person: True
) -> list[Person]:
    """Those who hold a permission for this shop; where nobody does, those who hold it everywhere."""
    grants = (
        RoleGrant.objects.filter(person__is_active=True, since__lte=at)
        .filter(Q(until=None) | Q(until__gt=at))
        .filter(Q(shop=shop_id) | Q(team__shops=shop_id) | Q(shop=None, team=None))
        .select_related("role", "person")
        .distinct()
    )
    near: dict[int, Person] = {}
    far: dict[int, Person] = {}
    for grant in grants:
        if permission in grant.role.permissions and among(grant.person):
            is_far = grant.shop_id is None and grant.team_id is None
            (far if is_far else near)[grant.person_id] = grant.person
    return list((near or far).values())
