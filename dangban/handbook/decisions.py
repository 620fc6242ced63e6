"""What a room's pure rules return: an outcome, perhaps an amount, and the clauses it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from .shapes import Percent, Words

if TYPE_CHECKING:
    from .rulebook import RuleValue

Plain = Any


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
            inputs=data["inputs"],
            since=date.fromisoformat(data["since"]) if data["since"] else None,
            version=data["version"],
            exception=Words(**data["exception"]) if data["exception"] else None,
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
