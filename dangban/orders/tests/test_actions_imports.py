import pytest

from dangban.customers.models import Address, Customer, CustomerShop, Handle
from dangban.journal.models import Entry
from dangban.orders.models import FlagChange, Order, OrderChange, OrderLine, Requirement
from dangban.orders.tests.stories import FILES, TAOBAO, OrderCase, counts
from dangban.shops.models import ImportRefusal, ImportRun, Product, Sku
from dangban.testing.cast import NOW
from dangban.testing.datasets import dataset

FIRST = "2201000000000000001"


class ImportingTaobaoOrders(OrderCase):
    def taobao(self, dry_run=False):
        return self.load(TAOBAO, self.cast.shop, self.cast.ou, dry_run=dry_run)

    def altered(self, old, new):
        data = TAOBAO.read_bytes().replace(old.encode("gbk"), new.encode("gbk"))
        return self.load_bytes(data, "later.csv", self.cast.shop, self.cast.ou)

    def test_orders_come_in_with_lines_customers_and_addresses(self):
        run = self.taobao()
        assert counts(run) == {"rows": 6, "created": 4, "updated": 0, "unchanged": 0, "refused": 2}
        order = Order.objects.get(platform_id=FIRST)
        assert (order.status, order.total_fen, order.number_tail, order.phone_tail) == (
            "paid",
            41000,
            "000001",
            "0005",
        )
        assert list(order.lines.order_by("position").values_list("title", "quantity")) == [("南风四件套 深蓝", 1), ("南风枕芯", 1)]
        assert (order.receiver, order.city, order.postcode) == ("方静", "杭州市", "310012")

    def test_a_known_buyer_is_the_customer_and_a_new_one_becomes_one(self):
        self.taobao()
        assert Order.objects.get(platform_id=FIRST).customer == self.cast.fang
        assert sorted(Handle.objects.values_list("handle", flat=True)) == [
            "fang_2008",
            "ou_test_02",
            "ou_test_03",
            "ou_test_04",
        ]
        bought = CustomerShop.objects.get(customer=self.cast.fang, shop=self.cast.shop)
        assert (bought.orders, bought.spent_fen) == (1, 41000)

    def test_masked_addresses_are_not_kept_as_addresses(self):
        self.taobao()
        assert sorted(Address.objects.values_list("receiver", flat=True)) == ["方静", "示例乙", "示例甲"]

    def test_the_same_file_again_changes_nothing_and_says_so(self):
        self.taobao()
        before = list(Order.objects.order_by("pk").values())
        entries = Entry.objects.count()
        run = self.taobao()
        assert counts(run) == {"rows": 6, "created": 0, "updated": 0, "unchanged": 4, "refused": 2}
        assert list(Order.objects.order_by("pk").values()) == before
        assert OrderChange.objects.count() == 0
        assert Entry.objects.count() == entries + 1

    def test_a_trial_writes_nothing_but_its_own_result(self):
        run = self.taobao(dry_run=True)
        assert counts(run) == {"rows": 6, "created": 4, "updated": 0, "unchanged": 0, "refused": 2}
        assert (Order.objects.count(), Customer.objects.count(), OrderLine.objects.count()) == (0, 1, 0)
        assert not Entry.objects.filter(verb="orders.file_taken_in").exists()

    def test_every_refused_row_is_kept_with_line_and_reason(self):
        run = self.taobao()
        assert list(run.refusals.order_by("line").values_list("line", "reference")) == [
            (7, "2201000000000000005"),
            (8, "2.20100E+18"),
        ]
        assert ImportRefusal.objects.get(line=7).row["订单状态"] == "神秘状态"

    def test_a_file_never_lowers_what_a_case_here_paid_back(self):
        self.taobao()
        Order.objects.filter(platform_id=FIRST).update(refunded_fen=5000, settled_fen=5000, settled_aside_fen=2000, refund="partial")
        self.altered("买家已付款，等待卖家发货", "卖家已发货，等待买家确认")
        order = Order.objects.get(platform_id=FIRST)
        assert (order.status, order.refunded_fen, order.refund) == ("sent", 5000, "partial")

    def test_an_order_changed_on_the_platform_shows_what_changed(self):
        self.taobao()
        run = self.altered("买家已付款，等待卖家发货", "卖家已发货，等待买家确认")
        assert counts(run) == {"rows": 6, "created": 0, "updated": 1, "unchanged": 3, "refused": 2}
        order = Order.objects.get(platform_id=FIRST)
        assert (order.status, order.version) == ("sent", 2)
        change = OrderChange.objects.get()
        assert (change.field, change.before, change.after, change.run) == ("status", "paid", "sent", run)
        entry = Entry.objects.get(verb="orders.order_changed_on_platform")
        assert entry.change == {"run": run.pk, "status": ["paid", "sent"]}

    def test_what_is_personal_goes_to_the_erasable_part_of_the_journal(self):
        self.taobao()
        self.altered("方静", "方婧")
        entry = Entry.objects.get(verb="orders.order_changed_on_platform")
        assert "receiver" not in entry.change
        assert entry.personal.values == {"receiver": ["方静", "方婧"]}

    def test_an_older_file_does_not_take_an_order_back(self):
        self.altered("买家已付款，等待卖家发货", "卖家已发货，等待买家确认")
        run = self.taobao()
        assert Order.objects.get(platform_id=FIRST).status == "sent"
        assert run.refusals.get(line=2).reference == FIRST

    def test_a_later_export_without_buyers_does_not_erase_them(self):
        self.taobao()
        order = Order.objects.get(platform_id=FIRST)
        csv = f"订单编号,订单状态,订单创建时间,买家实付金额,总金额,收货人姓名\n{FIRST},卖家已发货，等待买家确认,2026-11-18 20:01:00,410,410,方*\n"
        self.load_bytes(csv.encode(), "new.csv", self.cast.shop, self.cast.ou)
        later = Order.objects.get(platform_id=FIRST)
        assert later.status == "sent"
        assert (later.receiver, later.phone, later.customer) == (order.receiver, order.phone, order.customer)
        assert later.lines.count() == 2

    def test_a_wish_noted_before_the_order_moves_to_it(self):
        wish = Requirement.objects.create(
            customer=self.cast.fang,
            shop=self.cast.shop,
            kind="gift",
            text="贺卡",
            by=self.cast.lin,
            at=NOW.replace(day=17),
        )
        self.taobao()
        wish.refresh_from_db()
        assert wish.order.platform_id == FIRST

    def test_the_run_is_journalled_with_its_counts(self):
        run = self.taobao()
        entry = Entry.objects.get(verb="orders.file_taken_in")
        assert (entry.subject_id, entry.actor_name, entry.shop_id) == (run.pk, "区志文", self.cast.shop.pk)
        assert entry.change["created"] == 4

    def test_another_platforms_file_is_refused_whole(self):
        run = self.load(TAOBAO, self.cast.second_shop, self.cast.ou)
        assert "京东" in run.failed or "JD" in run.failed
        assert Order.objects.count() == 0

    def test_a_broken_file_fails_with_words_and_writes_nothing(self):
        run = self.load_bytes(b"\xff\xfe\xff broken", "x.csv", self.cast.shop, self.cast.ou)
        assert run.failed
        assert run.finished_at is not None
        assert Order.objects.count() == 0


