"""What lists of every room share: sorted by a click on a column, filtered by chips, taken out as a file."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse, QueryDict

from . import clock
from .excel import Column, csv_bytes, xlsx
from .text import whole

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
# What still waits, and what is over: states that every room has.
OPEN, OVER = "open", "over"
Row = TypeVar("Row")
Keys = Mapping[str, Callable[[Row], Any]]


def is_fragment(request: HttpRequest) -> bool:
    """Whether a script asks for a part of the page; a link that it only follows wants the whole."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true"


@dataclass(frozen=True, slots=True)
class Sort:
    """By which column a list is sorted, as its address says: ``sort=hired``, or ``sort=-hired`` for the other way."""

    name: str
    down: bool
    query: QueryDict

    @classmethod
    def read(cls, query: QueryDict, names: Iterable[str]) -> Sort:
        """What can't be read sorts by the first column."""
        known = list(names)
        asked = query.get("sort", "")
        name = asked.removeprefix("-")
        return cls(name, asked.startswith("-"), query) if name in known else cls(known[0], False, query)

    def apply(self, rows: Iterable[Row], keys: Keys[Row]) -> list[Row]:
        """The rows in order; those that have no value stand last, whichever way."""
        key = keys[self.name]
        valued: list[Row] = []
        empty: list[Row] = []
        for row in rows:
            (empty if key(row) in (None, "") else valued).append(row)
        return sorted(valued, key=key, reverse=self.down) + empty

    def url(self, name: str) -> str:
        """The address of the same list by another column; by the same one, the other way."""
        other = self.query.copy()
        for gone in ("sort", "after", "before"):
            other.pop(gone, None)
        other["sort"] = f"-{name}" if name == self.name and not self.down else name
        return f"?{other.urlencode()}"

    def direction(self, name: str) -> str:
        """As the macro `sort_head` wants it."""
        if name != self.name:
            return ""
        return "down" if self.down else "up"


@dataclass(frozen=True, slots=True)
class StateFilters:
    """What a list of things in states is narrowed to; the same words as in its address. Open ones unless it says otherwise."""

    shop: int | None = None
    state: str = OPEN
    mine: bool = False
    search: str = ""

    @classmethod
    def read(cls, given: Mapping[str, str], states: Collection[str]) -> StateFilters:
        state, search = given.get("state", ""), given.get("q", "").strip()[:80]
        return cls(whole(given.get("shop", "")), state if state in states else OPEN, given.get("mine") == "1", search)

    def as_query(self, **changed: Any) -> dict[str, str]:
        values = {"shop": self.shop, "state": self.state, "mine": "1" if self.mine else "", "q": self.search} | changed
        return {name: str(value) for name, value in values.items() if value not in ("", None) and (name, value) != ("state", OPEN)}


def chip_groups(
    groups: Sequence[tuple[str, str, Sequence[tuple[Any, str]]]],
    current: Mapping[str, Any],
    address: Callable[..., str],
) -> list[dict[str, Any]]:
    """Groups of links (name, label, values), each switching one filter on or off; empty groups are left out."""
    return [
        {
            "label": label,
            "items": [
                {
                    "label": text,
                    "current": current[name] == value,
                    "url": address(**{name: "" if current[name] == value else value}),
                }
                for value, text in items
            ],
        }
        for name, label, items in groups
        if items
    ]


def taken_out(kind: str, name: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """A table as a download: a workbook, or CSV where `kind` says so. `name` is put before the time."""
    name = f"{name}-{clock.local(clock.now()):%Y%m%d-%H%M}"
    if kind == "csv":
        return download(csv_bytes(columns, rows), f"{name}.csv", CSV)
    return download(xlsx(columns, rows), f"{name}.xlsx")


def download(data: bytes, name: str, content_type: str = XLSX) -> HttpResponse:
    response = HttpResponse(data, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
