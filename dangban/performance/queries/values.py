"""Values of measures over days: sums over sums, with source, definition and whether they may still change."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from dangban.handbook.current import in_force_so_far
from dangban.lib import clock
from dangban.lib.days import span_of_days
from dangban.people.models import Person
from dangban.performance.clauses import FIGURES_FROM
from dangban.performance.figures.tools import FROM_TOOLS
from dangban.performance.measures import MEASURES, VERSION, Measure, column_sums, statement
from dangban.performance.models import BuiltDay, Target
from dangban.performance.queries import imported

SHOP = 0
_FLAGS = {"day": 0, "window": 1, "refunds": 2}


@dataclass(frozen=True, slots=True)
class Value:
    """A figure with what it was made of. No value where nothing was measured: that is not zero."""

    measure: Measure
    numerator: int | None
    denominator: int | None
    value: Decimal | None
    provisional: bool
    source: str = "own"
    version: int = VERSION

    @property
    def is_missing(self) -> bool:
        return self.value is None


def value(code: str, person: Person, first: date, last: date) -> Value:
    """One figure of one person; by the source that the handbook lets bind on the last day."""
    return values([code], first, last, [person.pk])[person.pk][code]


def values(codes: Sequence[str], first: date, last: date, people: Collection[int], shop_id: int | None = None) -> dict[int, dict[str, Value]]:
    """Many figures of many people in a few statements."""
    found = _own(codes, first, last, people, shop_id)
    if binds(last) == "chitu":
        told = [code for code in codes if code in FROM_TOOLS]
        for who, theirs in imported.figures(told, first, last, people, shop_id).items():
            for code in told:
                found[who][code] = _of_tool(code, theirs.get(code))
    if "target_done" in codes:
        _against_targets(found, first, last, people)
    return found


def shop_values(codes: Sequence[str], first: date, last: date, shops: Collection[int] | None) -> dict[str, Value]:
    """The figures of shops together, silent sales included; None for all shops."""
    only = "" if shops is None else f" AND d.shop_id IN ({_numbers(shops)})"
    rows = _sums(codes, first, last, f" AND d.person_id = {SHOP}{only}", "d.person_id")
    return _values(codes, rows.get((SHOP,)), _open_days(first, last))


def by_day(codes: Sequence[str], first: date, last: date, people: Collection[int] | None, shops: Collection[int] | None = None) -> dict[date, dict[str, Value]]:
    """Figures of each day: of these people together, or of the shops themselves where no people are named."""
    who = f" AND d.person_id = {SHOP}" if people is None else f" AND d.person_id IN ({_numbers(people)})"
    where = who + ("" if shops is None else f" AND d.shop_id IN ({_numbers(shops)})")
    rows = {_day(key[0]): sums for key, sums in _sums(codes, first, last, where, "d.day").items()}
    days = [first + timedelta(days=step) for step in range((last - first).days + 1)]
    return {day: _values(codes, rows.get(day), frozenset()) for day in days}


def together(codes: Sequence[str], first: date, last: date, people: Collection[int]) -> dict[str, Value]:
    """The figures of several people as one: sums over sums, never an average of their figures."""
    rows = _sums(codes, first, last, f" AND d.person_id IN ({_numbers(people)})", "1")
    return _values(codes, next(iter(rows.values()), None), _open_days(first, last))


def sales_fen(person: Person, month: date, attribution: str = "rule") -> int | None:
    """What a person sold in a month by one of the rules (rule, order, payment, order_first), refunds taken off."""
    code = "net_sales" if attribution == "rule" else f"net_sales_{attribution}"
    first, last = month_span(month)
    return value(code, person, first, last).numerator


def month_span(month: date) -> tuple[date, date]:
    first = month.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def binds(day: date) -> str:
    """Whose figures hold on a day: ours or the other tool's."""
    rules = in_force_so_far(clock.at_local(day, time(12)))
    return str(rules[FIGURES_FROM]) if rules.has(FIGURES_FROM) else "own"