class ImportingOtherFormats(OrderCase):
    def test_jd_rows_of_one_order_become_one_order_with_known_skus(self):
        product = Product.objects.create(
            shop=self.cast.second_shop, platform_id="P1", title="四件套", updated_at=NOW
        )
        sku = Sku.objects.create(product=product, shop=self.cast.second_shop, code="NF-BLUE-180")
        run = self.load(FILES / "jd.gb18030.csv", self.cast.second_shop, self.cast.ou)
        assert counts(run) == {"rows": 3, "created": 2, "updated": 0, "unchanged": 0, "refused": 0}
        order = Order.objects.get(platform_id="310000000001")
        assert [(line.sku, line.quantity, line.price_fen) for line in order.lines.order_by("position")] == [
            (sku, 1, 25000),
            (None, 2, 12500),
        ]

    def test_pinduoduo_without_buyers_has_orders_without_customers(self):
        run = self.load(FILES / "pdd.utf8bom.csv", self.cast.other_shop, self.cast.hu)
        assert counts(run)["created"] == 3
        assert set(Order.objects.values_list("customer", flat=True)) == {None}

    def test_a_flag_is_planted_by_its_colour_and_an_unknown_one_is_noted(self):
        run = self.load(FILES / "qianniu_lines.xlsx", self.cast.shop, self.cast.ou)
        assert Order.objects.get().flag == "1"
        assert FlagChange.objects.get().by_name == "区志文"
        assert run.notes == []

    def test_a_report_worked_out_from_times_never_takes_a_stage_back(self):
        self.load(FILES / "tmall_report.utf8.csv", self.cast.shop, self.cast.ou)
        Order.objects.filter(platform_id="2").update(status="signed", source_digest="")
        run = self.load(FILES / "tmall_report.utf8.csv", self.cast.shop, self.cast.ou)
        assert counts(run) == {"rows": 4, "created": 0, "updated": 0, "unchanged": 4, "refused": 0}
        assert Order.objects.get(platform_id="2").status == "signed"

    def test_our_template_is_read_back_as_one_order_with_two_items(self):
        from dangban.orders import exports

        run = self.load_bytes(exports.template_xlsx(), "template.xlsx", self.cast.shop, self.cast.ou)
        assert counts(run) == {"rows": 2, "created": 1, "updated": 0, "unchanged": 0, "refused": 0}
        assert list(Order.objects.get().lines.values_list("sku_code", "quantity")) == [
            ("DEMO-SKU-BLUE", 1),
            ("DEMO-SKU-PAD", 2),
        ]


