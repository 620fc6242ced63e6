"""Writing tables for people: XLSX that opens without a warning and computes nothing, and CSV for machines."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO, Literal

import xlsxwriter

from . import clock, money

MAX_ROWS = 1_048_575
FEW_ROWS = 1_000
Kind = Literal["text", "money", "number", "when", "day"]
_FORMATS = {
    "text": "@",
    "money": "#,##0.00",
    "number": "0",
    "when": "yyyy-mm-dd hh:mm:ss",
    "day": "yyyy-mm-dd",
}
_LEADS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Column:
    """One column. Order and phone numbers are `text`: a spreadsheet cuts numbers after 15 digits.
    `money` takes fen; `when` takes an instant and shows the company's clock."""

    title: str
    kind: Kind = "text"
    width: int = 14


def write_xlsx(
    target: BinaryIO | Path,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Any]],
    *,
    sheet: str = "Sheet1",
) -> int:
    """Write `rows` under their headers in constant memory and return how many there were.

    Text is written as text, whatever it looks like: no formulas, no links, no guesses.
    """
    rows = iter(rows)
    first = list(islice(rows, FEW_ROWS + 1))
    few = len(first) <= FEW_ROWS
    options = {
        # Many rows pass through files of their own; for few the disk would be most of the work.
        "in_memory": few,
        "constant_memory": not few,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(target if not isinstance(target, Path) else str(target), options)
    page = book.add_worksheet(_sheet_name(sheet))
    head = book.add_format({"bold": True, "bg_color": "#EEF2F4", "border": 1, "border_color": "#C9D1D6"})
    formats = [book.add_format({"num_format": _FORMATS[column.kind]}) for column in columns]
    for index, column in enumerate(columns):
        page.set_column(index, index, column.width, formats[index])
        page.write_string(0, index, column.title, head)
    page.freeze_panes(1, 0)
    count = 0
    for count, row in enumerate(chain(first, rows), 1):
        if count > MAX_ROWS:
            raise ValueError("a sheet holds no more than 1,048,575 rows")
        for index, (column, value) in enumerate(zip(columns, row, strict=True)):
            _write(page, count, index, column.kind, value, formats[index])
    page.autofilter(0, 0, count, max(len(columns) - 1, 0))
    book.close()
    return count


def xlsx(columns: Sequence[Column], rows: Iterable[Sequence[Any]], *, sheet: str = "Sheet1") -> bytes:
    """The same as bytes, for a download."""
    buffer = io.BytesIO()
    write_xlsx(buffer, columns, rows, sheet=sheet)
    return buffer.getvalue()


def csv_bytes(columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> bytes:
    """CSV in UTF-8 with a byte-order mark; texts that a spreadsheet would run as a formula are defused."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow([column.title for column in columns])
    for row in rows:
        writer.writerow([_plain(column.kind, value) for column, value in zip(columns, row, strict=True)])
    return buffer.getvalue().encode("utf-8-sig")


def _write(page: Any, line: int, index: int, kind: Kind, value: Any, form: Any) -> None:
    if value is None or value == "":
        return
    if kind == "money":
        page.write_number(line, index, float(money.yuan(value)), form)
    elif kind == "number":
        page.write_number(line, index, value, form)
    elif kind == "when" and isinstance(value, datetime):
        page.write_datetime(line, index, clock.local(value).replace(tzinfo=None), form)
    elif kind == "day" and isinstance(value, date):
        page.write_datetime(line, index, value, form)
    else:
        page.write_string(line, index, str(value)[:32_767], form)


def _plain(kind: Kind, value: Any) -> str:
    if value is None:
        return ""
    if kind == "money":
        return str(money.yuan(value))
    if kind == "when" and isinstance(value, datetime):
        return clock.local(value).strftime("%Y-%m-%d %H:%M:%S")
    text = str(value)
    return "'" + text if kind == "text" and text.startswith(_LEADS_A_FORMULA) else text


def _sheet_name(name: str) -> str:
    return "".join("_" if char in "[]:*?/\\" else char for char in name)[:31] or "Sheet1"
