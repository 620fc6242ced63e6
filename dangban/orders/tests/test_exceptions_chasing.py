"""The warehouse is chased about an order, on record."""

from __future__ import annotations

import pytest

from dangban.desk.models import Task
from dangban.lib.errors import NotAllowed, Refused
from dangban.orders import exceptions
from dangban.orders.exceptions import chasing
from dangban.orders.models import WarehouseChase
from dangban.orders.tests.test_actions_changing import ChangeCase
from dangban.testing.cast import NOW


class ChasingTests(ChangeCase):
    def test_a_chase_is_on_record_and_the_warehouse_has_one_task_of_it(self) -> None:
        order = self.order()
        chasing.chase(order, by=self.cast.lin, note="几时能发", at=NOW)
        chasing.chase(order, by=self.cast.lin, note="还没发", at=NOW)
        assert [(one.by, one.note) for one in WarehouseChase.objects.order_by("pk")] == [(self.cast.lin, "几时能发"), (self.cast.lin, "还没发")]
        task = Task.objects.get()
        assert (task.subject_id, "催" in task.title or order.platform_id in task.title) == (order.pk, True)

    def test_what_has_left_is_not_chased(self) -> None:
        order = self.order(status="sent")
        with pytest.raises(Refused):
            chasing.chase(order, by=self.cast.lin, at=NOW)
        assert not WarehouseChase.objects.exists()

    def test_who_may_not_mark_orders_chases_nobody(self) -> None:
        order = self.order()
        with pytest.raises(NotAllowed):
            chasing.chase(order, by=self.cast.hu, at=NOW)
        assert not WarehouseChase.objects.exists()

    def test_the_exception_s_page_chases_and_shows_it(self) -> None:
        order = self.order()
        made = exceptions.open_exception(order, "urgent", by=self.cast.lin, reason="hurry", at=NOW)
        client = self.as_person(self.cast.lin)
        assert client.post(f"/orders/exceptions/{made.pk}/chase/", {"note": "问了仓库"}).status_code == 302
        page = client.get(f"/orders/exceptions/{made.pk}/").content.decode()
        assert "问了仓库" in page
        assert "已催仓库" in page
