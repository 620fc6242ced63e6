"""A case whose goods are being repaired goes on when the workshop has finished."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from dangban.aftersales.actions import locked, move
from dangban.aftersales.models import Case
from dangban.aftersales.models.workshop import ReworkOrder
from dangban.lib.actor import SYSTEM, Actor

SUBJECT = "aftersales.case"
_AT_ONCE = 100


def after_rework(order: ReworkOrder, by: Actor, at: datetime) -> None:
    """Behind the commit: whoever closes a rework holds its goods, and cases are locked before goods."""
    if order.subject_kind == SUBJECT:
        transaction.on_commit(lambda: go_on(order.subject_id, at))


def sweep(now: datetime) -> int:
    """What a stopped server left behind."""
    ended = ReworkOrder.objects.filter(subject_kind=SUBJECT).exclude(state__in=ReworkOrder.OPEN).values("subject_id")
    waiting = Case.objects.filter(closed_at=None, state="repairing", pk__in=ended).order_by("pk")
    return sum(go_on(pk, now) for pk in list(waiting.values_list("pk", flat=True)[:_AT_ONCE]))


def go_on(pk: int, at: datetime) -> int:
    """1 where the case went on: all its reworks are over. What is put right is sent; else something else is agreed on."""
    with transaction.atomic():
        held = locked(pk)
        mine = ReworkOrder.objects.filter(subject_kind=SUBJECT, subject_id=pk).order_by("-pk")
        last = mine.first()
        if held.state != "repairing" or last is None or mine.filter(state__in=ReworkOrder.OPEN).exists():
            return 0
        act, to = ("repaired", "sending") if mine.filter(stocked__gt=0).exists() else ("not_repaired", "inspected")
        move(held, act, to, by=SYSTEM, at=at, note=last.number)
    return 1
