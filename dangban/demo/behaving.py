"""Conduct in the demonstration: one sanction that is final, one to be decided, one appealed against, one to be answered; thanks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from dangban.lib import clock
from dangban.people.models import Person
from dangban.quality import actions
from dangban.quality.models import Offence


class Behaving:
    """Acts out what leaders wrote down and what those concerned said, each at its time."""

    def __init__(self, people: Mapping[str, Person], now: datetime) -> None:
        self.people, self.now = people, now

    def act(self) -> None:
        self._final()
        self._appealed()
        held = self._reported("xu", "knowledge", 2, "客人问可不可以机洗，答成了可以；客人洗坏后投诉，会话里能看到。", by="lu")
        with clock.frozen(self._before(1)):
            actions.hear(held, "我把两款的洗涤说明记混了，已经把说明书重新看过一遍。", by=self.people["xu"])
        self._reported("tang", "idle_online", 1, "显示在线二十五分钟，人不在工位，三位客人没有人回。", by="lu")
        self._thanked()

    def _before(self, days: float) -> datetime:
        return self.now - timedelta(days=days)

    def _day(self, days: float) -> date:
        return clock.business_day(self._before(days))

    def _reported(self, who: str, offence: str, days: float, facts: str, *, by: str) -> Offence:
        with clock.frozen(self._before(days)):
            return actions.report(self.people[who], offence, self._day(days), facts, by=self.people[by])

    def _final(self) -> None:
        held = self._reported("jiang", "games", 45, "午休结束后手机游戏还开着，13:20 主管走到工位时看到。", by="he")
        with clock.frozen(self._before(44)):
            actions.hear(held, "午休忘了关，没有在玩。", by=self.people["jiang"])
        with clock.frozen(self._before(43)):
            actions.decide(held, "第一次，提醒注意。", by=self.people["zhou"])
        with clock.frozen(self._before(42.5)):
            actions.accept(held, by=self.people["jiang"])

    def _appealed(self) -> None:
        held = self._reported("lin", "bouncing", 6, "客人问发票，连转两次都没说明，客人在评价里写“被踢来踢去”。", by="lu")
        with clock.frozen(self._before(5)):
            actions.hear(held, "发票要财务开，我先转了订单组，订单组又转了回来。", by=self.people["lin"])
        with clock.frozen(self._before(4)):
            actions.decide(held, "转接前没有写明原因。", by=self.people["zhou"])
        with clock.frozen(self._before(3)):
            actions.appeal(held, "转接备注里写了“要开票”，请看会话记录。", by=self.people["lin"])

    def _thanked(self) -> None:
        for days, who, kind, words, by in (
            (21, "mei", "saved", "客人坚持退，梅清先讲清保养方法又补了配件，客人留下了。", "zhou"),
            (9, "lin", "page_fault", "发现窗帘详情页的门幅写错，避免了一批退货。", "zhou"),
            (2, "ou", "idea", "建议把偏远地区的单子提前一小时截单，已经试行。", "shen"),
        ):
            with clock.frozen(self._before(days)):
                actions.commend(self.people[who], kind, words, by=self.people[by])
