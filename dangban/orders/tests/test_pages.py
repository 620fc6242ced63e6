from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dangban.journal.models import Entry
from dangban.lib import clock, tables
from dangban.orders import actions
from dangban.orders.models import Order, Requirement
from dangban.orders.tests.stories import FILES, TAOBAO, OrderCase
from dangban.shops.models import ImportRun
from dangban.testing import pages
from dangban.testing.cast import at


class OrderListPage(OrderCase, pages.PageCase):
    queries = 22
    english = "Orders"

    @classmethod
    def set_up_story(cls):
        super().set_up_story()
        cls.load(TAOBAO, cls.cast.shop, cls.cast.ou)
        cls.load(FILES / "pdd.utf8bom.csv", cls.cast.other_shop, cls.cast.hu)
        order = Order.objects.get(platform_id="2201000000000000001")
        actions.add_remark(order, by=cls.cast.lin, parts={"other": "周末送 13812345678"}, flag="1")

    chinese = "订单"

    def address(self):
        return "/orders/"

    def numbers(self, who="lin", **query):
        page = self.as_person(getattr(self.cast, who)).get("/orders/", query).content.decode()
        known = Order.objects.values_list("platform_id", flat=True)
        return sorted(number[-4:] for number in known if f">{number}<" in page)

    def test_someone_of_another_shop_sees_only_their_own(self):
        assert self.numbers("hu") == ["0001", "0002", "0003"]
        assert "220100" not in self.as_person(self.cast.hu).get("/orders/").content.decode()
        assert self.numbers("lin") == ["0001", "0002", "0003", "0004"]

    def test_filters_narrow_and_nonsense_is_left_out(self):
        assert self.numbers(status="unpaid") == ["0002"]
        assert self.numbers(flag="1") == ["0001"]
        assert self.numbers(since="2026-11-18", until="2026-11-18") == ["0001", "0002"]
        assert self.numbers(status="nonsense", shop="x", since="yesterday") == [
            "0001",
            "0002",
            "0003",
            "0004",
        ]

    def test_orders_are_found_by_number_tail_phone_tail_buyer_and_remark(self):
        assert self.numbers(q="2201000000000000004") == ["0004"]
        assert self.numbers(q="000003") == ["0003"]
        assert self.numbers(q="0005") == ["0001"]
        assert self.numbers(q="fang_2008") == ["0001"]
        assert self.numbers(q="周末送") == ["0001"]
        assert self.numbers(q="YT8800000000001") == ["0004"]
        assert self.numbers(q="没有的字") == []

    def test_a_stranger_finds_nothing_by_search_either(self):
        for words in ("2201000000000000004", "0005", "fang_2008", "周末送"):
            assert self.numbers("hu", q=words) == []

    def test_receivers_are_masked_in_the_list_and_in_remarks(self):
        page = self.as_person(self.cast.lin).get("/orders/").content.decode()
        assert "方静" not in page
        assert "13500000005" not in page
        assert "13812345678" not in page
        assert "138****5678" in page

    def test_pages_follow_each_other_by_key(self):
        from dangban.orders.queries import listing

        first = listing.list_page(self.cast.lin, listing.Filters(), size=3)
        second = listing.list_page(self.cast.lin, listing.Filters(), first.next, size=3)
        assert [row.platform_id[-1] for row in (*first.rows, *second.rows)] == ["2", "1", "3", "4"]
        assert second.next == ""

    def test_the_export_holds_what_is_shown_and_is_journalled(self):
        response = self.as_person(self.cast.ou).get("/orders/export/", {"status": "unpaid"})
        table = tables.read(response.content, "orders.xlsx")
        rows = [cells for _line, cells in table.records()]
        assert [(row["订单号"], row["总额"], row["收货人"]) for row in rows] == [
            ("2201000000000000002", "199", "示例甲")
        ]
        entry = Entry.objects.get(verb="orders.exported")
        assert entry.change == {"filters": {"status": "unpaid"}, "rows": 1, "shops": [self.cast.shop.pk]}

    def test_finance_exports_masked_receivers(self):
        response = self.as_person(self.cast.qian).get("/orders/export/", {"status": "unpaid"})
        row = next(iter(tables.read(response.content, "orders.xlsx").records()))[1]
        assert (row["收货人"], row["电话"]) == ("示*", "0998-****4567")

    def test_an_agent_may_not_export(self):
        assert self.as_person(self.cast.lin).get("/orders/export/").status_code == 403


