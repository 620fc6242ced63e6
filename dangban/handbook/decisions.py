"""What a room's pure rules return: an outcome, perhaps an amount, and the clauses it rests on."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol

from dangban.lib import clock

from .shapes import Percent, Words
from .shapes.labels import FACT_VALUES, REFERENCES, fact_label

if TYPE_CHECKING:
    from .rulebook import RuleValue

Plain = Any
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d")


@dataclass(frozen=True, slots=True)
class Because:
    """One rule that a decision rests on: its clause, its value then, and what it was applied to."""

    path: str
    clause: str
    summary: Words
    value: Words
    inputs: Mapping[str, Plain] = field(default_factory=dict, hash=False)
    since: date | None = None
    version: int | None = None
    exception: Words | None = None

    @classmethod
    def of(cls, rule: RuleValue[Any], inputs: Mapping[str, Any], version: int | None) -> Because:
        plain = {name: plain_value(value) for name, value in inputs.items()}
        exception = rule.clause.exception
        return cls(rule.path, rule.reference, rule.summary, rule.shown, plain, rule.since, version, exception)

    @property
    def reference(self) -> str:
        """The clause with its kind in words: 制度 3.2, 法律 …"""
        kind, colon, place = self.clause.partition(":")
        return f"{REFERENCES[kind]} {place.strip()}" if colon and kind in REFERENCES else self.clause

    @property
    def facts(self) -> list[tuple[Words, str]]:
        """What the rule was applied to, named and written as people read it."""
        return [(fact_label(name), shown_fact(value)) for name, value in self.inputs.items()]

    def as_data(self) -> dict[str, Plain]:
        return {
            "path": self.path,
            "clause": self.clause,
            "summary": self.summary.as_data(),
            "value": self.value.as_data(),
            "inputs": dict(self.inputs),
            "since": self.since.isoformat() if self.since else None,
            "version": self.version,
            "exception": self.exception.as_data() if self.exception else None,
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Because:
        return cls(
            path=data["path"],
            clause=data["clause"],
            summary=Words(**data["summary"]),
            value=Words(**data["value"]),
            inputs=data.get("inputs") or {},
            since=date.fromisoformat(data["since"]) if data.get("since") else None,
            version=data.get("version"),
            exception=Words(**data["exception"]) if data.get("exception") else None,
        )


@dataclass(frozen=True, slots=True)
class Decision:
    """The result of a rule: `kind` names the question (`conversations.guard`), `outcome` the answer."""

    kind: str
    outcome: str
    amount_fen: int | None = None
    because: tuple[Because, ...] = ()

    @property
    def paths(self) -> tuple[str, ...]:
        """The rules it rests on, each once."""
        return tuple(dict.fromkeys(reason.path for reason in self.because))

    @property
    def version(self) -> int | None:
        """The adopted version whose rules were applied; None for a draft or a preset."""
        return next((reason.version for reason in self.because if reason.version is not None), None)

    def as_data(self) -> dict[str, Plain]:
        return {
            "kind": self.kind,
            "outcome": self.outcome,
            "amount_fen": self.amount_fen,
            "because": [reason.as_data() for reason in self.because],
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Decision:
        because = tuple(Because.from_data(reason) for reason in data["because"])
        return cls(data["kind"], data["outcome"], data["amount_fen"], because)


class HasDecision(Protocol):
    @property
    def decision(self) -> Decision: ...


def reasons(of: Decision | HasDecision | Iterable[Because | Mapping[str, Any]] | None) -> tuple[Because, ...]:
    """The reasons of a decision, a stored one, or a row's list of reasons as plain data."""
    if of is None:
        return ()
    if isinstance(of, Decision):
        return of.because
    if isinstance(of, Iterable):
        return tuple(one if isinstance(one, Because) else Because.from_data(one) for one in of)
    return of.decision.because


def anchor(of: Any) -> str:
    """A name for a decision within a page; the same decision has the same name."""
    pk = getattr(of, "pk", None)
    if pk is not None:
        return f"decision-{pk}"
    return f"reasons-{zlib.crc32(repr([reason.as_data() for reason in reasons(of)]).encode()):08x}"


def shown_fact(value: Plain) -> str:
    """A kept fact for people: instants on the company's clock, yes and no in words."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return str(Words("是", "yes") if value else Words("否", "no"))
    if isinstance(value, Mapping) and value.keys() == {"zh", "en"}:
        return str(Words(value["zh"], value["en"]))
    if isinstance(value, list):
        return "、".join(shown_fact(one) for one in value)
    if isinstance(value, str) and INSTANT.fullmatch(value):
        return clock.local(datetime.fromisoformat(value)).strftime("%Y-%m-%d %H:%M:%S")
    return str(FACT_VALUES.get(value, value)) if isinstance(value, str) else str(value)


def plain_value(value: Any) -> Plain:
    """A fact in a form that survives JSON and is readable in it."""
    match value:
        case None | bool() | int() | str():
            return value
        case datetime():
            return value.isoformat(timespec="seconds")
        case date():
            return value.isoformat()
        case time():
            return f"{value:%H:%M}"
        case timedelta():
            return f"{value.total_seconds():g} s"
        case Decimal() | Percent():
            return str(value)
        case Words():
            return value.as_data()
        case list() | tuple() | set() | frozenset():
            return [plain_value(one) for one in value]
        case Mapping():
            return {str(name): plain_value(one) for name, one in value.items()}
    raise TypeError(f"{type(value).__name__} is not a fact that can be kept with a decision")
