import pytest
from django.http import Http404

from dangban.journal import chronicle
from dangban.journal.models import Entry
from dangban.lib.errors import BadInput, Conflict, NotAllowed
from dangban.orders import actions
from dangban.orders.models import FlagChange, Order, OrderWord, Remark, Requirement
from dangban.orders.queries import delivery
from dangban.orders.tests.stories import OrderCase
from dangban.people import actions as people
from dangban.shops.models import Courier, CourierArea
from dangban.testing import handbooks
from dangban.testing.cast import NOW


class FlagsAndRemarks(OrderCase):
    @classmethod
    def set_up_story(cls):
        super().set_up_story()
        cls.fangs = cls.order()

    def test_a_flag_of_the_legend_is_planted_with_history_and_reason(self):
        actions.set_flag(self.fangs, "1", by=self.cast.lin)
        assert Order.objects.get(pk=self.fangs.pk).flag == "1"
        change = FlagChange.objects.get()
        assert (change.before, change.flag, change.by_name, change.at) == ("", "1", "林小雨", NOW)
        assert change.because[0]["path"] == "orders.flags"
        assert Entry.objects.get(verb="orders.flag_set").change == {"flag": ["", "1"]}

    def test_the_journal_names_the_flag_instead_of_its_code(self):
        actions.set_flag(self.fangs, "1", by=self.cast.lin)
        (told,) = chronicle.tell(list(Entry.objects.filter(verb="orders.flag_set")))
        (change,) = told.changes
        assert (change.label, change.before, change.after) == ("旗帜", "–", "特殊要求")

    def test_the_same_flag_again_changes_nothing(self):
        actions.set_flag(self.fangs, "1", by=self.cast.lin)
        actions.set_flag(self.fangs, "1", by=self.cast.mei)
        assert FlagChange.objects.count() == 1

    def test_a_flag_outside_the_legend_is_refused(self):
        with pytest.raises(BadInput):
            actions.set_flag(self.fangs, "9", by=self.cast.lin)
        assert FlagChange.objects.count() == 0

    def test_a_remark_is_written_in_the_format_of_its_flag_and_plants_it(self):
        parts = {"other": "周末送", "courier": "顺丰"}
        remark = actions.add_remark(self.fangs, by=self.cast.lin, parts=parts, flag="1")
        assert remark.text == "顺丰，周末送，林小雨，11.19 10:00"
        assert remark.parts == parts
        assert Order.objects.get(pk=self.fangs.pk).flag == "1"
        entry = Entry.objects.get(verb="orders.remark_added")
        assert "text" not in entry.change
        assert entry.personal.values == {"text": remark.text}

    def test_the_words_of_a_remark_find_the_order(self):
        actions.add_remark(self.fangs, by=self.cast.lin, parts={"other": "周末送"}, flag="1")
        assert OrderWord.objects.filter(order=self.fangs, word="周末").exists()

    def test_an_empty_remark_and_a_damaged_one_are_refused(self):
        for parts in ({"other": " "}, {"other": "a\0"}, {"colour": "x"}, {"other": "长" * 121}):
            with pytest.raises(BadInput):
                actions.add_remark(self.fangs, by=self.cast.lin, parts=parts, flag="1")
        assert Remark.objects.count() == 0
        assert FlagChange.objects.count() == 0

    def test_finance_and_people_of_another_shop_may_not_flag(self):
        for person in (self.cast.qian, self.cast.hu):
            with pytest.raises(NotAllowed):
                actions.set_flag(self.fangs, "1", by=person)
        assert FlagChange.objects.count() == 0


