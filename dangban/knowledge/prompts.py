"""The scripts that are offered where an unpaid order's buyer is contacted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from dangban.knowledge import actions, queries
from dangban.knowledge.models import Script
from dangban.orders.models import Order
from dangban.orders.ports import Wording
from dangban.people.models import Person


class PaymentScripts:
    def offered(self, person: Person, order: Order, facts: Mapping[str, str]) -> list[Wording]:
        found = queries.find(person, stage=Script.Stage.PAYMENT, shop_id=order.shop_id)
        drawn = [(row, queries.render(row["body"], facts)) for row in found]
        return [Wording(row["id"], row["title"], said.text, said.missing) for row, said in drawn]

    def used(self, script_id: int, person: Person, order: Order, thread_id: int, seq: int, at: datetime) -> None:
        if order.customer_id is not None:
            actions.use_script(
                script_id,
                by=person,
                thread_id=thread_id,
                message_seq=seq,
                customer_id=order.customer_id,
                shop=order.shop,
                at=at,
            )
