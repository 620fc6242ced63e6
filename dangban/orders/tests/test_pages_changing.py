"""The pages of changes and discounts: the list, one change, asking, the price of an order, the report."""

from __future__ import annotations

from typing import ClassVar

from dangban.desk.models import Approval
from dangban.orders.changing import asking
from dangban.orders.changing.asking import Asked
from dangban.orders.models import ChangeRequest, Order, PriceOffer
from dangban.orders.pricing import actions as pricing
from dangban.orders.pricing.actions import Ask
from dangban.orders.tests.stories import OrderCase
from dangban.orders.tests.test_actions_changing import NEW, prepared
from dangban.shops.models import Courier, Product
from dangban.testing import pages
from dangban.testing.cast import NOW


class ChangeStory(OrderCase):
    """An address to be changed after printing, and an order that awaits payment with a discount asked for."""

    kept: ClassVar[Order]
    unpaid: ClassVar[Order]
    request: ClassVar[ChangeRequest]
    made: ClassVar[PriceOffer]

    @classmethod
    def set_up_story(cls) -> None:
        super().set_up_story()
        cls.kept = cls.order(platform_id="41")
        cls.unpaid = cls.order(platform_id="42", status="unpaid", paid_fen=0, total_fen=20000)
        with prepared("printed"):
            cls.request = asking.ask(cls.kept, Asked("address", NEW), by=cls.cast.lin, at=NOW)
        cls.made = pricing.discount(cls.unpaid, Ask(5000, reason="老顾客"), by=cls.cast.lin, at=NOW)


class TheList(ChangeStory, pages.PageCase):
    chinese = "找出并抽回面单和发货单"
    english = "Changes of orders"
    queries = 20

    def address(self) -> str:
        return "/orders/changes/"

    def test_others_see_nothing_of_the_shop(self) -> None:
        assert "没有进行中的改单" in self._get("hu").content.decode()

    def test_costs_the_same_for_many_as_for_few(self) -> None:
        for number in range(60, 90):
            with prepared("printed"):
                asking.ask(self.order(platform_id=str(number)), Asked("address", NEW), by=self.cast.lin, at=NOW)
        self.test_it_costs_no_more_queries_than_recorded()

    def test_goes_on_by_key(self) -> None:
        for number in range(60, 111):
            asking.ask(self.order(platform_id=str(number)), Asked("cancel", {"note": "不要了"}), by=self.cast.lin, at=NOW)
        client = self.as_person(self.cast.lin)
        first = client.get(self.address()).content.decode()
        following = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
        second = client.get(following).content.decode()
        seen = [{f"/orders/changes/{pk}/" for pk in ChangeRequest.objects.values_list("pk", flat=True) if f"/orders/changes/{pk}/" in page} for page in (first, second)]
        assert (len(seen[0]), len(seen[1]), seen[0] & seen[1]) == (50, 2, set())


class OneChange(ChangeStory, pages.PageCase):
    chinese = "收货信息 · 订单 41"
    english = "Delivery details of order 41"
    strangers = ("hu",)
    queries = 20

    def address(self) -> str:
        return f"/orders/changes/{self.request.pk}/"

    def test_shows_the_new_address_whole_only_to_who_may_see_it(self) -> None:
        assert "新开路" not in self._get("lin").content.decode()
        assert "新开路" in self._get("ou").content.decode()

    def test_the_warehouse_ticks_its_step_there(self) -> None:
        step = self.request.steps.order_by("position")[0]
        page = self._get("ding").content.decode()
        assert f"/orders/changes/steps/{step.pk}/" in page
        assert f"/orders/changes/steps/{step.pk}/" not in self._get("lin").content.decode()
        with prepared("printed"):
            response = self.as_person(self.cast.ding).post(f"/orders/changes/steps/{step.pk}/", headers={"HX-Request": "true"})
        assert "丁大力" in response.content.decode()

    def test_it_is_given_back_with_a_reason(self) -> None:
        response = self.as_person(self.cast.ding).post(f"{self.address()}turning-back/", {"why": "已发"})
        assert response.status_code == 302
        assert ChangeRequest.objects.get(pk=self.request.pk).outcome == "turned_back"


class Asking(ChangeStory, pages.PageCase):
    chinese = "提交后马上改"
    english = "It is changed at once"
    strangers = ("hu",)
    queries = 24

    def address(self) -> str:
        return f"/orders/{self.unpaid.pk}/changing/courier/"

    def test_it_is_asked_for_and_leads_to_its_page(self) -> None:
        Courier.objects.create(shop=self.cast.shop, name="顺丰")
        response = self.as_person(self.cast.lin).post(self.address(), {"courier": "顺丰", "cause": "wish"})
        made = ChangeRequest.objects.latest("pk")
        assert response.url == f"/orders/changes/{made.pk}/"
        assert (made.outcome, Order.objects.get(pk=self.unpaid.pk).courier) == ("done", "顺丰")

    def test_the_slower_keeps_what_they_typed_and_sees_the_others(self) -> None:
        page = self._get("lin").content.decode()
        seen = page.split('name="seen" value="')[1].split('"')[0]
        asking.ask(self.unpaid, Asked("courier", {"courier": "中通"}), by=self.cast.mei, at=NOW)
        response = self.as_person(self.cast.lin).post(self.address(), {"courier": "顺丰", "cause": "wish", "seen": seen})
        text = response.content.decode()
        assert response.status_code == 409
        assert "梅芳刚改过这里" in text
        assert 'value="顺丰"' in text
        assert "中通" in text
        again = text.split('name="seen" value="')[1].split('"')[0]
        assert self.as_person(self.cast.lin).post(self.address(), {"courier": "顺丰", "cause": "wish", "seen": again}).status_code == 302
        assert Order.objects.get(pk=self.unpaid.pk).courier == "顺丰"

    def test_who_may_not_change_orders_may_not_open_it(self) -> None:
        assert self._get("qian").status_code == 403

    def test_what_is_no_field_is_not_found(self) -> None:
        for field in ("price", "x"):
            assert self.as_person(self.cast.lin).get(f"/orders/{self.unpaid.pk}/changing/{field}/").status_code == 404


