"""What time alone brings about: a replacement left, and what it was for never came."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import close_old_connections, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from dangban.dealers import facts, holding
from dangban.dealers.models import Advance, DealerReturn
from dangban.desk import actions as desk
from dangban.handbook.actions import keep
from dangban.handbook.current import in_force_so_far as in_force
from dangban.handbook.decisions import Decision
from dangban.lib import clock
from dangban.lib.actor import SYSTEM

EVERY_SECONDS = 300.0
State = DealerReturn.State
_AWAITED = (State.TOLD, State.ON_WAY)


def look_round() -> None:
    close_old_connections()
    sweep(clock.now())


def sweep(now: datetime) -> int:
    """How many returns finance now charges. Each once, however many look."""
    waiting = DealerReturn.objects.filter(state__in=_AWAITED, advances__state=Advance.State.SENT).order_by("pk")
    return sum(_missed(pk, now) for pk in list(waiting.values_list("pk", flat=True)))


def _missed(pk: int, now: datetime) -> int:
    rulebook = in_force(now)
    with transaction.atomic():
        held = holding.locked(pk)
        due = facts.back_by(held, rulebook) if held.state in _AWAITED else None
        if due is None or clock.business_day(now) <= due[0]:
            return 0
        owing = facts.owing(held)
        decision = Decision("dealers.unreturned", "charged", owing.value_fen if owing else 0, (due[1],))
        keep(decision, subject=held, by=SYSTEM, shop=held.shop_id, at=now)
        holding.go(held, "missed", State.SETTLING, by=SYSTEM, at=now, words=due[0].isoformat(), last_day=due[0].isoformat())
        _tell(held, now)
    return 1


def _tell(held: DealerReturn, now: datetime) -> None:
    with translation.override(held.applied_by.language or settings.LANGUAGE_CODE):
        title = _("Replaced, never returned: %(number)s of %(dealer)s") % {"number": held.title, "dealer": held.dealer.name}
        body = _("Finance charges the pieces on the note. If they come before that, the gate lets them in.")
    desk.notify(held.applied_by, title, body, by=SYSTEM, url=holding.address(held), shop=held.shop, at=now)
