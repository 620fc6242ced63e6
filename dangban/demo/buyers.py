"""Invented customers: names, handles, addresses, and the one thread each has with a shop."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any

from dangban.chat.models import Thread
from dangban.customers import identity
from dangban.customers.models import Address, Customer, CustomerShop, Handle
from dangban.demo.content import Content
from dangban.demo.rows import Rows
from dangban.lib import text
from dangban.people.models import Shop


@dataclass(slots=True)
class Buyer:
    """A customer and what the history needs to remember of them."""

    customer: Customer
    handle: str
    place: dict[str, Any]
    receiver: str
    phone: str
    street: str


@dataclass(slots=True)
class Talk:
    """A thread and how far it has got."""

    thread: Thread
    seq: int = 0
    last_at: datetime | None = None


class Buyers:
    """Makes customers as the shops need them, and brings some back."""

    def __init__(self, random: Random, content: Content, rows: Rows, *, taken: int = 0) -> None:
        self.random, self.rows = random, rows
        self.words, self.places = content.words["buyers"], content.words["place"]
        self.streets = content.words["streets"]["names"]
        self._number = taken
        self._of_shop: dict[int, list[Buyer]] = {}
        self._talks: dict[tuple[int, int], Talk] = {}
        self._relations: dict[tuple[int, int], CustomerShop] = {}

    def someone(self, shop: Shop, at: datetime) -> Buyer:
        """A newcomer, or (one time in three) somebody who was here before."""
        known = self._of_shop.setdefault(shop.pk, [])
        if known and self.random.random() < 0.34:
            return self.random.choice(known)
        buyer = self.newcomer(shop, at)
        known.append(buyer)
        return buyer

    def talk(self, buyer: Buyer, shop: Shop, at: datetime) -> Talk:
        """The thread of this buyer and shop, begun if there is none."""
        key = (id(buyer), shop.pk)
        if key not in self._talks:
            name = f"demo{self.random.getrandbits(96):024x}"
            thread = Thread(shop=shop, customer=buyer.customer, channel="platform", public_id=name, created_at=at)
            if shop.platform != "pdd" and self.random.random() < 0.15:
                thread.channel = Thread.Channel.WIDGET
            self.rows.add(thread)
            self._talks[key] = Talk(thread)
        return self._talks[key]

    def relation(self, buyer: Buyer, shop: Shop, at: datetime) -> CustomerShop:
        key = (id(buyer), shop.pk)
        if key not in self._relations:
            self._relations[key] = CustomerShop(customer=buyer.customer, shop=shop, first_at=at)
            self.rows.add(self._relations[key])
        return self._relations[key]

    def talks(self) -> list[Talk]:
        return list(self._talks.values())

    def newcomer(self, shop: Shop, at: datetime, *, city: str = "") -> Buyer:
        """Somebody new, who lives anywhere or in the city that they will speak of."""
        self._number += 1
        number, random = self._number, self.random
        surname = random.choice(self.words["surnames"])
        receiver = surname + random.choice(self.words["given"])
        pattern = random.choice(self.words["handles"])
        handle = pattern.format(s=surname, n=number) + ("" if "{n}" in pattern else str(number))
        phone = f"1700{number:07d}"
        customer = Customer(
            name=handle, phone=phone, phone_digest=identity.phone_digest(phone), phone_tail=text.tail(phone), created_at=at
        )
        place = random.choice([place for place in self.places if city in ("", place["city"])])
        street = f"{random.choice(self.streets)} {random.randint(1, 280)} 号 {random.randint(1, 30)} 幢 {random.randint(101, 2604)} 室"
        platform = identity.namespace(shop.platform)
        self.rows.add(
            customer,
            Handle(customer=customer, original=customer, platform=platform, handle=handle),
            Address(
                customer=customer, receiver=receiver, phone=phone, province=place["province"], city=place["city"],
                district=place["district"], detail=street, last_used_at=at,
            ),
        )  # fmt: skip
        buyer = Buyer(customer, handle, place, receiver, phone, street)
        self.relation(buyer, shop, at)
        return buyer

