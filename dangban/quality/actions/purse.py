"""The purse of collected fines: what came in by whom, what it was spent on; all may see it."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from dangban.journal.actions import record
from dangban.lib import clock, money
from dangban.lib.errors import BadInput, Conflict, Refused
from dangban.people.models import Person
from dangban.quality import access
from dangban.quality.actions import holding
from dangban.quality.models import FundEntry, Offence


def receive(offence: Offence, *, by: Person, at: datetime | None = None) -> FundEntry:
    """A final fine has been paid into the purse; each once."""
    at = at or clock.now()
    access.must_keep_the_purse(by)
    with transaction.atomic():
        held = holding.locked(offence, Offence.State.FINAL)
        if not held.amount_fen:
            raise Refused(_("No money is owed for this."))
        # All may read the purse; whose fine it was is seen with the offence, by whom it concerns.
        what = pgettext("purse", "Fine")
        try:
            with transaction.atomic():
                made = _entry(held.amount_fen, what, by, at, offence=held)
        except IntegrityError as error:
            raise Conflict(_("This fine was received already.")) from error
    return made


def spend(amount_fen: int, what: str, *, by: Person, at: datetime | None = None) -> FundEntry:
    """Something for all is bought; never more than is there."""
    at = at or clock.now()
    access.must_keep_the_purse(by)
    what = holding.said(what, "what", 200)
    if amount_fen <= 0:
        raise BadInput(_("Write an amount such as 12.50."), fields={"amount": [_("Write an amount such as 12.50.")]})
    with transaction.atomic():
        # Whoever spends waits for whoever else does.
        Person.objects.select_for_update(no_key=True).get(pk=_keeper_lock(by))
        just_now = FundEntry.objects.filter(amount_fen=-amount_fen, what=what, by=by, at__gt=at - holding.SAME).first()
        if just_now is not None:
            return just_now
        left = balance()
        if amount_fen > left:
            message = _("There are only %(left)s in it.") % {"left": money.show(left)}
            raise BadInput(message, fields={"amount": [message]})
        return _entry(-amount_fen, what, by, at)


def balance() -> int:
    """What is in the purse, in fen."""
    return FundEntry.objects.aggregate(sum=Sum("amount_fen"))["sum"] or 0


def _keeper_lock(by: Person) -> int:
    """One row for all keepers: that of whoever made the first entry."""
    first = FundEntry.objects.order_by("pk").values_list("by_id", flat=True).first()
    return first or by.pk


def _entry(amount_fen: int, what: str, by: Person, at: datetime, offence: Offence | None = None) -> FundEntry:
    made = FundEntry.objects.create(amount_fen=amount_fen, what=what, offence=offence, day=clock.business_day(at), by=by, at=at)
    record("quality.fund_moved", subject=made, by=by, change={"amount": amount_fen, "what": what}, at=at)
    return made
