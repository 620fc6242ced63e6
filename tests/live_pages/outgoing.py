"""What happens at the order desk and in the warehouse on a day of open pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from random import Random
from typing import Any

from dangban.dispatch import cutoff, keeping
from dangban.dispatch.actions import auditing, packing, waves
from dangban.dispatch.models import Preparation, Slip
from dangban.testing.cast import Cast


class OutgoingActs:
    """Mixed into the story of a department at work."""

    cast: Cast
    chance: Random
    now: datetime
    one: Callable[[Any], Any]

    def do_audit(self) -> None:
        keeping.sweep(self.now)
        row = self.one(Preparation.objects.filter(stage__in=auditing.OPEN))
        auditing.audit([row.pk], by=self.cast.ou, at=self.now)

    def do_let_pass(self) -> None:
        row = self.one(Preparation.objects.filter(stage="held"))
        auditing.release(row, [row.holds[0]["digest"]], why="核对过", by=self.cast.ou, at=self.now)

    def do_print(self) -> None:
        row = self.one(Preparation.objects.filter(stage="passed", joined_to=None).select_related("shop"))
        waves.make_wave(row.shop, [row.pk], by=self.cast.ou, at=self.now)

    def do_make_void(self) -> None:
        slip = self.one(Slip.objects.filter(void_at=None, sent_at=None))
        waves.void(slip, "卡纸", by=self.cast.ou, at=self.now)

    def do_pack(self) -> None:
        slip = self.one(Slip.objects.filter(void_at=None, sent_at=None).select_related("preparation"))
        packing.begin(slip, by=self.cast.ding, at=self.now)
        for line in slip.lines.all():
            packing.put_line_in(slip, line.pk, by=self.cast.ding, at=self.now)
        packing.send(slip, f"YT{self.chance.randrange(10**9)}", courier="圆通速递", by=self.cast.ding, at=self.now)

    def do_cut_off(self) -> None:
        cutoff.sweep(self.now)