class OrdersCard(ChangeStory, pages.PageCase):
    """What the order's page says may be changed."""

    chinese = "待付款"
    english = "only by the customer"
    strangers = ("hu",)
    queries = 22

    def address(self) -> str:
        return f"/orders/{self.unpaid.pk}/changes/"

    def test_what_may_not_be_changed_has_no_link(self) -> None:
        page = self._get("lin").content.decode()
        assert f"/orders/{self.unpaid.pk}/changing/address/" in page
        assert f"/orders/{self.unpaid.pk}/changing/cancel/" not in page


class PriceOfAnOrder(ChangeStory, pages.PageCase):
    chinese = "让价不超过 ¥3.00"
    english = "Yours to give"
    strangers = ("hu",)
    queries = 24

    def address(self) -> str:
        return f"/orders/{self.unpaid.pk}/price/"

    def test_a_refusal_keeps_what_was_typed(self) -> None:
        self.made.state = "withdrawn"
        self.made.save()
        response = self.as_person(self.cast.lin).post(self.address(), {"off": "150", "reason": "同行更低"})
        text = response.content.decode()
        assert response.status_code == 409
        assert "最低不能低于 ¥100.00" in text
        assert 'value="150"' in text
        assert "同行更低" in text

    def test_a_double_click_asks_once(self) -> None:
        response = self.as_person(self.cast.lin).post(self.address(), {"off": "50", "reason": "老顾客"})
        assert response.status_code == 409
        assert (PriceOffer.objects.count(), Approval.objects.count()) == (1, 1)


class Discounts(ChangeStory, pages.PageCase):
    chinese = "老顾客"
    english = "Discounts"
    queries = 16

    def address(self) -> str:
        return "/orders/prices/"

    def test_others_see_nothing_of_the_shop(self) -> None:
        assert "还没有改价记录" in self._get("hu").content.decode()


class OneOffer(ChangeStory, pages.PageCase):
    chinese = "等答复"
    english = "Waits for the answer"
    strangers = ("hu",)

    def address(self) -> str:
        return f"/orders/offers/{self.made.pk}/"

    def test_the_asker_takes_it_back(self) -> None:
        response = self.as_person(self.cast.lin).post(f"{self.address()}withdrawal/")
        assert response.status_code == 302
        assert PriceOffer.objects.get(pk=self.made.pk).state == "withdrawn"


class BesideTheConversation(ChangeStory, pages.PageCase):
    chinese = "给个优惠价"
    english = "Offer a price"
    strangers = ("hu",)
    queries = 22

    def address(self) -> str:
        return f"/orders/offers/panel/{self.cast.shop.pk}/{self.cast.fang.pk}/"

    def test_an_offer_takes_the_calculator_s_basket_and_gives_the_sentence(self) -> None:
        quilt = Product.objects.create(shop=self.cast.shop, platform_id="Q", title="四件套", price_fen=39900, updated_at=NOW)
        given = {"line": f"{quilt.pk}:", "pieces": "2", "freight": "", "off": "8", "reason": "首单"}
        text = self.as_person(self.cast.lin).post(self.address(), given).content.decode()
        made = PriceOffer.objects.latest("pk")
        assert (made.before_fen, made.price_fen, made.state) == (79800, 79000, "open")
        assert "到手 ¥790.00" in text

    def test_without_goods_it_says_so(self) -> None:
        response = self.as_person(self.cast.lin).post(self.address(), {"off": "8", "reason": "首单"})
        assert "请先加入有价格的商品" in response.content.decode()


class TheApproval(ChangeStory, pages.PageCase):
    """As the supervisor reads it on the phone."""

    reader = "zhou"
    chinese = "让价 ¥50.00（原价 ¥200.00）：老顾客"
    english = "老顾客"

    def address(self) -> str:
        return f"/approvals/{self.made.approval_id}/"

    def test_granted_there_it_is_on_the_order(self) -> None:
        response = self.as_person(self.cast.zhou).post(self.address(), {"granted": "yes"})
        assert response.status_code == 302
        assert Order.objects.get(pk=self.unpaid.pk).total_fen == 15000

    def test_withdrawn_it_says_that_nobody_needs_it(self) -> None:
        pricing.withdraw(self.made, by=self.cast.lin)
        assert "不需要了" in self._get("zhou").content.decode()
