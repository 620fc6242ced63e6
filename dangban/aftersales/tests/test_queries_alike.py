"""What orders that end alike lead to, and how many wait for whom."""

from __future__ import annotations

from django.db.models import Q

from dangban.aftersales import queries
from dangban.aftersales.tests.story import ReturningCase
from dangban.lib import clock


class AlikeTests(ReturningCase):
    def test_the_newest_orders_of_an_ending_lead_to_their_cases(self) -> None:
        case = self.story.case()
        tail = case.order.phone_tail
        assert [one.pk for one in queries.of_orders(self.cast.mei, Q(phone_tail=tail))] == [case.pk]
        assert list(queries.searched(self.cast.mei, tail)) == [case]

    def test_whoever_serves_another_shop_finds_nothing_by_the_ending(self) -> None:
        case = self.story.case()
        assert not queries.of_orders(self.cast.hu, Q(phone_tail=case.order.phone_tail)).exists()

    def test_a_tab_counts_those_it_waits_for(self) -> None:
        self.story.case()
        self.story.case(order=self.story.order(number="8900"))
        told = queries.counts(self.cast.zhou, None, clock.now())
        assert (told["agent"], told["customer"], told["others"]) == (2, 0, 0)
