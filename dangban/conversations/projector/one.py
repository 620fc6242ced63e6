"""All that the lines of one thread may set going.

Lines arrive in order, each once, in the transaction that moves the thread's cursor. What a line
sets going here is decided by the line and the rows alone, so that a replay gives the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import F, Max

from dangban.chat import hub
from dangban.chat.models import Message, Presence, Thread
from dangban.chat.ports import Line
from dangban.chat.presence import keep_active
from dangban.conversations import assigning, automatic, facts, reminders
from dangban.conversations.models import (
    Assignment,
    Conversation,
    Enquiry,
    Reception,
    Requeue,
    Seat,
    Turn,
)
from dangban.conversations.rules import clocks, stages
from dangban.desk.clauses import DAY_ENDS
from dangban.handbook.actions import in_force
from dangban.handbook.rulebook import Rules
from dangban.journal.actions import record
from dangban.knowledge import actions as knowledge
from dangban.lib import clock
from dangban.lib.actor import SYSTEM
from dangban.lib.text import one_line
from dangban.people.models import Person

State = Conversation.State
_PICTURED = {"image": "[图片]", "video": "[视频]", "file": "[文件]", "card": "[卡片]"}


def project(thread_id: int, lines: Sequence[Line]) -> None:
    """Follow consecutive lines of a thread; registered with the chat when the program starts."""
    rows = Conversation.objects.select_related("shop", "customer", "assignee", "team", "seat")
    conversation = (
        rows.select_for_update(of=("self",), no_key=True)
        .filter(thread=thread_id)
        .exclude(state=State.ENDED)
        .first()
    )
    rules = in_force(lines[-1].at)
    for line in lines:
        conversation = _follow(conversation, thread_id, line, rules)
    if conversation is None:
        return
    keep_active({line.author_id: line.at for line in lines if clocks.answers(as_spoken(line))})
    if any(shows(line) for line in lines):
        assigning.store(conversation)
    else:
        Conversation.objects.filter(pk=conversation.pk).update(last_seq=conversation.last_seq)


def shows(line: Line) -> bool:
    """Whether a line changes what lists and heads of conversations show; automatic words don't."""
    return line.author in (Message.Author.CUSTOMER, Message.Author.AGENT)


def _follow(
    conversation: Conversation | None, thread_id: int, line: Line, rules: Rules
) -> Conversation | None:
    spoken = as_spoken(line)
    if conversation is None:
        if not (clocks.asks(spoken) or clocks.answers(spoken)) or _is_behind(thread_id, line.seq):
            return None
        conversation = _open(thread_id, line, rules)
        _begin(conversation, line, rules)
    elif line.seq <= conversation.last_seq:
        return conversation
    else:
        _hear(conversation, line)
    if clocks.asks(spoken):
        _asked(conversation, line, rules)
    elif clocks.answers(spoken):
        _answered(conversation, line, rules)
    elif line.kind == Message.Kind.RECALL and line.author == Message.Author.AGENT:
        _recount(conversation, rules)
    return conversation


def as_spoken(line: Line | Message) -> clocks.Spoken:
    recalls = line.payload.get("seq") if line.kind == "recall" else None
    return clocks.Spoken(line.seq, line.author, line.author_id, line.at, line.kind, line.internal, recalls)


def _is_behind(thread_id: int, seq: int) -> bool:
    """Whether an earlier session has had this line already."""
    followed = Conversation.objects.filter(thread=thread_id).aggregate(latest=Max("last_seq"))["latest"]
    return followed is not None and seq <= followed


def _open(thread_id: int, line: Line, rules: Rules) -> Conversation:
    thread = Thread.objects.select_related("shop").get(pk=thread_id)
    stage = stages.stage(facts.newest_order(thread.customer_id, thread.shop_id), rules)
    handle = str(line.payload.get("seat", "")) if line.author == Message.Author.CUSTOMER else ""
    seat = Seat.objects.filter(shop=thread.shop, handle=handle, closed_on=None).first() if handle else None
    return Conversation(
        thread=thread,
        shop=thread.shop,
        customer_id=thread.customer_id,
        state=State.WAITING,
        stage=stage.outcome,
        seat=seat,
        opened_at=line.at,
        business_day=facts.business_day(line.at, None, rules),
        first_seq=line.seq,
        last_at=line.at,
    )


