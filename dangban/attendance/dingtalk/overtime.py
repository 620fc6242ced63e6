"""Overtime approvals as DingTalk exports them: an approval with several stretches repeats its row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from dangban.attendance.dingtalk import cells
from dangban.attendance.dingtalk.reading import Fault
from dangban.attendance.models import Overtime
from dangban.lib import clock, tables
from dangban.lib.errors import BadInput
from dangban.lib.tables import Row

MUST = ("审批编号", "发起人UserID", "开始时间", "结束时间", "时长")
STATES = {("完成", "同意"): "granted", ("完成", "拒绝"): "refused"}


@dataclass(frozen=True, slots=True)
class Stretch:
    line: int
    number: str
    user_id: str
    name: str
    day: date
    starts_at: datetime
    ends_at: datetime
    minutes: int
    state: str
    settled_as: str
    is_holiday: bool
    reason: str


def read(data: bytes, name: str = "") -> tuple[list[Stretch], list[Fault]] | None:
    """The stretches of a file of approvals; None where it holds none. BadInput where they are of something else."""
    for title, rows in tables.sheets(data, name).items():
        head = next((index for index, row in enumerate(rows[:6]) if "审批编号" in row.cells), None)
        if head is not None:
            return _stretches(title, rows, head)
    return None


def _stretches(title: str, rows: Sequence[Row], head: int) -> tuple[list[Stretch], list[Fault]]:
    columns = {name: index for index, name in reversed(list(enumerate(rows[head].cells))) if name}
    missing = [name for name in MUST if name not in columns]
    if missing:
        raise BadInput(_("This file has no column “%(missing)s”.") % {"missing": "、".join(missing)})
    # Leave and business trips are exported with the same columns: taken for overtime, they would be paid.
    if not any(name.startswith("加班") for name in columns):
        raise BadInput(_("These approvals are of something else: overtime has columns like 加班原因 and 加班核算方式."))  # han
    found: list[Stretch] = []
    faults: list[Fault] = []
    for row in rows[head + 1 :]:
        if not _of(row, columns, "审批编号"):
            continue
        made = _stretch(row, columns)
        if isinstance(made, Stretch):
            found.append(made)
        else:
            faults.append(Fault(title, row.line, _of(row, columns, "发起人姓名"), made))
    return found, faults


def _stretch(row: Row, columns: dict[str, int]) -> Stretch | str:
    """One stretch, or why the row can't be read. With details the day and the hours are those of the detail."""
    begin, end = cells.instant(_of(row, columns, "开始时间")), cells.instant(_of(row, columns, "结束时间"))
    if begin is None or end is None:
        return _("Beginning or end is no time.")
    detail = columns.get("明细")
    day = cells.day(row.cells[detail]) if detail is not None and detail < len(row.cells) else None
    whose, filed = _of(row, columns, "加班人"), _of(row, columns, "发起人姓名")
    if whose not in ("", filed):
        return _("%(filed)s filed it for %(whose)s, whose UserId the file doesn't tell.") % {"filed": filed, "whose": whose}
    if tables.is_lossy_number(_of(row, columns, "发起人UserID")):
        return _("A spreadsheet has rounded this UserId. Export the file anew and load it as it is.")
    hours = cells.number(row.cells[detail + 1]) if detail is not None and day is not None else cells.number(_of(row, columns, "时长"))
    if hours <= 0 or hours > 24 * 7:
        return _("No hours stand on this line.")
    minutes = int(hours * 60)
    if day is not None:
        begin = datetime.combine(day, clock.local(begin).time(), clock.COMPANY_ZONE)
        end = begin + timedelta(minutes=minutes)
    if end <= begin:
        return _("The end lies before the beginning.")
    state = STATES.get((_of(row, columns, "审批状态"), _of(row, columns, "审批结果")), "")
    if not state:
        state = Overtime.State.WITHDRAWN if "撤销" in _of(row, columns, "审批状态") else Overtime.State.WAITING
    settled = _of(row, columns, "加班核算方式") or _of(row, columns, "加班补偿")
    return Stretch(
        row.line, _of(row, columns, "审批编号"), _of(row, columns, "发起人UserID"), _of(row, columns, "发起人姓名"),
        clock.business_day(begin), begin, end, minutes, state, settled[:40], _of(row, columns, "是否法定假日") == "是",
        _of(row, columns, "加班原因")[:200],
    )  # fmt: skip


def total(stretches: Sequence[Stretch]) -> Decimal:
    """Hours granted in all."""
    return Decimal(sum(one.minutes for one in stretches if one.state == Overtime.State.GRANTED)) / 60


def _of(row: Row, columns: dict[str, int], name: str) -> str:
    at = columns.get(name)
    return row.cells[at].strip() if at is not None and at < len(row.cells) else ""