def run(sql: str) -> list[tuple[Any, ...]]:
    """A figure's statement as it stands; it has no parameters."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


@dataclass(frozen=True, slots=True)
class _Sums:
    finals: tuple[int, int, int]
    columns: Mapping[str, int | None]


def _own(codes: Sequence[str], first: date, last: date, people: Collection[int], shop_id: int | None) -> dict[int, dict[str, Value]]:
    where = f" AND d.person_id IN ({_numbers(people)})" + ("" if shop_id is None else f" AND d.shop_id = {int(shop_id)}")
    rows = _sums(codes, first, last, where, "d.person_id")
    opened = _open_days(first, last)
    found = {who: _values(codes, rows.get((who,)), opened) for who in people}
    for code in codes:
        if MEASURES[code].shop_share:
            shares = {row[0]: row[1:] for row in run(statement(MEASURES[code], first, last))}
            for who in people:
                found[who][code] = _share(MEASURES[code], shares.get(who), found[who].get(code))
    return found


def _sums(codes: Sequence[str], first: date, last: date, where: str, by: str) -> dict[tuple[Any, ...], _Sums]:
    columns = tuple(dict.fromkeys(column for code in codes for column in MEASURES[code].columns))
    rows = run(column_sums(columns, first, last, where, by))
    return {
        (row[0],): _Sums((row[1], row[2], row[3]), {name: None if at is None else int(at) for name, at in zip(columns, row[4:], strict=True)})
        for row in rows
    }


def _values(codes: Iterable[str], sums: _Sums | None, opened: frozenset[str]) -> dict[str, Value]:
    return {code: _value(MEASURES[code], sums, opened) for code in codes}


def _value(measure: Measure, sums: _Sums | None, opened: frozenset[str]) -> Value:
    open_ = measure.settles in opened
    # A figure against the shops is no quotient of one's own sums: `_share` reckons it.
    if sums is None or not measure.columns or measure.shop_share or all(sums.columns[name] is None for name in measure.columns):
        return Value(measure, None, None, None, open_)
    over = sum(sums.columns[name] or 0 for name in measure.over)
    under = sum(sums.columns[name] or 0 for name in measure.under) if measure.under else None
    return Value(measure, over, under, measure.value(over, under), open_ or not sums.finals[_FLAGS[measure.settles]])


def _share(measure: Measure, row: tuple[Any, ...] | None, plain: Value | None) -> Value:
    provisional = plain is None or plain.provisional
    if row is None:
        return Value(measure, None, None, None, provisional)
    over, under = int(row[0]), int(row[1])
    return Value(measure, over, under, measure.value(over, under), provisional)


def _of_tool(code: str, told: imported.Told | None) -> Value:
    measure = MEASURES[code]
    if told is None:
        return Value(measure, None, None, None, True, "chitu")
    return Value(measure, told.numerator, told.denominator, told.value, not told.complete, "chitu")


def _against_targets(found: dict[int, dict[str, Value]], first: date, last: date, people: Collection[int]) -> None:
    """The month's sales against its target; nothing where none was set."""
    done = MEASURES["target_done"]
    targets = dict(Target.objects.filter(month=first.replace(day=1), measure="sales", person__in=people).values_list("person", "amount"))
    sold = values(["sales"], first, last, people)
    for who in people:
        sales, target = sold[who]["sales"], targets.get(who)
        missing = sales.numerator is None or not target
        amount = None if missing else done.value(sales.numerator or 0, target)
        found[who]["target_done"] = Value(done, sales.numerator, target, amount, sales.provisional, sales.source)


def _open_days(first: date, last: date) -> frozenset[str]:
    """For what the range may still change: days not yet over or not yet made keep everything open; before the first
    handbook there is nothing to make."""
    days = sum(in_force_so_far(clock.day_span(day)[0]).has(FIGURES_FROM) for day in span_of_days(first, last))
    made = list(BuiltDay.objects.filter(day__gte=first, day__lte=last).values_list("service_final", "sales_final", "refunds_final"))
    if not days or len(made) < days:
        return frozenset(_FLAGS)
    return frozenset(name for name, place in _FLAGS.items() if not all(row[place] for row in made))


def days_stand(first: date, last: date, what: str = "day") -> bool:
    """Whether every day of the range is over and was made since; of `window`, the days too in which orders still count."""
    return what not in _open_days(first, last)


def _numbers(ids: Collection[int]) -> str:
    return ", ".join(str(int(one)) for one in ids) or "-1"


def _day(said: Any) -> date:
    return said if isinstance(said, date) else date.fromisoformat(str(said)[:10])
