"""What happens by itself: figures made again, drafts of the last month, the daily report."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import IntegrityError, close_old_connections

from dangban.conversations.clauses import ENQUIRY_DAYS
from dangban.handbook.current import in_force_so_far
from dangban.lib import clock
from dangban.lib.days import month_of, span_of_days
from dangban.performance.actions.drafting import draft_due
from dangban.performance.clauses import SETTLE_DAYS
from dangban.performance.facts import build
from dangban.performance.measures import VERSION
from dangban.performance.models import BuiltDay
from dangban.performance.robots.report import put_due
from dangban.performance.robots.sending import send_due

EVERY_SECONDS = 30.0
# Today's figures are made again so often; those of other open days once, after midnight.
TODAY_EVERY = timedelta(minutes=10)


def look_round() -> None:
    close_old_connections()
    at = clock.now()
    if not in_force_so_far(at).has(SETTLE_DAYS):
        return
    # Cards and reports go by figures that are up to date.
    if not make_one(at):
        draft_due(at)
        put_due(at)
    send_due(at)


def make_one(at: datetime) -> bool:
    """Make one day again, the oldest that is due; whoever marks it first makes it.

    Days of this month and the last that were never made, because the server was off or there was none yet, are made too:
    a month's figures stand only when all its days do.
    """
    today = clock.business_day(at)
    rules = in_force_so_far(at)
    first = today - rules[SETTLE_DAYS] - rules[ENQUIRY_DAYS] - timedelta(days=1)
    since = min(first, month_of(month_of(today) - timedelta(days=1)))
    made = {row.day: row for row in BuiltDay.objects.filter(day__gte=since)}
    midnight = clock.day_span(today)[0]
    for day in span_of_days(since, today):
        if not in_force_so_far(clock.day_span(day)[0]).has(SETTLE_DAYS):
            # Before the first handbook there were no clocks to count by.
            continue
        row = made.get(day)
        if day < first and row is not None and row.version:
            continue
        if row is not None and not _is_due(row, at - TODAY_EVERY if day == today else midnight, at):
            continue
        if _mark(row, day, at):
            build(day, day, at)
            return True
    return False


def _is_due(row: BuiltDay, limit: datetime, at: datetime) -> bool:
    if not row.version:
        # Marked by a server that did not come to make it.
        return row.built_at < at - TODAY_EVERY
    return row.version != VERSION or (row.built_at < limit and not row.refunds_final)


def _mark(row: BuiltDay | None, day: date, at: datetime) -> bool:
    if row is not None:
        return bool(BuiltDay.objects.filter(pk=row.pk, built_at=row.built_at).update(built_at=at, version=0))
    try:
        BuiltDay.objects.create(day=day, built_at=at, version=0)
    except IntegrityError:
        return False
    return True
