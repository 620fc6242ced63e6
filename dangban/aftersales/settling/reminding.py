"""Credit that a customer has not used for long is brought to their mind, once each time the rule says."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import close_old_connections, transaction
from django.db.models import Max, Sum
from django.utils import translation
from django.utils.translation import gettext as _

from dangban.aftersales import telling
from dangban.aftersales.actions.moving import locked
from dangban.aftersales.clauses.settling import CREDIT_LAPSES
from dangban.aftersales.models import Case, LedgerEntry
from dangban.aftersales.settling import receiving
from dangban.handbook.current import in_force_so_far as in_force
from dangban.journal.actions import record
from dangban.lib import clock, money
from dangban.lib.actor import SYSTEM
from dangban.lib.errors import Refused

EVERY_SECONDS = 3600.0
_AT_ONCE = 100
_REMINDED = "credit_reminded_at"


def look_round() -> None:
    close_old_connections()
    remind(clock.now())


def remind(now: datetime) -> int:
    """How many customers were told. By the case in which their credit moved last."""
    rules = in_force(now)
    if not rules.has(CREDIT_LAPSES):
        return 0
    rows = LedgerEntry.objects.filter(account=LedgerEntry.Account.CREDIT).exclude(case__customer=None)
    kept = rows.order_by().values("case__customer", "shop").annotate(left=Sum("amount_fen"), last=Max("at"), case=Max("case"))
    unused = kept.filter(left__gt=0, last__lte=now - rules[CREDIT_LAPSES]).order_by("last", "case")
    # Who was told lately stays in the list: they take no place of others.
    cases = [row["case"] for row in unused]
    told = dict(Case.objects.filter(pk__in=cases).values_list("pk", "facts"))
    fresh = [pk for pk in cases if not _lately(told[pk].get(_REMINDED), now - rules[CREDIT_LAPSES])]
    return sum(_reminded(pk, now) for pk in fresh[:_AT_ONCE])


def _lately(before: str | None, since: datetime) -> bool:
    return before is not None and datetime.fromisoformat(before) > since


def _reminded(pk: int, now: datetime) -> int:
    rules = in_force(now)
    with transaction.atomic():
        held = locked(pk)
        left = receiving.credit_fen(held.customer_id, held.shop_id)
        if left <= 0 or _lately(held.facts.get(_REMINDED), now - rules[CREDIT_LAPSES]):
            return 0
        held.facts = {**held.facts, _REMINDED: now.isoformat()}
        held.save(update_fields=["facts"])
        with translation.override(settings.LANGUAGE_CODE):
            text = _("You still have %(left)s of credit with us from %(case)s. Tell us when you order next, and we take it off.") % {
                "left": money.show(left), "case": held.number,
            }  # fmt: skip
        try:
            with transaction.atomic():
                telling.say(held, text, by=SYSTEM, at=now)
        except Refused:
            return 0
        because = [rules.because(CREDIT_LAPSES).as_data()]
        record("aftersales.credit_reminded", subject=held, by=SYSTEM, shop=held.shop_id, change={"amount_fen": left}, because=because, at=now)
    return 1
