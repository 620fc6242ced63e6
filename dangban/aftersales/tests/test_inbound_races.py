"""Two keepers and two inspectors with the same parcel at the same moment: it comes once, and its goods move once."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import TransactionTestCase

from dangban.aftersales import inbound
from dangban.aftersales.models import Case, Finding, InboundParcel
from dangban.aftersales.rules.inspecting import Found
from dangban.aftersales.tests.story import Returning
from dangban.lib import clock
from dangban.lib.errors import Said
from dangban.stock.models import Movement
from dangban.testing.cast import NOW, Cast


@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer")
class InboundRacesTest(TransactionTestCase):
    def setUp(self) -> None:
        with clock.frozen(NOW):
            self.cast = Cast()
            self.story = Returning(self.cast)
            self.case = self.story.case(order=self.story.order(quantity=2))
            self.story.move(self.story.move(self.case, "assess", "assessed"), "agree_return", "returning")

    def together(self, *acts: Callable[[], Any]) -> list[str]:
        """What each of them said no with; empty where it went well."""
        said, start = [], threading.Barrier(len(acts))

        def run(act: Callable[[], Any]) -> None:
            start.wait()
            try:
                act()
            except Said as refused:
                said.append(type(refused).__name__)
            finally:
                with contextlib.suppress(Exception):
                    connection.close()

        threads = [threading.Thread(target=run, args=(act,)) for act in acts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return said

    def arrive(self, number: str) -> InboundParcel:
        return inbound.arrive(number, by=self.cast.ding, at=NOW, warehouse=self.story.goods.warehouse)

    def test_a_parcel_nobody_knows_is_scanned_by_four_and_comes_once(self) -> None:
        assert self.together(*[lambda: self.arrive("SF1")] * 4) == []
        assert list(InboundParcel.objects.values_list("number", "state")) == [("SF1", "shelf")]

    def test_it_comes_while_the_customer_enters_its_number(self) -> None:
        announce = lambda: inbound.announce(self.case, "中通", "ZT1", by=self.cast.mei, at=NOW)  # noqa: E731
        self.together(announce, lambda: self.arrive("ZT1"), announce, lambda: self.arrive("ZT1"))
        self.arrive("ZT1")
        announce()
        assert list(InboundParcel.objects.values_list("state", flat=True)) == ["arrived"]
        assert Case.objects.get().state == "received"

    def test_two_match_one_parcel_and_one_of_them_is_told(self) -> None:
        other = self.story.case(order=self.story.order(number="7700"))
        parcel = self.arrive("SF1")
        said = self.together(
            lambda: inbound.claim(parcel, [self.case], by=self.cast.ding, at=NOW), lambda: inbound.claim(parcel, [other], by=self.cast.mei, at=NOW)
        )
        assert said == ["Conflict"]
        assert parcel.parcel_cases.count() == 1

    def test_counted_and_inspected_by_two_the_goods_move_once(self) -> None:
        inbound.announce(self.case, "中通", "ZT1", by=self.cast.mei, at=NOW)
        parcel = self.arrive("ZT1")
        item = parcel.items.get().pk
        assert self.together(*[lambda: inbound.count(parcel, {item: 2}, by=self.cast.ding, at=NOW)] * 3) == []
        assert self.story.goods.figures() == (0, 0, 2)
        said = self.together(*[lambda: inbound.inspect(parcel, [Found(item, 2, "good", "stock")], by=self.cast.ding, at=NOW)] * 3)
        assert sorted(said) == ["Conflict", "Conflict"]
        assert (self.story.goods.figures(), Finding.objects.count(), Movement.objects.count()) == ((2, 0, 0), 1, 2)
