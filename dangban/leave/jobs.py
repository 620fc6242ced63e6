"""What time alone brings about: periods open and close, calls that nobody put in writing lapse, saved days expire."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import close_old_connections
from django.db.models import Exists, Max, OuterRef, QuerySet, Sum

from dangban.desk.models import Deadline
from dangban.handbook.current import in_force_so_far
from dangban.leave.actions import ledger
from dangban.leave.actions.asking import REPAIR
from dangban.leave.actions.ending import lapse
from dangban.leave.models import BalanceEntry, Kind, LeaveRequest
from dangban.leave.queries import rest_days_of
from dangban.leave.queries.balances import annual_due_of
from dangban.leave.rules.balances import annual_good_until
from dangban.lib import clock, days
from dangban.people.models import Person
from dangban.staff.queries import employed

EVERY_SECONDS = 300.0
_AT_ONCE = 200


def look_round() -> None:
    close_old_connections()
    sweep(clock.now())


def sweep(now: datetime) -> int:
    """Everything that is due; asked again it finds nothing."""
    today = clock.business_day(now)
    return _lapse(now) + _open(today, now) + _close(today, now) + _expire(today, now)


def _lapse(now: datetime) -> int:
    late = Deadline.objects.filter(kind=REPAIR, met_at=None, cancelled_at=None, due_at__lte=now).values_list("subject_id", flat=True)
    found = LeaveRequest.objects.filter(pk__in=list(late[:_AT_ONCE]), state=LeaveRequest.State.CALLED, repaired_at=None)
    return sum(lapse(one, at=now) for one in found)


def _open(today: date, now: datetime) -> int:
    """This month's rest days and this year's annual leave, for everybody who has none yet."""
    people = employed(today)
    without_rest = list(people.filter(~Exists(_granted(Kind.REST, f"{today:%Y-%m}"))))
    without_annual = list(people.filter(~Exists(_granted(Kind.ANNUAL, str(today.year)))))
    rest, annual = rest_days_of(without_rest, today), annual_due_of(without_annual, today.year)
    # Whoever has nothing due this year stays among them, and must not keep the others waiting.
    due = {one.pk: one for one in without_rest if rest[one.pk].due - rest[one.pk].by_hand}
    due |= {one.pk: one for one in without_annual if annual[one.pk].days}
    return sum(ledger.open_periods(person, [today], at=now) for person in list(due.values())[:_AT_ONCE])


def _granted(kind: str, period: str) -> QuerySet[BalanceEntry]:
    return BalanceEntry.objects.filter(person=OuterRef("pk"), kind=kind, period=period, what=BalanceEntry.What.GRANTED)


def _close(today: date, now: datetime) -> int:
    """The month before this one, from its opened rest days."""
    month = days.month_of(days.month_of(today) - timedelta(days=1))
    period = f"{month:%Y-%m}"
    What = BalanceEntry.What
    closed = BalanceEntry.objects.filter(
        person=OuterRef("pk"), kind=Kind.REST, period=period, what__in=(What.EXPIRED, What.PAID_OUT, What.SAVED)
    )
    open_ones = list(Person.objects.filter(Exists(_granted(Kind.REST, period)), ~Exists(closed)))
    rest = rest_days_of(open_ones, month)
    entered = BalanceEntry.objects.filter(person__in=open_ones, kind=Kind.REST, period=period).values_list("person")
    left = dict(entered.annotate(days=Sum("days")))
    # Whoever has nothing left stays among them: only where the ledger says something else is there anything to enter.
    due = [one for one in open_ones if rest[one.pk].unused or left[one.pk] > 0]
    return sum(bool(ledger.close_month(person, month, at=now)) for person in due)


def _expire(today: date, now: datetime) -> int:
    rules = in_force_so_far(now)
    kept = BalanceEntry.objects.filter(kind__in=(Kind.IN_LIEU, Kind.ANNUAL)).values_list("person", "kind", "period")
    gone = set()
    for person_id, kind, period, until, _left in kept.annotate(until=Max("expires_on"), left=Sum("days")).filter(left__gt=0):
        good_until = until if kind == Kind.IN_LIEU else annual_good_until(int(period), rules)
        if good_until is not None and good_until < today:
            gone.add(person_id)
    return sum(ledger.expire(person, today, at=now) for person in Person.objects.filter(pk__in=gone))
