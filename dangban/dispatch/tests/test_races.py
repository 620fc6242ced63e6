"""Two packers with one slip, two desks with the same orders, on a server that lets them: one wins, nothing twice."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.test import TransactionTestCase

from dangban.dispatch.actions import auditing, packing, waves
from dangban.dispatch.models import Slip
from dangban.dispatch.tests.warehouse import Desk
from dangban.lib import clock
from dangban.lib.errors import Conflict
from dangban.orders import events
from dangban.orders.models import Order, Parcel
from dangban.stock.models import Level
from dangban.testing.cast import NOW, Cast
from dangban.testing.races import at_once, told


@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer")
class Races(TransactionTestCase):
    def setUp(self) -> None:
        held = clock.frozen(NOW)
        held.__enter__()
        self.addCleanup(held.__exit__, None, None, None)
        self.cast = Cast()
        self.desk = Desk(self.cast)
        self.desk.goods.receive(3)

    def printed(self) -> Slip:
        order = self.desk.order()
        auditing.audit([self.desk.row(order).pk], by=self.cast.ou)
        waves.make_wave(self.cast.shop, [self.desk.row(order).pk], by=self.cast.ou)
        return Slip.objects.get(preparation__order=order)

    def test_of_two_who_scan_the_same_slip_one_packs_and_the_other_is_told(self) -> None:
        slip = self.printed()
        scans = [lambda by=by: packing.begin(packing.find(slip.number, by=by), by=by, at=NOW) for by in (self.cast.ding, self.cast.zhou)]
        assert sorted(told(*scans, now=NOW)) == ["Conflict", "done"]

    def test_the_same_parcel_sent_twice_at_once_leaves_once(self) -> None:
        slip = self.printed()
        packing.begin(slip, by=self.cast.ding, at=NOW)
        packing.put_in(slip, "SJT-180-BL", by=self.cast.ding, at=NOW)
        sends = [lambda number=number: packing.send(slip, number, by=self.cast.ding, at=NOW) for number in ("YT1", "YT2", "YT3")]
        assert sorted(told(*sends, now=NOW)) == ["Refused", "Refused", "done"]
        assert (Parcel.objects.count(), Level.objects.get().good) == (1, 2)

    def test_a_change_and_a_parcel_at_the_same_moment_one_of_them_wins_whole(self) -> None:
        slip = self.printed()
        packing.begin(slip, by=self.cast.ding, at=NOW)
        packing.put_in(slip, "SJT-180-BL", by=self.cast.ding, at=NOW)

        def change() -> None:
            with transaction.atomic():
                order = Order.objects.select_for_update().get(pk=slip.preparation.order_id)
                if order.status != "paid":
                    raise Conflict("gone")
                order.address = "别处9号"
                order.save()
                events.changed(order, ["address"], NOW)

        said = told(change, lambda: packing.send(slip, "YT1", by=self.cast.ding, at=NOW), now=NOW)
        assert said in (["done", "Refused"], ["Conflict", "done"])
        slip.refresh_from_db()
        assert (slip.void_at is None) == (slip.sent_at is not None)

    def test_the_last_three_pieces_are_promised_to_three_of_six_orders_by_two_desks(self) -> None:
        rows = [self.desk.row(self.desk.order()).pk for _one in range(6)]
        at_once(
            lambda: auditing.audit(rows, by=self.cast.ou, at=NOW), lambda: auditing.audit(list(reversed(rows)), by=self.cast.zhou, at=NOW), now=NOW
        )
        level = Level.objects.get()
        assert (level.good, level.reserved) == (3, 3)

    def test_the_same_orders_make_one_wave(self) -> None:
        orders = [self.desk.order() for _one in range(3)]
        pks = [self.desk.row(order).pk for order in orders]
        auditing.audit(pks, by=self.cast.ou)
        makes = [lambda by=by: waves.make_wave(self.cast.shop, pks, by=by, at=NOW) for by in (self.cast.ou, self.cast.zhou)]
        assert sorted(told(*makes, now=NOW)) == ["Conflict", "done"]
        assert Slip.objects.count() == 3
