"""Reading tables that people export from somewhere: CSV in any of the usual encodings, XLSX and XLS.

A cell always comes out as text. What the exports wrap around values (``="123"``, a leading
apostrophe, tabs, blanks) is taken off; what a spreadsheet has already destroyed (long numbers)
comes out so that it can be recognised (`is_lossy_number`), never as a plausible wrong number.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import PurePath
from typing import Any

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from .errors import BadInput

MAX_BYTES = 64 * 2**20
MAX_ROWS = 200_000
MAX_COLUMNS = 600
MAX_CELL = 32_767
MAX_LINE = 2 * 2**20
MAX_UNPACKED = 400 * 2**20
# A cell that runs over more lines than this is a quotation mark that nobody closed.
_MAX_LINES_OF_A_ROW = 200

SUMMARIES = frozenset(
    (
        *("合计", "总计", "小计", "汇总", "均值", "汇总值", "平均值", "全店汇总值", "全店平均值"),
        *("同行同层优秀", "同行同层均值", "【暂无数据】", "暂无数据"),
    )
)

_WRAPPED = re.compile(r'="(.*)"|=(\d+)', re.DOTALL)
_LOSSY = re.compile(r"^\d(?:\.\d+)?E\+\d{2,}$", re.IGNORECASE)
_EDGES = " \t\r\n\v\f\u00a0\u3000\ufeff\u200b"
_FIRST_BYTES = (
    (b"PK\x03\x04", "xlsx"),
    (b"\xd0\xcf\x11\xe0", "xls"),
    (b"%PDF", "pdf"),
    (b"\x89PNG", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"GIF8", "picture"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf", "archive"),
    (b"\x1f\x8b", "archive"),
)
_TEXT_ENDINGS = frozenset({"csv", "txt", "tsv"})
# Rows and columns so far out that the reader would have to reserve memory for what is not there.
_FAR_CELL = re.compile(rb'[<\s]r="(?:[A-Z]{3}\d|[A-Z]{0,2}\d{7})')


class TableError(BadInput):
    """The file as a whole can't be read; nothing of it was taken."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line on which it begins (as a spreadsheet counts them) and its cells."""

    line: int
    cells: list[str]


