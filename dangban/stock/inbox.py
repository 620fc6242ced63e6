"""What waits for whoever keeps a warehouse: the day's out-of-stock list, until it is published."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from dangban.desk.ports import InboxItem
from dangban.handbook.current import in_force_so_far as in_force
from dangban.lib import clock
from dangban.people.models import Person
from dangban.stock import access, rules
from dangban.stock.clauses import SHORTAGES_BY
from dangban.stock.models import ShortageList


class Lists:
    """The lists that a keeper still owes today; nothing where no rule says when."""

    def items(self, person: Person, at: datetime) -> Iterable[InboxItem]:
        rulebook = in_force(at)
        if not person.can("stock.keep") or not rulebook.has(SHORTAGES_BY):
            return []
        today = clock.business_day(at)
        decision = rules.shortages_due(clock.local(at).time(), rulebook)
        owing = access.visible_warehouses(person, "stock.keep").exclude(
            pk__in=ShortageList.objects.filter(day=today).values("warehouse")
        )
        due = clock.at_local(today, rulebook[SHORTAGES_BY])
        return [
            InboxItem(
                key=f"stock.shortages:{warehouse.pk}-{today:%Y%m%d}",
                kind="stock",
                label=_("Publish the out-of-stock list of %(warehouse)s") % {"warehouse": warehouse.name},
                url=reverse("stock:shortages"),
                due_at=due,
                missed=decision.outcome == "late",
                because=decision.because,
            )
            for warehouse in owing
        ]

    def count(self, person: Person, at: datetime) -> int:
        return len(list(self.items(person, at)))
