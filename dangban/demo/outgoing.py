"""What the demonstration's order desk and warehouse did this morning: audited, printed, packed, and what waits."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from datetime import datetime, timedelta

from dangban.dispatch import keeping
from dangban.dispatch.actions import auditing, packing, waves
from dangban.dispatch.models import Preparation, Slip, Wave
from dangban.lib.errors import Said
from dangban.people.access import people_who_may
from dangban.people.models import Person, Shop

_AUDITED = 40
_IN_THE_WAVE = 14
_SENT = 7


class Outgoing:
    def __init__(self, people: Mapping[str, Person], now: datetime) -> None:
        self.keeper, self.now = people["ding"], now

    def act(self) -> None:
        for _more in range(10):
            keeping.sweep(self.now)
        for shop in Shop.objects.filter(closed_on=None).order_by("pk"):
            desk = people_who_may("dispatch.audit", shop.pk).exclude(level=Person.Level.MANAGER).order_by("pk").first()
            if desk is not None:
                self._audit(shop, desk)
        busiest = Preparation.objects.filter(stage="passed").order_by("shop").first()
        if busiest is not None:
            with contextlib.suppress(Said):
                self._send(Shop.objects.get(pk=busiest.shop_id))

    def _audit(self, shop: Shop, desk: Person) -> None:
        waiting = Preparation.objects.filter(shop=shop, stage="waiting").order_by("pk").values_list("pk", flat=True)
        auditing.audit(list(waiting[:_AUDITED]), by=desk, at=self.now - timedelta(minutes=70))

    def _send(self, shop: Shop) -> None:
        passed = Preparation.objects.filter(shop=shop, stage="passed", joined_to=None).order_by("due_at", "pk")
        pks = list(passed.values_list("pk", flat=True)[:_IN_THE_WAVE])
        wave = waves.make_wave(shop, pks, by=self.keeper, at=self.now - timedelta(minutes=55))
        slips = list(Slip.objects.filter(wave=wave).order_by("pk"))
        waves.note_printed(wave, "labels", [slip.pk for slip in slips], by=self.keeper, at=self.now - timedelta(minutes=54))
        for number, slip in enumerate(slips[:_SENT]):
            self._pack(slip, wave, number)
        for slip in slips[_SENT : _SENT + 1]:
            waves.void(slip, "面单打歪，条码扫不出", by=self.keeper, at=self.now - timedelta(minutes=12))

    def _pack(self, slip: Slip, wave: Wave, number: int) -> None:
        at = self.now - timedelta(minutes=45 - 4 * number)
        held = packing.begin(slip, by=self.keeper, at=at)
        for line in held.lines.order_by("position"):
            packing.put_line_in(held, line.pk, by=self.keeper, at=at)
        # The last one lies half done on the table.
        if number < _SENT - 1:
            tracking = f"DEMO{wave.pk:03d}{number:04d}"
            packing.send(held, tracking, courier=held.courier or "邮政EMS", by=self.keeper, at=at + timedelta(minutes=2))