def _begin(conversation: Conversation, line: Line, rules: Rules) -> None:
    """Keep the new session; the greeting and the routing wait until its first line is counted."""
    _hear(conversation, line)
    conversation.save()
    record(
        "conversations.conversation_opened",
        subject=conversation,
        by=SYSTEM,
        shop=conversation.shop_id,
        change={"stage": conversation.stage, "thread": conversation.thread_id},
        at=line.at,
    )
    if line.author == Message.Author.AGENT:
        team_id = facts.team_of(line.author_id, conversation.shop_id, line.at)
        assigning.give(
            conversation,
            line.author_id,
            how=Assignment.How.TAKEN,
            because=(),
            at=line.at,
            rules=rules,
            team_id=team_id,
        )


def _hear(conversation: Conversation, line: Line) -> None:
    """What the list shows: the last thing that the customer or an agent said to the other."""
    conversation.last_seq = line.seq
    if is_shown(line):
        conversation.preview = preview_of(line)
        conversation.last_at = line.at
        conversation.last_author = line.author


def is_shown(line: Line) -> bool:
    """Whether a line was said by one side to the other."""
    return shows(line) and not line.internal and line.kind not in ("event", "recall")


def preview_of(line: Line) -> str:
    return one_line(line.body or _PICTURED.get(line.kind, ""), 80)


def _asked(conversation: Conversation, line: Line, rules: Rules) -> None:
    is_new = conversation.first_seq == line.seq
    conversation.unread += 1
    conversation.waiting_since = conversation.waiting_since or line.at
    Reception.objects.filter(conversation=conversation, mutual=False).update(mutual=True)
    # First somebody who is there, then the clock: it must not run for who has gone home.
    _serve(conversation, line.at, rules)
    turn = _open_turn(conversation, line.seq, line.at, rules)
    if is_new and conversation.state != State.OFFLINE:
        automatic.greet(conversation, rules=rules, at=line.at)
    if turn is not None:
        _start_clock(conversation, turn, rules)


def _who(conversation: Conversation) -> dict[str, object]:
    if conversation.assignee is None:
        return {}
    return {"agent": conversation.assignee.service_name}


def _serve(conversation: Conversation, at: datetime, rules: Rules) -> None:
    """See that somebody who is there has the customer."""
    if conversation.assignee_id is None:
        if conversation.state != State.WAITING or conversation.queued_at is None:
            assigning.find_somebody(conversation, at=at, rules=rules)
        return
    presence = facts.present_state(conversation.assignee_id)
    if presence is None or (
        presence.state == Presence.State.OFFLINE and presence.reason != Presence.Reason.CONNECTION
    ):
        assigning.requeue(conversation, Requeue.Why.OFF_DUTY, because=(), at=at, rules=rules)
    elif presence.state == Presence.State.AWAY:
        automatic.say(
            conversation,
            automatic.Kind.AWAY,
            once=str(presence.pk),
            reason=presence.reason,
            rules=rules,
            at=at,
            facts=_who(conversation),
        )


def _open_turn(conversation: Conversation, seq: int, at: datetime, rules: Rules) -> Turn | None:
    """A question, unless one is open already; the present assignee's clock, if somebody has it."""
    turns = Turn.objects.filter(conversation=conversation)
    before = list(turns.order_by("-opened_seq").values_list("answered_at", "abandoned_at")[:1])
    if before and before[0] == (None, None):
        return None
    owner = conversation.assignee_id
    duty = facts.duty_at(owner, at)
    return Turn.objects.create(
        conversation=conversation,
        shop_id=conversation.shop_id,
        customer_id=conversation.customer_id,
        team_id=conversation.team_id,
        owner_id=owner,
        first=not before,
        opened_seq=seq,
        opened_at=at,
        business_day=duty.day if duty else clock.business_day(at, rules[DAY_ENDS]),
        minute=facts.minute_of(at),
        left_message=conversation.state == State.OFFLINE,
        counted=conversation.state != State.OFFLINE
        and _is_clocked(conversation, duty is not None, at, rules),
    )


def _is_clocked(conversation: Conversation, on_duty: bool, at: datetime, rules: Rules) -> bool:
    """Whether the house's clock runs: by rule it may spare somebody who is online off shift."""
    if on_duty or conversation.assignee_id is None:
        return True
    if clocks.reply_within(first=True, left_message=False, on_duty=False, rules=rules) is not None:
        return True
    # Without a roster for the day, whoever is there is on duty.
    team_id = conversation.team_id
    return team_id is None or team_id not in facts.duties([team_id], at).planned


