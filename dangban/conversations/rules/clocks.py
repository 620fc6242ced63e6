"""Questions and their answers, and how a wait looks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from dangban.conversations.clauses import (
    ALWAYS_CLOCKED,
    FIRST_REPLY,
    MESSAGE_REPLY,
    QUIET_CLOSE,
    SLOW_REPLY,
    TURN_REPLY,
    WAITING_COLOURS,
)
from dangban.handbook.decisions import Decision
from dangban.handbook.rulebook import Rules

# Lines that are not speech: they neither ask nor answer.
_SILENT_KINDS = frozenset({"event", "note", "whisper", "recall"})


@dataclass(frozen=True, slots=True)
class Spoken:
    """A line as the clocks see it."""

    seq: int
    author: str
    author_id: int
    at: datetime
    kind: str = "text"
    internal: bool = False
    # For a recall: the line it takes back.
    recalls: int | None = None


@dataclass(frozen=True, slots=True)
class Round:
    """One question and its answer."""

    opened_seq: int
    opened_at: datetime
    first: bool
    answered_seq: int | None = None
    answered_at: datetime | None = None
    answered_by: int | None = None


def asks(line: Spoken) -> bool:
    """Whether a line sets a customer's clock going."""
    return line.author == "customer" and not line.internal and line.kind not in _SILENT_KINDS


def answers(line: Spoken) -> bool:
    """Whether a line is a human answer; automatic and internal lines never are."""
    return line.author == "agent" and not line.internal and line.kind not in _SILENT_KINDS


def rounds(lines: Iterable[Spoken]) -> list[Round]:
    """The questions and answers of a session, read off its log.

    A round opens at the customer's first line after the last human answer and closes at the first
    human answer that still stands: an answer taken back answered nothing.
    """
    spoken = list(lines)
    taken_back = {line.recalls for line in spoken if line.kind == "recall"}
    found: list[Round] = []
    is_open = False
    for line in spoken:
        if asks(line) and not is_open:
            found.append(Round(line.seq, line.at, first=not found))
            is_open = True
        elif is_open and answers(line) and line.seq not in taken_back:
            found[-1] = replace(
                found[-1], answered_seq=line.seq, answered_at=line.at, answered_by=line.author_id
            )
            is_open = False
    return found


def reply_within(*, first: bool, left_message: bool, on_duty: bool, rules: Rules) -> Decision | None:
    """The clock of a question, as ``amount`` seconds in the outcome; None where no clock runs.

    A left message is answered within its own time once somebody is on duty; a person off shift who
    is online is on the clock where the handbook says so.
    """
    if left_message:
        clause = MESSAGE_REPLY
    elif not on_duty and not rules[ALWAYS_CLOCKED]:
        return None
    else:
        clause = FIRST_REPLY if first else TURN_REPLY
    seconds = int(rules[clause].total_seconds())
    return Decision("conversations.reply_within", str(seconds), because=(rules.because(clause),))


def waiting_colour(seconds: int, rules: Rules) -> str:
    """The colour a wait has ripened to."""
    row = rules[WAITING_COLOURS].at(seconds)
    return str(row.colour) if row else "neutral"


def is_slow(seconds: float, rules: Rules) -> bool:
    return seconds >= rules[SLOW_REPLY].total_seconds()


def is_quiet(last_at: datetime, now: datetime, rules: Rules) -> Decision:
    """``close`` once an answered customer has been quiet for long enough."""
    outcome = "close" if now - last_at >= rules[QUIET_CLOSE] else "stay"
    minutes = int((now - last_at).total_seconds() // 60)
    return Decision("conversations.quiet", outcome, because=(rules.because(QUIET_CLOSE, minutes=minutes),))


def promised_reply(next_duty_at: datetime | None, opens_at: datetime, rules: Rules) -> Decision:
    """By when a left message is answered, as the outcome: counted from the next duty or opening hour."""
    due = (next_duty_at or opens_at) + rules[MESSAGE_REPLY]
    reason = rules.because(MESSAGE_REPLY, next_duty_at=next_duty_at, opens_at=opens_at)
    return Decision("conversations.promised_reply", due.isoformat(), because=(reason,))


def next_opening(wall: datetime, opens: time, closes: time) -> datetime:
    """The next time on the wall clock at which a shop that opens daily is open; `wall` itself, if it is."""
    if closes <= opens and closes != time(0):
        is_open = wall.time() >= opens or wall.time() < closes
    else:
        is_open = opens <= wall.time() and (closes == time(0) or wall.time() < closes)
    if is_open:
        return wall
    day = wall.date() if wall.time() < opens else wall.date() + timedelta(days=1)
    return datetime.combine(day, opens, wall.tzinfo)