@pytest.mark.data
class ImportingRealOrders(OrderCase):
    def test_fourteen_thousand_real_orders_come_in_and_again_change_nothing(self):
        path = dataset("tmall_orders/tmall_order_report.csv")
        run = self.load(path, self.cast.shop, self.cast.ou)
        assert counts(run) == {"rows": 14356, "created": 14356, "updated": 0, "unchanged": 0, "refused": 0}
        assert Order.objects.filter(status="unpaid").count() == 2047
        assert Order.objects.filter(refund="full").count() == 2692
        again = self.load(path, self.cast.shop, self.cast.ou)
        assert counts(again) == {"rows": 14356, "created": 0, "updated": 0, "unchanged": 14356, "refused": 0}


class ConfirmingATrial(OrderCase):
    def test_a_trial_is_confirmed_once(self):
        from dangban.lib.errors import Conflict
        from dangban.shops import runs

        trial = self.load(TAOBAO, self.cast.shop, self.cast.ou, dry_run=True)
        run = runs.confirm(trial, by=self.cast.ou)
        assert (run.dry_run, run.trial, run.file_sha256) == (False, trial, trial.file_sha256)
        with pytest.raises(Conflict):
            runs.confirm(trial, by=self.cast.ou)
        assert ImportRun.objects.count() == 2


class StandingOfCustomers(OrderCase):
    def test_only_orders_within_the_handbooks_days_count(self):
        from dangban.customers import queries

        def standing():
            return queries.rows_of(self.cast.lin, [self.cast.fang])[0].standing.outcome

        assert standing() == "new"
        for number in range(3):
            self.order(platform_id=f"new{number}", status="done")
        assert standing() == "returning"
        Order.objects.update(created_at=NOW.replace(year=2015))
        assert standing() == "new"

    def test_orders_of_shops_one_does_not_see_do_not_count(self):
        from dangban.customers import queries

        for number in range(3):
            self.order(platform_id=f"far{number}", status="done", shop=self.cast.other_shop)
        assert queries.rows_of(self.cast.lin, [self.cast.fang])[0].standing.outcome == "new"


class MergingCustomersWithOrders(OrderCase):
    def test_orders_follow_a_merge_and_go_back_with_their_sums(self):
        from dangban.customers import actions

        twin = self.cast.customer("fang_jd", "方小姐", self.cast.second_shop)
        order = self.order(customer=twin, shop=self.cast.second_shop, status="done")
        row = actions.merge(self.cast.fang, twin, by=self.cast.zhou, reason="同一收货人")
        bought = CustomerShop.objects.get(customer=self.cast.fang, shop=self.cast.second_shop)
        assert (bought.orders, bought.spent_fen) == (1, 39800)
        actions.unmerge(row, by=self.cast.zhou)
        order.refresh_from_db()
        assert order.customer == twin
        assert not CustomerShop.objects.filter(customer=self.cast.fang, shop=self.cast.second_shop).exists()
        assert CustomerShop.objects.get(customer=twin).orders == 1


class AnInterruptedImport(OrderCase):
    def test_the_same_file_again_mends_what_was_not_added_up(self):
        from dangban.shops import runs

        run = self.load(TAOBAO, self.cast.shop, self.cast.ou)
        CustomerShop.objects.update(orders=0, spent_fen=0)
        Address.objects.all().delete()
        runs.fail(run, "stopped")
        again = self.load(TAOBAO, self.cast.shop, self.cast.ou)
        assert counts(again)["unchanged"] == 4
        assert CustomerShop.objects.get(customer=self.cast.fang).spent_fen == 41000
        assert Address.objects.count() == 3