class OrderPage(OrderCase, pages.PageCase):
    strangers = ("hu",)
    queries = 40
    chinese = "购买内容"
    english = "What was bought"

    @classmethod
    def set_up_story(cls):
        super().set_up_story()
        cls.fangs = cls.order(buyer_message="<script>alert(1)</script>", platform_remark="打 13812345678")
        cls.wish = actions.put_requirement(cls.fangs, "gift", "贺卡𠮷😀", by=cls.cast.lin)

    def address(self):
        return f"/orders/{self.fangs.pk}/"

    def post(self, path, who="ou", **data):
        return self.as_person(getattr(self.cast, who)).post(f"/orders/{path}", data)

    def page(self, who="lin"):
        return self.as_person(getattr(self.cast, who)).get(self.address()).content.decode()

    def test_scripts_are_text_and_rare_characters_stay(self):
        page = self.page()
        assert "<script>alert(1)</script>" not in page
        assert "贺卡𠮷😀" in page

    def test_an_agent_sees_the_receiver_masked_and_no_way_to_reveal(self):
        page = self.page("lin")
        assert "13500000005" not in page
        assert "方静" not in page.split("购买内容")[1].split("旗帜与备注")[0].replace("林", "")
        assert "13812345678" not in page
        assert "/reveal/" not in page

    def test_an_order_agent_reveals_with_a_trace(self):
        door = f"/reveal/orders.order/{self.fangs.pk}/phone/"
        assert door in self.page("ou")
        answer = self.as_person(self.cast.ou).post(door, {"reason": "联系快递"})
        assert "13500000005" in answer.content.decode()
        assert Entry.objects.filter(verb="people.revealed").count() == 1

    def test_flag_remark_and_requirement_are_put_from_the_page(self):
        assert self.post(f"{self.fangs.pk}/flag/", "lin", flag="2").status_code == 302
        assert self.post(f"{self.fangs.pk}/remarks/", "lin", flag="1", other="加急").status_code == 302
        assert (
            self.post(f"{self.fangs.pk}/requirements/", "lin", kind="card", text="生日快乐").status_code
            == 302
        )
        assert Requirement.objects.count() == 2
        assert "加急" in self.page()

    def test_a_wish_is_ticked_in_place(self):
        client = self.as_person(self.cast.ou)
        response = client.post(
            f"/orders/requirements/{self.wish.pk}/settlement/", {"fulfilled": "yes"}, HTTP_HX_REQUEST="true"
        )
        assert response.status_code == 200
        assert "toast" in response["HX-Trigger"]
        assert Requirement.objects.get().fulfilled is True

    def test_its_clock_runs_beside_a_wish_with_who_ticks_it_and_why_by_then(self):
        page = self.page()
        wish = page[page.index(f'id="requirement-{self.wish.pk}"') :]
        due = clock.to_ms(at("15:30"))
        assert f'data-clock data-due="{due}" data-amber="1800"' in wish
        assert "区志文" in wish.split("</li>")[0]
        assert f'popovertarget="because-wish-{self.wish.pk}"' in wish
        assert "截单时间" in wish

    def test_a_wish_costs_the_page_no_query_of_its_own(self):
        def cost():
            client = self.as_person(self.cast.ou)
            client.get(self.address())
            with CaptureQueriesContext(connection) as captured:
                client.get(self.address())
            return len(captured)

        one = cost()
        for number in range(5):
            actions.put_requirement(self.fangs, "other", f"第{number}件", by=self.cast.lin)
        assert cost() == one

    def test_who_noted_a_wish_withdraws_it_and_others_are_not_offered_to(self):
        assert 'value="withdrawn"' in self.page("lin")
        assert 'value="withdrawn"' not in self.page("mei")
        assert self.settle("mei", fulfilled="withdrawn", answer="不要了").status_code == 403
        assert self.settle("lin", fulfilled="withdrawn", answer="").status_code == 422
        assert Requirement.objects.get().settled_at is None
        assert self.settle("lin", fulfilled="withdrawn", answer="顾客不要了").status_code == 302
        assert "林小雨撤回：顾客不要了" in self.page()

    def settle(self, who, **data):
        return self.post(f"requirements/{self.wish.pk}/settlement/", who, **data)

    def test_every_door_of_the_order_is_closed_to_a_stranger(self):
        client = self.as_person(self.cast.hu)
        base = f"/orders/{self.fangs.pk}/"
        assert [client.get(base + part).status_code for part in ("", "card/", "remarks/form/")] == [404] * 3
        posts = ("flag/", "remarks/", "requirements/")
        assert [client.post(base + part).status_code for part in posts] == [404] * 3
        assert (
            client.post(f"/orders/requirements/{self.wish.pk}/settlement/", {"fulfilled": "yes"}).status_code
            == 404
        )
        assert Requirement.objects.get().settled_at is None

    def test_the_card_for_the_workspace_shows_the_order(self):
        card = self.as_person(self.cast.lin).get(f"{self.address()}card/").content.decode()
        assert f'id="order-card-{self.fangs.pk}"' in card
        assert "南风四件套" in card


