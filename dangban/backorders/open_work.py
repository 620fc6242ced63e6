"""Customers who wait go over to somebody else when the person who sees to them leaves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from dangban.backorders import bell, holding
from dangban.backorders.models import Wait
from dangban.desk import actions as desk
from dangban.lib.actor import Actor
from dangban.people.models import Person
from dangban.people.ports import OpenItem


class OpenWork:
    def list(self, person: Person) -> Sequence[OpenItem]:
        rows = Wait.objects.filter(owner=person, state__in=Wait.OPEN).select_related("sku__product").order_by("pk")
        return [
            OpenItem(
                f"wait:{one.pk}",
                _("Waits for %(goods)s × %(quantity)s") % {"goods": holding.goods_name(one.sku), "quantity": one.quantity},
                reverse("backorders:wait", args=[one.pk]),
            )
            for one in rows
        ]

    def hand_over(self, person: Person, to: Person, *, by: Actor, at: datetime) -> int:
        waits = list(Wait.objects.select_for_update(no_key=True).filter(owner=person, state__in=Wait.OPEN).order_by("pk"))
        return sum(_give(one, to, by, at) for one in waits)

    def hand_over_one(self, key: str, person: Person, to: Person, *, by: Actor, at: datetime) -> bool:
        kind, _colon, pk = key.partition(":")
        if kind != "wait" or not pk.isdecimal():
            return False
        one = Wait.objects.select_for_update(no_key=True).filter(pk=int(pk), owner=person, state__in=Wait.OPEN).first()
        return one is not None and bool(_give(one, to, by, at))


def _give(wait: Wait, to: Person, by: Actor, at: datetime) -> int:
    wait.owner = to
    wait.version += 1
    wait.save(update_fields=["owner", "version"])
    desk.reassign_deadline(wait, owner=to, by=by, kinds=(holding.REACH,), at=at)
    bell.wait_changed(wait)
    return 1