class Requirements(OrderCase):
    @classmethod
    def set_up_story(cls):
        super().set_up_story()
        cls.fangs = cls.order()

    def put(self, kind, wish, order=None, **given):
        return actions.put_requirement(order or self.fangs, kind, wish, by=self.cast.lin, **given)

    def test_a_wish_becomes_a_requirement_a_remark_and_a_flag(self):
        wish = self.put("gift", "写张贺卡", thread_id=7, message_seq=3)
        assert (wish.customer, wish.order, wish.shop) == (self.cast.fang, self.fangs, self.cast.shop)
        assert (wish.thread_id, wish.message_seq, wish.settled_at) == (7, 3, None)
        assert wish.remark.text == "写张贺卡，林小雨，11.19 10:00"
        assert Order.objects.get(pk=self.fangs.pk).flag == "1"

    def test_another_quantity_than_ordered_is_kept_as_a_warning(self):
        assert self.put("quantity", "改成3套").warnings == [
            {"code": "quantity-differs", "facts": {"wanted": 3, "ordered": 2}}
        ]
        assert self.put("quantity", "2套一起寄").warnings == []

    def test_another_colour_than_ordered_is_kept_as_a_warning(self):
        assert [one["code"] for one in self.put("colour", "要浅灰").warnings] == ["colour-differs"]

    def test_a_courier_that_does_not_reach_the_address_names_those_that_do(self):
        yuantong = Courier.objects.create(shop=self.cast.shop, name="圆通速递")
        CourierArea.objects.create(courier=yuantong, province="新疆", reaches=False)
        shunfeng = Courier.objects.create(shop=self.cast.shop, name="顺丰速运")
        CourierArea.objects.create(courier=shunfeng, province="新疆", first_fen=2300)
        far = self.order(platform_id="220X", province="新疆维吾尔自治区", city="喀什地区")
        assert self.put("courier", "要发圆通", order=far).warnings == [
            {"code": "remote", "facts": {"couriers": "顺丰速运"}},
            {"code": "courier-unreachable", "facts": {"courier": "圆通速递", "couriers": "顺丰速运"}},
        ]

    def test_the_order_says_which_couriers_do_not_go_there_and_what_the_handbook_then_asks_for(self):
        yuantong = Courier.objects.create(shop=self.cast.shop, name="圆通速递")
        CourierArea.objects.create(courier=yuantong, province="新疆", reaches=False)
        Courier.objects.create(shop=self.cast.shop, name="邮政EMS")
        far = self.order(platform_id="220X", province="新疆维吾尔自治区", city="喀什地区")
        going = delivery.delivery(far)
        assert (going.beyond, delivery.chosen_courier(far, going)) == (["圆通速递"], None)
        self.put("courier", "不要圆通", order=far)
        assert delivery.chosen_courier(far, going) is None
        self.put("courier", "要发圆通", order=far)
        chosen = delivery.chosen_courier(far, going)
        assert (chosen.courier, chosen.decision.outcome, chosen.others) == ("圆通速递", "ask", ["邮政EMS"])
        page = self.as_person(self.cast.lin).get(f"/orders/{far.pk}/").content.decode()
        assert "圆通速递不到" in page
        assert "请顾客另选：邮政EMS。" in page
        assert "shops.unreachable_courier" in page

    def test_where_the_handbook_says_so_it_goes_by_post(self):
        handbooks.adopt_with({"shops.unreachable_courier": 'is = "ems"'})
        yuantong = Courier.objects.create(shop=self.cast.shop, name="圆通速递")
        CourierArea.objects.create(courier=yuantong, province="新疆", reaches=False)
        Courier.objects.create(shop=self.cast.shop, name="邮政EMS")
        far = self.order(platform_id="220X", province="新疆维吾尔自治区", courier="圆通速递")
        page = self.as_person(self.cast.lin).get(f"/orders/{far.pk}/").content.decode()
        assert "改发邮政EMS。" in page
        gone = self.order(platform_id="220W", province="新疆维吾尔自治区", courier="圆通速递", status="sent")
        assert delivery.chosen_courier(gone, delivery.delivery(gone)) is None

    def test_a_dispatched_order_is_warned_about(self):
        sent = self.order(platform_id="220Y", status="sent")
        assert [
            one["code"] for one in self.put("address", "浙江省 宁波市 换个地址", order=sent).warnings
        ] == ["dispatched"]

    def test_without_an_order_it_waits_for_the_customers_next_one(self):
        wish = actions.put_requirement(
            None, "gift", "贺卡", by=self.cast.lin, customer=self.cast.fang, shop=self.cast.shop
        )
        assert (wish.order, wish.remark) == (None, None)
        moved = actions.hang_on_order(wish, self.fangs, by=self.cast.lin)
        assert moved.remark.text.startswith("贺卡，林小雨")
        with pytest.raises(Conflict):
            actions.hang_on_order(wish, self.fangs, by=self.cast.lin)

    def test_an_order_without_a_buyer_needs_the_customer_named(self):
        nameless = self.order(platform_id="220Z", customer=None)
        with pytest.raises(BadInput):
            self.put("gift", "贺卡", order=nameless)
        assert self.put("gift", "贺卡", order=nameless, customer=self.cast.fang).customer == self.cast.fang

    def test_it_is_ticked_once(self):
        wish = self.put("gift", "贺卡")
        settled = actions.settle_requirement(wish, fulfilled=True, by=self.cast.ou)
        assert (settled.fulfilled, settled.settled_by, settled.settled_at) == (True, self.cast.ou, NOW)
        with pytest.raises(Conflict, match="区志文"):
            actions.settle_requirement(wish, fulfilled=True, by=self.cast.ding)

    def test_what_cannot_be_met_needs_an_answer(self):
        wish = self.put("gift", "贺卡")
        with pytest.raises(BadInput):
            actions.settle_requirement(wish, fulfilled=False, by=self.cast.ou)
        settled = actions.settle_requirement(wish, fulfilled=False, answer="贺卡用完了", by=self.cast.ou)
        assert (settled.fulfilled, settled.answer) == (False, "贺卡用完了")

    def test_an_agent_may_put_but_not_tick(self):
        wish = self.put("gift", "贺卡")
        with pytest.raises(NotAllowed):
            actions.settle_requirement(wish, fulfilled=True, by=self.cast.lin)
        assert Requirement.objects.get().settled_at is None


class Revealing(OrderCase):
    def test_a_look_is_for_a_reason_and_journalled(self):
        order = self.order()
        shown = {
            field: people.reveal(self.cast.ou, "orders.order", order.pk, field, reason="联系快递", at=NOW)
            for field in ("phone", "receiver", "address")
        }
        assert shown == {"phone": "13500000005", "receiver": "方静", "address": "示例路8号"}
        entry = Entry.objects.filter(verb="people.revealed").order_by("pk")[0]
        assert (entry.actor_name, entry.shop_id) == ("区志文", self.cast.shop.pk)
        assert entry.change == {"field": "phone", "reason": "联系快递"}

    def test_who_may_not_look_or_says_no_reason_sees_nothing_and_leaves_no_entry(self):
        order = self.order()
        with pytest.raises(NotAllowed):
            people.reveal(self.cast.lin, "orders.order", order.pk, "phone", reason="想看看", at=NOW)
        with pytest.raises(Http404):
            people.reveal(self.cast.hu, "orders.order", order.pk, "phone", reason="想看看", at=NOW)
        with pytest.raises(BadInput):
            people.reveal(self.cast.ou, "orders.order", order.pk, "phone", reason="", at=NOW)
        assert not Entry.objects.filter(verb="people.revealed").exists()
