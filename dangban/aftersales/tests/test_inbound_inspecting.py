"""Counted, inspected, disposed of: exact stock, each piece once, by those who may; nothing is paid by it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from dangban.aftersales import inbound
from dangban.aftersales.models import Case, Finding, InboundParcel, LedgerEntry, ReworkOrder, Settlement
from dangban.aftersales.rules.inspecting import Found
from dangban.aftersales.tests.story import ReturningCase
from dangban.desk import actions as desk
from dangban.desk.models import Approval, Task
from dangban.lib.errors import BadInput, Conflict, NotAllowed, Refused
from dangban.stock import actions as stock
from dangban.stock.models import Movement, Zone
from dangban.testing.cast import NOW


class InspectingCase(ReturningCase):
    """A parcel with two blue sets of one case, received by Ding."""

    def returned(self, quantity: int = 2, number: str = "ZT100", order: str = "8899") -> tuple[Case, InboundParcel]:
        case = self.story.case(order=self.story.order(number=order, quantity=quantity))
        case = self.story.move(self.story.move(case, "assess", "assessed"), "agree_return", "returning")
        inbound.announce(case, "中通", number, by=self.cast.mei, at=NOW)
        return case, inbound.arrive(number, by=self.cast.ding, at=NOW, warehouse=self.story.goods.warehouse)

    def count(self, parcel: InboundParcel, *pieces: int, **given: Any) -> InboundParcel:
        items = parcel.items.exclude(line=None).order_by("pk")
        return inbound.count(parcel, {item.pk: n for item, n in zip(items, pieces, strict=True)}, by=given.pop("by", self.cast.ding), at=NOW, **given)

    def inspect(self, parcel: InboundParcel, *rows: tuple[int, str, str, str], by: Any = None) -> InboundParcel:
        item = parcel.items.get()
        found = [Found(item.pk, n, condition, disposal, True, who, note="拉链坏了") for n, condition, disposal, who in rows]
        return inbound.inspect(parcel, found, by=by or self.cast.ding, at=NOW)

    def task(self) -> Task:
        return Task.objects.get(subject_kind="aftersales.inboundparcel")

    def lying(self) -> dict[str, int]:
        goods = self.story.goods
        return {status: goods.lying(zone) for status, zone in goods.zones.items() if goods.lying(zone)}


class CountingTest(InspectingCase):
    def test_what_was_counted_is_in_the_books_and_for_nobody(self) -> None:
        case, parcel = self.returned()
        parcel = self.count(parcel, 2)
        assert (parcel.state, parcel.counted_by, parcel.items.get().counted) == ("counted", self.cast.ding, 2)
        assert (self.lying(), self.story.goods.figures()) == ({"returns": 2}, (0, 0, 2))
        with pytest.raises(Refused):
            stock.reserve(self.story.blue, 1, subject=("orders.order", 1), label="x", by=self.cast.ou, wait=False)
        case.refresh_from_db()
        assert (case.state, case.refunded_fen, Settlement.objects.count(), LedgerEntry.objects.count()) == ("received", 0, 0, 0)

    def test_counted_twice_it_is_in_the_books_once(self) -> None:
        _case, parcel = self.returned()
        first = self.count(parcel, 2)
        again = self.count(parcel, 2)
        assert (again.version, Movement.objects.count(), self.lying()) == (first.version, 1, {"returns": 2})

    def test_a_wrong_count_is_corrected_before_the_inspection(self) -> None:
        _case, parcel = self.returned()
        self.count(parcel, 2)
        parcel = self.count(parcel, 1)
        assert (parcel.items.get().counted, self.lying()) == (1, {"returns": 1})
        assert list(Movement.objects.order_by("pk").values_list("kind", "quantity")) == [("return", 2), ("correction", 2), ("return", 1)]

    def test_less_than_announced_goes_back_to_the_agent_as_a_task(self) -> None:
        case, parcel = self.returned()
        self.count(parcel, 1)
        task = self.task()
        assert (task.owner, task.title) == (self.cast.mei, f"{case.number}：退件 ZT100 实物与登记不符")
        assert "登记 2 件，实到 1 件" in task.body

    def test_goods_nobody_announced_are_counted_as_well(self) -> None:
        _case, parcel = self.returned()
        parcel = self.count(parcel, 2, extras=[(self.story.grey, 1)])
        assert (self.story.goods.figures(self.story.grey), parcel.items.count(), self.task().owner) == ((0, 0, 1), 2, self.cast.mei)

    def test_cash_and_card_in_the_parcel_are_noted(self) -> None:
        _case, parcel = self.returned()
        parcel = self.count(parcel, 2, inside=inbound.Inside(card=True, cash_fen=1_500, weight_g=2_100))
        assert (parcel.card_enclosed, parcel.cash_fen, parcel.weight_g) == (True, 1_500, 2_100)
        assert "包裹内现金：15.00" in self.task().body

    def test_who_keeps_no_warehouse_counts_nothing(self) -> None:
        _case, parcel = self.returned()
        for person in (self.cast.mei, self.cast.hu, self.cast.qian):
            with pytest.raises(NotAllowed):
                self.count(parcel, 2, by=person)
        with pytest.raises(BadInput):
            self.count(parcel, -1)
        parcel.refresh_from_db()
        assert (parcel.state, Movement.objects.count()) == ("arrived", 0)

    def test_a_keeper_who_saw_an_older_page_is_told(self) -> None:
        _case, parcel = self.returned()
        self.count(parcel, 2)
        with pytest.raises(Conflict):
            self.count(parcel, 1, seen=parcel.version)
        assert self.lying() == {"returns": 2}


class DisposingTest(InspectingCase):
    def ready(self, quantity: int = 2) -> tuple[Case, InboundParcel]:
        case, parcel = self.returned(quantity)
        return case, self.count(parcel, quantity)

    def test_what_is_as_new_is_for_sale_and_what_is_broken_goes_to_the_supplier(self) -> None:
        case, parcel = self.ready()
        parcel = self.inspect(parcel, (1, "good", "stock", ""), (1, "defective", "supplier", "production"))
        case.refresh_from_db()
        assert (parcel.state, case.state, case.waits_for, case.refunded_fen) == ("inspected", "inspected", "agent", 0)
        assert (self.lying(), self.story.goods.figures()) == ({"good": 1, "supplier": 1}, (1, 0, 1))
        assert list(Finding.objects.order_by("pk").values_list("disposed_at", flat=True)) == [NOW, None]

    def test_inspected_twice_nothing_moves_twice(self) -> None:
        _case, parcel = self.ready()
        self.inspect(parcel, (2, "good", "stock", ""))
        with pytest.raises(Conflict):
            self.inspect(parcel, (2, "good", "stock", ""))
        assert (self.lying(), Finding.objects.count(), Movement.objects.count()) == ({"good": 2}, 1, 2)

    def test_every_piece_is_accounted_for(self) -> None:
        _case, parcel = self.ready()
        for rows in (
            [(1, "good", "stock", "")], [(3, "good", "stock", "")], [(2, "defective", "stock", "production")],
            [(2, "defective", "rework", "")], [(2, "good", "stock", ""), (1, "missing", "none", "")],
        ):  # fmt: skip
            with pytest.raises(BadInput) as said:
                self.inspect(parcel, *rows)
            assert list(said.value.fields) == [f"item-{parcel.items.get().pk}"]
        assert (Finding.objects.count(), self.lying()) == (0, {"returns": 2})

    def test_what_did_not_come_is_missing(self) -> None:
        case, parcel = self.returned()
        parcel = self.count(parcel, 1)
        self.inspect(parcel, (1, "opened", "stock", ""), (1, "missing", "none", "courier"))
        case.refresh_from_db()
        assert (case.state, self.lying()) == ("inspected", {"good": 1})

    def test_scrap_waits_for_its_approval(self) -> None:
        _case, parcel = self.ready()
        self.inspect(parcel, (2, "damaged", "scrap", "courier"))
        approval = Approval.objects.get()
        assert (approval.kind, self.lying()) == ("aftersales.scrap", {"returns": 2})
        desk.settle_approval(approval, True, by=self.cast.zhou, at=NOW)
        assert (self.lying(), Finding.objects.get().disposed_at) == ({}, NOW)
        assert Movement.objects.get(kind="scrap").quantity == 2

    def test_a_refused_scrap_becomes_something_else(self) -> None:
        _case, parcel = self.ready()
        self.inspect(parcel, (2, "damaged", "scrap", "courier"))
        desk.settle_approval(Approval.objects.get(), False, by=self.cast.zhou, answer="可以折价卖", at=NOW)
        inbound.decide_anew(Finding.objects.get(), "discount", "折价处理", by=self.cast.ding, at=NOW)
        assert (self.lying(), Finding.objects.get().disposal) == ({"defective": 2}, "discount")
        with pytest.raises(Conflict):
            inbound.decide_anew(Finding.objects.get(), "scrap", "不要了", by=self.cast.ding, at=NOW)

    def test_rework_orders_the_workshop(self) -> None:
        case, parcel = self.ready()
        self.inspect(parcel, (2, "soiled", "rework", "customer"))
        order = ReworkOrder.objects.get()
        assert (order.quantity, order.subject_kind, order.subject_id, order.responsible) == (2, "aftersales.case", case.pk, "customer")
        assert self.lying() == {"returns": 2}

    def test_material_is_no_goods_any_more(self) -> None:
        _case, parcel = self.ready()
        self.inspect(parcel, (2, "used", "material", "customer"))
        assert self.lying() == {}

    def test_goods_go_back_to_the_customer_once_both_freights_are_paid(self) -> None:
        case, parcel = self.ready()
        self.inspect(parcel, (2, "good", "send_back", ""))
        assert self.task().owner == self.cast.mei
        with pytest.raises(Refused):
            inbound.send_back(case, "中通", "ZT900", by=self.cast.ding, at=NOW)
        assert self.lying() == {"returns": 2}
        asked = inbound.charge_freight(case, 2_400, by=self.cast.mei, at=NOW)
        with pytest.raises(Refused):
            inbound.send_back(case, "中通", "ZT900", by=self.cast.ding, at=NOW)
        Settlement.objects.filter(pk=asked.pk).update(state="paid")
        inbound.send_back(case, "中通", "ZT900", by=self.cast.ding, at=NOW)
        assert inbound.send_back(case, "中通", "ZT900", by=self.cast.ding, at=NOW) == []
        assert (self.lying(), Movement.objects.filter(kind="scrap").count()) == ({}, 1)

    def test_who_may_not_inspect_finds_nothing(self) -> None:
        _case, parcel = self.ready()
        for person in (self.cast.mei, self.cast.hu, self.cast.qian):
            with pytest.raises(NotAllowed):
                self.inspect(parcel, (2, "good", "stock", ""), by=person)
        assert (Finding.objects.count(), self.lying()) == (0, {"returns": 2})

    def test_a_parcel_is_counted_before_it_is_inspected(self) -> None:
        _case, parcel = self.returned()
        with pytest.raises(Conflict):
            self.inspect(parcel, (2, "good", "stock", ""))
        assert not Finding.objects.exists()

    def test_a_case_over_two_parcels_waits_for_the_second(self) -> None:
        case = self.story.case(order=self.story.order(quantity=2))
        case = self.story.move(self.story.move(case, "assess", "assessed"), "agree_return", "returning")
        line = case.lines.get()
        for number in ("ZT1", "ZT2"):
            inbound.announce(case, "中通", number, by=self.cast.mei, at=NOW, lines={line.pk: 1})
        first = inbound.arrive("ZT1", by=self.cast.ding, at=NOW, warehouse=self.story.goods.warehouse)
        self.inspect(self.count(first, 1), (1, "good", "stock", ""))
        case.refresh_from_db()
        assert case.state == "received"
        second = inbound.arrive("ZT2", by=self.cast.ding, at=NOW + timedelta(hours=3), warehouse=self.story.goods.warehouse)
        self.inspect(self.count(second, 1), (1, "good", "stock", ""))
        case.refresh_from_db()
        assert (case.state, self.lying()) == ("inspected", {"good": 2})

    def test_a_parcel_with_two_cases_brings_both_on(self) -> None:
        case, _parcel = self.returned(1)
        other = self.story.case(order=self.story.order(number="7700"))
        other = self.story.move(self.story.move(other, "assess", "assessed"), "agree_return", "returning")
        inbound.announce(other, "中通", "ZT100", by=self.cast.mei, at=NOW)
        parcel = InboundParcel.objects.get()
        parcel = self.count(parcel, 1, 1)
        found = [Found(item.pk, 1, "good", "stock") for item in parcel.items.all()]
        inbound.inspect(parcel, found, by=self.cast.ding, at=NOW)
        assert list(Case.objects.filter(pk__in=[case.pk, other.pk]).values_list("state", flat=True)) == ["inspected", "inspected"]
        assert self.lying() == {"good": 2}

    def test_goods_that_are_not_ours_leave_our_books(self) -> None:
        _case, parcel = self.ready()
        self.inspect(parcel, (2, "swapped", "none", "customer"))
        assert self.lying() == {}

    def test_without_the_zone_nothing_at_all_is_written(self) -> None:
        _case, parcel = self.ready()
        Zone.objects.filter(status="supplier").delete()
        with pytest.raises(Refused):
            self.inspect(parcel, (1, "good", "stock", ""), (1, "defective", "supplier", "production"))
        parcel.refresh_from_db()
        assert (parcel.state, Finding.objects.count(), self.lying()) == ("counted", 0, {"returns": 2})
