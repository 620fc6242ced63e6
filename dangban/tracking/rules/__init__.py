"""Pure decisions about parcels: when one is stalled, what goes wrong with it, what the customer is told and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from dangban.handbook.decisions import Because, Decision
from dangban.handbook.rulebook import Rules
from dangban.orders.clauses import QUIET_HOURS, STALLED
from dangban.tracking import clauses
from dangban.tracking.rules import states

SATURDAY = 5
# Beyond this nothing is told any more: it would be news of last week.
STALE = timedelta(days=3)
TOLD_AT: dict[str, str] = {
    states.DELIVERING: "delivering",
    states.PROBLEM: "problem",
    states.RETURNING: "returning",
    states.SIGNED: "signed",
}


@dataclass(frozen=True, slots=True)
class Patience:
    """Until when a parcel may stand still, and why."""

    until: datetime
    because: tuple[Because, ...]


def patience(moved_at: datetime, *, remote: bool, rules: Rules) -> Patience | None:
    """From `moved_at` on the company's clock; None where no rule says. Weekends don't count where it says so."""
    clause = clauses.STALLED_REMOTE if remote and rules.has(clauses.STALLED_REMOTE) else STALLED
    if not rules.has(clause):
        return None
    because = [rules.because(clause, moved_at=moved_at)]
    if rules.has(clauses.WEEKENDS_COUNT):
        because.append(rules.because(clauses.WEEKENDS_COUNT))
        if not rules[clauses.WEEKENDS_COUNT]:
            return Patience(_skipping_weekends(moved_at, rules[clause]), tuple(because))
    return Patience(moved_at + rules[clause], tuple(because))


def _skipping_weekends(start: datetime, allowed: timedelta) -> datetime:
    at, left = start, allowed
    while True:
        midnight = datetime.combine(at.date() + timedelta(days=1), time(), at.tzinfo)
        if at.weekday() >= SATURDAY:
            at = midnight
            continue
        if at + left <= midnight:
            return at + left
        left -= midnight - at
        at = midnight


def is_over(state: str) -> bool:
    """Whether nothing more is expected of the parcel."""
    return state in (states.SIGNED, states.RETURNED)


def trouble(state: str, kind: str) -> str:
    """The kind of exception that a state is; empty where all is well."""
    if kind in (states.REFUSED, states.UNDELIVERABLE):
        return kind
    if state == states.PROBLEM:
        return "problem"
    return "returning" if state in (states.RETURNING, states.RETURNED) else ""


def tells(occasion: str, rules: Rules) -> Decision:
    """``tell`` the customer at this point of the way, or ``wait`` until they ask."""
    if not rules.has(clauses.TELLS):
        return Decision("tracking.tells", "wait")
    outcome = "tell" if occasion in rules[clauses.TELLS] else "wait"
    return Decision("tracking.tells", outcome, because=(rules.because(clauses.TELLS),))


AFTER_SIGNING = ("satisfaction", "confirm", "review")


def reminders(signed_at: datetime, rules: Rules) -> list[tuple[str, datetime]]:
    """What is said after signing, and when."""
    times = zip(AFTER_SIGNING, (clauses.SATISFACTION_AFTER, clauses.CONFIRM_AFTER, clauses.REVIEW_AFTER), strict=True)
    return [
        (occasion, signed_at + rules[clause])
        for occasion, clause in times
        if rules.has(clause) and tells(occasion, rules).outcome == "tell"
    ]


def not_before(wall: datetime, rules: Rules) -> datetime:
    """The next moment at which customers may be written to unasked; `wall` is the company's clock."""
    if not rules.has(QUIET_HOURS) or wall.time() not in rules[QUIET_HOURS]:
        return wall
    end = datetime.combine(wall.date(), rules[QUIET_HOURS].end, wall.tzinfo)
    return end if end > wall else end + timedelta(days=1)


def still_news(occasion: str, due: datetime, at: datetime, state: str) -> bool:
    """Whether it is worth saying now: not days later, nor when the parcel is elsewhere meanwhile."""
    if at - due > STALE:
        return False
    if occasion in TOLD_AT.values() and occasion != "signed":
        return TOLD_AT.get(state) == occasion
    return occasion != "dispatched" or state in ("", states.WAITING, states.PICKED, states.MOVING)


def latest(steps: Sequence[tuple[datetime, str, str]]) -> tuple[datetime, str, str] | None:
    """The newest step that says where the parcel is; of one moment the one named last."""
    known = [step for step in steps if step[1]]
    return max(enumerate(known), key=lambda pair: (pair[1][0], pair[0]))[1] if known else None
