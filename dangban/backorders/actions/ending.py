"""What time does to the register: nobody waits for ever, and goods are not kept for ever."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from dangban.backorders import holding, rules
from dangban.backorders.models import Ordered, Wait
from dangban.desk import actions as desk
from dangban.handbook.current import in_force_so_far as in_force
from dangban.lib import clock
from dangban.lib.actor import SYSTEM

State, Tell = Wait.State, Wait.Tell
_AT_ONCE = 200


def end_waits(now: datetime) -> int:
    """Whoever waited until a day that has passed is told so, and leaves the register."""
    over = Wait.objects.filter(state=State.WAITING, wait_until__lt=clock.business_day(now)).order_by("wait_until", "pk")
    return sum(_expire(pk, now) for pk in list(over.values_list("pk", flat=True)[:_AT_ONCE]))


def end_keeping(now: datetime) -> int:
    """Goods that were kept long enough go to those who wait; a placed order that awaits payment still holds them."""
    over = Wait.objects.filter(state__in=Wait.HELD, kept_until__lte=now)
    over = over.exclude(pk__in=Ordered.objects.filter(settled_at=None).values("wait")).order_by("kept_until", "pk")
    return sum(_lapse(pk, now) for pk in list(over.values_list("pk", flat=True)[:_AT_ONCE]))


def _expire(pk: int, now: datetime) -> int:
    with transaction.atomic():
        wait = holding.locked(pk)
        if wait.state != State.WAITING or not rules.is_over(wait.wait_until, clock.business_day(now)):
            return 0
        with translation.override(settings.LANGUAGE_CODE):
            why = _("Waited until %(day)s") % {"day": wait.wait_until.isoformat()}
        holding.let_go(wait, by=SYSTEM, why=why, at=now)
        holding.close(wait, State.EXPIRED, by=SYSTEM, why=why, at=now)
        moment, _decision = rules.telling(clock.local(now), in_force(now))
        wait.to_tell, wait.tell_at = Tell.EXPIRED, moment.astimezone(now.tzinfo)
        holding.journal("expired", wait, by=SYSTEM, at=now, wait_until=wait.wait_until.isoformat())
        holding.store(wait)
    return 1


def _lapse(pk: int, now: datetime) -> int:
    with transaction.atomic():
        wait = holding.locked(pk)
        if wait.state not in Wait.HELD or wait.kept_until is None or wait.kept_until > now:
            return 0
        if wait.ordered.filter(settled_at=None).exists():
            return 0
        knew = wait.state == State.REACHED
        with translation.override(settings.LANGUAGE_CODE):
            why = _("Kept long enough; not bought") if knew else _("Kept long enough; the customer was not reached")
            title = _("Goods are no longer kept: %(goods)s") % {"goods": holding.goods_name(wait.gets)}
        holding.let_go(wait, by=SYSTEM, why=why, at=now)
        holding.close(wait, State.LAPSED, by=SYSTEM, why=why, at=now)
        owner = holding.who_sees_to(wait, now)
        if owner is not None:
            desk.notify(owner, title, why, by=SYSTEM, url=holding.address(wait), shop=wait.shop, at=now)
        holding.journal("lapsed", wait, by=SYSTEM, at=now, reason=why)
        holding.store(wait)
    return 1
