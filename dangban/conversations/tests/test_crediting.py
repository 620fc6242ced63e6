"""What came of enquiries: to whom a sale counts, and figures that agree with counting by hand."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from dangban.chat.models import Thread
from dangban.conversations import jobs
from dangban.conversations.models import Conversation, Credit, Enquiry, Turn
from dangban.conversations.queries import enquiries
from dangban.conversations.rules import credit
from dangban.conversations.rules.credit import Served
from dangban.conversations.tests.floor import FloorCase, house
from dangban.lib import clock
from dangban.orders.models import Order
from dangban.people.models import Person
from dangban.testing import pages
from dangban.testing.cast import NOW, TODAY, at

LIN, MEI, OU = 1, 2, 3
BEFORE_ORDER = [Served(LIN, at("10:00"), 3), Served(MEI, at("10:10"), 1)]
BEFORE_PAYMENT = [*BEFORE_ORDER, Served(OU, at("11:00"), 1)]


@pytest.mark.parametrize(
    ("rule", "several", "order", "payment", "credited"),
    [
        ("order_first", "last", BEFORE_ORDER, BEFORE_PAYMENT, (MEI, OU, MEI)),
        ("order_first", "rounds", BEFORE_ORDER, BEFORE_PAYMENT, (LIN, LIN, LIN)),
        ("order", "last", BEFORE_ORDER, BEFORE_PAYMENT, (MEI, OU, MEI)),
        ("payment", "last", BEFORE_ORDER, BEFORE_PAYMENT, (MEI, OU, OU)),
        ("order_first", "last", [], BEFORE_PAYMENT, (None, OU, OU)),
        ("order", "last", [], BEFORE_PAYMENT, (None, OU, None)),
        ("payment", "last", BEFORE_ORDER, [], (MEI, None, None)),
        ("order_first", "last", [], [], (None, None, None)),
    ],
)
def test_a_sale_is_one_persons_by_the_handbooks_rule(
    rule: str, several: str, order: Sequence[Served], payment: Sequence[Served], credited: tuple[int | None, ...]
) -> None:
    rules = house({"conversations.figures.credit": rule, "conversations.figures.credit_of_several": several})
    found = credit.of_order(order, payment, rules)
    assert (found.by_order, found.by_payment, found.person) == credited
    assert found.decision.because[0].path == "conversations.figures.credit"


class SalesCase(FloorCase):
    count = 0

    def asked(self, who: Person, when: datetime, *, customer: Any = None, reason: str = "") -> Enquiry:
        """An enquiry with one answered question, as the projector leaves it."""
        customer = customer or self.cast.fang
        thread = Thread.objects.filter(customer=customer, shop=self.cast.shop).first() or self.open_thread(customer, self.cast.shop)
        talk = Conversation.objects.create(
            thread=thread, shop=self.cast.shop, customer=customer, team=self.cast.team, state="ended", stage="presale",
            assignee=who, opened_at=when, first_seq=1, last_seq=2, last_at=when, business_day=clock.business_day(when),
        )  # fmt: skip
        Turn.objects.create(
            conversation=talk, shop=self.cast.shop, customer=customer, first=True, opened_seq=1, opened_at=when,
            business_day=clock.business_day(when), minute=0, answered_seq=2, answered_at=when, answered_by=who, owner=who,
        )  # fmt: skip
        return Enquiry.objects.create(
            conversation=talk, shop=self.cast.shop, customer=customer, owner=who, at=when, updated_at=when, reason=reason
        )

    def bought(self, placed: datetime, paid: datetime | None = None, customer: Any = None, fen: int = 5000, **more: Any) -> Order:
        type(self).count += 1
        given = {
            "shop": self.cast.shop, "platform_id": f"C{self.count}", "customer": customer or self.cast.fang, "created_at": placed,
            "business_day": clock.business_day(placed), "imported_at": placed, "status": "paid" if paid else "unpaid",
            "paid_at": paid, "total_fen": fen, "paid_fen": fen if paid else 0, "quantity": 1,
        }  # fmt: skip
        return Order.objects.create(**(given | more))

    def settled(self, when: str) -> list[str]:
        jobs.settle_enquiries(at(when))
        return list(Enquiry.objects.order_by("pk").values_list("outcome", flat=True))


class Outcomes(SalesCase):
    def test_an_order_on_the_next_day_counts_and_one_after_it_does_not(self) -> None:
        self.asked(self.cast.lin, at("10:00"))
        other = self.cast.customer("li", "李想", self.cast.shop)
        self.asked(self.cast.lin, at("10:00"), customer=other)
        self.bought(at("11-20 23:50"))
        self.bought(at("11-21 00:10"), customer=other)
        assert self.settled("11-21 00:20") == ["ordered", "lost"]

    def test_an_order_that_closes_unpaid_is_lost_and_a_later_payment_is_still_a_sale(self) -> None:
        self.asked(self.cast.lin, at("10:00"))
        order = self.bought(at("10:30"))
        assert self.settled("10:31") == ["ordered"]
        Order.objects.filter(pk=order.pk).update(paid_at=at("11-22 09:00"), status="paid", paid_fen=5000)
        assert self.settled("11-22 09:01") == ["paid"]
        assert Credit.objects.get().by_payment is None
        assert Credit.objects.get().person == self.cast.lin
        other = self.cast.customer("li", "李想", self.cast.shop)
        self.asked(self.cast.mei, at("12:00"), customer=other)
        closing = self.bought(at("12:10"), customer=other)
        assert self.settled("12:20")[1] == "ordered"
        Order.objects.filter(pk=closing.pk).update(status="closed")
        assert self.settled("11-23 12:20")[1] == "lost"

    def test_an_order_placed_in_silence_belongs_to_who_talked_before_it_was_paid(self) -> None:
        self.bought(at("09:00"), at("10:40"))
        self.asked(self.cast.mei, at("10:20"))
        assert self.settled("10:50") == ["paid"]
        kept = Credit.objects.get()
        assert (kept.by_order, kept.by_payment, kept.person) == (None, self.cast.mei, self.cast.mei)
        assert kept.because[0]["inputs"]["silent"] is True

    def test_two_who_talked_share_one_sale_that_counts_once(self) -> None:
        self.asked(self.cast.lin, at("10:00"))
        self.asked(self.cast.mei, at("10:20"))
        self.bought(at("10:30"), at("10:31"))
        assert self.settled("10:40") == ["paid", "paid"]
        with clock.frozen(at("11:00")):
            found = enquiries.results(self.cast.zhou, TODAY, TODAY)
        assert (found.total.asked, found.total.paid, found.total.orders, found.total.paid_fen) == (1, 1, 1, 5000)
        assert {name: (one.asked, one.orders, one.paid_fen) for _pk, name, one in found.people} == {
            "林小雨": (1, 0, 0), "梅芳": (1, 1, 5000),
        }  # fmt: skip

    def test_old_ones_do_not_keep_new_ones_from_being_looked_at(self) -> None:
        self.asked(self.cast.lin, at("09:00"))
        Enquiry.objects.update(next_contact_at=at("11-28 10:00"))
        other = self.cast.customer("li", "李想", self.cast.shop)
        self.asked(self.cast.lin, at("10:00"), customer=other)
        self.bought(at("10:30"), customer=other)
        jobs.settle_enquiries(at("10:40"), 1)
        assert list(Enquiry.objects.order_by("pk").values_list("outcome", flat=True)) == ["open", "ordered"]


class Figures(SalesCase):
    def test_they_agree_with_counting_by_hand(self) -> None:
        chance = random.Random(11)
        people = [self.cast.lin, self.cast.mei, self.cast.ou]
        buyers = [self.cast.customer(f"b{n}", f"买家{n}", self.cast.shop) for n in range(25)]
        first = at("11-10 00:00")
        asked, placed = [], []
        for _n in range(160):
            when = first + timedelta(minutes=chance.randrange(6 * 1440))
            who, buyer = chance.choice(people), chance.choice(buyers)
            asked.append((who, when, buyer))
            self.asked(who, when, customer=buyer, reason=chance.choice(["price", "freight", ""]))
        for n in range(60):
            when = first + timedelta(minutes=chance.randrange(7 * 1440))
            buyer, paid = chance.choice(buyers), chance.random() < 0.7
            until = when + timedelta(minutes=chance.randrange(1, 600)) if paid else None
            placed.append((self.bought(when, until, buyer, 1000 + n, status="paid" if paid else "closed"), buyer))
        # As the sweep would have come by in the meantime.
        for hour in range(0, 24 * 14, 24):
            while jobs.settle_enquiries(first + timedelta(hours=hour)):
                pass
        found = enquiries.results(self.cast.zhou, date(2026, 11, 10), date(2026, 11, 15))
        by_hand = self.by_hand(asked, placed)
        assert (found.total.asked, found.total.paid, found.total.lost) == by_hand["total"]
        assert {name: one.paid_fen for _pk, name, one in found.people} == by_hand["fen"]
        assert sum(n for _reason, n in found.reasons) == Enquiry.objects.filter(outcome="lost").count() > 20

    @staticmethod
    def by_hand(asked: list[Any], placed: list[Any]) -> dict[str, Any]:
        """The same in plain loops, from what was asked and placed; company days are eight hours ahead."""

        def day(moment: datetime) -> date:
            return (moment.astimezone(UTC) + timedelta(hours=8)).date()

        def sale(when: datetime, buyer: Any) -> Any:
            """The order that counts for one enquiry, if it was paid."""
            mine = sorted((o for o, b in placed if b == buyer), key=lambda o: (o.created_at, o.pk))
            fresh = [o for o in mine if o.created_at >= when and (day(o.created_at) - day(when)).days <= 1]
            if fresh:
                return next((o for o in fresh if o.paid_at), None)
            silent = [o for o in mine if o.created_at < when and o.paid_at and o.paid_at >= when]
            silent = [o for o in silent if (day(o.paid_at) - day(when)).days <= 1]
            return min(silent, key=lambda o: o.paid_at) if silent else None

        best: dict[Any, bool] = {}
        sold: dict[int, tuple[Any, Any]] = {}
        for _who, when, buyer in asked:
            order = sale(when, buyer)
            key = (buyer.pk, day(when))
            best[key] = best.get(key, False) or order is not None
            if order is not None:
                sold[order.pk] = (order, buyer)
        fen = dict.fromkeys(("林小雨", "梅芳", "区志文"), 0)
        for order, buyer in sold.values():
            for moment in (order.created_at, order.paid_at):
                heard = [(w, p) for p, w, b in asked if b == buyer and w <= moment and (day(moment) - day(w)).days <= 1]
                if heard:
                    fen[max(heard, key=lambda one: one[0])[1].name] += order.paid_fen
                    break
        paid = sum(best.values())
        return {"total": (len(best), paid, len(best) - paid), "fen": fen}


class TheList(SalesCase, pages.PageCase):
    queries = 30
    chinese = "意向顾客"
    english = "Intending customers"

    def address(self) -> str:
        return "/enquiries/"

    def many(self, count: int) -> list[int]:
        kept = []
        for n in range(count):
            one = self.asked(self.cast.lin if n % 3 else self.cast.mei, NOW, customer=self.cast.customer(f"m{n}", f"顾{n}", self.cast.shop))
            one.next_contact_at = at("09:00") + timedelta(minutes=n // 2) if n % 5 else None
            one.save()
            kept.append(one.pk)
        return kept

    def test_every_one_stands_on_exactly_one_page(self) -> None:
        everybody = self.many(120)
        seen: list[int] = []
        after = ""
        for _page in range(4):
            listed = enquiries.worked(self.cast.zhou, enquiries.Filters("all"), after)
            seen += [one.pk for one in listed.rows]
            after = listed.next
            if not after:
                break
        assert (len(seen), sorted(seen)) == (120, everybody)
        dated = [one.next_contact_at for one in Enquiry.objects.in_bulk(seen).values() if one.next_contact_at]
        assert dated
        times = [Enquiry.objects.get(pk=pk).next_contact_at for pk in seen[:96]]
        assert times == sorted(times)  # type: ignore[type-var]

    def test_it_is_split_by_owner_and_reason(self) -> None:
        self.many(12)
        Enquiry.objects.filter(owner=self.cast.mei).update(reason="price")
        assert [(name, n) for _pk, name, n in enquiries.owners(self.cast.zhou)] == [("林小雨", 6), ("梅芳", 3)]
        page = self.as_person(self.cast.zhou).get("/enquiries/", {"which": "all", "mine": "0", "owner": str(self.cast.mei.pk)})
        assert page.content.decode().count("data-label=\"顾客\"") == 4
        priced = enquiries.worked(self.cast.zhou, enquiries.Filters("all", reason="price")).rows
        assert {one.owner for one in priced} == {self.cast.mei}
        assert enquiries.worked(self.cast.hu, enquiries.Filters("all")).rows == []

    def test_what_came_of_them_is_shown_to_each_of_their_own_shops(self) -> None:
        self.asked(self.cast.lin, at("10:00"), reason="price")
        self.bought(at("10:30"), at("10:31"))
        jobs.settle_enquiries(at("10:40"))
        with clock.frozen(at("11:00")):
            page = self.as_person(self.cast.zhou).get("/enquiries/results/").content.decode()
            assert "¥50.00" in page
            assert "¥50.00" not in self.as_person(self.cast.hu).get("/enquiries/results/").content.decode()
            assert "梅芳" not in self.as_person(self.cast.lin).get("/enquiries/results/").content.decode().split("<main")[1]
