"""What the stock tells of promises to those who wait: goods have come, in part or in full, or are gone again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from dangban.backorders import holding, rules
from dangban.backorders.models import Wait
from dangban.desk import actions as desk
from dangban.handbook.current import in_force_so_far as in_force
from dangban.lib import clock
from dangban.lib.actor import SYSTEM
from dangban.stock.events import Allotted

State = Wait.State


def heard(allotted: Sequence[Allotted], at: datetime) -> None:
    """In the transaction of the stock, under the lock of the goods: the waits follow their promises."""
    mine = {one.subject_id: one for one in allotted if one.subject_kind == holding.SUBJECT}
    if not mine:
        return
    rows = Wait.objects.select_for_update(no_key=True, of=("self",)).select_related("shop", "customer", "gets__product", "owner")
    for wait in rows.filter(pk__in=list(mine), state__in=Wait.OPEN).order_by("pk"):
        told = mine[wait.pk]
        if told.sku == wait.gets_id:
            _follow(wait, max(0, wait.quantity - told.missing), at)


def _follow(wait: Wait, ready: int, at: datetime) -> None:
    before, wait.ready = wait.ready, ready
    if not wait.missing and wait.state == State.WAITING:
        holding.arrive(wait, at)
        holding.journal("arrived", wait, by=SYSTEM, at=at, quantity=ready)
    elif wait.missing and wait.state in Wait.HELD:
        _lose(wait, before, at)
    elif ready > before:
        _partly(wait, at)
    holding.store(wait)


def _lose(wait: Wait, before: int, at: datetime) -> None:
    """What was kept is not there after all; who was told so already is told that, too."""
    knew = wait.told_at is not None or wait.reached_at is not None
    moment, _decision = rules.telling(clock.local(at), in_force(at))
    wait.state = State.WAITING
    wait.to_tell, wait.tell_at = (Wait.Tell.LOST, moment.astimezone(at.tzinfo)) if knew else (Wait.Tell.NOTHING, None)
    wait.told_at = wait.told_seq = wait.reached_at = wait.ready_at = wait.kept_until = None
    with translation.override(settings.LANGUAGE_CODE):
        why = _("The goods are gone again")
        said = _("%(goods)s, kept for a customer who waits, is short again: %(ready)s of %(quantity)s.") % _facts(wait)
    holding.end_clock(wait, by=SYSTEM, why=why, at=at)
    _tell_owner(wait, why, said, at)
    holding.journal("lost_again", wait, by=SYSTEM, at=at, quantity=[before, wait.ready])


def _partly(wait: Wait, at: datetime) -> None:
    with translation.override(settings.LANGUAGE_CODE):
        title = _("Only a part has arrived")
        said = _("%(ready)s of %(quantity)s of %(goods)s are there for a customer who waits. Ask whether that will do.") % _facts(wait)
    _tell_owner(wait, title, said, at)
    holding.journal("partly_arrived", wait, by=SYSTEM, at=at, quantity=wait.ready)


def _facts(wait: Wait) -> dict[str, object]:
    return {"goods": holding.goods_name(wait.gets), "ready": wait.ready, "quantity": wait.quantity}


def _tell_owner(wait: Wait, title: str, said: str, at: datetime) -> None:
    owner = holding.who_sees_to(wait, at)
    if owner is not None:
        desk.notify(owner, title, said, by=SYSTEM, url=holding.address(wait), shop=wait.shop, at=at)
