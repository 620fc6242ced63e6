"""Two keepers and two inspectors with the same parcel at the same moment: it comes once, and its goods move once."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import TransactionTestCase

from dangban.aftersales import inbound
from dangban.aftersales.models import Case, Finding, InboundParcel
from dangban.aftersales.rules.inspecting import Found
from dangban.aftersales.tests.story import Returning
from dangban.lib import clock
from dangban.stock.models import Movement
from dangban.testing.cast import NOW, Cast
from dangban.testing.races import at_once, told


@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer")
class InboundRacesTest(TransactionTestCase):
    def setUp(self) -> None:
        with clock.frozen(NOW):
            self.cast = Cast()
            self.story = Returning(self.cast)
            self.case = self.story.case(order=self.story.order(quantity=2))
            self.story.move(self.story.move(self.case, "assess", "assessed"), "agree_return", "returning")

    def arrive(self, number: str) -> InboundParcel:
        return inbound.arrive(number, by=self.cast.ding, at=NOW, warehouse=self.story.goods.warehouse)

    def test_a_parcel_nobody_knows_is_scanned_by_four_and_comes_once(self) -> None:
        at_once(*[lambda: self.arrive("SF1")] * 4, now=NOW)
        assert list(InboundParcel.objects.values_list("number", "state")) == [("SF1", "shelf")]

    def test_it_comes_while_the_customer_enters_its_number(self) -> None:
        announce = lambda: inbound.announce(self.case, "中通", "ZT1", by=self.cast.mei, at=NOW)  # noqa: E731
        said = told(announce, lambda: self.arrive("ZT1"), announce, lambda: self.arrive("ZT1"), now=NOW)
        assert said[::2] == ["done", "done"]
        # Who scans it while it is given its case is told to look again, and scans it again.
        assert set(said[1::2]) <= {"done", "Conflict"}
        self.arrive("ZT1")
        announce()
        assert list(InboundParcel.objects.values_list("state", flat=True)) == ["arrived"]
        assert Case.objects.get().state == "received"

    def test_two_match_one_parcel_and_one_of_them_is_told(self) -> None:
        other = self.story.case(order=self.story.order(number="7700"))
        parcel = self.arrive("SF1")
        said = told(
            lambda: inbound.claim(parcel, [self.case], by=self.cast.ding, at=NOW),
            lambda: inbound.claim(parcel, [other], by=self.cast.mei, at=NOW),
            now=NOW,
        )
        assert sorted(said) == ["Conflict", "done"]
        assert parcel.parcel_cases.count() == 1

    def test_counted_and_inspected_by_two_the_goods_move_once(self) -> None:
        inbound.announce(self.case, "中通", "ZT1", by=self.cast.mei, at=NOW)
        parcel = self.arrive("ZT1")
        item = parcel.items.get().pk
        at_once(*[lambda: inbound.count(parcel, {item: 2}, by=self.cast.ding, at=NOW)] * 3, now=NOW)
        assert self.story.goods.figures() == (0, 0, 2)
        said = told(*[lambda: inbound.inspect(parcel, [Found(item, 2, "good", "stock")], by=self.cast.ding, at=NOW)] * 3, now=NOW)
        assert sorted(said) == ["Conflict", "Conflict", "done"]
        assert (self.story.goods.figures(), Finding.objects.count(), Movement.objects.count()) == ((2, 0, 0), 1, 2)
