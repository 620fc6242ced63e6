"""Shapes of many values: list, lines, step brackets, ladder, legend, matrix, weights."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from dangban.handbook.faults import Spot, Wrong, expected, nearest

from .scalars import BothLanguages, Choice, Grid, Number, Shape, Text, V
from .values import Flag, Ladder, Legend, Matrix, Row, Steps, Table, Weights
from .words import UNITS, Said, Words, same, words

NOTHING = same("–")


class ListOf(Shape[tuple[V, ...]]):
    """Several values of one shape, none of them twice."""

    kind = "list"
    key = "list"
    example = "[…]"

    def __init__(self, inner: Shape[V], *, least: int = 0) -> None:
        self.inner = inner
        self.least = least
        self.unit = inner.unit

    def parse(self, raw: Any, spot: Spot) -> tuple[V, ...]:
        spot.expect(raw, list, "list")
        if len(raw) < self.least:
            raise spot.wrong("empty-list")
        read = _each(self.inner, raw, spot)
        for index, value in enumerate(read):
            if value in read[:index]:
                raise spot.at(index).wrong("listed-twice", found=raw[index])
        return tuple(read)

    def show(self, value: tuple[V, ...]) -> Words:
        shown = [self.inner.show(one) for one in value]
        return Words("、".join(w.zh for w in shown), ", ".join(w.en for w in shown)) if shown else NOTHING


@dataclass(frozen=True)
class Field:
    """A named column of a line."""

    shape: Shape[Any]
    zh: str
    en: str
    optional: bool = False

    @property
    def label(self) -> Words:
        return Words(self.zh, self.en)


class Line(Shape[Row]):
    """One line with named fields; as a rule's whole value it is drawn upright, a field a line."""

    kind = "line"

    def __init__(self, fields: Mapping[str, Field]) -> None:
        self.fields = dict(fields)

    def parse(self, raw: Any, spot: Spot) -> Row:
        spot.expect(raw, dict, "line")
        before = len(spot.faults)
        for key in raw:
            if key not in self.fields:
                spot.at(key).note("unknown-field", key=key, nearest=nearest(key, self.fields))
        read = {name: self._field(name, field, raw, spot) for name, field in self.fields.items()}
        if len(spot.faults) > before:
            raise Wrong
        return Row(read)

    def _field(self, name: str, field: Field, raw: dict[str, Any], spot: Spot) -> Any:
        if name not in raw:
            if not field.optional:
                spot.note("missing-field", key=name)
            return None
        try:
            return field.shape.parse(raw[name], spot.at(name))
        except Wrong:
            return None

    def cells(self, row: Row) -> tuple[Words, ...]:
        return tuple(_cell(field.shape, row[name]) for name, field in self.fields.items())

    def grid(self, value: Row) -> Grid:
        return Grid((), tuple((field.label, _cell(field.shape, value[name])) for name, field in self.fields.items()))

    def show(self, value: Row) -> Words:
        parts = [
            field.label + same(" ") + field.shape.show(value[name])
            for name, field in self.fields.items()
            if value[name] is not None
        ]
        return Words("，".join(w.zh for w in parts), ", ".join(w.en for w in parts))


class Lines(Shape[Table]):
    """A table of lines with named fields; the first field tells the lines apart."""

    kind = "lines"
    key = "rows"
    example = "[{…}]"

    def __init__(self, fields: Mapping[str, Field], *, least: int = 0) -> None:
        self.line = Line(fields)
        self.first = next(iter(fields))
        self.least = least

    def parse(self, raw: Any, spot: Spot) -> Table:
        spot.expect(raw, list, "lines")
        if len(raw) < self.least:
            raise spot.wrong("empty-list")
        rows = _each(self.line, raw, spot)
        seen: set[Any] = set()
        for index, row in enumerate(rows):
            if row[self.first] in seen:
                raise spot.at(index).wrong("listed-twice", found=raw[index][self.first])
            seen.add(row[self.first])
        return Table(rows, self.first)

    def show(self, value: Table) -> Words:
        return _joined([self.line.show(row) for row in value])

    def grid(self, value: Table) -> Grid:
        head = tuple(field.label for field in self.line.fields.values())
        return Grid(head, tuple(self.line.cells(row) for row in value))


