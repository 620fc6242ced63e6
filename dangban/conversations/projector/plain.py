"""Plain lines of many threads at once: a customer goes on writing, an agent answers.

What begins a session, asks its first question, needs routing, takes something back or is awkward in
any other way is left to `one`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from dangban.chat import hub
from dangban.chat.models import Message, Presence
from dangban.chat.ports import Line
from dangban.chat.presence import keep_active
from dangban.conversations import reminders
from dangban.conversations.facts import Shifts, minute_of
from dangban.conversations.models import Conversation, Enquiry, Reception, Turn
from dangban.conversations.projector.one import as_spoken, is_shown, preview_of, shows
from dangban.conversations.queries.following import LastTurn, Session, held_versions, open_sessions
from dangban.conversations.rules import clocks
from dangban.desk import actions as desk
from dangban.handbook.actions import in_force
from dangban.handbook.decisions import Decision
from dangban.handbook.rulebook import Rules
from dangban.lib import clock
from dangban.lib.many import insert_many, update_many

State = Conversation.State


@dataclass(slots=True)
class News:
    """What new lines make of one session."""

    session: Session
    rules: Rules
    last_seq: int
    # Whether lists and heads of conversations look different now.
    shows: bool = False
    heard: Line | None = None
    # Whether the customer asked at all, and how much stands unread in the end.
    asks: bool = False
    unread: int = 0
    waiting_since: datetime | None = None
    answers: list[Line] = field(default_factory=list)
    # The question that waited and its answer, those asked and answered here, and the one that waits now.
    closes: tuple[LastTurn, Line] | None = None
    rounds: list[tuple[Line, Line]] = field(default_factory=list)
    opens: Line | None = None
    # The shifts on which the days depend; set before anything is written.
    shifts: Shifts = field(init=False)
    # The first answer to who asks before buying.
    enquires: bool = False
    # The rows behind "served" that are there, by person and day.
    receptions: dict[tuple[int, date], int] = field(default_factory=dict)


class Plain:
    """The projector's form for many threads; see `ports.PlainProjector`."""

    def prepare(self, threads: Mapping[int, Sequence[Line]]) -> Mapping[int, News]:
        sessions = open_sessions(threads)
        found = [
            (thread_id, _follow(sessions[thread_id], lines))
            for thread_id, lines in threads.items()
            if thread_id in sessions
        ]
        news = {thread_id: one for thread_id, one in found if one is not None}
        return _received(_on_the_clock(news))

    def hold(self, prepared: Mapping[int, News]) -> Collection[int]:
        """Those that nobody has touched since: each change of a session gives it a new version.

        Who goes away in this very moment does not; the sweep a second later sees to their customers.
        """
        versions = held_versions([one.session.pk for one in prepared.values()])
        return {
            thread_id
            for thread_id, one in prepared.items()
            if versions.get(one.session.pk) == one.session.version
        }

    def keep(self, prepared: Sequence[News]) -> None:
        _close_turns(prepared)
        _open_turns(prepared)
        _count_receptions(prepared)
        _note_enquiries(prepared)
        _bring_up_to_date(prepared)
        latest = {line.author_id: line.at for one in prepared for line in one.answers}
        if latest:
            keep_active(latest)


def _follow(session: Session, lines: Sequence[Line]) -> News | None:
    """What these lines make of the session; None if they are more than plain talk."""
    if session.turn is None:
        return None
    turn = session.turn if session.turn.is_open else None
    news = News(session, in_force(lines[-1].at), session.last_seq)
    for line in lines:
        if line.seq <= session.last_seq:
            continue
        news.last_seq = line.seq
        news.shows = news.shows or shows(line)
        if is_shown(line):
            news.heard = line
        spoken = as_spoken(line)
        if clocks.asks(spoken):
            _asked(news, line, has_turn=turn is not None and news.closes is None)
        elif clocks.answers(spoken):
            if "script" in line.payload:
                return None
            _answered(news, line, turn)
        elif line.kind == Message.Kind.RECALL:
            return None
    if news.asks and not _is_served(session):
        return None
    news.enquires = (
        bool(news.answers) and session.stage == Conversation.Stage.PRESALE and not session.has_enquiry
    )
    # An answer to no question that waits makes an enquiry only if an earlier one was answered.
    return news if not news.enquires or news.closes is not None or news.rounds else None


def _asked(news: News, line: Line, *, has_turn: bool) -> None:
    news.asks = True
    news.unread += 1
    news.waiting_since = news.waiting_since or line.at
    if not has_turn and news.opens is None:
        news.opens = line


def _answered(news: News, line: Line, turn: LastTurn | None) -> None:
    if news.opens is not None:
        news.rounds.append((news.opens, line))
        news.opens = None
    elif turn is not None and news.closes is None:
        news.closes = (turn, line)
    news.answers.append(line)
    news.unread = 0
    news.waiting_since = None


