"""What one question finds: a reason, and what it does to the request."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from dangban.handbook.decisions import Because
from dangban.handbook.rulebook import Rules
from dangban.handbook.shapes import Clause, Words

V = TypeVar("V")
NOTHING = Words("", "")


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that was looked at, and what follows. One that only gives its reason is a ground of the decision."""

    because: Because
    # A code of wording.REFUSALS, and what is filled into its words.
    refuses: str = ""
    about: Words = NOTHING
    # The refusal that it helps to explain, if it comes to that.
    supports: str = ""
    # May somebody let it pass all the same?
    may_be_lifted: bool = False
    # What is taken off the refund.
    deducts: tuple[str, ...] = ()
    # Remedies that are not to be had.
    drops: frozenset[str] = frozenset()
    # For what the consent of whom is needed before anything is promised.
    needs: tuple[str, str] | None = None
    # What is still to be shown, and until when.
    shows: tuple[str, ...] = ()
    until: datetime | None = None
    check_first: bool = False
    # The replacement leaves only after the goods have come.
    later: bool = False


Findings = Iterator[Finding]


@dataclass(frozen=True, slots=True)
class Stand:
    """A rule's value as it holds here: the handbook's, or the law's where the handbook is harsher."""

    value: Any
    because: Because
    clause: Clause[Any] = field(repr=False)

    def refuses(self, code: str, about: Words = NOTHING) -> Finding:
        return Finding(self.because, refuses=code, about=about, may_be_lifted=self.clause.exception is not None)


def stand(rules: Rules, clause: Clause[Any], **inputs: Any) -> Stand:
    """Read a rule within the law; the reason says where the law had to step in."""
    value, stated = rules.capped(clause), rules[clause]
    if value is not stated and value != stated and clause.bound is not None:
        inputs["by_law"] = clause.bound.source
    return Stand(value, rules.because(clause, **inputs), clause)