class Brackets(Shape[Steps]):
    """Step brackets: over N → what follows. A line may say where it ends (`upto`); then gaps show.

    `over` in the file means strictly more; a declaration with `reached=True` writes `from` instead
    and the threshold itself counts. `start` is where the first bracket must begin.
    """

    kind = "steps"

    def __init__(
        self,
        measure: str,
        gives: Mapping[str, Field],
        *,
        unit: str = "",
        reached: bool = False,
        start: int | None = None,
    ) -> None:
        self.measure = measure
        self.unit = unit
        self.reached = reached
        self.start = start
        self.key = "from" if reached else "over"
        self.example = f"[{{{measure} = …}}]"
        self.measure_field = Field(_Plain(), "超过", "over") if not reached else Field(_Plain(), "达到", "from")
        self.line = Line({measure: self.measure_field, "upto": Field(_Plain(), "至", "up to", True), **gives})
        self.gives = dict(gives)

    def parse(self, raw: Any, spot: Spot) -> Steps:
        spot.expect(raw, list, "lines")
        if not raw:
            raise spot.wrong("empty-list")
        rows = _each(self.line, raw, spot)
        before = len(spot.faults)
        if self.start is not None and rows[0][self.measure] != self.start:
            spot.at(0).note("steps-start", first=self.start, found=rows[0][self.measure])
        for index in range(1, len(rows)):
            self._follows(rows[index - 1], rows[index], spot.at(index))
        ends = [row["upto"] is not None for row in rows]
        if any(ends) and ends != [True] * (len(rows) - 1) + [False]:
            spot.note("steps-open")
        if len(spot.faults) > before:
            raise Wrong
        return Steps(self.measure, [self._without_end(row) for row in rows], self.reached)

    def _follows(self, above: Row, row: Row, spot: Spot) -> None:
        last, found, upto = above[self.measure], row[self.measure], above["upto"]
        if found == last:
            spot.note("steps-overlap", found=found)
        elif found < last:
            spot.note("steps-not-ascending", found=found, before=last)
        elif upto is not None and found > upto:
            spot.note("steps-gap", found=found, upto=upto)
        elif upto is not None and found < upto:
            spot.note("steps-cross", found=found, upto=upto)

    def _without_end(self, row: Row) -> Row:
        return Row({name: value for name, value in row.items() if name != "upto"})

    def show(self, value: Steps) -> Words:
        shown = []
        for row in value.rows:
            what = Line(self.gives).show(row)
            shown.append(self._over(row[self.measure]) + Words("：", ": ") + what)
        return _joined(shown)

    def _over(self, threshold: Decimal) -> Words:
        return self.measure_field.label + same(" ") + self._threshold(threshold)

    def _threshold(self, threshold: Decimal) -> Words:
        figure = _Plain().show(threshold)
        return figure + same(" ") + UNITS[self.unit] if self.unit else figure

    def grid(self, value: Steps) -> Grid:
        head = (self.measure_field.label, *(field.label for field in self.gives.values()))
        lines = tuple(
            (self._threshold(row[self.measure]), *(_cell(f.shape, row[name]) for name, f in self.gives.items()))
            for row in value.rows
        )
        return Grid(head, lines)


