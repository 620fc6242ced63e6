"""What the handbook says about signing in, with what holds before any handbook is in force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from dangban.handbook.current import in_force_so_far
from dangban.handbook.shapes import Clause
from dangban.people import clauses
from dangban.people.models import Person

# Without a handbook a department must still be able to sign in and adopt one.
BEFORE_ANY_HANDBOOK = {
    clauses.IDLE_SESSION.path: timedelta(hours=8),
    clauses.PASSWORD_LENGTH.path: 10,
    clauses.PASSWORD_FIRST_CHANGE.path: True,
    clauses.SIGN_IN_ATTEMPTS.path: 5,
    clauses.SIGN_IN_PAUSE.path: timedelta(minutes=10),
    clauses.SECOND_FACTOR_FROM.path: "nobody",
}

LADDER = [level.value for level in Person.Level]


@dataclass(frozen=True, slots=True)
class SignInRules:
    idle: timedelta
    password_length: int
    first_change: bool
    attempts: int
    pause: timedelta
    second_factor_from: str

    def needs_second_factor(self, level: str) -> bool:
        if self.second_factor_from == "nobody":
            return False
        if self.second_factor_from == "everybody":
            return True
        return LADDER.index(level) >= LADDER.index(self.second_factor_from)


def sign_in_rules(at: datetime) -> SignInRules:
    rules = in_force_so_far(at)

    def value(clause: Clause[Any]) -> Any:
        return rules[clause] if rules.has(clause) else BEFORE_ANY_HANDBOOK[clause.path]

    return SignInRules(
        idle=value(clauses.IDLE_SESSION),
        password_length=value(clauses.PASSWORD_LENGTH),
        first_change=value(clauses.PASSWORD_FIRST_CHANGE),
        attempts=value(clauses.SIGN_IN_ATTEMPTS),
        pause=value(clauses.SIGN_IN_PAUSE),
        second_factor_from=value(clauses.SECOND_FACTOR_FROM),
    )
