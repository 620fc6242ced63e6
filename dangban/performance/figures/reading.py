"""Reading a report of 赤兔 or 千牛: its headers, its days, its people; nothing is written here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _

from dangban.lib import tables
from dangban.lib.days import typed_day
from dangban.lib.errors import BadInput
from dangban.performance.figures import cells
from dangban.performance.figures.tools import DAYS, HEADERS, NAMES, Header, plain

_SPAN = re.compile(r"(\d{4}-\d{2}-\d{2})(?:至|~|_|到|-)(\d{4}-\d{2}-\d{2})")
_DAY = re.compile(r"(\d{4})(?:[-/.年]|(?=\d{4}(?!\d)))(\d{1,2})[-/.月]?(\d{1,2})(?!\d)")
_FOUR = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Figure:
    measure: str
    value: Decimal
    numerator: int | None
    denominator: int | None


@dataclass(frozen=True, slots=True)
class Read:
    """One person's row: over which days, under which name."""

    line: int
    nick: str
    first: date
    last: date
    figures: tuple[Figure, ...]


@dataclass(slots=True)
class Report:
    tool: str
    first: date
    last: date
    rows: list[Read] = field(default_factory=list)
    # Line and reason: nothing is passed over in silence.
    refused: list[tuple[int, str]] = field(default_factory=list)
    skipped: list[tuple[int, str]] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    empty: int = 0
    there: set[tuple[str, tuple[date, date]]] = field(default_factory=set)


def read(data: bytes, name: str, first: date | None = None, last: date | None = None) -> Report:
    """The whole report. The days come from its rows, else from the file's name, else from who imports it."""
    table = tables.read(data, name)
    headers, rows = _headed(table)
    columns = {place: HEADERS[header] for place, header in enumerate(headers) if header in HEADERS}
    who = next((place for place, header in enumerate(headers) if header in NAMES), None)
    if who is None or not any(column.measure for column in columns.values()):
        raise BadInput(_("This is no report of Chitu or Qianniu that is known here: a column with the account’s name and columns of figures are needed."))
    day = next((place for place, header in enumerate(headers) if header in DAYS), None)
    span = _span(name, first, last)
    if span is None and day is None:
        raise BadInput(_("Neither the file nor its name says of which days it is. Choose them."), fields={"first": [_("Choose from which day to which.")]})
    fractions = _fractions(columns, rows)
    report = Report(_tool(name, headers), *(span or (date.max, date.min)))
    for line, row in rows:
        _take(report, line, row, headers, columns, who, day, span, fractions)
    if not report.rows:
        raise BadInput(_("No row of this file names an account and a figure."))
    report.first = min(one.first for one in report.rows)
    report.last = max(one.last for one in report.rows)
    report.skipped = list(table.skipped)
    report.unknown = [header for place, header in enumerate(headers) if header and place not in columns and header not in NAMES | DAYS]
    return report


def _take(
    report: Report, line: int, row: Sequence[str], headers: Sequence[str], columns: dict[int, Header], who: int, day: int | None,
    span: tuple[date, date] | None, fractions: set[int],
) -> None:  # fmt: skip
    nick = row[who].strip()
    if not nick or tables.is_summary([nick]):
        return
    days = span
    if day is not None:
        on = _day(row[day])
        if on is None:
            report.refused.append((line, _("The day %(day)s can't be read.") % {"day": row[day]}))
            return
        days = (on, on)
    assert days is not None
    if (nick, days) in report.there:
        report.refused.append((line, _("%(account)s stands in this file twice for the same days.") % {"account": nick}))
        return
    found, faults = _figures(row, headers, columns, fractions)
    report.refused.extend((line, fault) for fault in faults)
    if not found and not faults:
        report.empty += 1
    if found:
        report.there.add((nick, days))
        report.rows.append(Read(line, nick, *days, tuple(found)))


def _figures(row: Sequence[str], headers: Sequence[str], columns: dict[int, Header], fractions: set[int]) -> tuple[list[Figure], list[str]]:
    found: dict[str, Figure] = {}
    faults: list[str] = []
    for place, header in columns.items():
        if not header.measure or header.measure in found or cells.is_empty(row[place]):
            continue
        try:
            found[header.measure] = _figure(row, headers, header, row[place], fractions=place in fractions)
        except cells.Unreadable:
            faults.append(_("%(column)s: %(cell)s can't be read.") % {"column": headers[place], "cell": row[place]})
    return list(found.values()), faults


def _figure(row: Sequence[str], headers: Sequence[str], header: Header, cell: str, *, fractions: bool) -> Figure:
    match header.shape:
        case "count":
            count = cells.count(cell)
            return Figure(header.measure, Decimal(count), count, None)
        case "fen":
            yuan = cells.number(cell).quantize(Decimal("0.01"), ROUND_HALF_UP)
            return Figure(header.measure, yuan, int(yuan * 100), None)
        case "seconds":
            return Figure(header.measure, cells.seconds(cell).quantize(_FOUR), None, None)
        case "share":
            value = cells.share(cell, fractions=fractions or header.measure == "answer_ratio")
            over = _weight(row, headers, header.weight)
            made = None if over is None else int((value * over / 100).quantize(Decimal(1), ROUND_HALF_UP))
            return Figure(header.measure, value.quantize(_FOUR), made, over)
        case "ratio":
            return Figure(header.measure, cells.number(cell).quantize(_FOUR), None, None)


def _weight(row: Sequence[str], headers: Sequence[str], name: str) -> int | None:
    place = headers.index(name) if name in headers else None
    if place is None or cells.is_empty(row[place]):
        return None
    try:
        return cells.count(row[place])
    except cells.Unreadable:
        return None


def _headed(table: tables.Table) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Headers and rows; where groups of columns stand above the headers, the second row names them."""
    rows = [(row.line, row.cells) for row in table.rows()]
    headers = [plain(header) for header in table.headers]
    below = [plain(cell) for cell in rows[0][1]] if rows else []
    known = sum(1 for header in headers if header in HEADERS)
    if sum(1 for header in below if header in HEADERS) > known:
        headers = [under or over for over, under in zip(headers + [""] * len(below), below, strict=False)]
        rows = rows[1:]
    # The second row of headers may be longer than the first, by which rows were filled up.
    return headers, [(line, row + [""] * (len(headers) - len(row))) for line, row in rows]


def _fractions(columns: dict[int, Header], rows: Sequence[tuple[int, list[str]]]) -> set[int]:
    found = set()
    for place, header in columns.items():
        if header.shape == "share" and cells.are_fractions(row[place] for _line, row in rows):
            found.add(place)
    return found


def _span(name: str, first: date | None, last: date | None) -> tuple[date, date] | None:
    if first is not None and last is not None:
        if first > last:
            raise BadInput(_("The last day is before the first."), fields={"last": [_("The last day is before the first.")]})
        return first, last
    if (match := _SPAN.search(name)) is not None:
        since, until = typed_day(match[1]), typed_day(match[2])
        if since is not None and until is not None and since <= until:
            return since, until
    return None


def _day(cell: str) -> date | None:
    """2026-09-01, 2026/9/1, 20260901, 2026年9月1日; a time behind it is passed over."""
    found = _DAY.match(cell.strip())
    return typed_day(f"{found[1]}-{found[2]:0>2}-{found[3]:0>2}") if found is not None else None


def _tool(name: str, headers: Sequence[str]) -> str:
    return "qianniu" if "3分钟人工响应率" in headers or "生意参谋" in name else "chitu"