def _is_served(session: Session) -> bool:
    """Whether the customer turns to somebody who is there, or to a queue they stand in already."""
    if session.assignee_id is None:
        return session.state == State.WAITING and session.is_queued
    if session.presence in ("", Presence.State.AWAY):
        return False
    return session.presence != Presence.State.OFFLINE or session.presence_reason == Presence.Reason.CONNECTION


def _on_the_clock(news: dict[int, News]) -> dict[int, News]:
    """Those whose new questions are on the house's clock without looking further, and were not answered late."""
    shifts = _shifts(news.values())
    for one in news.values():
        one.shifts = shifts
    return {
        thread_id: one
        for thread_id, one in news.items()
        if all(_is_clocked(one, line) for line in _asked_anew(one))
        and all(answer.at <= asked.at + _allowed(one.rules) for asked, answer in one.rounds)
    }


def _asked_anew(one: News) -> list[Line]:
    """The lines that open a question."""
    return [asked for asked, _answer in one.rounds] + ([one.opens] if one.opens is not None else [])


def _is_clocked(one: News, asked: Line) -> bool:
    owner = one.session.assignee_id
    if owner is None or one.shifts.at(owner, asked.at) is not None:
        return True
    return clocks.reply_within(first=True, left_message=False, on_duty=False, rules=one.rules) is not None


def _allowed(rules: Rules) -> timedelta:
    return timedelta(seconds=int(_reply_within(rules).outcome))


def _reply_within(rules: Rules) -> Decision:
    decision = clocks.reply_within(first=False, left_message=False, on_duty=True, rules=rules)
    assert decision is not None
    return decision


def _shifts(news: Iterable[News]) -> Shifts:
    """The shifts of everybody whose day has to be known."""
    people: set[int] = set()
    instants: list[datetime] = []
    for one in news:
        people |= {line.author_id for line in one.answers}
        instants += [line.at for line in one.answers]
        if one.closes is not None:
            instants.append(one.closes[0].opened_at)
        if one.session.assignee_id is not None and (asked := _asked_anew(one)):
            people.add(one.session.assignee_id)
            instants += [line.at for line in asked]
    return Shifts(people, min(instants), max(instants)) if people else Shifts((), clock.now(), clock.now())


def _received(news: dict[int, News]) -> dict[int, News]:
    """All of them, with the rows of who said how much in which session on which day."""
    answered = {one.session.pk: one for one in news.values() if one.answers}
    if answered:
        rows = Reception.objects.filter(conversation__in=answered)
        for pk, session_pk, person_id, day in rows.values_list(
            "pk", "conversation_id", "person_id", "business_day"
        ):
            answered[session_pk].receptions[person_id, day] = pk
    return news


# --- Writing


def _close_turns(prepared: Sequence[News]) -> None:
    rows: list[Sequence[Any]] = []
    met: dict[int, tuple[int, datetime]] = {}
    for one in prepared:
        if one.closes is not None:
            turn, line = one.closes
            rows.append((turn.pk, *_answer(one, turn.opened_at, turn.business_day, line)))
            met[one.session.pk] = (line.author_id, line.at)
    update_many(Turn, ("id", *_ANSWER), rows)
    desk.meet_deadlines((reminders.REPLY, reminders.LEFT_MESSAGE), Conversation._meta.label_lower, met)


_ANSWER = ("business_day", "answered_seq", "answered_at", "answered_by", "milliseconds", "same_day")


def _answer(one: News, opened_at: datetime, day: date, line: Line) -> Sequence[Any]:
    """What an answer makes of a question: its day is that of who answered, if it fell in their shift."""
    duty = one.shifts.at(line.author_id, opened_at)
    day = duty.day if duty else day
    milliseconds = max(0, round((line.at - opened_at).total_seconds() * 1000))
    same_day = one.shifts.business_day(line.author_id, line.at, one.rules) == day
    return (day, line.seq, line.at, line.author_id, milliseconds, same_day)


_OPENED = (
    "conversation", "shop", "customer", "team", "owner", "first", "opened_seq", "opened_at", "minute", "counted",
    "left_message", *_ANSWER,
)  # fmt: skip


def _open_turns(prepared: Sequence[News]) -> None:
    rows: list[Sequence[Any]] = []
    started: list[desk.Clock] = []
    for one in prepared:
        session = one.session
        for asked, answer in [*one.rounds, *([(one.opens, None)] if one.opens is not None else [])]:
            day = one.shifts.business_day(session.assignee_id, asked.at, one.rules)
            rows.append(
                (
                    session.pk, session.shop_id, session.customer_id, session.team_id, session.assignee_id, False,
                    asked.seq, asked.at, minute_of(asked.at), True, False,
                    *((day, None, None, None, None, False) if answer is None else _answer(one, asked.at, day, answer)),
                )
            )  # fmt: skip
            started.append(_clock(session, asked, answer, one.rules))
    insert_many(Turn, _OPENED, rows)
    desk.start_deadlines(reminders.REPLY, Conversation._meta.label_lower, started)


