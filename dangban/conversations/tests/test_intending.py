"""Customers who mean to buy stand on the board of those who follow up today."""

from __future__ import annotations

from typing import Any

from dangban.conversations.models import Conversation, Enquiry
from dangban.conversations.tests.floor import FloorCase
from dangban.orders.unpaid import listing
from dangban.testing.cast import NOW, at


class OnTheBoard(FloorCase):
    def enquiry(self, next_contact: str, **given: Any) -> Enquiry:
        self.online(self.cast.lin)
        self.customer_says("还在想")
        values = {
            "conversation": Conversation.objects.latest("pk"), "shop": self.cast.shop, "customer": self.cast.fang,
            "reason": "hesitates", "owner": self.cast.lin, "at": NOW, "updated_at": NOW, "next_contact_at": at(next_contact),
        }  # fmt: skip
        Enquiry.objects.all().delete()
        return Enquiry.objects.create(**(values | given))

    def board(self, person: Any) -> list[tuple[str, str, bool]]:
        return [
            (follower.person.name, one.customer, one.overdue)
            for shift in listing.board(person)
            for follower in shift.followers
            for one in follower.intending
        ]

    def test_whose_day_it_is_stands_with_who_talked_to_them(self):
        self.enquiry("15:00")
        assert self.board(self.cast.zhou) == [("林小雨", "方静", False)]
        assert self.board(self.cast.hu) == []

    def test_whose_day_has_passed_stands_with_the_leader(self):
        self.enquiry("11-18 15:00")
        assert self.board(self.cast.zhou) == [("周敏", "方静", True)]

    def test_who_is_to_be_asked_tomorrow_or_has_bought_does_not(self):
        self.enquiry("11-20 9:00")
        assert self.board(self.cast.zhou) == []
        self.enquiry("15:00", outcome="paid")
        assert self.board(self.cast.zhou) == []
