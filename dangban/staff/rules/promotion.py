"""Who may rise to which level, and what is missing. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from dangban.handbook.decisions import Because, Decision
from dangban.handbook.rulebook import Rules
from dangban.lib import money
from dangban.people.clauses import LEVELS, TYPING_MINIMUM, TYPING_SENIOR
from dangban.staff.clauses import NEARLY

# Two ladders: by skill, and by leading others; the second begins where the first has been climbed half way.
PROFESSIONAL = ("trainee", "junior", "mid", "senior")
MANAGEMENT = ("leader", "deputy", "supervisor", "manager")
RANKS = {level: rank for rank, level in enumerate((*PROFESSIONAL, *MANAGEMENT))}
LEADS_FROM = ("mid", "senior")
EDUCATION = ("secondary", "vocational", "college", "bachelor", "master")
# From which level on the faster typing is asked for, where the level says nothing of its own.
FAST = frozenset({"senior", "leader", "deputy", "supervisor", "manager"})


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of somebody on a day; None where it isn't known."""

    level: str
    months: int
    score: Decimal | None = None
    typing: int | None = None
    education: str = ""
    experience: int = 0
    trainings: Collection[str] = ()
    on_probation: bool = False


@dataclass(frozen=True, slots=True)
class Requirement:
    """One thing a level asks for; `met` is None while nobody knows."""

    what: str
    needed: Any
    has: Any
    met: bool | None


@dataclass(frozen=True, slots=True)
class Judged:
    """`decision.outcome`: ``qualifies``, ``nearly`` or ``lacks``."""

    level: str
    requirements: tuple[Requirement, ...]
    pay_floor_fen: int
    decision: Decision

    @property
    def missing(self) -> list[Requirement]:
        return [one for one in self.requirements if not one.met]


def next_levels(level: str, rules: Rules) -> list[str]:
    """The level above on one's own ladder, and the first of the other one from the middle level on.

    Levels the handbook doesn't have are passed over.
    """
    known = {row.level for row in rules[LEVELS]} if rules.has(LEVELS) else set()
    found = []
    ladder = PROFESSIONAL if level in PROFESSIONAL else MANAGEMENT
    above = [one for one in ladder[ladder.index(level) + 1 :] if one in known] if level in ladder else []
    found += above[:1]
    if level in LEADS_FROM:
        found += [one for one in MANAGEMENT if one in known][:1]
    return found


def is_promotion(before: str, after: str) -> bool:
    return RANKS[after] > RANKS[before]


def judge(facts: Facts, level: str, rules: Rules) -> Judged | None:
    """How somebody stands towards a level; None where the handbook says nothing of it."""
    row = rules[LEVELS].get(level) if rules.has(LEVELS) else None
    if row is None:
        return None
    asked = [*_typing(facts, level, row, rules), *_asked(facts, row)]
    requirements = tuple(requirement for requirement, _because in asked)
    missing = sum(1 for one in requirements if not one.met)
    nearly = rules[NEARLY] if rules.has(NEARLY) else 1
    outcome = "qualifies" if not missing else "nearly" if missing <= nearly else "lacks"
    because = [rules.because(LEVELS, level=level, lacking=missing), *(one for _requirement, one in asked if one is not None)]
    if outcome == "nearly" and rules.has(NEARLY):
        because.append(rules.because(NEARLY, lacking=missing))
    return Judged(level, requirements, row.pay_floor, Decision("staff.promotion", outcome, because=tuple(dict.fromkeys(because))))


def _asked(facts: Facts, row: Mapping[str, Any]) -> list[tuple[Requirement, Because | None]]:
    found: list[Requirement] = [Requirement("months", row["months"], facts.months, facts.months >= row["months"])]
    if row["score"]:
        found.append(Requirement("score", row["score"], facts.score, None if facts.score is None else facts.score >= row["score"]))
    if row["education"]:
        known = facts.education in EDUCATION
        reached = known and EDUCATION.index(facts.education) >= EDUCATION.index(row["education"])
        found.append(Requirement("education", row["education"], facts.education, reached if known else None))
    if row["experience"]:
        total = facts.experience + facts.months
        found.append(Requirement("experience", row["experience"], total, total >= row["experience"]))
    if row["training"]:
        found.append(Requirement("training", row["training"], ", ".join(sorted(facts.trainings)), row["training"] in facts.trainings))
    if facts.on_probation and row["level"] != "junior":
        found.append(Requirement("confirmed", True, False, False))
    return [(one, None) for one in found]


def _typing(facts: Facts, level: str, row: Mapping[str, Any], rules: Rules) -> list[tuple[Requirement, Because | None]]:
    """The level's own figure, else that of the rule for agents or for seniors."""
    clause = TYPING_SENIOR if level in FAST else TYPING_MINIMUM
    needed, because = row["typing"], None
    if needed is None and rules.has(clause):
        needed, because = rules[clause], rules.because(clause, typing=facts.typing)
    if needed is None:
        return []
    met = None if facts.typing is None else facts.typing >= needed
    return [(Requirement("typing", needed, facts.typing, met), because)]


def floor(level: str, base_fen: int, rules: Rules) -> Decision:
    """``may`` be paid so much at a level, or ``below`` its least."""
    row = rules[LEVELS].get(level) if rules.has(LEVELS) else None
    if row is None:
        return Decision("staff.pay_floor", "may")
    outcome = "below" if base_fen < row.pay_floor else "may"
    return Decision("staff.pay_floor", outcome, row.pay_floor, (rules.because(LEVELS, level=level, base=money.show(base_fen)),))
