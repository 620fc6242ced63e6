"""What stands in a cell of a DingTalk export: days, times that may lie behind midnight, shifts, leave."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from dangban.lib import clock
from dangban.lib.spans import Span

NEXT_DAY = "次日"
HOURS = re.compile(r"(次日)?\s*(\d{1,2}):(\d{2})\s*[-–~～至]\s*(次日)?\s*(\d{1,2}):(\d{2})")
WALL = re.compile(r"(次日)?\s*(\d{1,2}):(\d{2})(?::\d{2})?")
DAY = re.compile(r"(\d{2,4})[-/.年](\d{1,2})[-/.月](\d{1,2})")
INSTANT = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})[ T](\d{1,2}):(\d{2})(?::(\d{2}))?")
APPROVAL = re.compile(
    r"(?P<kind>[^\d，,]+?)\s*(?P<from>\d\d-\d\d \d\d:\d\d)到(?P<to>\d\d-\d\d \d\d:\d\d)(?:\s*(?P<amount>[\d.]+)(?P<unit>小时|天|分钟))?"
)
REPAIR, OVERTIME = "补卡申请", "加班"
# Away from the desk, yet at work.
ON_BUSINESS = frozenset({"外出", "出差"})


@dataclass(frozen=True, slots=True)
class Approval:
    """One approval that DingTalk ties to a day: leave, a repaired punch, an errand, overtime."""

    kind: str
    starts_at: datetime
    ends_at: datetime

    @property
    def span(self) -> Span:
        return self.starts_at, self.ends_at

    @property
    def is_leave(self) -> bool:
        return self.kind not in (REPAIR, OVERTIME) and self.kind not in ON_BUSINESS


def day(text: str) -> date | None:
    """``26-05-01 星期五``, ``2026-05-01`` or ``2026/5/1``."""
    found = DAY.match(text.strip())
    if not found:
        return None
    year = int(found[1])
    try:
        return date(year + 2000 if year < 100 else year, int(found[2]), int(found[3]))
    except ValueError:
        return None


def work_date(text: str) -> date | None:
    """Milliseconds of the day's midnight in China."""
    if not re.fullmatch(r"\d{12,14}", text.strip()):
        return None
    return clock.business_day(clock.from_ms(int(text)))


def instant(text: str) -> datetime | None:
    """``2026-05-01 08:23``, seconds or not, on the company's clock."""
    found = INSTANT.match(text.strip())
    if not found:
        return None
    year, month, on, hour, minute, second = (int(part or 0) for part in found.groups())
    try:
        return datetime(year, month, on, hour, minute, second, tzinfo=clock.COMPANY_ZONE)
    except ValueError:
        return None


def wall_on(on: date, text: str) -> datetime | None:
    """``08:22`` of a day, or ``次日 00:57``, which lies on the next one."""
    found = WALL.fullmatch(text.strip())
    if not found:
        return None
    return _at(on, bool(found[1]), int(found[2]), int(found[3]))


def instant_on(on: date | None, text: str) -> datetime | None:
    """An instant, or a time of a day where only that is written."""
    return instant(text) or (wall_on(on, text) if on is not None else None)


def hours_on(on: date, shift: str) -> list[Span]:
    """The stretches of a shift by its name: ``4班次17点 17:00-次日01:30``. Without hours there are none."""
    spans = []
    for next_in, hour, minute, next_out, end_hour, end_minute in HOURS.findall(shift):
        begin, end = _at(on, bool(next_in), int(hour), int(minute)), _at(on, bool(next_out), int(end_hour), int(end_minute))
        if begin is None or end is None:
            return []
        # An end that is not called “next day” and yet lies before the beginning is.
        spans.append((begin, end if end > begin else end + timedelta(days=1)))
    return spans


def approvals(text: str, first: date) -> list[Approval]:
    """The approvals of a day, joined with full-width commas. They name no year: it is that of the report's first day,
    or the next one where that would lie far before it."""
    found = []
    for match in APPROVAL.finditer(text):
        begin, end = _of_year(match["from"], first), _of_year(match["to"], first)
        if begin is not None and end is not None:
            if end < begin:
                end = end.replace(year=end.year + 1)
            found.append(Approval(match["kind"].strip(), begin, end))
    return found


def whole(text: str) -> int:
    """A count as it is written, 0 where nothing is."""
    try:
        return int(Decimal(text.strip() or "0"))
    except (ArithmeticError, ValueError):
        return 0


def number(text: str) -> Decimal:
    try:
        found = Decimal(text.strip() or "0")
    except ArithmeticError:
        return Decimal(0)
    return found if found.is_finite() else Decimal(0)


def _of_year(text: str, first: date) -> datetime | None:
    month, on, hour, minute = int(text[:2]), int(text[3:5]), int(text[6:8]), int(text[9:11])
    year = first.year + (first.month == 12 and month == 1) - (first.month == 1 and month == 12)
    try:
        return datetime(year, month, on, hour, minute, tzinfo=clock.COMPANY_ZONE)
    except ValueError:
        return None


def _at(on: date, is_next: bool, hour: int, minute: int) -> datetime | None:
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        return None
    ahead = timedelta(days=int(is_next) + hour // 24)
    return datetime.combine(on + ahead, time(hour % 24, minute), clock.COMPANY_ZONE)
