"""What is worth saying stands beside the talk: notes on the goods, how far couriers go, freight collect."""

from datetime import date

from dangban.conversations.queries.saying import saying
from dangban.conversations.tests.floor import FloorCase
from dangban.customers.models import Address
from dangban.lib import clock
from dangban.orders.models import Order, OrderLine
from dangban.shops.models import Courier, CourierArea, Product, Sku
from dangban.stock import actions as stock
from dangban.stock.models import Zone
from dangban.testing import handbooks
from dangban.testing.cast import TODAY, at

DOWN = "新羽绒会有轻微味道，通风两三天散去。"
COLOUR = "屏幕显色与实物略有出入，深色前两次请单独洗。"


class SayingCase(FloorCase):
    def setUp(self) -> None:
        super().setUp()
        self.online(self.cast.lin)
        self.customer_says("在吗", when="10:00")
        self.quilt = self.product("P1", "羽绒被", DOWN)
        self.cover = self.product("P2", "纯棉四件套", COLOUR)

    def product(self, number: str, title: str, must_say: str) -> Product:
        return Product.objects.create(
            shop=self.cast.shop, platform_id=number, title=title, must_say=must_say, updated_at=at("09:00")
        )

    def card(self, product: Product, when: str) -> None:
        self.agent_says(self.cast.lin, product.title, when=when, kind="card", payload={"product": product.pk})

    def order(self, **given: object) -> Order:
        values = {
            "shop": self.cast.shop, "platform_id": "220", "number_tail": "220", "customer": self.cast.fang, "status": "paid",
            "created_at": at("09:00"), "business_day": TODAY, "imported_at": at("09:00"), "total_fen": 100, "paid_fen": 100, "quantity": 1,
        }  # fmt: skip
        return Order.objects.create(**(values | given))  # type: ignore[misc]

    def notes(self, when: str = "10:30") -> list[tuple[str, str, bool]]:
        found = saying(self.conversation(), at(when)).notes
        return [(note.text, note.decision.outcome, note.answers) for note in found]

    def page(self, who: str = "lin", tab: str = "customer"):
        return self.as_person(getattr(self.cast, who)).get(f"/workspace/{self.conversation().pk}/context/{tab}/")


class Notes(SayingCase):
    def test_are_those_of_the_goods_that_were_shown(self) -> None:
        assert self.notes() == []
        self.card(self.quilt, "10:01")
        assert self.notes() == [(DOWN, "say", False)]

    def test_are_those_of_the_goods_that_were_ordered_and_not_sent_yet(self) -> None:
        sku = Sku.objects.create(product=self.cover, shop=self.cast.shop, code="NF-1")
        order = self.order()
        OrderLine.objects.create(order=order, position=1, sku=sku, title="纯棉四件套", quantity=1)
        assert self.notes() == [(COLOUR, "say", False)]
        Order.objects.filter(pk=order.pk).update(status="sent")
        assert self.notes() == []

    def test_put_the_colour_first_when_the_customer_asks_about_it(self) -> None:
        self.card(self.quilt, "10:01")
        self.card(self.cover, "10:02")
        assert [text for text, _outcome, _answers in self.notes()] == [DOWN, COLOUR]
        self.customer_says("会有色差吗", when="10:03")
        assert self.notes() == [(COLOUR, "say", True), (DOWN, "say", False)]
        assert "在问颜色" in self.page().content.decode()

    def test_need_not_be_repeated_within_the_handbooks_days(self) -> None:
        self.card(self.quilt, "10:01")
        self.card(self.cover, "10:01")
        self.agent_says(self.cast.lin, f"亲，{DOWN}", when="10:02")
        assert self.notes("10:30") == [(COLOUR, "say", False), (DOWN, "said", False)]
        assert self.notes("11-20 10:02:01") == [(DOWN, "say", False), (COLOUR, "say", False)]

    def test_said_in_an_earlier_conversation_count_and_said_to_another_customer_do_not(self) -> None:
        self.card(self.quilt, "10:01")
        other = self.another("小王")
        self.customer_says(thread=other, when="10:01")
        self.agent_says(self.cast.lin, DOWN, thread=other, when="10:02")
        assert self.notes() == [(DOWN, "say", False)]

    def test_are_repeated_each_time_where_the_handbook_allows_no_days(self) -> None:
        handbooks.adopt_with({"shops.notes_after": "is = 0"})
        self.card(self.quilt, "10:01")
        self.agent_says(self.cast.lin, DOWN, when="10:02")
        assert self.notes("10:02") == [(DOWN, "say", False)]

    def test_come_with_the_rule_and_go_into_the_line_with_a_click(self) -> None:
        self.card(self.quilt, "10:01")
        page = self.page().content.decode()
        assert f'data-insert="{DOWN}"' in page
        assert "shops.notes_after" in page