class Rungs(Shape[Ladder]):
    """A ladder: what the 1st, 2nd, 3rd … time brings."""

    kind = "ladder"
    key = "ladder"
    example = "[{nth = 1, …}]"

    def __init__(self, gives: Mapping[str, Field]) -> None:
        self.gives = dict(gives)
        self.line = Line({"nth": Field(Number("times", minimum=1), "第几次", "time"), **gives})

    def parse(self, raw: Any, spot: Spot) -> Ladder:
        spot.expect(raw, list, "lines")
        if not raw:
            raise spot.wrong("empty-list")
        rows = _each(self.line, raw, spot)
        for index, row in enumerate(rows):
            if row["nth"] != index + 1:
                raise spot.at(index).wrong("ladder-order", expected=index + 1, found=row["nth"])
        return Ladder(rows)

    def show(self, value: Ladder) -> Words:
        return _joined([self._nth(row) + Words("：", ": ") + Line(self.gives).show(row) for row in value.rungs])

    def _nth(self, row: Row) -> Words:
        return Words(f"第 {row['nth']} 次", f"time {row['nth']}")

    def grid(self, value: Ladder) -> Grid:
        head = (Words("第几次", "Time"), *(field.label for field in self.gives.values()))
        lines = tuple(
            (self._nth(row), *(_cell(f.shape, row[name]) for name, f in self.gives.items()))
            for row in value.rungs
        )
        return Grid(head, lines)


COLOURS = Choice(
    grey=("灰", "grey"), red=("红", "red"), yellow=("黄", "yellow"), green=("绿", "green"),
    blue=("蓝", "blue"), purple=("紫", "purple"), orange=("橙", "orange"), sky=("浅蓝", "light blue"),
    pink=("浅粉", "light pink"), forest=("深绿", "dark green"), peach=("桃红", "peach"),
)  # fmt: skip


class FlagLegend(Shape[Legend]):
    """What each flag of an order means, and from which parts its remark is built."""

    kind = "legend"
    key = "flags"
    example = '[{code = "1", colour = "red", …}]'

    def __init__(self, purposes: Choice, parts: Choice) -> None:
        self.purposes = purposes
        self.parts = parts
        self.line = Line(
            {
                "code": Field(Text(longest=8), "平台代码", "code"),
                "colour": Field(COLOURS, "颜色", "colour"),
                "letter": Field(Text(longest=2), "字母", "letter"),
                "purpose": Field(purposes, "用途", "purpose"),
                "meaning": Field(BothLanguages(), "含义", "meaning"),
                "remark": Field(ListOf(parts), "备注格式", "remark", optional=True),
            }
        )

    def parse(self, raw: Any, spot: Spot) -> Legend:
        spot.expect(raw, list, "lines")
        rows = _each(self.line, raw, spot)
        for index, row in enumerate(rows):
            if any(row["code"] == above["code"] for above in rows[:index]):
                raise spot.at(index).wrong("flag-twice", code=row["code"])
        return Legend([Flag(**{**row, "remark": row["remark"] or ()}) for row in rows])

    def _row(self, flag: Flag) -> Row:
        return Row({name: getattr(flag, name) for name in self.line.fields})

    def show(self, value: Legend) -> Words:
        return _joined([COLOURS.show(flag.colour) + Words("：", ": ") + flag.meaning for flag in value])

    def grid(self, value: Legend) -> Grid:
        head = tuple(field.label for field in self.line.fields.values())
        return Grid(head, tuple(self.line.cells(self._row(flag)) for flag in value))