def _start_clock(conversation: Conversation, turn: Turn, rules: Rules) -> None:
    if turn.counted:
        reminders.start_reply_clock(conversation, turn, rules=rules)


def _answered(conversation: Conversation, line: Line, rules: Rules) -> None:
    turn = (
        Turn.objects.select_for_update(no_key=True)
        .filter(conversation=conversation, answered_at=None, abandoned_at=None)
        .first()
    )
    if turn is not None:
        _close_turn(turn, line.seq, line.at, line.author_id, rules)
        reminders.meet_reply_clock(conversation, by=Person.objects.get(pk=line.author_id), at=line.at)
    conversation.unread = 0
    conversation.waiting_since = None
    _received(conversation, line, rules)
    _note_script(conversation, line)
    _note_enquiry(conversation, line)


def _close_turn(turn: Turn, seq: int, at: datetime, person_id: int, rules: Rules) -> None:
    turn.answered_seq = seq
    turn.answered_at = at
    turn.answered_by_id = person_id
    turn.milliseconds = max(0, round((at - turn.opened_at).total_seconds() * 1000))
    # A question that waited in nobody's queue belongs to the shift of who answered, if it fell in it.
    duty = facts.duty_at(person_id, turn.opened_at)
    if duty is not None:
        turn.business_day = duty.day
    turn.same_day = facts.business_day(at, person_id, rules) == turn.business_day
    turn.save()


def _received(conversation: Conversation, line: Line, rules: Rules) -> None:
    day = facts.business_day(line.at, line.author_id, rules)
    row, _new = Reception.objects.get_or_create(
        conversation=conversation,
        person_id=line.author_id,
        business_day=day,
        defaults={
            "shop_id": conversation.shop_id,
            "customer_id": conversation.customer_id,
            "mutual": Turn.objects.filter(conversation=conversation).exists(),
        },
    )
    Reception.objects.filter(pk=row.pk).update(
        lines=F("lines") + 1, characters=F("characters") + len(line.body)
    )


def _note_script(conversation: Conversation, line: Line) -> None:
    script = line.payload.get("script")
    if isinstance(script, int):
        knowledge.use_script(
            script,
            by=Person.objects.get(pk=line.author_id),
            thread_id=conversation.thread_id,
            message_seq=line.seq,
            customer_id=conversation.customer_id,
            shop=conversation.shop,
            at=line.at,
        )


def _note_enquiry(conversation: Conversation, line: Line) -> None:
    """Who asks before buying and is answered is an enquiry, counted from when they came."""
    asked = Turn.objects.filter(conversation=conversation, answered_at__isnull=False).exists()
    if conversation.stage == Conversation.Stage.PRESALE and asked:
        _enquiry, made = Enquiry.objects.get_or_create(
            conversation=conversation,
            defaults={
                "shop_id": conversation.shop_id,
                "customer_id": conversation.customer_id,
                "owner_id": conversation.assignee_id or line.author_id,
                "at": conversation.opened_at,
                "updated_at": line.at,
            },
        )
        if made:
            hub.changed("enquiry", conversation.pk, shop_id=conversation.shop_id)


def _recount(conversation: Conversation, rules: Rules) -> None:
    """An answer was taken back: read the questions off the log again."""
    rows = Message.objects.filter(
        thread=conversation.thread_id, seq__gte=conversation.first_seq, seq__lte=conversation.last_seq
    ).order_by("seq")
    found = {one.opened_seq: one for one in clocks.rounds(as_spoken(row) for row in rows)}
    turns = {turn.opened_seq: turn for turn in Turn.objects.filter(conversation=conversation)}
    Turn.objects.filter(pk__in=[turn.pk for seq, turn in turns.items() if seq not in found]).delete()
    for seq, one in found.items():
        turn = turns.get(seq)
        if turn is None or turn.answered_seq == one.answered_seq:
            continue
        if one.answered_at is None or one.answered_by is None or one.answered_seq is None:
            turn.answered_seq = turn.answered_at = turn.answered_by = turn.milliseconds = None
            turn.same_day = False
            turn.save()
        else:
            _close_turn(turn, one.answered_seq, one.answered_at, one.answered_by, rules)
    waiting = Turn.objects.filter(conversation=conversation, answered_at=None, abandoned_at=None).first()
    conversation.waiting_since = waiting.opened_at if waiting else None
    if waiting is not None:
        _start_clock(conversation, waiting, rules)
