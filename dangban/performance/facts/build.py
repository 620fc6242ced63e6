"""Making the figures of days: the same again gives the same; nothing is added to what stands."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from dangban.conversations.clauses import ENQUIRY_DAYS
from dangban.lib import clock
from dangban.performance.clauses import SETTLE_DAYS
from dangban.performance.facts import askings, cases, clocks, deals, work
from dangban.performance.facts.families import FAMILIES
from dangban.performance.measures import VERSION
from dangban.performance.models import BuiltDay, PersonDay

Key = tuple[date, int, int]
_NOTHING = dict.fromkeys((column for family in FAMILIES for column in family.columns), 0)
# So many days are made in one transaction.
AT_ONCE = 7


def build(first: date, last: date, at: datetime | None = None) -> int:
    """Make the figures of these days from the rows as they are now; how many rows stand afterwards."""
    at = at or clock.now()
    made = 0
    while first <= last:
        until = min(last, first + timedelta(days=AT_ONCE - 1))
        with transaction.atomic():
            # Enquiries of the last day look for sales of the days after it.
            deals.build(first, until + clocks.of_day(until)[ENQUIRY_DAYS])
        with transaction.atomic():
            askings.build(first, until, at)
            cases.build(first, until)
            made += _sum_up(first, until, at)
        first = until + timedelta(days=1)
    return made


def _sum_up(first: date, last: date, at: datetime) -> int:
    rows: dict[Key, dict[str, int]] = defaultdict(dict)
    for since, until, values in clocks.stretches(first, last):
        for family in FAMILIES:
            for of_shops in (False, True):
                _take(rows, family.columns, _run(family.text(since, until, values, of_shops=of_shops)))
    for key, found in work.sums(first, last).items():
        rows[key] |= found
    states = {day: _state(day, at) for day in (first + timedelta(days=step) for step in range((last - first).days + 1))}
    PersonDay.objects.filter(source="own", day__gte=first, day__lte=last).delete()
    PersonDay.objects.bulk_create([_row(key, found, states[key[0]]) for key, found in sorted(rows.items()) if key[0] in states], batch_size=200)
    for day, state in states.items():
        BuiltDay.objects.update_or_create(day=day, defaults={"built_at": at, "version": VERSION, "handbook": clocks.of_day(day).version, **state})
    return len(rows)


def _take(rows: dict[Key, dict[str, int]], columns: tuple[str, ...], found: list[tuple[Any, ...]]) -> None:
    for day, shop, person, *sums in found:
        kept = rows[_day(day), int(shop), int(person)]
        for name, amount in zip(columns, sums, strict=True):
            kept[name] = int(amount or 0)


def _row(key: Key, found: dict[str, int], state: dict[str, bool]) -> PersonDay:
    day, shop, person = key
    finals = {name: int(final) for name, final in state.items()}
    # Who was there on a day and sold nothing sold nothing; who was not there has no row at all.
    found = (_NOTHING if shop else {}) | found
    return PersonDay(source="own", day=day, shop_id=shop, person_id=person, version=VERSION, **finals, **found)


def _state(day: date, at: datetime) -> dict[str, bool]:
    """What of a day can change no more: its service when it is over, its sales when their windows are."""
    rules = clocks.of_day(day)
    today = clock.business_day(at)
    window_over = day + rules[ENQUIRY_DAYS] <= today
    return {
        "service_final": day < today,
        "sales_final": window_over,
        "refunds_final": window_over and day + rules[SETTLE_DAYS] < today,
    }


def _run(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def _day(said: Any) -> date:
    return said if isinstance(said, date) else date.fromisoformat(str(said)[:10])
