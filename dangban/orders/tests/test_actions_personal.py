"""A customer asks to be forgotten: every room forgets, the trade record stays, the chain stays whole."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from dangban.chat import projection
from dangban.chat.models import Message, Thread
from dangban.customers.models import Address, Customer, Handle
from dangban.handbook.actions import adopt_preset
from dangban.journal import sealing
from dangban.journal.actions import record
from dangban.journal.models import PersonalPayload
from dangban.lib.errors import Refused
from dangban.orders.models import Order, Remark
from dangban.people import actions
from dangban.testing import pages
from dangban.testing.cast import NOW, TODAY

CUSTOMER = "customers.customer"


class ForgettingTest(pages.CastCase):
    @classmethod
    def set_up_story(cls) -> None:
        adopt_preset("default", at=NOW)
        fang = cls.cast.fang
        Customer.objects.filter(pk=fang.pk).update(phone="13800000005", phone_tail="0005")
        Address.objects.create(customer=fang, receiver="方静", detail="桃花路 1 号", last_used_at=NOW)
        cls.order = Order.objects.create(
            shop=cls.cast.shop, customer=fang, platform_id="2026111900017", status=Order.Status.DONE, total_fen=19900,
            paid_fen=19900, created_at=NOW - timedelta(days=9), business_day=TODAY, receiver="方静",
            phone="13800000005", phone_tail="0005", province="浙江", city="杭州", address="桃花路 1 号",
            buyer_message="送我妈妈", imported_at=NOW,
        )  # fmt: skip
        Remark.objects.create(
            order=cls.order, text="方静要求周末送", by_kind="person", by_name="林小雨", at=NOW
        )
        thread = Thread.objects.create(shop=cls.cast.shop, customer=fang, public_id="t1", created_at=NOW)
        Message.objects.create(
            thread=thread, seq=1, author="customer", author_id=fang.pk, author_name="方静", client_id="c1",
            body="我住桃花路", at=NOW,
        )  # fmt: skip
        projection.run_pending()
        with transaction.atomic():
            record(
                "orders.remark_added",
                subject=cls.order,
                by=cls.cast.lin,
                personal={"text": "方静要求周末送"},
                at=NOW,
            )
        sealing.seal_pending()

    def forget(self) -> Any:
        return actions.erase_personal_data(
            CUSTOMER, self.cast.fang.pk, reason="顾客来电要求", by=self.cast.bao, at=NOW
        )

    def test_nothing_that_names_her_is_left(self) -> None:
        self.forget()
        order = Order.objects.get()
        left = [
            *Order.objects.values_list(),
            *Message.objects.values_list(),
            *Remark.objects.values_list("text"),
        ]
        left += [*Customer.objects.filter(pk=self.cast.fang.pk).values_list(), *Handle.objects.values_list()]
        assert not any(
            word in str(left) for word in ("方静", "13800000005", "桃花路", "送我妈妈", "fang_2008")
        )
        assert Address.objects.count() == PersonalPayload.objects.count() == 0
        assert (order.total_fen, order.province, order.city) == (19900, "浙江", "杭州")

    def test_lines_that_the_index_has_not_seen_yet_are_forgotten_too(self) -> None:
        thread = Thread.objects.get()
        Message.objects.create(
            thread=thread,
            seq=2,
            author="customer",
            author_name="方静",
            client_id="c2",
            body="方静到了",
            at=NOW,
        )
        self.forget()
        self.forget()
        assert set(Message.objects.values_list("body", flat=True)) == {""}

    def test_the_chain_is_whole_and_counts_what_was_erased(self) -> None:
        self.forget()
        sealing.seal_pending()
        verdict = sealing.verify()
        assert (verdict.broken, verdict.erased) == (None, 1)

    def test_an_order_under_way_keeps_its_address(self) -> None:
        Order.objects.update(status=Order.Status.PAID)
        with pytest.raises(Refused) as refused:
            self.forget()
        assert refused.value.details == ["2026111900017"]
        assert Message.objects.get().body == "我住桃花路"
        assert Customer.objects.get(pk=self.cast.fang.pk).phone == "13800000005"

    def test_a_copy_holds_what_every_room_keeps(self) -> None:
        data = actions.export_personal_data(
            CUSTOMER, self.cast.fang.pk, reason="顾客来信", by=self.cast.bao, at=NOW
        )
        assert data["customers"]["addresses"][0]["detail"] == "桃花路 1 号"
        assert data["orders"]["orders"][0]["platform_id"] == "2026111900017"
        assert data["chat"]["messages"][0]["body"] == "我住桃花路"
