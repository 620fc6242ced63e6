"""The condition that lists, searches and streams put on their rows."""

from __future__ import annotations

from django.db.models import Q

from dangban.customers.models import Tag
from dangban.people.access import scope
from dangban.testing import pages
from dangban.testing.cast import NOW


class SeeingEveryShop(pages.CastCase):
    def setUp(self) -> None:
        super().setUp()
        for shop in (self.cast.shop, self.cast.other_shop, None):
            Tag.objects.create(customer=self.cast.fang, shop=shop, text="老顾客", by=self.cast.bao, at=NOW)

    def seen(self, person: object) -> int:
        return Tag.objects.filter(scope(person).filter("shop") | Q(shop=None)).count()  # type: ignore[arg-type]

    def test_still_holds_beside_another_condition(self) -> None:
        assert self.seen(self.cast.bao) == 3

    def test_is_not_given_to_who_sees_some(self) -> None:
        assert (self.seen(self.cast.lin), self.seen(self.cast.hu)) == (2, 2)
