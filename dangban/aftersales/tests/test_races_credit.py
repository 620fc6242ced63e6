"""Credit that two cases of one customer reach for while the customer becomes two again: nobody uses it twice, nobody waits for ever."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction
from django.test import TransactionTestCase

from dangban.aftersales.models import Case
from dangban.aftersales.settling import paying, receiving
from dangban.aftersales.settling.proposing import Payee
from dangban.aftersales.tests.settled import Settling
from dangban.customers import actions as customers
from dangban.customers.models import Address, Customer, CustomerShop, Merge
from dangban.lib import clock
from dangban.orders.models import Order
from dangban.testing.cast import NOW, Cast
from dangban.testing.races import at_once, told


@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer")
class CreditRaces(TransactionTestCase):
    def setUp(self) -> None:
        held = clock.frozen(NOW)
        held.__enter__()
        self.addCleanup(held.__exit__, None, None, None)
        self.cast = Cast()
        self.story = Settling(self.cast)

    def test_credit_is_used_or_the_merge_is_taken_back_never_both(self) -> None:
        for turn in range(4):
            case, theirs, merge = self.two_as_one(turn)
            said = told(lambda: self.use(theirs.pk, f"u{turn}"), lambda: self.take_back(merge.pk), now=NOW)  # noqa: B023 - done before the next turn
            left = [receiving.credit_fen(pk, case.shop_id) for pk in (merge.kept_id, merge.merged_id)]
            assert sorted(said) == ["Refused", "done"]
            assert left in ([200, 0], [0, 1_200])

    def test_a_merge_and_who_holds_an_order_of_the_customer_wait_for_each_other_never(self) -> None:
        """Whoever changes an order holds it and then writes down where it went; merging holds the customer and then the order."""
        case, theirs, merge = self.two_as_one(0)
        self.take_back(merge.pk)
        held, waits = threading.Event(), threading.Event()

        def change() -> None:
            with transaction.atomic():
                order = Order.objects.select_for_update().get(pk=case.order_id)
                held.set()
                waits.wait(2)
                Address.objects.create(customer_id=order.customer_id, receiver="方静", last_used_at=NOW)

        def again() -> None:
            held.wait(60)
            threading.Timer(0.5, waits.set).start()
            customers.merge(merge.kept, merge.merged, by=self.cast.bao, reason="还是同一个人", at=NOW)

        at_once(change, again, now=NOW)
        assert set(Order.objects.filter(pk__in=(case.order_id, theirs.order_id)).values_list("customer", flat=True)) == {merge.kept_id}

    def two_as_one(self, turn: int) -> tuple[Case, Case, Merge]:
        shop = self.cast.shop
        both = [Customer.objects.create(name=name, created_at=NOW) for name in ("一号", "二号")]
        cases = []
        for place, customer in enumerate(both):
            CustomerShop.objects.create(customer=customer, shop=shop, first_at=NOW)
            order = self.story.order(number=f"99{turn}{place}")
            Order.objects.filter(pk=order.pk).update(customer=customer)
            cases.append(self.story.case("adjust", order=Order.objects.get(pk=order.pk)))
        row = self.story.propose(cases[0], 1_200, "goodwill", "credit", payee=Payee(consent="留着下次用"))
        paying.release(row if row.state == "ready" else self.story.grant(row), by=self.cast.qian, at=NOW)
        return cases[0], cases[1], customers.merge(both[1], both[0], by=self.cast.bao, reason="同一个人", at=NOW)

    def use(self, case: int, key: str) -> None:
        found = Case.objects.select_related("order").get(pk=case)
        assert found.order is not None
        receiving.use_credit(found, 1_000, found.order, by=self.cast.mei, key=key, at=NOW)

    def take_back(self, merge: int) -> None:
        customers.unmerge(Merge.objects.select_related("kept").get(pk=merge), by=self.cast.bao, at=NOW)
