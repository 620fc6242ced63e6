"""Passing on, leaving, closing, inviting: what a rule says before it is done."""

from __future__ import annotations

from datetime import datetime

from dangban.chat.clauses import RECALL_WITHIN
from dangban.conversations.clauses import (
    IDLE_ONLINE,
    INVITE,
    INVITE_AGAIN,
    SECOND_TRANSFER_TELLS_LEADER,
    SHIFT_EXTENDS,
    TRANSFER_ACCEPT,
)
from dangban.handbook.decisions import Decision
from dangban.handbook.rulebook import Rules


def transfer(already: int, reason: str, rules: Rules) -> Decision:
    """``go``; from the second one on ``go_and_tell`` the leader, or ``needs_reason``."""
    outcome = "go"
    if already >= 1 and rules[SECOND_TRANSFER_TELLS_LEADER]:
        outcome = "go_and_tell" if reason.strip() else "needs_reason"
    because = rules.because(SECOND_TRANSFER_TELLS_LEADER, transfers=already, reason=reason.strip())
    return Decision("conversations.transfer", outcome, because=(because,))


def unanswered_transfer(offered_at: datetime, now: datetime, rules: Rules) -> Decision:
    """``return`` once nobody has accepted for too long."""
    seconds = int((now - offered_at).total_seconds())
    outcome = "return" if seconds >= rules[TRANSFER_ACCEPT].total_seconds() else "wait"
    because = rules.because(TRANSFER_ACCEPT, seconds=seconds)
    return Decision("conversations.transfer_wait", outcome, because=(because,))


def leaving(open_conversations: int, rules: Rules) -> Decision:
    """``may`` go off line or end the shift, or ``refused`` while conversations are open."""
    outcome = "refused" if open_conversations else "may"
    because = rules.because(SHIFT_EXTENDS, open_conversations=open_conversations)
    return Decision("conversations.leaving", outcome, because=(because,))


def extension(open_conversations: int, ends_at: datetime, now: datetime, rules: Rules) -> Decision:
    """``extend`` a shift that has run out while customers are being served."""
    outcome = "extend" if open_conversations and now >= ends_at and rules[SHIFT_EXTENDS] else "end"
    because = rules.because(SHIFT_EXTENDS, open_conversations=open_conversations, ends_at=ends_at)
    return Decision("conversations.extension", outcome, because=(because,))


def idleness(last_active_at: datetime, now: datetime, rules: Rules) -> Decision:
    """``idle`` once somebody shown online has touched nothing for too long."""
    outcome = "idle" if now - last_active_at >= rules[IDLE_ONLINE] else "active"
    minutes = int((now - last_active_at).total_seconds() // 60)
    return Decision("conversations.idle", outcome, because=(rules.because(IDLE_ONLINE, minutes=minutes),))


def invitation(how: str, last_invited_at: datetime | None, at: datetime, rules: Rules) -> Decision:
    """``invite`` after an agent's closing, not after a quiet one, and not the same customer too soon."""
    outcome = "none"
    if how == "resolved" and rules[INVITE] == "resolved":
        too_soon = last_invited_at is not None and at - last_invited_at < rules[INVITE_AGAIN]
        outcome = "none" if too_soon else "invite"
    because = (
        rules.because(INVITE, closed=how),
        rules.because(INVITE_AGAIN, last_invited_at=last_invited_at),
    )
    return Decision("conversations.invitation", outcome, because=because)


def taking_back(sent_at: datetime, now: datetime, *, channel_allows: bool, rules: Rules) -> Decision:
    """``may`` take one's own line back: the channel can do it and it is not too late."""
    seconds = int((now - sent_at).total_seconds())
    in_time = seconds <= rules[RECALL_WITHIN].total_seconds()
    outcome = "may" if channel_allows and in_time else "too_late" if channel_allows else "not_here"
    return Decision("conversations.recall", outcome, because=(rules.because(RECALL_WITHIN, seconds=seconds),))
