"""Tables for people to fill in and send back: their headers, their examples, how each column is filled in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dangban.lib import excel
from dangban.lib.excel import Column


@dataclass(frozen=True, slots=True)
class BlankColumn:
    """`fills` is the field it is read into, `help` what to write there (lazy), `second` what differs in a second row of the example."""

    header: str
    example: str
    fills: str = ""
    help: object = ""
    second: str | None = None


def as_csv(columns: Sequence[BlankColumn]) -> bytes:
    return excel.csv_bytes(_headers(columns), _examples(columns))


def as_xlsx(columns: Sequence[BlankColumn], sheet: str) -> bytes:
    return excel.xlsx(_headers(columns), _examples(columns), sheet=sheet)


def _headers(columns: Sequence[BlankColumn]) -> list[Column]:
    return [Column(column.header, width=18) for column in columns]


def _examples(columns: Sequence[BlankColumn]) -> list[list[str]]:
    first = [column.example for column in columns]
    if all(column.second is None for column in columns):
        return [first]
    return [first, [column.example if column.second is None else column.second for column in columns]]
