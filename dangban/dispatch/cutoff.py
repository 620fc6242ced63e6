"""The cut-off (截单): what did not leave by its time is noted with its cause, and the customer has a new promise."""

from __future__ import annotations

import logging
from datetime import date, datetime

from django.conf import settings
from django.db import close_old_connections, transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from dangban.dispatch import bell, facts, keeping, rules
from dangban.dispatch.models import Miss, Preparation
from dangban.handbook.current import in_force_so_far as in_force
from dangban.handbook.decisions import Decision
from dangban.journal.actions import HasActor, record
from dangban.lib import clock, money
from dangban.lib.actor import SYSTEM
from dangban.lib.errors import BadInput, Refused
from dangban.lib.text import refuse_unstorable
from dangban.orders import exceptions
from dangban.orders.clauses import CUT_OFF
from dangban.orders.models import OrderException
from dangban.shops.models import Profile

EVERY_SECONDS = 5.0
_AT_ONCE = 200
# As the board of exceptions names the same causes.
_AS_EXCEPTION = {
    "out_of_stock": "out_of_stock", "not_audited": "cut_off", "held": "cut_off", "not_printed": "not_downloaded",
    "not_packed": "in_warehouse", "not_sent": "in_warehouse",
}  # fmt: skip
_log = logging.getLogger("dangban.dispatch")


def look_round() -> None:
    close_old_connections()
    sweep(clock.now())


def sweep(at: datetime, most: int = _AT_ONCE) -> int:
    """Note what was to have left by now; each once for each time it was promised."""
    due = Preparation.objects.filter(closed_at=None, due_at__lte=at).filter(_has_a_next_time(at)).order_by("due_at", "pk")
    return sum(_note(pk, at) for pk in list(due.values_list("pk", flat=True)[:most]))


def _has_a_next_time(at: datetime) -> Q:
    """Those to which something new can be promised: others stay due, and must not stand before these again and again."""
    if in_force(at).has(CUT_OFF):
        return Q()
    return Q(shop__in=list(Profile.objects.filter(cut_off__isnull=False).values_list("shop", flat=True)))


def _note(pk: int, at: datetime) -> int:
    with transaction.atomic():
        order_id = Preparation.objects.values_list("order", flat=True).get(pk=pk)
        row = Preparation.objects.select_for_update(of=("self",)).select_related("order__shop", "holder", "joined_to").get(pk=pk)
        if row.closed_at is not None or row.due_at > at:
            return 0
        rulebook = in_force(at)
        own = keeping.cut_offs_of([row.shop_id]).get(row.shop_id)
        due = rules.due(row.order.paid_at or row.order.created_at, clock.local(at), own, rulebook)
        if due is None:
            return 0
        # The platform's limit is past: only the next cut-off can be promised.
        again = due.at
        stage = row.joined_to.stage if row.joined_to is not None else row.stage
        reason = rules.missed(stage, facts.codes(row.holds))
        owed = rules.compensation(row.order.paid_fen or row.order.total_fen, row.ship_by, at, rulebook)
        because = [*row.because, *(one.as_data() for one in owed.because)]
        miss = Miss.objects.create(
            preparation=row, order_id=order_id, shop_id=row.shop_id, day=clock.business_day(row.due_at), due_at=row.due_at,
            at=at, reason=reason, holder=row.holder, promised_for=again, compensation_fen=owed.amount_fen, because=because,
        )  # fmt: skip
        miss.exception = _promise(row, reason, again, owed, because, at)
        miss.save(update_fields=["exception"])
        Preparation.objects.filter(pk=pk).update(due_at=again, misses=row.misses + 1)
        change = {"reason": reason, "promised_for": again.isoformat(timespec="minutes"), "compensation_fen": owed.amount_fen}
        record("dispatch.missed", subject=row.order, by=SYSTEM, shop=row.shop_id, change=change, because=because, at=at)
        bell.desk_changed(row.shop_id)
    return 1


def _promise(
    row: Preparation, reason: str, again: datetime, owed: Decision, because: list[object], at: datetime
) -> OrderException | None:
    """The order becomes an exception with an owner, and its buyer is told when it will leave."""
    told = {"stage": row.stage, "compensation_fen": owed.amount_fen}
    try:
        opened = exceptions.open_exception(
            row.order, "late", by=SYSTEM, at=at, due_at=again, reason=_AS_EXCEPTION[reason], facts=told, because=because
        )
        return exceptions.promise(opened, again, by=SYSTEM, at=at, text=_words(row, again, owed))
    except Refused:
        _log.warning("order %s missed its time and nobody serves its shop", row.order_id)
        return None


def _words(row: Preparation, again: datetime, owed: Decision) -> str:
    with translation.override(settings.LANGUAGE_CODE):
        wall = clock.local(again)
        when = _("%(month)s-%(day)s %(time)s") % {"month": wall.month, "day": wall.day, "time": f"{wall:%H:%M}"}
        words = _("We are sorry: your order could not leave today. It will leave by %(when)s.") % {"when": when}
        if owed.amount_fen:
            words += _(" For the delay you are owed %(amount)s.") % {"amount": money.show(owed.amount_fen)}
        return words


def explain(miss: Miss, reason: str, note: str, *, by: HasActor, at: datetime | None = None) -> Miss:
    """Somebody who knows says what the cause was."""
    at = at or clock.now()
    note = refuse_unstorable(note.strip(), "note")[:200]
    if reason not in Miss.Reason.values:
        message = _("Choose the cause.")
        raise BadInput(message, fields={"reason": [message]})
    with transaction.atomic():
        kept = Miss.objects.select_for_update(of=("self",)).select_related("order").get(pk=miss.pk)
        change = {"reason": [kept.reason, reason], "note": note}
        kept.reason, kept.note = reason, note
        kept.save(update_fields=["reason", "note"])
        record("dispatch.miss_explained", subject=kept.order, by=by, shop=kept.shop_id, change=change, at=at)
        bell.desk_changed(kept.shop_id)
    return kept


def day_of(at: datetime) -> date:
    return clock.business_day(at)
