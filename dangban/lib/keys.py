"""Long lists by the key: the next page begins behind a row, named by its instant and its number."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TypeVar

from django.db.models import Model, Q, QuerySet

from dangban.lib import clock

Key = tuple[datetime, int]
Row = TypeVar("Row", bound=Model)


def write(at: datetime, pk: int) -> str:
    return f"{int(at.timestamp() * 1_000_000)}-{pk}"


def read(written: str) -> Key | None:
    """None for what is no such name: the list begins at its beginning then."""
    match = re.fullmatch(r"(\d{1,17})-(\d{1,18})", written)
    if not match:
        return None
    micro = int(match[1])
    try:
        return clock.from_ms(micro // 1000) + timedelta(microseconds=micro % 1000), int(match[2])
    except (ValueError, OverflowError):
        return None


def behind(rows: QuerySet[Row], field: str, key: Key | None, *, newest_first: bool = False) -> QuerySet[Row]:
    """The rows in order of an instant, from behind the key on."""
    sign, beyond = ("-", "lt") if newest_first else ("", "gt")
    rows = rows.order_by(f"{sign}{field}", f"{sign}pk")
    if key is None:
        return rows
    at, pk = key
    # The same once more, as a bound that an index can use.
    bound = {f"{field}__{beyond}e": at}
    return rows.filter(Q(**{f"{field}__{beyond}": at}) | Q(**{field: at, f"pk__{beyond}": pk})).filter(**bound)
