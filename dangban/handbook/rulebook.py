"""A handbook once read, and the rules that are in force on a day. Pure: no database, no clock."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import cached_property
from typing import Any, Generic, NamedTuple, cast, overload

from dangban.lib import clock

from .decisions import Because
from .faults import Fault
from .shapes import Clause, Words
from .shapes.scalars import V

MIDNIGHT = time(0)


@dataclass(frozen=True)
class RuleValue(Generic[V]):
    """A rule's value from one day on, with where it comes from."""

    clause: Clause[V]
    since: date
    reference: str
    summary: Words
    value: V
    published: date | None = None
    checked: date | None = None
    repealed: bool = False

    @property
    def path(self) -> str:
        return self.clause.path

    @property
    def is_assumption(self) -> bool:
        return self.reference.startswith("assumption:")

    @cached_property
    def shown(self) -> Words:
        """The value in one line, worked out once."""
        return Words("已废止", "repealed") if self.repealed else self.clause.shape.show(self.value)

    @cached_property
    def is_beyond_the_law(self) -> bool:
        return not self.repealed and self.clause.bound is not None and self.clause.bound.beyond(self.value)

    @cached_property
    def lawful(self) -> V:
        """The value brought back to its legal bound, worked out once."""
        bound = self.clause.bound
        return bound.cap(self.value) if bound is not None and bound.cap is not None and self.is_beyond_the_law else self.value


@dataclass(frozen=True)
class Record:
    """A rule as a handbook states it: its summary and all its dated values, oldest first."""

    clause: Clause[Any]
    summary: Words
    values: tuple[RuleValue[Any], ...]
    file: str
    handbook: str

    @property
    def path(self) -> str:
        return self.clause.path

    def on(self, day: date) -> RuleValue[Any] | None:
        """The value dated at or before a day (it may say that the rule is repealed)."""
        index = bisect_right([value.since for value in self.values], day)
        return self.values[index - 1] if index else None


@dataclass(frozen=True, slots=True)
class LegalWarning:
    """A value that goes beyond what the law allows."""

    path: str
    since: date
    shown: Words
    says: Words
    source: str
    file: str


@dataclass(frozen=True)
class Layer:
    """One folder of files as they were written: a handbook's own, or one that it extends."""

    name: str
    files: Mapping[str, str]


@dataclass(frozen=True)
class Handbook:
    """All rules of a handbook, its own and those it takes over from the one it extends."""

    name: str
    title: Words
    records: Mapping[str, Record]
    layers: tuple[Layer, ...] = ()
    content_hash: str = ""
    # Of a version adopted under an older program: what the present one can't read any more.
    unread: tuple[Fault, ...] = ()

    @cached_property
    def turning_days(self) -> list[date]:
        """Every day on which some rule's value changes."""
        return sorted({value.since for record in self.records.values() for value in record.values})

    @cached_property
    def warnings(self) -> list[LegalWarning]:
        """Values beyond a legal bound, in the order of the files."""
        return [
            LegalWarning(
                record.path, value.since, value.shown, value.clause.bound.says, value.clause.bound.source, record.file
            )
            for record in self.records.values()
            for value in record.values
            if value.clause.bound is not None and value.is_beyond_the_law
        ]

    def on(self, day: date, *, lifted: Iterable[str] = (), version: int | None = None) -> Rules:
        """The rules in force on a day of this handbook, adopted or not."""
        return Rules(self.table(day), clock.at_local(day, MIDNIGHT), frozenset(lifted), version)

    def table(self, day: date) -> dict[str, RuleValue[Any]]:
        found = ((path, record.on(day)) for path, record in self.records.items())
        return {path: value for path, value in found if value is not None}


class NoValue(LookupError):
    """A rule was read on a day on which it has no value."""

    def __init__(self, path: str, day: date, why: str) -> None:
        super().__init__(f"{path} has no value on {day}: {why}")
        self.path = path
        self.day = day
        self.why = why


class Capped(NamedTuple):
    """What a rule may cost after the law has had its say."""

    value: Any
    stated: Any
    source: str

    @property
    def was_capped(self) -> bool:
        return bool(self.value != self.stated)


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules for one instant. `rules[CLAUSE]` is the value, typed; `rules.rule(…)` all about it."""

    table: Mapping[str, RuleValue[Any]]
    at: datetime
    lifted: frozenset[str] = field(default=frozenset())
    version: int | None = None

    @overload
    def __getitem__(self, rule: Clause[V]) -> V: ...
    @overload
    def __getitem__(self, rule: str) -> Any: ...
    def __getitem__(self, rule: Clause[V] | str) -> V | Any:
        found = self.table.get(rule if isinstance(rule, str) else rule.path)
        if found is None or found.repealed:
            raise self._no_value(rule)
        return found.value

    value = __getitem__

    @overload
    def rule(self, rule: Clause[V]) -> RuleValue[V]: ...
    @overload
    def rule(self, rule: str) -> RuleValue[Any]: ...
    def rule(self, rule: Clause[V] | str) -> RuleValue[V] | RuleValue[Any]:
        """Value, clause, summary and day of a rule in force; raises `NoValue` like reading it."""
        self[rule]
        return self.table[rule if isinstance(rule, str) else rule.path]

    def has(self, rule: Clause[Any] | str) -> bool:
        """Whether the rule has a value; for rules that a handbook may do without."""
        found = self.table.get(rule if isinstance(rule, str) else rule.path)
        return found is not None and not found.repealed

    @property
    def day(self) -> date:
        return clock.business_day(self.at)

    def capped(self, rule: Clause[V]) -> V:
        """The value brought back to its legal bound, unless the bound was lifted by name."""
        value = self[rule]
        if rule.bound is None or rule.path in self.lifted:
            return value
        return cast("RuleValue[V]", self.table[rule.path]).lawful

    def capped_amount(self, rule: Clause[Any], amount_fen: int, ceiling_fen: int) -> Capped:
        """An amount owed under `rule`, at most what the law's ceiling leaves in this case.

        The ceiling depends on facts (a share of the month's wage); lifting the rule's bound by
        name lets the whole amount stand.
        """
        if rule.path in self.lifted:
            return Capped(amount_fen, amount_fen, "")
        source = rule.bound.source if rule.bound else ""
        return Capped(min(amount_fen, max(0, ceiling_fen)), amount_fen, source)

    def because(self, rule: Clause[Any], **inputs: Any) -> Because:
        """A reason for a decision: this rule as it stands, and what it was applied to."""
        self[rule]
        return Because.of(self.table[rule.path], inputs, self.version)

    def _no_value(self, rule: Clause[Any] | str) -> NoValue:
        path = rule if isinstance(rule, str) else rule.path
        return NoValue(path, self.day, "repealed" if path in self.table else "not yet")
