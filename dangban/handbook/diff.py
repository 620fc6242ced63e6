"""What changes from one handbook to another, rule by rule. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from .rulebook import Handbook, Record, RuleValue
from .shapes import Words


@dataclass(frozen=True, slots=True)
class Step:
    """One dated value before and after; either may be absent."""

    old: RuleValue[Any] | None
    new: RuleValue[Any] | None

    @property
    def lines(self) -> tuple[list[str], list[str]]:
        """For values that are tables: the lines that went and the lines that came; else the whole values."""
        old, new = _lines(self.old), _lines(self.new)
        return [line for line in old if line not in new], [line for line in new if line not in old]

    @property
    def stated(self) -> RuleValue[Any]:
        """The new value, or the old one where there is none any more."""
        found = self.new or self.old
        assert found is not None
        return found

    @property
    def has_other_clause(self) -> bool:
        return bool(self.old and self.new and self.old.reference != self.new.reference)


@dataclass(frozen=True, slots=True)
class Change:
    """A rule that differs, with every dated value that does."""

    path: str
    meaning: Words
    old: Record | None
    new: Record | None

    @property
    def kind(self) -> str:
        if self.old is None:
            return "added"
        if self.new is None:
            return "removed"
        return "value" if self.steps else "words"

    @property
    def steps(self) -> list[Step]:
        """Dated values that differ in day, value or clause."""
        old = self.old.values if self.old else ()
        new = self.new.values if self.new else ()
        return [step for step in _paired(old, new) if _facts(step.old) != _facts(step.new)]


def changes(old: Handbook, new: Handbook) -> list[Change]:
    """Rules that differ, in the order of their declaration."""
    paths = dict.fromkeys([*new.records, *old.records])
    found = []
    for path in paths:
        before, after = old.records.get(path), new.records.get(path)
        if before is None or after is None or _said(before) != _said(after):
            stated = after or before
            assert stated is not None
            found.append(Change(path, stated.clause.meaning, before, after))
    return found


def _lines(value: RuleValue[Any] | None) -> list[str]:
    if value is None:
        return []
    grid = None if value.repealed else value.clause.shape.grid(value.value)
    return [str(value.shown)] if grid is None else [" | ".join(map(str, line)) for line in grid.lines]


def _said(record: Record) -> tuple[Any, ...]:
    return record.summary, tuple(_facts(value) for value in record.values)


def _facts(value: RuleValue[Any] | None) -> tuple[Any, ...] | None:
    return (value.since, value.value, value.reference, value.repealed) if value else None


def _paired(old: Sequence[RuleValue[Any]], new: Sequence[RuleValue[Any]]) -> list[Step]:
    """Values of the same day side by side; if no day is shared, by order."""
    before = {value.since: value for value in old}
    after = {value.since: value for value in new}
    if not before.keys() & after.keys():
        return [Step(a, b) for a, b in zip_longest(old, new)]
    return [Step(before.get(day), after.get(day)) for day in sorted(before.keys() | after.keys())]
