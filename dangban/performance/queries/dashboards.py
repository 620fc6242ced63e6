"""What dashboards show: today, the week and the month of a person, a team, a shop."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Sum

from dangban.people.models import Person
from dangban.performance import charts, showing
from dangban.performance.measures import MEASURES
from dangban.performance.models import Target
from dangban.performance.queries.values import Value, by_day, month_span, values
from dangban.performance.rules import scoring, targets

PRESALE = ("sales", "deals", "enquiries", "conversion", "basket", "items", "handled", "first_response", "response", "reply_rate", "taobao_rate", "satisfaction")
AFTERSALE = ("cases", "cases_answered", "cases_solved", "refund_hours", "dispute_rate", "saved_sales", "handled", "first_response", "response", "reply_rate", "satisfaction")
CODES = {"presale": PRESALE, "aftersale": AFTERSALE, "order": (*AFTERSALE[:6], "sales", "handled", "reply_rate"), "leader": PRESALE}
# What the chart of a person shows.
MAIN = {"presale": "sales", "aftersale": "cases", "order": "cases", "leader": "sales"}
TREND = 30


@dataclass(frozen=True, slots=True)
class Line:
    """A measure over the three spans that people look at."""

    day: Value
    week: Value
    month: Value


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a target is reached, and how far it should be by now."""

    amount: int
    done: int
    due: int
    today: int
    week: int
    weeks: list[tuple[date, date, int]]
    told: str
    told_amount: str
    told_due: str
    told_today: str
    told_week: str

    @property
    def behind(self) -> bool:
        return self.done < self.due


def lines(person: Person, codes: Sequence[str], today: date) -> list[Line]:
    week = today - timedelta(days=today.weekday())
    spans = [(today, today), (week, today), (today.replace(day=1), today)]
    found = [values(codes, first, last, [person.pk])[person.pk] for first, last in spans]
    return [Line(found[0][code], found[1][code], found[2][code]) for code in codes]


def progress(person: Person, measure: str, today: date) -> Progress | None:
    """None where no target was set."""
    amount = Target.objects.filter(month=today.replace(day=1), measure=measure, person=person).values_list("amount", flat=True).first()
    if not amount:
        return None
    first, _last = month_span(today)
    done = values([measure], first, today, [person.pk])[person.pk][measure].numerator or 0
    return _progress(measure, amount, done, today)


def _progress(measure: str, amount: int, done: int, today: date) -> Progress:
    days = targets.days_of(amount, targets.month_days(today))
    weeks = targets.weeks(days)
    week = next((part for first, last, part in weeks if first <= today <= last), 0)
    due = targets.due_by(days, today)

    def told(number: int) -> str:
        one = MEASURES[measure]
        return showing.written(one, one.value(number, None))

    return Progress(amount, done, due, days[today], week, weeks, told(done), told(amount), told(due), told(days[today]), told(week))


def trend(
    measure: str, last: date, people: Collection[int] | None, shops: Collection[int] | None = None, *, target: Progress | None = None
) -> charts.Chart | None:
    """The last thirty days; this month's part of a target a day is the line."""
    found = by_day([measure], last - timedelta(days=TREND - 1), last, people, shops)
    part = MEASURES[measure].value(target.today, None) if target else None
    line = charts.Target(part, target.told_today, max(0, TREND - last.day)) if target and part else None
    return charts.bars(points(found, measure), line)


def points(found: Mapping[date, Mapping[str, Value]], measure: str) -> list[charts.Point]:
    """A measure day by day, to be drawn."""
    return [charts.Point(f"{day:%m-%d}", one.value, showing.shown(one), one.provisional) for day, one in ((day, found[day][measure]) for day in sorted(found))]


def rank(person: Person, people: Sequence[int], measure: str, first: date, last: date) -> tuple[int, int] | None:
    """The place among these people and their number; where less is better, the least stands first."""
    found = values([measure], first, last, people)
    falling = MEASURES[measure].direction == "down"
    known: dict[int, Decimal] = {}
    for who, one in found.items():
        value = one[measure].value
        if value is not None:
            known[who] = -value if falling else value
    places = scoring.ranks(known)
    return (places[person.pk], len(places)) if person.pk in places else None


def target_of(month: date, measure: str, people: Collection[int]) -> int:
    """What these people are to reach together."""
    total = Target.objects.filter(month=month, measure=measure, person__in=people).aggregate(total=Sum("amount"))["total"]
    return int(total or 0)
