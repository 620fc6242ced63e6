"""An attendance report (考勤报表) as DingTalk exports it: days, punches and totals, each with its line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from dangban.attendance.dingtalk import cells
from dangban.attendance.dingtalk.cells import Approval
from dangban.lib import tables
from dangban.lib.errors import BadInput
from dangban.lib.spans import Span
from dangban.lib.tables import Row

PERIOD = re.compile(r"统计日期[：:]\s*(\d{4}-\d\d-\d\d)\s*[至~-]+\s*(\d{4}-\d\d-\d\d)")
DAYS, PUNCHES, TOTALS, TIMES = "days", "punches", "totals", "times"
# Sheets are known by what their title begins with; the daily one is called both ways.
TITLES = {"每日统计": DAYS, "每日汇总": DAYS, "原始记录": PUNCHES, "打卡明细": PUNCHES, "月度汇总": TOTALS, "打卡时间": TIMES}
# A sheet without its title, as tables saved from elsewhere are, is known by its columns.
HEADS = {PUNCHES: {"考勤日期", "打卡时间"}, DAYS: {"日期", "班次"}}
SLOTS = (1, 2, 3)
COUNTS = {
    "late": "迟到次数", "late_minutes": "迟到时长", "early": "早退次数", "early_minutes": "早退时长",
    "missed_arrival": "上班缺卡次数", "missed_departure": "下班缺卡次数", "absence": "旷工天数",
}  # fmt: skip
VOID = "打卡无效"
HALF_A_DAY = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Who:
    user_id: str
    name: str
    number: str
    department: str
    group: str


@dataclass(frozen=True, slots=True)
class Slot:
    """One coming and going of a day, with DingTalk's word for each."""

    arrived_at: datetime | None
    arrival: str
    left_at: datetime | None
    departure: str


@dataclass(frozen=True, slots=True)
class Day:
    line: int
    who: Who
    day: date
    shift: str
    hours: Sequence[Span]
    slots: Sequence[Slot]
    approvals: Sequence[Approval]
    counts: Mapping[str, int]
    leave: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class RawPunch:
    line: int
    who: Who
    day: date
    base_at: datetime | None
    at: datetime
    result: str
    device: str

    @property
    def counts(self) -> bool:
        return not self.result.startswith(VOID)


@dataclass(frozen=True, slots=True)
class Fault:
    sheet: str
    line: int
    reference: str
    reason: str