@dataclass(slots=True)
class Table:
    """Headers at once, rows as one asks for them. `skipped` grows while rows are read."""

    kind: str
    encoding: str
    headers: list[str]
    header_line: int
    _rows: Iterator[Row]
    skipped: list[tuple[int, str]] = field(default_factory=list)

    def rows(self) -> Iterator[Row]:
        """Each row, as wide as the headers. Empty rows are passed over; sums at the end noted in `skipped`."""
        width = len(self.headers)
        for row in self._rows:
            cells = row.cells
            if not any(cells):
                continue
            if is_summary(cells):
                self.skipped.append((row.line, _("a line of sums or averages, not an order or product")))
                continue
            if len(cells) < width:
                cells = cells + [""] * (width - len(cells))
            yield Row(row.line, cells)

    def records(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Line and cells by header; of headers that occur twice the first one counts."""
        columns = {name: index for index, name in reversed(list(enumerate(self.headers))) if name}
        for row in self.rows():
            yield row.line, {name: row.cells[index] for name, index in columns.items()}


def read(data: bytes, name: str = "", *, max_rows: int = MAX_ROWS) -> Table:
    """Open the table in `data`. `name` is the file's name: its ending must tell the truth."""
    if len(data) > MAX_BYTES:
        raise TableError(
            _("This file is larger than %(limit)s MB. Export a shorter period and load it in parts.")
            % {"limit": MAX_BYTES // 2**20},
            status=413,
        )
    if not data.strip(b"\x00 \t\r\n"):
        raise TableError(_("This file is empty."))
    kind = _kind(data)
    _refuse_lying_name(kind, name)
    if kind == "csv":
        encoding, text = decode(data)
        raw = _csv_rows(text)
    else:
        encoding, raw = "", _sheet_rows(data, kind)
    return _with_headers(kind, encoding, raw, max_rows)


def sheets(data: bytes, name: str = "") -> dict[str, list[Row]]:
    """All sheets of a workbook by name, headers not looked for; the same guards as `read`. A CSV file is one sheet."""
    if len(data) > MAX_BYTES:
        raise TableError(_too_much(), status=413)
    kind = _kind(data)
    _refuse_lying_name(kind, name)
    if kind == "csv":
        return {PurePath(name).stem: list(_limited(_csv_rows(decode(data)[1]), MAX_ROWS))}
    if kind == "xlsx":
        _refuse_bomb(data)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        return {title: _rows_of(workbook.get_sheet_by_name(title)) for title in workbook.sheet_names}
    except (CalamineError, OSError, ValueError) as error:
        raise TableError(_damaged()) from error


def _rows_of(sheet: CalamineSheet) -> list[Row]:
    first = sheet.start[0] if sheet.start else 0
    return list(_limited(_numbered(sheet.iter_rows(), first + 1), MAX_ROWS))


def _damaged() -> str:
    return _("This workbook is damaged or locked by a password. Open it, save a copy without one and load that.")


def clean(value: str) -> str:
    """A cell without what the export wrapped around it."""
    value = value.strip(_EDGES)
    if value[:1] == "=" and (match := _WRAPPED.fullmatch(value)):
        value = (match[1] if match[2] is None else match[2]).replace('""', '"').strip(_EDGES)
    if value[:1] == "'" and value[-1:] != "'":
        value = value[1:].strip(_EDGES)
    return value


def places(headers: Sequence[str], names: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Field → place of its column: the first of its names that is among the headers, however those are spaced, starred or written large."""
    plain = ["".join(header.split()).strip("*＊:：").lower() for header in headers]
    found = {field: next((plain.index(name) for name in known if name in plain), -1) for field, known in names.items()}
    return {field: place for field, place in found.items() if place >= 0}


def is_summary(cells: Iterable[str]) -> bool:
    """Whether a row adds up the others rather than being one of them."""
    first = next((cell for cell in cells if cell), "")
    return first.rstrip(":：") in SUMMARIES


def is_lossy_number(value: str) -> bool:
    """Whether a spreadsheet has rounded this number: ``1.93068E+18`` was once an order number."""
    return bool(_LOSSY.match(value))


def decode(data: bytes) -> tuple[str, str]:
    """Encoding and text. Byte-order marks are believed; otherwise UTF-8 if it is that, else GB18030."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return encoding, _decoded(data, encoding)
    if b"\0" in data[:4096]:
        encoding = "utf-16-le" if data[1::2].count(0) > data[::2].count(0) else "utf-16-be"
        return encoding, _decoded(data, encoding)
    try:
        return "utf-8", data.decode("utf-8")
    except UnicodeDecodeError:
        return "gb18030", _decoded(data, "gb18030")


def _decoded(data: bytes, encoding: str) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise TableError(
            _(
                "Line %(line)s of this file is neither UTF-8 nor GBK text. Open it in a spreadsheet and save it as CSV (UTF-8) or XLSX."
            )
            % {"line": line}
        ) from error
    if "\0" in text:
        raise TableError(_("This file is not a table: it holds data that is not text."))
    return text


def _kind(data: bytes) -> str:
    for first, kind in _FIRST_BYTES:
        if data.startswith(first):
            return kind
    start = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype", b"<html", b"<table", b"<?xml", b"<head", b"<meta")):
        return "web page"
    return "csv"


def _refuse_lying_name(kind: str, name: str) -> None:
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    if kind not in ("csv", "xlsx", "xls"):
        what = {
            "pdf": "PDF",
            "picture": _("picture"),
            "archive": _("compressed archive"),
            "web page": _("web page"),
        }[kind]
        raise TableError(
            _("This is a %(what)s, not a table. Open it in a spreadsheet and save it as CSV or XLSX.")
            % {"what": what}
        )
    if not ending or ending == kind or (kind == "csv" and ending in _TEXT_ENDINGS):
        return
    if ending in ("xlsx", "xls", "xlsm", "et") or ending in _TEXT_ENDINGS:
        raise TableError(
            _(
                "The file is called .%(ending)s but holds %(kind)s data. Save it again under its true kind and load that."
            )
            % {"ending": ending, "kind": kind.upper()}
        )
    raise TableError(
        _("Files of kind .%(ending)s can't be read. CSV, XLSX and XLS can.") % {"ending": ending}
    )


def _csv_rows(text: str) -> Iterator[Row]:
    csv.field_size_limit(MAX_CELL * 4)
    reader = csv.reader(_bounded_lines(text), delimiter=_delimiter(text))
    line = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise TableError(_unclosed(line)) from error
        if reader.line_num - line >= _MAX_LINES_OF_A_ROW:
            raise TableError(_unclosed(line))
        yield Row(line, [clean(cell) for cell in cells])
        line = reader.line_num + 1


def _bounded_lines(text: str) -> Iterator[str]:
    """The lines of a file; one of millions of cells would take many times its size of memory."""
    for number, line in enumerate(io.StringIO(text, newline=""), 1):
        if len(line) > MAX_LINE:
            raise TableError(_unclosed(number))
        yield line


def _unclosed(line: int) -> str:
    return _(
        "In line %(line)s a quotation mark is opened and never closed, so the rest can't be told apart. Export the file again."
    ) % {"line": line}


def _delimiter(text: str) -> str:
    head = text[: text.find("\n") if "\n" in text else None]
    return max(",\t;", key=head.count)


def _sheet_rows(data: bytes, kind: str) -> Iterator[Row]:
    if kind == "xlsx":
        _refuse_bomb(data)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheet = next((s for s in map(workbook.get_sheet_by_name, workbook.sheet_names) if s.height), None)
        if sheet is None:
            raise TableError(_("This workbook has no sheet with anything in it."))
        first = sheet.start[0] if sheet.start else 0
        return _numbered(sheet.iter_rows(), first + 1)
    except (CalamineError, OSError, ValueError) as error:
        raise TableError(_damaged()) from error


def _numbered(rows: Iterable[list[Any]], first: int) -> Iterator[Row]:
    for line, values in enumerate(rows, first):
        yield Row(line, [_as_text(value) for value in values])


def _as_text(value: Any) -> str:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        # A double keeps 15 digits: longer order numbers stored as numbers have lost their end.
        if abs(value) >= 1e15:
            return f"{value:.5E}"
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(int(value.total_seconds()))
    return str(value)


def _refuse_bomb(data: bytes) -> None:
    """Unpack once, keeping nothing, so that neither a bomb nor a far-out cell reaches the reader."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            if not any(name.startswith("xl/") for name in names):
                raise TableError(
                    _("This is a compressed archive, not a workbook. Unpack it and load the table inside.")
                )
            left = MAX_UNPACKED
            for info in archive.infolist():
                left -= _unpacked(archive, info, left)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise TableError(_damaged()) from error


def _unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo, left: int) -> int:
    if info.file_size > left:
        raise TableError(_too_much(), status=413)
    size, before = 0, b""
    with archive.open(info) as member:
        while chunk := member.read(2**20):
            size += len(chunk)
            if size > left:
                raise TableError(_too_much(), status=413)
            if info.filename.startswith("xl/worksheets/") and _FAR_CELL.search(before + chunk):
                raise TableError(_too_wide(), status=413)
            before = chunk[-32:]
    return size


def _too_much() -> str:
    return _(
        "This workbook unpacks to far more than a table of orders or products ever holds; it was not opened."
    )


def _too_wide() -> str:
    return _(
        "This workbook has cells far outside any table (more than 700 columns or a million rows). Delete the empty rows and columns and save it again."
    )


def _with_headers(kind: str, encoding: str, raw: Iterator[Row], max_rows: int) -> Table:
    header = next((row for row in raw if sum(1 for cell in row.cells if cell) >= 2), None)
    if header is None:
        raise TableError(_("No line with column headers was found in this file."))
    headers = header.cells
    # In place: a copy for each of a million empty cells would take hours.
    while headers and not headers[-1]:
        headers.pop()
    if len(headers) > MAX_COLUMNS:
        raise TableError(
            _("This table has %(count)s columns; up to %(limit)s can be read.")
            % {"count": len(headers), "limit": MAX_COLUMNS}
        )
    return Table(kind, encoding, headers, header.line, _limited(raw, max_rows))


def _limited(rows: Iterator[Row], max_rows: int) -> Iterator[Row]:
    for count, row in enumerate(rows):
        if count >= max_rows:
            raise TableError(
                _("This table has more than %(limit)s rows. Export a shorter period and load it in parts.")
                % {"limit": max_rows},
                status=413,
            )
        for cell in row.cells:
            if len(cell) > MAX_CELL:
                raise TableError(_unclosed(row.line))
        yield row
