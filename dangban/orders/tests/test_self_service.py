"""A customer's own page of an order: what a link shows, hides, changes and refuses."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.test import Client

from dangban.journal.models import Entry
from dangban.lib import clock
from dangban.lib.errors import NotAllowed
from dangban.orders import ports
from dangban.orders.models import ChangeRequest, Order, OrderLink, Parcel, Remark, Requirement
from dangban.orders.self_service import links
from dangban.orders.tests.test_actions_changing import ChangeCase, prepared
from dangban.testing.cast import NOW

NEW = {"address": "浙江省杭州市拱墅区新开路 9 号 2 单元", "receiver": "", "phone": ""}


class LinkCase(ChangeCase):
    def address(self, order: Order, what: str = "") -> str:
        return f"/o/{links.token(order, self.cast.lin, clock.now())}/{what}"

    def seen(self, order: Order) -> Client:
        """A browser in which the end of the phone number was right."""
        client = Client()
        assert client.post(self.address(order, "check/"), {"tail": order.phone_tail}).status_code == 302
        return client

    def text(self, client: Client, order: Order) -> str:
        return client.get(self.address(order)).content.decode()


class OwnPageTests(LinkCase):
    def test_a_link_shows_status_items_and_parcels_and_hides_who_receives_them(self) -> None:
        order = self.order(status="sent")
        parcel = Parcel.objects.create(order=order, shop=order.shop, courier="中通", number="75300000000001", sent_at=NOW)
        told = [lambda ids: {parcel.pk: [ports.ParcelEvent(NOW, "派送中，电话 13700000001")]}]
        self.enterContext(mock.patch.object(ports, "_parcel_events", told))
        page = self.text(Client(), order)
        for shown in ("已发货", "南风四件套", "75300000000001", "方*", "135****0005", "浙江省 杭州市", "派送中，电话 137****0001"):
            assert shown in page, shown
        for hidden in ("方静", "13500000005", "示例路8号", "西湖区", order.platform_id, "13700000001"):
            assert hidden not in page, hidden
        assert "/address/" not in page

    def test_of_an_order_that_has_left_it_never_says_that_nothing_was_sent_or_is_being_prepared(self) -> None:
        for status, sent in (("paid", False), ("sent", True)):
            order = self.order(status=status, platform_id=status)
            page = self.text(self.seen(order), order)
            assert ("还没有发货" in page, "已经发出" in page, "包裹已在路上" in page) == (not sent, sent, sent)
            assert "订单已在配货" not in page

    def test_the_end_of_the_phone_number_opens_what_is_hidden(self) -> None:
        order = self.order()
        page = self.text(self.seen(order), order)
        for shown in ("方静", "13500000005", "示例路8号"):
            assert shown in page

    def test_nothing_of_it_is_kept_on_the_way(self) -> None:
        response = Client().get(self.address(self.order()))
        assert response["Cache-Control"] == "no-store"
        assert response["Referrer-Policy"] == "same-origin"
        assert "script-src 'self' 'nonce-" in response["Content-Security-Policy"]
        assert "<script" not in response.content.decode()

    def test_a_wrong_end_is_told_and_after_five_none_is_heard_for_a_while(self) -> None:
        order, client = self.order(), Client()
        for _time in range(5):
            assert client.post(self.address(order, "check/"), {"tail": "1111"}).status_code == 422
        assert client.post(self.address(order, "check/"), {"tail": "0005"}).status_code == 429
        assert Entry.objects.filter(verb="orders.link_closed").count() == 1
        with clock.frozen(NOW + timedelta(minutes=15)):
            assert client.post(self.address(order, "check/"), {"tail": "0005"}).status_code == 302

    def test_each_further_five_close_it_for_twice_as_long_up_to_a_day(self) -> None:
        order, client, moment = self.order(), Client(), NOW
        for minutes in (15, 30, 60, 120, 240, 480, 960, 1440, 1440):
            with clock.frozen(moment):
                for _time in range(5):
                    assert client.post(self.address(order, "check/"), {"tail": "1111"}).status_code == 422
            moment += timedelta(minutes=minutes)
            assert OrderLink.objects.get().closed_until == moment
        with clock.frozen(moment):
            assert client.post(self.address(order, "check/"), {"tail": "0005"}).status_code == 302
        assert (OrderLink.objects.get().wrong, OrderLink.objects.get().closed_until) == (0, None)

    def test_without_a_known_phone_nothing_is_opened(self) -> None:
        order = self.order(phone="", phone_tail="")
        assert Client().post(self.address(order, "check/"), {"tail": ""}).status_code == 422
        assert "tail" not in self.text(Client(), order)

    def test_a_link_of_another_order_s_browser_opens_nothing_more(self) -> None:
        order, other = self.order(), self.order(platform_id="77", receiver="洪七")
        client = self.seen(order)
        assert "洪七" not in self.text(client, other)
        assert client.post(self.address(other, "address/"), NEW).status_code == 302
        assert not ChangeRequest.objects.exists()

    def test_forged_cut_short_and_strange_links_are_answered_kindly(self) -> None:
        order = self.order()
        whole = links.token(order, self.cast.lin, NOW)
        for wrong in (whole[:-1], whole + "x", "x", "MTI6:abc", whole.split(":")[0]):
            response = Client().get(f"/o/{wrong}/")
            assert response.status_code == 404, wrong
            assert "示例" not in response.content.decode()
            assert "我们的链接" in response.content.decode()

    def test_it_ends_after_the_handbook_s_days(self) -> None:
        order = self.order()
        address = self.address(order)
        with clock.frozen(NOW + timedelta(days=15)):
            assert Client().get(address).status_code == 200
        with clock.frozen(NOW + timedelta(days=16)):
            assert Client().get(address).status_code == 410

    def test_taken_back_no_link_that_was_given_opens_and_a_new_one_does(self) -> None:
        order = self.order()
        address, client = self.address(order), self.seen(order)
        links.revoke(order, by=self.cast.mei)
        assert Client().get(address).status_code == 410
        assert client.post(address + "address/", NEW).status_code == 410
        assert "方静" not in self.text(client, order)
        with pytest.raises(NotAllowed):
            links.revoke(order, by=self.cast.hu)

    def test_it_is_counted_and_its_first_opening_told(self) -> None:
        order = self.order()
        self.text(Client(), order)
        self.text(Client(), order)
        held = OrderLink.objects.get()
        assert (held.opened, held.last_opened_at, held.made_by) == (2, NOW, self.cast.lin)
        assert Entry.objects.get(verb="orders.link_opened").change == {"given_by": "林小雨"}


class OwnChangesTests(LinkCase):
    def test_the_address_is_changed_at_once_while_the_handbook_allows_it(self) -> None:
        order = self.order()
        response = self.seen(order).post(self.address(order, "address/"), NEW)
        assert (response.status_code, response.url.endswith("?done=address")) == (302, True)
        order.refresh_from_db()
        assert (order.district, order.address, order.receiver) == ("拱墅区", "新开路 9 号 2 单元", "方静")
        request = ChangeRequest.objects.get()
        assert (request.asked_by_kind, request.asked_by_id, request.follower) == ("customer", self.cast.fang.pk, self.cast.lin)
        assert Remark.objects.get().by_kind == "customer"

    def test_after_printing_its_steps_begin(self) -> None:
        order = self.order()
        with prepared("printed"):
            client = self.seen(order)
            client.post(self.address(order, "address/"), NEW)
            assert Order.objects.get(pk=order.pk).address == "示例路8号"
            assert ChangeRequest.objects.get().settled_at is None
            assert "/address/" not in self.text(client, order)

    def test_once_it_is_signed_for_the_address_stays(self) -> None:
        order = self.order(status="signed")
        response = self.seen(order).post(self.address(order, "address/"), NEW)
        assert response.status_code == 409
        assert self.unchanged(order)

    def test_without_the_phone_s_end_nothing_is_changed(self) -> None:
        order = self.order()
        for what in ("address/", "wish/"):
            assert Client().post(self.address(order, what), NEW | {"kind": "call", "text": "先打电话"}).status_code == 302
        assert self.unchanged(order)
        assert not Requirement.objects.exists()

    def test_what_is_not_an_address_is_said_beside_the_field(self) -> None:
        order = self.order()
        response = self.seen(order).post(self.address(order, "address/"), {"address": "老地方"})
        assert response.status_code == 422
        assert "老地方" in response.content.decode()
        assert self.unchanged(order)

    def test_who_is_slower_than_the_agent_sees_what_it_is_now(self) -> None:
        order = self.order()
        client = self.seen(order)
        (seen,) = re.findall(r'name="seen" value="(\w+)"', self.text(client, order))
        self.ask(order, "address", {"receiver": "方舟"})
        response = client.post(self.address(order, "address/"), NEW | {"seen": seen})
        assert response.status_code == 409
        assert "新开路 9 号 2 单元" in response.content.decode()
        assert Order.objects.get(pk=order.pk).receiver == "方舟"

    def test_a_wish_goes_to_the_order_desk_as_the_customer_s_own(self) -> None:
        order = self.order()
        self.seen(order).post(self.address(order, "wish/"), {"kind": "call", "text": "送之前打电话"})
        wish = Requirement.objects.get()
        assert (wish.text, wish.by_customer, wish.by, wish.order) == ("送之前打电话", True, self.cast.lin, order)
        assert Entry.objects.get(verb="orders.link_wish").actor_kind == "customer"

    def test_only_so_much_is_taken_in_an_hour(self) -> None:
        order = self.order()
        client = self.seen(order)
        for number in range(10):
            assert client.post(self.address(order, "wish/"), {"kind": "other", "text": f"第 {number} 个"}).status_code == 302
        assert client.post(self.address(order, "wish/"), {"kind": "other", "text": "还有"}).status_code == 429
        assert Requirement.objects.count() == 10

    def test_who_gave_the_link_has_left_somebody_else_sees_to_it(self) -> None:
        order = self.order()
        client: Any = self.seen(order)
        self.cast.lin.is_active = False
        self.cast.lin.save()
        client.post(self.address(order, "wish/"), {"kind": "other", "text": "要纸箱"})
        assert Requirement.objects.get().by in (self.cast.mei, self.cast.ou)
