"""The pages of exceptions: the board with its filters and file, one of them, and opening one by hand."""

from __future__ import annotations

from typing import Any

from dangban.journal.models import Entry
from dangban.lib.actor import SYSTEM
from dangban.orders import exceptions
from dangban.orders.exceptions import listing
from dangban.orders.models import OrderException
from dangban.orders.tests.stories import OrderCase
from dangban.testing import pages
from dangban.testing.cast import NOW, at


class ExceptionStory(OrderCase):
    """One order of Fang's with an urgent exception of Lin's."""

    @classmethod
    def set_up_story(cls) -> None:
        super().set_up_story()
        cls.of = cls.order()
        cls.one = exceptions.open_exception(
            cls.of, "urgent", by=SYSTEM, at=NOW, reason="wrong_goods", note="请打 13812345678", owner=cls.cast.lin
        )


class Board(ExceptionStory, pages.PageCase):
    queries = 16
    chinese = "错发、少发"
    english = "Wrong or missing goods"

    def address(self) -> str:
        return "/orders/exceptions/"

    def shown(self, query: str = "", who: Any = None) -> str:
        return self.as_person(who or self.cast.lin).get(self.address() + query).content.decode()

    def test_somebody_of_another_shop_sees_none(self):
        assert self.of.platform_id not in self.shown(who=self.cast.hu)

    def test_each_filter_keeps_what_fits(self):
        kept = {
            query: self.of.platform_id in self.shown(f"?{query}")
            for query in (
                "kind=urgent", "kind=late", f"owner={self.cast.lin.pk}", f"owner={self.cast.mei.pk}", "due=today",
                "due=late", f"shop={self.of.shop_id}", "state=settled", "q=000009", "q=000008", "kind=nonsense",
            )
        }  # fmt: skip
        assert [query for query, fits in kept.items() if fits] == [
            "kind=urgent", f"owner={self.cast.lin.pk}", "due=today", f"shop={self.of.shop_id}", "q=000009", "kind=nonsense",
        ]  # fmt: skip

    def test_pages_follow_one_another_by_deadline(self):
        for number, due in (("1", "11:00"), ("2", "10:30"), ("3", "15:00")):
            exceptions.open_exception(self.order(platform_id=number), "late", by=SYSTEM, at=NOW, due_at=at(due))
        seen, after = [], ""
        while True:
            page = listing.list_page(self.cast.lin, listing.Filters(), NOW, after, size=1)
            seen += [row.order.platform_id for row in page.rows]
            after = page.next
            if not after:
                break
        assert seen == ["2", "1", "2209000000000000009", "3"]

    def test_the_file_masks_what_people_wrote_and_is_journalled(self):
        response = self.as_person(self.cast.ou).get("/orders/exceptions/export/")
        assert response.status_code == 200
        assert Entry.objects.get(verb="orders.exported").change["rows"] == 1
        assert self.as_person(self.cast.lin).get("/orders/exceptions/export/").status_code == 403


class One(ExceptionStory, pages.PageCase):
    strangers = ("hu",)
    queries = 30
    chinese = "给顾客新的承诺时间"

    def address(self) -> str:
        return f"/orders/exceptions/{self.one.pk}/"

    def test_hides_phone_numbers_in_what_was_written(self):
        assert "13812345678" not in self.as_person(self.cast.lin).get(self.address()).content.decode()

    def test_a_promise_is_kept_with_the_new_time(self):
        sent = {"promised_for": "2026-11-20T12:00", "text": "明天补发", "seen": 1}
        response = self.as_person(self.cast.lin).post(self.address() + "promise/", sent)
        assert response.status_code == 302
        self.one.refresh_from_db()
        assert self.one.promised_for == at("11-20 12:00")

    def test_a_promise_without_words_is_shown_again(self):
        response = self.as_person(self.cast.lin).post(self.address() + "promise/", {"promised_for": "2026-11-20T12:00", "seen": 1})
        assert response.status_code == 422
        self.one.refresh_from_db()
        assert self.one.version == 1

    def test_settling_takes_it_off_the_board(self):
        response = self.as_person(self.cast.mei).post(self.address() + "settlement/", {"outcome": "reshipped", "seen": 1})
        assert response.status_code == 302
        self.one.refresh_from_db()
        assert (self.one.outcome, self.one.settled_by_name) == ("reshipped", "梅芳")

    def test_the_slower_of_two_is_told(self):
        exceptions.settle(self.one, "told", by=self.cast.mei, at=NOW)
        response = self.as_person(self.cast.lin).post(self.address() + "settlement/", {"outcome": "refunded", "seen": 1})
        assert response.status_code == 409
        assert OrderException.objects.get().outcome == "told"

    def test_it_is_given_to_a_colleague(self):
        self.as_person(self.cast.lin).post(self.address() + "owner/", {"to": self.cast.mei.pk, "seen": 1})
        self.one.refresh_from_db()
        assert self.one.owner == self.cast.mei


class ByHand(ExceptionStory, pages.PageCase):
    strangers = ("hu",)
    chinese = "登记异常"

    def address(self) -> str:
        return f"/orders/{self.of.pk}/exceptions/"

    def test_opens_one_for_oneself(self):
        other = self.order(platform_id="77")
        sent = {"what": "urgent.gift", "note": "少了赠品", "mine": "on"}
        response = self.as_person(self.cast.mei).post(f"/orders/{other.pk}/exceptions/", sent)
        made = OrderException.objects.get(order=other)
        assert response["Location"] == f"/orders/exceptions/{made.pk}/"
        assert (made.reason, made.owner, made.note) == ("gift", self.cast.mei, "少了赠品")

    def test_nothing_is_opened_without_a_reason(self):
        other = self.order(platform_id="78")
        assert self.as_person(self.cast.mei).post(f"/orders/{other.pk}/exceptions/", {"what": "late"}).status_code == 422
        assert not OrderException.objects.filter(order=other).exists()