class LoadingPage(OrderCase, pages.PageCase):
    reader = "ou"
    strangers = ("lin", "qian")
    stranger_status = 403
    queries = 22
    chinese = "导入订单"
    english = "Load orders"

    def address(self):
        return "/orders/import/"

    def upload(self, data, name="orders.csv", who="ou", shop=None):
        file = SimpleUploadedFile(name, data)
        shop = shop or self.cast.shop
        return self.as_person(getattr(self.cast, who)).post(
            "/orders/import/", {"shop": shop.pk, "file": file}
        )

    def test_a_file_is_tried_looked_at_and_confirmed(self):
        response = self.upload(TAOBAO.read_bytes())
        trial = ImportRun.objects.get()
        assert response["Location"] == f"/orders/import/{trial.pk}/"
        assert Order.objects.count() == 0
        client = self.as_person(self.cast.ou)
        page = client.get(response["Location"]).content.decode()
        assert "神秘状态" in page
        confirmed = client.post(f"/orders/import/{trial.pk}/confirmation/")
        assert Order.objects.count() == 4
        assert "共 4 单：新增 4" in client.get(confirmed["Location"]).content.decode()
        assert client.post(f"/orders/import/{trial.pk}/confirmation/").status_code == 409
        assert Order.objects.count() == 4

    def test_refused_rows_come_as_a_workbook(self):
        self.upload(TAOBAO.read_bytes())
        data = (
            self.as_person(self.cast.ou).get(f"/orders/import/{ImportRun.objects.get().pk}/refusals/").content
        )
        rows = [cells for _line, cells in tables.read(data, "refused.xlsx").records()]
        assert [row["行号"] for row in rows] == ["7", "8"]

    def test_bad_files_are_refused_at_the_field_and_kept_nowhere(self):
        bad = [
            (b"", "a.csv"),
            (b"%PDF-1", "a.csv"),
            (b"a,b\n1,2\n", "a.csv"),
            (b"PK\x03\x04", "a.xlsx"),
            (b"a\0b", "a.csv"),
        ]
        statuses = [self.upload(data, name).status_code for data, name in bad]
        assert statuses == [422] * 5
        assert ImportRun.objects.count() == 0

    def test_a_shop_that_is_not_ones_own_cannot_be_chosen(self):
        response = self.upload(TAOBAO.read_bytes(), shop=self.cast.other_shop)
        assert response.status_code == 422
        assert ImportRun.objects.count() == 0

    def test_somebody_elses_run_is_not_found(self):
        run = self.load(TAOBAO, self.cast.other_shop, self.cast.hu, dry_run=True)
        client = self.as_person(self.cast.ou)
        assert client.get(f"/orders/import/{run.pk}/").status_code == 404
        assert client.get(f"/orders/import/{run.pk}/refusals/").status_code == 404
        assert client.post(f"/orders/import/{run.pk}/confirmation/").status_code == 404

    def test_the_template_is_offered_in_both_kinds(self):
        client = self.as_person(self.cast.ou)
        assert client.get("/orders/import/template.xlsx").content[:2] == b"PK"
        assert (
            client.get("/orders/import/template.csv")
            .content.decode("utf-8-sig")
            .startswith("订单号,买家账号")
        )


class WishesWithoutAnOrder(OrderCase):
    def test_a_wish_noted_before_is_hung_on_the_order_it_is_about(self):
        order = self.order()
        wish = actions.put_requirement(
            None, "gift", "贺卡", by=self.cast.lin, customer=self.cast.fang, shop=self.cast.shop
        )
        client = self.as_person(self.cast.lin)
        assert "就是这一单" in client.get(f"/orders/{order.pk}/").content.decode()
        assert client.post(f"/orders/{order.pk}/requirements/{wish.pk}/hanging/").status_code == 302
        wish.refresh_from_db()
        assert wish.order == order
        assert (
            self.as_person(self.cast.hu)
            .post(f"/orders/{order.pk}/requirements/{wish.pk}/hanging/")
            .status_code
            == 404
        )

    def test_a_new_remark_begins_with_the_parts_of_the_last(self):
        from dangban.orders.queries import marks

        order = self.order(flag="1", platform_remark="顺丰，贺卡，周末送，小李，11.18 09:00")
        flag = marks.legend().of("1")
        assert marks.remark_start(order, flag, whole=True) == {
            "courier": "顺丰",
            "gift": "贺卡",
            "other": "周末送",
        }
        actions.add_remark(order, by=self.cast.lin, parts={"other": "改工作日送"}, flag="1")
        assert marks.remark_start(order, flag, whole=True) == {"other": "改工作日送"}
        assert marks.remark_start(order, marks.legend().of("2"), whole=True) == {}

    def test_what_is_personal_in_the_last_remark_is_not_begun_with_for_who_may_not_see_it(self):
        from dangban.orders.queries import marks

        order = self.order()
        actions.add_remark(
            order, by=self.cast.lin, parts={"other": "打 13812345678", "gift": "贺卡"}, flag="1"
        )
        flag = marks.legend().of("1")
        assert marks.remark_start(order, flag, whole=False) == {"gift": "贺卡"}
