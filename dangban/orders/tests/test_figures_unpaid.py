"""What a month of orders adds up to, held against a count by plain arithmetic; payments after contacts."""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import date
from decimal import Decimal

import pytest

from dangban.knowledge import actions as knowledge
from dangban.orders.models import FollowUp
from dangban.orders.tests.stories import OrderCase
from dangban.orders.tests.test_actions_unpaid import PHONE, UnpaidCase
from dangban.orders.unpaid import contacts, numbers
from dangban.orders.unpaid.contacts import Said
from dangban.orders.unpaid.numbers import Worth
from dangban.testing.cast import TODAY, at
from dangban.testing.datasets import dataset

# The file writes them short.
CITIES = ("北京", "上海", "天津", "重庆")
MONTH = (date(2020, 1, 1), date(2020, 12, 31))


def fen(yuan: str) -> int:
    return int(Decimal(yuan or "0") * 100)


@pytest.mark.data
class AMonthOfRealOrders(OrderCase):
    def test_agrees_with_a_count_of_its_file(self):
        path = dataset("tmall_orders/tmall_order_report.csv")
        self.load(path, self.cast.shop, self.cast.ou)
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [{name.strip(): value.strip() for name, value in row.items()} for row in csv.DictReader(file)]
        paid = [row for row in rows if row["订单付款时间"]]
        unpaid_fen = sum(fen(row["总金额"]) for row in rows if not row["订单付款时间"])
        found = numbers.total(self.cast.ou, *MONTH)
        assert (found.orders, found.paid, found.unpaid_fen) == (len(rows), len(paid), unpaid_fen)
        assert found.paid_rate == len(paid) / len(rows)
        assert FollowUp.objects.filter(ended_at=None).count() == len(rows) - len(paid)

        by_province, by_day = self.counted(rows, "收货地址"), self.counted(rows, "订单创建时间")
        provinces = numbers.by_province(self.cast.ou, *MONTH)
        assert {name: (one.orders, one.refunded_fen, one.paid_fen) for name, one in provinces.items()} == by_province
        days = numbers.by_day(self.cast.ou, *MONTH)
        assert {str(day): (one.orders, one.refunded_fen, one.paid_fen) for day, one in days.items()} == by_day
        shares = {name: back / paid for name, (_n, back, paid) in by_province.items() if paid}
        assert {name: one.refund_share for name, one in provinces.items() if one.paid_fen} == shares

    def counted(self, rows, column):
        """Orders, what went back and what was paid, by province or by day."""
        sums = defaultdict(lambda: [0, 0, 0])
        for row in rows:
            key = row[column][:10] if column == "订单创建时间" else row[column]
            key += "市" if key in CITIES else ""
            for place, value in enumerate((1, fen(row["退款金额"]), fen(row["买家实际支付金额"]))):
                sums[key][place] += value
        return {key: tuple(found) for key, found in sums.items()}


class PaymentsAfterContacts(UnpaidCase):
    def test_count_once_for_the_last_person_and_script_before_them(self):
        script = knowledge.write_script(by=self.cast.zhou, scope="company", stage="payment", title="核对地址", body="请核对收货地址")
        one, two, three = (self.followed(number) for number in ("51", "52", "53"))
        contacts.contact(one, PHONE, by=self.cast.lin, at=at("9:10"))
        contacts.contact(one, Said("platform", script_id=script.pk, seen=1), by=self.cast.mei, at=at("9:20"))
        contacts.contact(two, PHONE, by=self.cast.lin, at=at("9:30"))
        contacts.contact(three, PHONE, by=self.cast.lin, at=at("9:30"))
        self.pay(one.order, "9:40")
        self.pay(two.order, "9:50")
        assert numbers.by_person(self.cast.zhou, TODAY, TODAY) == [
            Worth("林小雨", 3, 3, 1, 39800),
            Worth("梅芳", 1, 1, 1, 39800),
        ]
        assert numbers.by_script(self.cast.zhou, TODAY, TODAY) == [Worth("核对地址", 1, 1, 1, 39800)]
        assert numbers.by_person(self.cast.zhou, TODAY, TODAY)[0].conversion == 1 / 3
        assert numbers.by_person(self.cast.hu, TODAY, TODAY) == []