def _clock(session: Session, asked: Line, answer: Line | None, rules: Rules) -> desk.Clock:
    decision = _reply_within(rules)
    return desk.Clock(
        subject_id=session.pk,
        rule=decision.because[0].path,
        because=[reason.as_data() for reason in decision.because],
        allowed_seconds=int(decision.outcome),
        owner_id=session.assignee_id,
        team_id=session.team_id,
        shop_id=session.shop_id,
        label=_("Answer %(customer)s") % {"customer": session.customer or f"#{session.customer_id}"},
        url=reminders.address(session.pk),
        at=asked.at,
        met=None if answer is None else (answer.author_id, answer.at),
    )


def _count_receptions(prepared: Sequence[News]) -> None:
    added: list[Sequence[Any]] = []
    begun: list[Sequence[Any]] = []
    for one in prepared:
        said: dict[tuple[int, date], list[Line]] = defaultdict(list)
        for line in one.answers:
            said[line.author_id, one.shifts.business_day(line.author_id, line.at, one.rules)].append(line)
        for (person_id, day), lines in said.items():
            counts = (len(lines), sum(len(line.body) for line in lines))
            row = one.receptions.get((person_id, day))
            if row is None:
                session = one.session
                begun.append(
                    (session.pk, person_id, session.shop_id, session.customer_id, day, *counts, True)
                )
            else:
                added.append((row, *counts))
    sets = {"lines": "t.lines + {lines}", "characters": "t.characters + {characters}"}
    update_many(Reception, ("id", "lines", "characters"), added, sets)
    insert_many(Reception, _BEGUN, begun)


_BEGUN = ("conversation", "person", "shop", "customer", "business_day", "lines", "characters", "mutual")


def _note_enquiries(prepared: Sequence[News]) -> None:
    """Who asks before buying and is answered is an enquiry, counted from when they came."""
    noted = [one for one in prepared if one.enquires]
    rows = [
        Enquiry(
            conversation_id=one.session.pk,
            shop_id=one.session.shop_id,
            customer_id=one.session.customer_id,
            owner_id=one.session.assignee_id or one.answers[0].author_id,
            at=one.session.opened_at,
            updated_at=one.answers[0].at,
        )
        for one in noted
    ]
    # Somebody may have noted it by hand in this very moment: theirs stands.
    Enquiry.objects.bulk_create(rows, ignore_conflicts=True)
    version = clock.to_ms(clock.now())
    hub.changed_together(
        [hub.Changed("enquiry", one.session.pk, version, one.session.shop_id) for one in noted]
    )


def _bring_up_to_date(prepared: Sequence[News]) -> None:
    """The rows that lists and heads of conversations show, and word of it to the pages."""
    quiet = [(one.session.pk, one.last_seq) for one in prepared if not one.shows]
    update_many(Conversation, ("id", "last_seq"), quiet)
    talking = [one for one in prepared if one.shows]
    rows = [_as_row(one) for one in talking]
    update_many(Conversation, _ROW, rows, _SETS, _TYPES)
    hub.changed_together(
        [
            hub.Changed(
                "conversation", one.session.pk, one.session.version + 1, one.session.shop_id, _concerned(one)
            )
            for one in talking
        ]
    )


def _concerned(one: News) -> tuple[int, ...]:
    return (one.session.assignee_id,) if one.session.assignee_id is not None else ()


# An answer empties what had gathered before it; what was asked after it stays.
_ROW = (
    "id",
    "last_seq",
    "is_heard",
    "preview",
    "last_at",
    "last_author",
    "is_answered",
    "unread",
    "waiting_since",
)
_TYPES = {"is_heard": "boolean", "is_answered": "boolean"}
_SETS = {
    "last_seq": "{last_seq}",
    "preview": "CASE WHEN {is_heard} THEN {preview} ELSE t.preview END",
    "last_at": "CASE WHEN {is_heard} THEN {last_at} ELSE t.last_at END",
    "last_author": "CASE WHEN {is_heard} THEN {last_author} ELSE t.last_author END",
    "unread": "CASE WHEN {is_answered} THEN {unread} ELSE t.unread + {unread} END",
    "waiting_since": "CASE WHEN {is_answered} THEN {waiting_since}"
    " ELSE COALESCE(t.waiting_since, {waiting_since}) END",
    "version": "t.version + 1",
}


def _as_row(one: News) -> Sequence[Any]:
    heard = one.heard
    shown = (False, "", None, "") if heard is None else (True, preview_of(heard), heard.at, heard.author)
    return (one.session.pk, one.last_seq, *shown, bool(one.answers), one.unread, one.waiting_since)
