"""Lists that page by time: rows before the last one shown, and the address of what follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from django.db.models import Model, Q, QuerySet

from dangban.lib import clock
from dangban.lib.text import whole

Row = TypeVar("Row", bound=Model)
PAGE = 50
# Far enough back for anybody, far enough from where the calendar begins to reckon with.
EARLIEST = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class Listed(Generic[Row]):
    rows: list[Row]
    next_url: str = ""
    first_url: str = ""


def newest_first(rows: QuerySet[Row], path: str, filters: Mapping[str, Any], before: str) -> Listed[Row]:
    """A page of rows by falling time; `filters` stay in the addresses, `before` is time and key of the last row."""
    moment, _sep, key = before.rpartition("_")
    last, pk = _instant(moment), whole(key)
    if last is not None and pk is not None:
        rows = rows.filter(Q(at__lt=last) | Q(at=last, pk__lt=pk))
    found = list(rows.order_by("-at", "-pk")[: PAGE + 1])
    kept = {name: value for name, value in filters.items() if value not in ("", None)}
    more = ""
    if len(found) > PAGE:
        row: Any = found[PAGE - 1]
        more = f"{path}?{urlencode(kept | {'before': f'{row.at.isoformat()}_{row.pk}'})}"
    first = f"{path}?{urlencode(kept)}" if before else ""
    return Listed(found[:PAGE], more, first)


def _instant(written: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        return None
    return found if found.tzinfo else None


def day_of(written: str, otherwise: date) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return otherwise


@dataclass(frozen=True, slots=True)
class Days:
    """The days a page looks at, both counted in; a week back unless asked for otherwise."""

    since: date
    until: date

    @classmethod
    def asked(cls, given: Mapping[str, str], back: int = 6) -> Days:
        today = clock.business_day(clock.now())
        until = max(min(day_of(given.get("until", ""), today), today), EARLIEST)
        since = day_of(given.get("since", ""), until - timedelta(days=back))
        longest = timedelta(days=366)
        return cls(max(min(since, until), until - longest), until)

    @property
    def span(self) -> tuple[datetime, datetime]:
        return clock.at_local(self.since, time(0)), clock.at_local(self.until + timedelta(days=1), time(0))

    @property
    def query(self) -> dict[str, str]:
        return {"since": self.since.isoformat(), "until": self.until.isoformat()}
