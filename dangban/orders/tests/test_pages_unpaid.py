"""The pages of unpaid orders: the list, one order, the board, the figures."""

from __future__ import annotations

from typing import Any, ClassVar

from dangban.knowledge import actions as knowledge
from dangban.orders.models import Contact, FollowUp, Order
from dangban.orders.tests.stories import OrderCase
from dangban.orders.unpaid import following
from dangban.testing import pages
from dangban.testing.cast import TODAY, at
from dangban.workforce.models import DutyPeriod


class UnpaidStory(OrderCase):
    first: ClassVar[FollowUp]

    @classmethod
    def set_up_story(cls) -> None:
        super().set_up_story()
        DutyPeriod.objects.create(
            person=cls.cast.lin, team=cls.cast.team, day=TODAY, name="早班", starts_at=at("8:00"), ends_at=at("16:00")
        )
        orders = [cls.unpaid(str(number), placed) for number, placed in enumerate(("11-18 21:00", "9:10", "9:00"), 41)]
        following.follow(orders)
        following.call_due(at("9:30"))
        cls.first = FollowUp.objects.get(order__platform_id="41")

    @classmethod
    def unpaid(cls, number: str, placed: str) -> Order:
        return cls.order(platform_id=number, status="unpaid", paid_fen=0, created_at=at(placed))


class TheWorkList(UnpaidStory, pages.PageCase):
    chinese = "无人值班时拍下的订单优先联系"
    english = "Placed while nobody was on duty"
    queries = 22

    def address(self) -> str:
        return "/orders/unpaid/"

    def test_stands_in_order_with_the_clock(self):
        page = self._get("lin").content.decode()
        places = [page.index(f'id="unpaid-{pk}"') for pk in FollowUp.objects.order_by("-off_duty", "placed_at").values_list("pk", flat=True)]
        assert places == sorted(places)
        assert "林小雨" in page

    def test_shows_others_nothing_of_the_shop(self):
        page = self._get("hu").content.decode()
        assert "没有等待首次联系的订单" in page
        assert f"unpaid-{self.first.pk}" not in page

    def test_costs_the_same_for_many_orders_as_for_few(self):
        following.follow([self.unpaid(str(number), "9:20") for number in range(60, 100)])
        self.test_it_costs_no_more_queries_than_recorded()


class OneUnpaidOrder(UnpaidStory, pages.PageCase):
    chinese = "联系记录"
    english = "Contacts so far"
    strangers = ("hu",)
    queries = 27

    def address(self) -> str:
        return f"/orders/unpaid/{self.first.pk}/"

    def post(self, name: str, what: str = "contact", **given: Any) -> Any:
        return self.as_person(getattr(self.cast, name)).post(f"{self.address()}{what}/", given)

    def test_a_contact_is_noted_and_the_next_order_is_shown(self):
        response = self.post("lin", way="phone", reason="comparing", next_at="2026-11-19T15:00", seen="0")
        assert response["Location"] == "/orders/unpaid/"
        made = Contact.objects.get()
        assert (made.person, made.way, made.reason, made.next_at) == (self.cast.lin, "phone", "comparing", at("15:00"))
        assert "还在比较" in self._get("lin").content.decode()

    def test_a_script_alone_is_said_with_its_facts(self):
        script = knowledge.write_script(
            by=self.cast.zhou, scope="company", stage="payment", title="核对商品", body="您拍的是{商品}，对吗？"
        )
        assert "您拍的是南风四件套 深蓝 1.8 米，对吗？" in self.as_person(self.cast.lin).get(self.address(), {"script": script.pk}).content.decode()
        self.post("lin", way="platform", reason="unknown", script=script.pk, seen="0")
        assert Contact.objects.get().text == "您拍的是南风四件套 深蓝 1.8 米，对吗？"

    def test_the_slower_of_two_is_told_and_changes_nothing(self):
        self.post("lin", way="phone", reason="comparing", seen="0")
        response = self.post("mei", way="phone", reason="hesitating", seen="0")
        assert response.status_code == 409
        assert Contact.objects.get().person == self.cast.lin

    def test_what_makes_no_sense_is_said_beside_its_field(self):
        response = self.post("lin", way="phone", reason="comparing", next_at="2026-11-19T09:00", seen="0")
        assert response.status_code == 422
        assert "id_next_at_error" in response.content.decode()
        assert not Contact.objects.exists()

    def test_those_who_only_read_orders_can_neither_contact_nor_close(self):
        assert self.post("qian", way="phone", reason="comparing", seen="0").status_code == 403
        assert self.post("qian", "closing", reason="x").status_code == 403
        assert self.post("lin", "closing", reason="不要了").status_code == 409
        assert self.post("hu", way="phone", reason="comparing", seen="0").status_code == 404
        assert not Contact.objects.exists()
        assert Order.objects.filter(status="unpaid").count() == 3

    def test_a_leader_hands_it_on(self):
        assert '<span class="field__label">转给</span>' in self._get("zhou").content.decode()
        self.post("zhou", "follower", to=self.cast.mei.pk)
        self.first.refresh_from_db()
        assert self.first.owner == self.cast.mei
        assert self.post("zhou", "follower", to="x").status_code == 422


class TheContactsOfOne(UnpaidStory, pages.PageCase):
    chinese = "还没有人联系过这位顾客"
    strangers = ("hu",)

    def address(self) -> str:
        return f"/orders/unpaid/{self.first.pk}/contacts/"


class TheBoard(UnpaidStory, pages.PageCase):
    chinese = "早班"
    english = "Follow-up board"
    queries = 22

    def address(self) -> str:
        return "/orders/unpaid/board/"

    def test_shows_who_follows_what_and_nothing_to_others(self):
        page = self._get("zhou").content.decode()
        assert "08:00–16:00" in page
        assert "林小雨" in page
        assert f"/orders/unpaid/{self.first.pk}/" in page
        assert f"/orders/unpaid/{self.first.pk}/" not in self._get("hu").content.decode()


class TheFigures(UnpaidStory, pages.PageCase):
    chinese = "付款率"
    english = "Paid rate"
    queries = 22

    def address(self) -> str:
        return "/orders/unpaid/figures/"
