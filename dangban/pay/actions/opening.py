"""Opening a month of pay, with its two clocks: the score sheet, and payday."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from dangban.desk import actions as desk
from dangban.desk import house
from dangban.handbook.decisions import Because
from dangban.handbook.rulebook import Rules
from dangban.journal.actions import HasActor
from dangban.lib import clock, days
from dangban.lib.actor import SYSTEM
from dangban.lib.errors import Refused
from dangban.pay import access, clauses
from dangban.pay.actions import holding
from dangban.pay.models import PayMonth
from dangban.people.access import people_who_may
from dangban.people.models import Person

EVENING = time(18)


def payday(month: date, rules: Rules) -> date:
    """By this day of the next month; where that one is shorter, its last."""
    following = days.next_month(month)
    return following.replace(day=min(rules[clauses.PAID_BY], days.last_of_month(following).day))


def open_month(month: date, *, by: HasActor, at: datetime | None = None) -> PayMonth:
    """The month's row, made if it isn't there; its clocks run from now. The same again changes nothing."""
    at = at or clock.now()
    month = days.month_of(month)
    if isinstance(by, Person):
        access.must(by, access.MANAGE)
    if month > days.month_of(clock.business_day(at)):
        raise Refused(_("That month has not begun."))
    found = PayMonth.objects.filter(month=month).first()
    if found is not None:
        return found
    try:
        with transaction.atomic():
            made = PayMonth.objects.create(month=month, opened_at=at)
            holding.store(made, "opened", by=by, at=at)
            _start_clocks(made, at)
    except IntegrityError:
        return PayMonth.objects.get(month=month)
    return made


def start_due(now: datetime) -> int:
    """On the first of a month the one before is opened by itself, once there is somebody to pay."""
    month = days.month_of(days.month_of(clock.business_day(now)) - timedelta(days=1))
    if PayMonth.objects.filter(month=month).exists() or not PayMonth.objects.filter(month__lt=month).exists():
        return 0
    open_month(month, by=SYSTEM, at=now)
    return 1


def _start_clocks(made: PayMonth, at: datetime) -> None:
    rules = holding.rules_on(days.last_of_month(made.month))
    if not rules.has(clauses.PAID_BY):
        return
    day = payday(made.month, rules)
    _clock(made, "pay.paid", day, clauses.PAID_BY.path, [rules.because(clauses.PAID_BY)], _("Wages of %(month)s") % {"month": made}, at)
    if rules.has(clauses.SHEET_DUE):
        before = day - timedelta(days=rules[clauses.SHEET_DUE])
        because = [rules.because(clauses.SHEET_DUE), rules.because(clauses.PAID_BY)]
        _clock(made, "pay.sheet", before, clauses.SHEET_DUE.path, because, _("Score sheet of %(month)s") % {"month": made}, at)


def _clock(made: PayMonth, kind: str, day: date, rule: str, because: list[Because], label: str, at: datetime) -> None:
    left = clock.at_local(day, EVENING) - at
    desk.start_deadline(
        kind, made, rule=rule, allowed_seconds=max(0, int(left.total_seconds())), by=SYSTEM, because=[one.as_data() for one in because],
        owner=keeper(), label=label, url=holding.address(made), warn_seconds=max(86_400, int(house.warn_before(at).total_seconds())), at=at,
    )  # fmt: skip


def keeper() -> Person | None:
    """Who pays: the first who holds the accounts."""
    return people_who_may(access.ACCOUNTS).filter(is_active=True).order_by("pk").first()
