"""What rules hold once read: immutable, comparable, and made to be asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from .words import Words

MIDNIGHT = time(0)


@dataclass(frozen=True, slots=True, order=True)
class Percent:
    """A share in hundredths of a percent, so that no binary fraction touches money."""

    basis_points: int

    def of(self, amount_fen: int) -> int:
        """This share of an amount, half a fen rounded away from zero."""
        scaled = abs(amount_fen) * self.basis_points
        part = (scaled + 5_000) // 10_000
        return part if amount_fen >= 0 else -part

    @property
    def as_decimal(self) -> Decimal:
        return Decimal(self.basis_points) / 10_000

    def __str__(self) -> str:
        return f"{(Decimal(self.basis_points) / 100).normalize():f}%"


@dataclass(frozen=True, slots=True)
class ClockSpan:
    """A half-open stretch of the day; one that ends at or before its start runs past midnight."""

    start: time
    end: time

    @property
    def crosses_midnight(self) -> bool:
        return self.end <= self.start and self.end != MIDNIGHT

    @property
    def length(self) -> timedelta:
        day = date(2000, 1, 1)
        length = datetime.combine(day, self.end) - datetime.combine(day, self.start)
        return length if length > timedelta(0) else length + timedelta(days=1)

    def __contains__(self, wall: time) -> bool:
        if self.start < self.end:
            return self.start <= wall < self.end
        return wall >= self.start or wall < self.end

    def __str__(self) -> str:
        end = "24:00" if self.end == MIDNIGHT else f"{self.end:%H:%M}"
        return f"{self.start:%H:%M}–{end}"


class Row(Mapping[str, Any]):
    """One line of a table rule: fields by attribute or by key; an optional field left out is None."""

    __slots__ = ("_fields",)

    def __init__(self, fields: Mapping[str, Any]) -> None:
        self._fields = dict(fields)

    def __getattr__(self, name: str) -> Any:
        try:
            return self._fields[name]
        except KeyError:
            raise AttributeError(f"this line has no {name!r}, only {', '.join(self._fields)}") from None

    def __getitem__(self, name: str) -> Any:
        return self._fields[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Row) and self._fields == other._fields

    def __hash__(self) -> int:
        return hash(tuple(self._fields.items()))

    def __repr__(self) -> str:
        return f"Row({self._fields!r})"

    def __reduce__(self) -> tuple[type[Row], tuple[dict[str, Any]]]:
        return (Row, (self._fields,))


class Table(Sequence[Row]):
    """Lines with named fields, found by their first field."""

    def __init__(self, rows: Sequence[Row], key: str) -> None:
        self.rows = tuple(rows)
        self.key = key
        self._by_key = {row[key]: row for row in self.rows}

    def get(self, key: Any) -> Row | None:
        return self._by_key.get(key)

    def of(self, key: Any) -> Row:
        """The line with this key; KeyError when the handbook has none."""
        return self._by_key[key]

    def __getitem__(self, index: Any) -> Any:
        return self.rows[index]

    def __len__(self) -> int:
        return len(self.rows)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Table) and self.rows == other.rows

    def __hash__(self) -> int:
        return hash(self.rows)


class Steps:
    """Brackets: the last one whose threshold the measure is over (or has reached) applies."""

    def __init__(self, measure: str, rows: Sequence[Row], reached: bool = False) -> None:
        self.measure = measure
        self.rows = tuple(rows)
        self.reached = reached

    def at(self, measured: int | Decimal) -> Row | None:
        """The bracket for a measured number, or None below the first threshold."""
        found = None
        for row in self.rows:
            threshold = row[self.measure]
            if measured > threshold or (self.reached and measured == threshold):
                found = row
            else:
                break
        return found

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Steps) and (self.rows, self.reached) == (other.rows, other.reached)

    def __hash__(self) -> int:
        return hash((self.rows, self.reached))


class Ladder:
    """What the first, second, third … time brings; beyond the last rung the last one repeats."""

    def __init__(self, rungs: Sequence[Row]) -> None:
        self.rungs = tuple(rungs)

    def at(self, time_number: int) -> Row:
        """The consequence of the nth time, counted from 1."""
        if time_number < 1:
            raise ValueError("times are counted from 1")
        return self.rungs[min(time_number, len(self.rungs)) - 1]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Ladder) and self.rungs == other.rungs

    def __hash__(self) -> int:
        return hash(self.rungs)


@dataclass(frozen=True, slots=True)
class Flag:
    """One entry of a legend: what a platform's flag colour stands for and how its remark is built."""

    code: str
    colour: str
    letter: str
    purpose: str
    meaning: Words
    remark: tuple[str, ...]


class Legend(Sequence[Flag]):
    """The flags of a shop: by platform code, or by the purpose they serve."""

    def __init__(self, flags: Sequence[Flag]) -> None:
        self.flags = tuple(flags)
        self._by_code = {flag.code: flag for flag in self.flags}

    def of(self, code: str) -> Flag | None:
        return self._by_code.get(code)

    def serving(self, purpose: str) -> Flag | None:
        """The first flag set for this purpose, if the handbook uses one."""
        return next((flag for flag in self.flags if flag.purpose == purpose), None)

    def __getitem__(self, index: Any) -> Any:
        return self.flags[index]

    def __len__(self) -> int:
        return len(self.flags)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Legend) and self.flags == other.flags

    def __hash__(self) -> int:
        return hash(self.flags)


class Matrix:
    """A value for every pair of row and column."""

    def __init__(self, cells: Mapping[str, Mapping[str, Any]]) -> None:
        self.cells = {row: dict(columns) for row, columns in cells.items()}

    def at(self, row: str, column: str) -> Any:
        return self.cells[row][column]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Matrix) and self.cells == other.cells

    def __hash__(self) -> int:
        return hash(tuple((row, tuple(columns.items())) for row, columns in self.cells.items()))


class Weights(Mapping[str, int]):
    """Shares that add up to 100."""

    def __init__(self, shares: Mapping[str, int]) -> None:
        self._shares = dict(shares)

    def __getitem__(self, name: str) -> int:
        return self._shares[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._shares)

    def __len__(self) -> int:
        return len(self._shares)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Weights) and self._shares == other._shares

    def __hash__(self) -> int:
        return hash(tuple(self._shares.items()))