@dataclass(slots=True)
class Report:
    """A report once read. `totals` are the month's counts by UserId; `times` the punches of the grid."""

    first: date
    last: date
    days: list[Day] = field(default_factory=list)
    punches: list[RawPunch] = field(default_factory=list)
    totals: dict[str, Mapping[str, int]] = field(default_factory=dict)
    times: dict[tuple[str, date], list[datetime]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    people: dict[str, Who] = field(default_factory=dict)


@dataclass(slots=True)
class _Sheet:
    """A sheet with its columns found: a header may take two rows, the second naming parts of the first."""

    title: str
    columns: dict[str, int]
    order: list[str]
    rows: list[Row]

    def of(self, row: Row, name: str) -> str:
        at = self.columns.get(name)
        return row.cells[at].strip() if at is not None and at < len(row.cells) else ""


def read(data: bytes, name: str = "") -> Report:
    """The report in a workbook; BadInput where it is none. Rows that can't be read are kept as faults."""
    book = tables.sheets(data, name)
    found = _sheets(book, _by_title)
    if DAYS not in found and PUNCHES not in found:
        found |= _sheets(book, _by_columns)
    if DAYS not in found and PUNCHES not in found:
        raise BadInput(_("This is no attendance report of DingTalk: it has neither 每日统计 nor 原始记录."))  # han
    for sheet in (found[kind] for kind in (DAYS, PUNCHES) if kind in found):
        if "UserId" not in sheet.columns:
            why = _("Sheet “%(sheet)s” has no column UserId, and nobody can be told by the name alone. Load the report as DingTalk exports it.")
            raise BadInput(why % {"sheet": sheet.title})
    period = next((days for rows in book.values() if (days := _period(rows))), None) or _days_named(found.values())
    if period is None:
        raise BadInput(_("The report doesn't say which days it is of. Export it anew from DingTalk."))
    report = Report(*period)
    for kind, reader in ((DAYS, _days), (PUNCHES, _punches), (TOTALS, _totals), (TIMES, _times)):
        if kind in found:
            reader(found[kind], report)
    return report


def _sheets(book: Mapping[str, Sequence[Row]], kind_of: Callable[[str, Sequence[Row]], str | None]) -> dict[str, _Sheet]:
    known = ((kind_of(title, rows), title, rows) for title, rows in book.items())
    return {kind: _with_columns(title, rows) for kind, title, rows in known if kind is not None}


def _by_title(title: str, rows: Sequence[Row]) -> str | None:
    head = next((cell for row in rows[:1] for cell in row.cells if cell), "")
    return next((kind for start, kind in TITLES.items() if head.startswith(start) or title.startswith(start)), None)


def _by_columns(title: str, rows: Sequence[Row]) -> str | None:
    head = next((set(row.cells) for row in rows[:12] if "姓名" in row.cells), set[str]())
    return next((kind for kind, columns in HEADS.items() if columns <= head), None)


def _days_named(sheets: Iterable[_Sheet]) -> tuple[date, date] | None:
    """From the first to the last day of the rows, where no title says it."""
    written = (sheet.of(row, "考勤日期") or sheet.of(row, "日期") for sheet in sheets for row in sheet.rows)
    days = [on for one in written if (on := cells.day(one)) is not None]
    return (min(days), max(days)) if days else None


def _period(rows: Sequence[Row]) -> tuple[date, date] | None:
    for row in rows[:3]:
        for cell in row.cells:
            if found := PERIOD.search(cell):
                return date.fromisoformat(found[1]), date.fromisoformat(found[2])
    return None


def _with_columns(title: str, rows: Sequence[Row]) -> _Sheet:
    at = next((index for index, row in enumerate(rows[:12]) if "姓名" in row.cells), None)
    if at is None:
        raise BadInput(_("Sheet “%(sheet)s” has no column 姓名.") % {"sheet": title})  # han
    head = [cell.strip() for cell in rows[at].cells]
    below = [cell.strip() for cell in rows[at + 1].cells] if at + 1 < len(rows) else []
    two = bool(below) and not below[head.index("姓名")] and any(below)
    order = [
        (below[index] if two and index < len(below) and below[index] else name) for index, name in enumerate(head)
    ]
    columns: dict[str, int] = {}
    for index, column in enumerate(order):
        if column:
            columns.setdefault(column, index)
    return _Sheet(title, columns, order, list(rows[at + (2 if two else 1) :]))


def _who(sheet: _Sheet, row: Row) -> Who:
    return Who(
        sheet.of(row, "UserId"), sheet.of(row, "姓名"), sheet.of(row, "工号"), sheet.of(row, "部门"), sheet.of(row, "考勤组")
    )


def _rows(sheet: _Sheet, report: Report) -> Iterator[tuple[Row, Who]]:
    for row in sheet.rows:
        if not any(row.cells):
            continue
        who = _who(sheet, row)
        if not who.user_id:
            report.faults.append(Fault(sheet.title, row.line, who.name, _("There is no UserId; nobody can be told by the name alone.")))
            continue
        if tables.is_lossy_number(who.user_id):
            why = _("A spreadsheet has rounded this UserId. Export the file anew and load it as it is.")
            report.faults.append(Fault(sheet.title, row.line, who.name, why))
            continue
        report.people.setdefault(who.user_id, who)
        yield row, who


def _days(sheet: _Sheet, report: Report) -> None:
    leave = _leave_columns(sheet.order)
    for row, who in _rows(sheet, report):
        written = sheet.of(row, "日期")
        on = cells.day(written)
        if on is None:
            report.faults.append(Fault(sheet.title, row.line, who.name, _("“%(written)s” is no day.") % {"written": written[:40]}))
            continue
        epoch = cells.work_date(sheet.of(row, "workDate"))
        if epoch is not None and epoch != on:
            why = _("Day and workDate disagree: %(day)s, %(other)s.") % {"day": on, "other": epoch}
            report.faults.append(Fault(sheet.title, row.line, who.name, why))
            continue
        shift = sheet.of(row, "班次")
        counts = {name: cells.whole(sheet.of(row, column)) for name, column in COUNTS.items()}
        slots = [slot for number in SLOTS if (slot := _slot(sheet, row, on, number)) is not None]
        given = {column: amount for column in leave if (amount := cells.number(sheet.of(row, column)))}
        said = cells.approvals(sheet.of(row, "关联的审批单"), report.first)
        report.days.append(Day(row.line, who, on, shift, cells.hours_on(on, shift), slots, said, counts, given))


def _slot(sheet: _Sheet, row: Row, on: date, number: int) -> Slot | None:
    arrival, departure = sheet.of(row, f"上班{number}打卡结果"), sheet.of(row, f"下班{number}打卡结果")
    came, went = sheet.of(row, f"上班{number}打卡时间"), sheet.of(row, f"下班{number}打卡时间")
    if not (arrival or departure or came or went):
        return None
    return Slot(cells.wall_on(on, came), arrival, cells.wall_on(on, went), departure)


def _leave_columns(order: Sequence[str]) -> list[str]:
    """Kinds of leave are the company's own: whatever stands between the errands and the overtime, with its unit."""
    return [column for column in order if re.search(r"[(（](小时|天)[)）]$", column)]


def _punches(sheet: _Sheet, report: Report) -> None:
    for row, who in _rows(sheet, report):
        on = cells.day(sheet.of(row, "考勤日期"))
        base, at = cells.instant_on(on, sheet.of(row, "考勤时间")), cells.instant_on(on, sheet.of(row, "打卡时间"))
        if on is None or at is None:
            written = sheet.of(row, "打卡时间") or sheet.of(row, "考勤日期")
            why = _("“%(written)s” is no time.") % {"written": written[:40]}
            report.faults.append(Fault(sheet.title, row.line, who.name, why))
            continue
        if base is not None and base - at > HALF_A_DAY and cells.instant(sheet.of(row, "打卡时间")) is None:
            # A time without its day, behind the midnight of a night shift.
            at += 2 * HALF_A_DAY
        device = sheet.of(row, "打卡设备").partition("_")[0]
        report.punches.append(RawPunch(row.line, who, on, base, at, sheet.of(row, "打卡结果"), device))


def _totals(sheet: _Sheet, report: Report) -> None:
    for row, who in _rows(sheet, report):
        report.totals[who.user_id] = {name: cells.whole(sheet.of(row, column)) for name, column in COUNTS.items()}


def _times(sheet: _Sheet, report: Report) -> None:
    start = sheet.order.index("UserId") + 1 if "UserId" in sheet.order else len(sheet.order)
    for row, who in _rows(sheet, report):
        for offset, cell in enumerate(row.cells[start:]):
            on = date.fromordinal(report.first.toordinal() + offset)
            if on > report.last or not cell.strip():
                continue
            walls = [cells.wall_on(on, part) for part in cell.split("\n")]
            report.times[who.user_id, on] = [wall for wall in walls if wall is not None]
