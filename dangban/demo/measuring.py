"""Figures in the demonstration: made from what was written, targets, last month's scorecards on their way to being final."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from dangban.lib import clock
from dangban.lib.days import month_of
from dangban.people.models import Person
from dangban.performance import actions, facts, queries, working
from dangban.performance.models import Card


class Measuring:
    """Acts out what leaders and those concerned do with figures at the beginning of a month."""

    def __init__(self, people: Mapping[str, Person], now: datetime) -> None:
        self.people, self.now = people, now
        self.month = month_of(clock.business_day(now))
        self.before = month_of(self.month - timedelta(days=1))

    def act(self) -> None:
        today = clock.business_day(self.now)
        facts.build(self.before, today, self.now)
        boss, second = self.people["zhou"], self._second()
        sellers = sorted(who for who, work in working.works(self.before, today).items() if work == "presale")
        with clock.frozen(self.now):
            self._targets(sellers, boss)
            actions.draft(self.before, by=boss)
            self._scores(boss, second)
            talked = self.people["lin"]
            actions.coach(talked, "首响很快，客单价偏低：下月每次接待至少推荐一款搭配，周五一起看三段会话。", by=boss, measure="basket")

    def _second(self) -> Person | None:
        return next((one for one in self.people.values() if one.can("performance.release") and one.username != "zhou"), None)

    def _targets(self, sellers: list[int], boss: Person) -> None:
        first, last = queries.month_span(self.before)
        for who, found in queries.values(["sales"], first, last, sellers).items():
            sold = found["sales"].numerator or 0
            person = Person.objects.get(pk=who)
            for month, share in ((self.before, 100), (self.month, 105)):
                amount = sold * share // 100 // 10_000 * 10_000
                if amount:
                    actions.set_target(person, "sales", month, amount, by=boss)

    def _scores(self, boss: Person, second: Person | None) -> None:
        cards = list(Card.objects.filter(month=self.before).exclude(person=boss).select_related("person").order_by("pk"))
        for place, card in enumerate(cards):
            for line in card.lines.filter(value=None):
                if line.measure in ("daily_work", "quality_score", "manager_score"):
                    actions.give(card, line.measure, Decimal(85 + place * 7 % 15), by=boss)
        ready = list(Card.objects.filter(pk__in=[card.pk for card in cards], score__isnull=False).select_related("person").order_by("pk"))
        for card in ready[:3]:
            actions.confirm(card, by=card.person)
            if second is not None and card.pk == ready[0].pk and not card.provisional:
                actions.finish(card, by=second)
        if len(ready) > 3:
            actions.dispute(ready[3], "十四号我在培训，那天的询单不该算在我这里。", by=ready[3].person, measure="conversion")