class Reach(SayingCase):
    def setUp(self) -> None:
        super().setUp()
        yuantong = Courier.objects.create(shop=self.cast.shop, name="圆通速递", position=1)
        CourierArea.objects.create(courier=yuantong, province="新疆", reaches=False)
        Courier.objects.create(shop=self.cast.shop, name="邮政EMS", position=2)

    def test_is_said_where_a_courier_of_the_shop_does_not_go(self) -> None:
        self.order(province="新疆维吾尔自治区", city="喀什地区")
        found = saying(self.conversation(), at("10:30")).reach
        assert found is not None
        assert (found.going, found.beyond) == (["邮政EMS"], ["圆通速递"])
        assert found.line == "新疆维吾尔自治区 喀什地区可以发邮政EMS，圆通速递送不到，您看可以吗？"
        assert "圆通速递不到" in self.page().content.decode()

    def test_goes_by_the_last_address_where_nothing_is_ordered(self) -> None:
        Address.objects.create(customer=self.cast.fang, province="新疆维吾尔自治区", last_used_at=at("09:00"))
        found = saying(self.conversation(), at("10:30")).reach
        assert found is not None
        assert found.place == "新疆维吾尔自治区"

    def test_is_not_worth_a_word_where_all_go(self) -> None:
        self.order(province="浙江省", city="杭州市")
        assert saying(self.conversation(), at("10:30")).reach is None

    def test_a_wish_for_a_courier_that_does_not_go_there_comes_with_what_the_handbook_says(self) -> None:
        self.order(province="新疆维吾尔自治区")
        self.customer_says("帮我发圆通", when="10:05")
        asked = f"/workspace/{self.conversation().pk}/requirement/?seq={self.conversation().last_seq}"
        page = self.as_person(self.cast.lin).get(asked).content.decode()
        assert "请顾客另选：邮政EMS。" in page
        assert "shops.unreachable_courier" in page

    def test_where_the_handbook_says_so_it_is_sent_by_post(self) -> None:
        handbooks.adopt_with({"shops.unreachable_courier": 'is = "ems"'})
        self.order(province="新疆维吾尔自治区")
        self.customer_says("帮我发圆通", when="10:05")
        asked = f"/workspace/{self.conversation().pk}/requirement/?seq={self.conversation().last_seq}"
        assert "按手册改发邮政EMS。" in self.as_person(self.cast.lin).get(asked).content.decode()


class FreightCollect(SayingCase):
    def test_is_not_taken_by_the_default_handbook(self) -> None:
        found = saying(self.conversation(), at("10:30"))
        assert (found.collect.couriers, found.collect_line) == ([], "如果需要寄回，请您先垫付运费，到付件我们收不了。")
        page = self.page().content.decode()
        assert "shops.collect_couriers" in page

    def test_is_taken_from_the_couriers_that_the_handbook_names(self) -> None:
        handbooks.adopt_with({"shops.collect_couriers": 'list = ["顺丰", "申通"]'})
        found = saying(self.conversation(), at("10:30"))
        assert found.collect_line == "如果需要寄回，到付请发顺丰、申通，其他快递的到付件我们收不了。"

    def test_the_shops_own_mark_comes_before_the_handbook(self) -> None:
        handbooks.adopt_with({"shops.collect_couriers": 'list = ["顺丰", "申通"]'})
        Courier.objects.create(shop=self.cast.shop, name="中通快递", accepts_collect=True)
        found = saying(self.conversation(), at("10:30"))
        assert (found.collect.couriers, found.collect.because) == (["中通快递"], [])


class ThePane(SayingCase):
    def test_follows_the_talk_by_itself_and_is_for_who_sees_the_conversation(self) -> None:
        with clock.frozen(at("10:30")):
            assert 'data-live="conversation:' in self.page(tab="say").content.decode()
            assert self.page("hu", "say").status_code == 404


class OutOfStock(SayingCase):
    def setUp(self) -> None:
        super().setUp()
        self.sku = Sku.objects.create(product=self.cover, shop=self.cast.shop, code="NF-1", name="深蓝")
        warehouse = stock.open_warehouse("main", "主仓", [self.cast.shop], by=self.cast.bao)
        self.good = Zone.objects.get(warehouse=warehouse, status="good")
        stock.expect(self.sku, warehouse, 20, date(2026, 11, 24), by=self.cast.ding)

    def out(self) -> list[str]:
        return [one.line for one in saying(self.conversation(), at("10:30")).out]

    def test_of_goods_that_were_shown_and_are_not_there_a_line_is_offered(self) -> None:
        assert self.out() == []
        self.agent_says(self.cast.lin, "四件套", when="10:01", kind="card", payload={"product": self.cover.pk, "sku": self.sku.pk})
        assert self.out() == ["亲，纯棉四件套 深蓝 暂时缺货，预计 11-24 到货。您愿意等一等，还是看看其他款式呢？"]
        assert "缺货" in self.page().content.decode()
        assert "预计 2026-11-24 到货" in self.page(tab="products").content.decode()

    def test_what_is_there_needs_no_line(self) -> None:
        self.agent_says(self.cast.lin, "四件套", when="10:01", kind="card", payload={"product": self.cover.pk, "sku": self.sku.pk})
        stock.receive(self.sku, self.good, 5, by=self.cast.ding, key="in-1")
        assert self.out() == []
