"""From computed to closed: checked by one, released by another, closed when paid."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from dangban.desk import actions as desk
from dangban.lib import clock, money
from dangban.lib.errors import NotAllowed, Refused
from dangban.pay import access, clauses, queries
from dangban.pay.actions import holding
from dangban.pay.actions.holding import State
from dangban.pay.models import Computation, PayMonth
from dangban.people.access import people_who_may
from dangban.people.models import Person


def check(month: PayMonth, *, by: Person, seen: int | None = None, at: datetime | None = None) -> PayMonth:
    """Somebody has looked through the month. Refused, with what is missing, while figures are not final."""
    at = at or clock.now()
    access.must(by, access.MANAGE)
    with transaction.atomic():
        held = holding.locked(month, State.COMPUTED, seen=seen)
        if Computation.objects.filter(pay_month=held, finished_at=None).exists():
            raise Refused(_("The month is being worked out. Wait for it."), code="running")
        if queries.withdrawn_in(held):
            raise Refused(_("A correction was withdrawn since the month was worked out. Work it out again, then check it."), code="stale")
        _must_follow(held)
        open_ = queries.missing_of(held)
        if open_:
            parts = [_("%(what)s (%(count)s)") % {"what": one.label, "count": one.count} for one in open_]
            raise Refused(_("Not everything is final yet: %(parts)s. Settle it, then work the month out again.") % {"parts": "；".join(parts)}, code="missing")
        held.state, held.checked_at, held.checked_by = State.CHECKED, at, by
        total = queries.totals(held)
        holding.store(held, "checked", by=by, at=at, people=total.people, amount_fen=total.net_fen)
        desk.meet_deadline(held, "pay.sheet", by=by, at=at)
        _tell_who_releases(held, by, total.net_fen, at)
    return held


def _must_follow(held: PayMonth) -> None:
    """The tax of the year, and what the law kept back, go on from month to month: the months before are out, and known."""
    earlier = PayMonth.objects.filter(month__lt=held.month)
    waiting = earlier.exclude(state__in=access.OUT).order_by("month").first()
    if waiting is not None:
        raise Refused(_("Release %(month)s first: tax and what was carried over go on from month to month.") % {"month": waiting}, code="order")
    newer = earlier.filter(released_at__gt=held.computed_at).order_by("month").first() if held.computed_at else None
    if newer is not None:
        raise Refused(_("%(month)s was released since this month was worked out. Work it out again, then check it.") % {"month": newer}, code="stale")


def _tell_who_releases(held: PayMonth, by: Person, net_fen: int, at: datetime) -> None:
    for person in people_who_may(access.RELEASE).exclude(pk=by.pk):
        with translation.override(person.language):
            title = _("Wages of %(month)s are checked; release them") % {"month": held}
            desk.notify(person, title, money.show(net_fen), by=by, url=holding.address(held), at=at)


def take_back(month: PayMonth, reason: str, *, by: Person, seen: int | None = None, at: datetime | None = None) -> PayMonth:
    """Checked, but something is wrong: it can be worked out again. Whoever may check or release says so."""
    at = at or clock.now()
    access.must_see_all(by)
    reason = holding.said(reason, "reason", 300)
    with transaction.atomic():
        held = holding.locked(month, State.CHECKED, seen=seen)
        held.state, held.checked_at, held.checked_by = State.COMPUTED, None, None
        holding.store(held, "taken_back", by=by, at=at, reason=reason)
    return held


def release(month: PayMonth, *, by: Person, seen: int | None = None, at: datetime | None = None) -> PayMonth:
    """The second person lets the wages go out: from now on nothing of the month changes, and everybody reads their own."""
    at = at or clock.now()
    access.must(by, access.RELEASE)
    with transaction.atomic():
        held = holding.locked(month, State.CHECKED, seen=seen)
        if held.checked_by_id == by.pk:
            raise NotAllowed(_("Wages are released by another person than who checked them."))
        rules = holding.rules_at(at)
        days = rules[clauses.DISPUTED_WITHIN] if rules.has(clauses.DISPUTED_WITHIN) else timedelta()
        held.state, held.released_at, held.released_by, held.dispute_by = State.RELEASED, at, by, at + days
        because = [rules.because(clauses.DISPUTED_WITHIN).as_data()] if days else []
        holding.store(held, "released", by=by, at=at, because=because, amount_fen=queries.totals(held).net_fen)
        for slip in held.slips.select_related("person"):
            if slip.person.is_active:
                with translation.override(slip.person.language):
                    title = _("Your payslip of %(month)s is here") % {"month": held}
                    desk.notify(slip.person, title, "", by=by, url=queries.slip_address(slip.pk), at=at)
    return held


def close(month: PayMonth, *, by: Person, seen: int | None = None, at: datetime | None = None) -> PayMonth:
    """The wages are paid. Months close in their order."""
    at = at or clock.now()
    access.must(by, access.MANAGE)
    with transaction.atomic():
        held = holding.locked(month, State.RELEASED, seen=seen)
        earlier = PayMonth.objects.filter(month__lt=held.month).exclude(state=State.CLOSED).order_by("month").first()
        if earlier is not None:
            raise Refused(_("Close %(month)s first: months close in their order.") % {"month": earlier}, code="order")
        rules = holding.rules_on(held.month)
        held.state, held.closed_at, held.closed_by = State.CLOSED, at, by
        because = [rules.because(clauses.PAID_BY).as_data()] if rules.has(clauses.PAID_BY) else []
        holding.store(held, "closed", by=by, at=at, because=because, amount_fen=queries.totals(held).net_fen)
        desk.meet_deadline(held, "pay.paid", by=by, at=at)
    return held