class Cells(Shape[Matrix]):
    """A matrix of rows and columns with a value in every cell."""

    kind = "matrix"
    key = "cells"
    example = "{…}"

    def __init__(self, rows: Mapping[str, Said], columns: Mapping[str, Said], cell: Shape[Any]) -> None:
        self.rows = {name: words(said) for name, said in rows.items()}
        self.columns = {name: words(said) for name, said in columns.items()}
        self.cell = cell
        self.unit = cell.unit

    def parse(self, raw: Any, spot: Spot) -> Matrix:
        spot.expect(raw, dict, "table")
        before = len(spot.faults)
        for row in raw:
            if row not in self.rows:
                spot.at(row).note("unknown-row", row=row, nearest=nearest(row, self.rows))
        read = {row: self._row(row, raw, spot) for row in self.rows}
        if len(spot.faults) > before:
            raise Wrong
        return Matrix(read)

    def _row(self, row: str, raw: dict[str, Any], spot: Spot) -> dict[str, Any]:
        cells = raw.get(row)
        if not isinstance(cells, dict):
            spot.note("missing-row", row=row)
            return {}
        for column in cells:
            if column not in self.columns:
                close = nearest(column, self.columns)
                spot.at(row, column).note("unknown-column", column=column, nearest=close)
        return {column: self._cell(row, column, cells, spot.at(row)) for column in self.columns}

    def _cell(self, row: str, column: str, cells: dict[str, Any], spot: Spot) -> Any:
        if column not in cells:
            spot.note("missing-cell", row=row, column=column)
            return None
        try:
            return self.cell.parse(cells[column], spot.at(column))
        except Wrong:
            return None

    def show(self, value: Matrix) -> Words:
        return _joined(
            [
                self.rows[row] + Words("·", " · ") + self.columns[column] + Words("：", ": ") + self.cell.show(cell)
                for row, columns in value.cells.items()
                for column, cell in columns.items()
            ]
        )

    def grid(self, value: Matrix) -> Grid:
        head = (same(""), *self.columns.values())
        return Grid(
            head,
            tuple(
                (label, *(self.cell.show(value.at(row, column)) for column in self.columns))
                for row, label in self.rows.items()
            ),
        )


class Shares(Shape[Weights]):
    """Weights of named things; they add up to 100."""

    kind = "weights"
    key = "weights"
    unit = "percent"
    example = "{…}"

    def __init__(self, names: Mapping[str, Said]) -> None:
        self.names = {name: words(said) for name, said in names.items()}

    def parse(self, raw: Any, spot: Spot) -> Weights:
        spot.expect(raw, dict, "table")
        before = len(spot.faults)
        for name in raw:
            if name not in self.names:
                spot.at(name).note("unknown-weight", key=name, nearest=nearest(name, self.names))
        for name in self.names:
            if name not in raw:
                spot.note("missing-weight", key=name)
        if len(spot.faults) > before:
            raise Wrong
        read = {name: Number(maximum=100).parse(raw[name], spot.at(name)) for name in self.names}
        if sum(read.values()) != 100:
            raise spot.wrong("weights-sum", sum=sum(read.values()))
        return Weights(read)

    def show(self, value: Weights) -> Words:
        return _joined([self.names[name] + same(f" {share}%") for name, share in value.items()])

    def grid(self, value: Weights) -> Grid:
        head = (Words("项目", "Item"), Words("权重", "Weight"))
        return Grid(head, tuple((self.names[name], same(f"{share}%")) for name, share in value.items()))


class _Plain(Shape[Any]):
    """A threshold: whole numbers stay whole, others are exact decimals."""

    kind = "number"

    def parse(self, raw: Any, spot: Spot) -> int | Decimal:
        spot.expect(raw, (int, float), "number")
        if not math.isfinite(raw):
            raise spot.wrong("wrong-type", expected=expected("number"), found=str(raw))
        return raw if isinstance(raw, int) else Decimal(str(raw))

    def show(self, value: Any) -> Words:
        return same(f"{value:,}")


def _each(shape: Shape[V], raw: Sequence[Any], spot: Spot) -> list[V]:
    """Every entry read; all that is wrong is noted before giving up."""
    read: list[V] = []
    for index, one in enumerate(raw):
        try:
            read.append(shape.parse(one, spot.at(index)))
        except Wrong:
            continue
    if len(read) < len(raw):
        raise Wrong
    return read


def _cell(shape: Shape[Any], value: Any) -> Words:
    return NOTHING if value is None else shape.show(value)


def _joined(shown: Sequence[Words]) -> Words:
    return Words("；".join(w.zh for w in shown), "; ".join(w.en for w in shown)) if shown else NOTHING
