"""Waves and their sheets: read back by a barcode reader, and by what is written on them."""

import pypdfium2
import pytest
import zxingcpp

from dangban.dispatch import printing
from dangban.dispatch.actions import auditing, waves
from dangban.dispatch.models import Slip
from dangban.dispatch.tests.warehouse import DeskCase
from dangban.journal.models import Entry
from dangban.lib.errors import BadInput, Conflict, NotAllowed, Refused
from dangban.orders import actions as orders
from dangban.orders import events
from dangban.orders.models import Order
from dangban.testing.cast import NOW


class WaveCase(DeskCase):
    def passed(self, *given):
        made = [self.desk.order(**values) for values in given]
        auditing.audit([self.desk.row(order).pk for order in made], by=self.cast.ou)
        return made

    def wave(self, *made):
        return waves.make_wave(self.cast.shop, [self.desk.row(order).pk for order in made], by=self.cast.ou)


class Waves(WaveCase):
    @classmethod
    def set_up_story(cls):
        super().set_up_story()
        cls.desk.goods.receive(20)

    def test_audited_orders_become_a_wave_with_a_slip_each(self):
        made = self.passed({}, {})
        wave = self.wave(*made)
        assert (str(wave), wave.orders, wave.by) == ("1119-1", 2, self.cast.ou)
        numbers = list(Slip.objects.order_by("pk").values_list("number", "courier"))
        assert numbers == [(f"261119-{self.cast.shop.pk}-1-1", "圆通速递"), (f"261119-{self.cast.shop.pk}-1-2", "圆通速递")]
        assert [self.desk.row(order).stage for order in made] == ["printed", "printed"]
        assert str(self.wave(*self.passed({}))) == "1119-2"

    def test_what_is_printed_already_or_was_never_passed_makes_no_wave(self):
        (done,) = self.passed({})
        self.wave(done)
        for order in (done, self.desk.order()):
            with pytest.raises(Conflict):
                self.wave(order)
        with pytest.raises(BadInput):
            self.wave()
        assert Slip.objects.count() == 1

    def test_orders_of_one_parcel_have_one_slip(self):
        one, other = self.passed({"address": "同一地址1号"}, {"address": "同一地址1号"})
        auditing.join(self.desk.row(one), [self.desk.row(other)], by=self.cast.ou)
        self.wave(one)
        slip = Slip.objects.get()
        assert list(slip.lines.order_by("order").values_list("order", flat=True)) == [one.pk, other.pk]
        assert [self.desk.row(order).stage for order in (one, other)] == ["printed", "printed"]

    def test_an_address_that_became_another_makes_the_slip_void_and_the_order_is_audited_anew(self):
        (order,) = self.passed({})
        wave = self.wave(order)
        waves.note_printed(wave, "labels", list(Slip.objects.values_list("pk", flat=True)), by=self.cast.ou)
        events.changed(order, ["address"], NOW)
        slip = Slip.objects.get()
        assert (slip.void_at, slip.void_reason, slip.pulled_at) == (NOW, "address", None)
        assert self.desk.row(order).stage == "waiting"
        waves.pull(slip, by=self.cast.ding)
        with pytest.raises(Conflict):
            waves.pull(slip, by=self.cast.ou)
        assert Slip.objects.get().pulled_by == self.cast.ding

    def test_what_nobody_told_of_is_found_by_the_digest(self):
        (order,) = self.passed({})
        wave = self.wave(order)
        Order.objects.filter(pk=order.pk).update(address="别处9号")
        with pytest.raises(Refused):
            printing.make(wave, "labels", by=self.cast.ou)
        assert Slip.objects.get().void_reason == "digest"
        assert self.desk.row(order).stage == "waiting"

    def test_another_price_leaves_the_slip_good(self):
        (order,) = self.passed({})
        self.wave(order)
        events.changed(order, ["total_fen"], NOW)
        assert (Slip.objects.get().void_at, self.desk.row(order).stage) == (None, "printed")

    def test_a_torn_slip_is_made_void_with_a_reason_and_printed_anew(self):
        (order,) = self.passed({})
        self.wave(order)
        slip = Slip.objects.get()
        with pytest.raises(BadInput):
            waves.void(slip, " ", by=self.cast.ding)
        waves.void(slip, "打印机卡纸", by=self.cast.ding)
        with pytest.raises(Conflict):
            waves.void(slip, "再来", by=self.cast.ding)
        assert self.desk.row(order).stage == "passed"
        self.wave(order)
        assert Slip.objects.filter(void_at=None).count() == 1

    def test_who_neither_audits_nor_packs_makes_no_wave(self):
        (order,) = self.passed({})
        for person in (self.cast.lin, self.cast.qian, self.cast.hu):
            with pytest.raises(NotAllowed):
                waves.make_wave(self.cast.shop, [self.desk.row(order).pk], by=person)
        assert Slip.objects.count() == 0


class Sheets(WaveCase):
    @classmethod
    def set_up_story(cls):
        super().set_up_story()
        cls.desk.goods.receive(20)
        cls.desk.goods.receive(20, cls.desk.goods.grey)

    def setUp(self):
        super().setUp()
        goods = self.desk.goods
        order = self.desk.order((goods.blue, 2), (goods.grey, 1))
        wish = orders.put_requirement(order, "gift", "写张贺卡", by=self.cast.lin)
        orders.settle_requirement(wish, fulfilled=True, by=self.cast.ou)
        other = self.desk.order((goods.grey, 3))
        auditing.audit([self.desk.row(one).pk for one in (order, other)], by=self.cast.ou)
        self.made = waves.make_wave(self.cast.shop, [self.desk.row(one).pk for one in (order, other)], by=self.cast.ou)
        self.order = order

    def sheet(self, name, by=None):
        return pypdfium2.PdfDocument(printing.make(self.made, name, by=by or self.cast.ou))

    def words(self, pdf):
        return "".join(page.get_textpage().get_text_range() for page in pdf)

    def codes(self, page):
        return sorted({code.text for code in zxingcpp.read_barcodes(page.render(scale=203 / 72).to_pil())})

    def test_a_label_is_a_hundred_by_a_hundred_and_fifty_and_its_barcode_is_read_by_a_scanner(self):
        pdf = self.sheet("labels")
        assert [tuple(round(side / 72 * 25.4) for side in page.get_size()) for page in pdf] == [(100, 150), (100, 150)]
        assert [self.codes(page) for page in pdf] == [[slip.number] for slip in Slip.objects.order_by("pk")]
        said = self.words(pdf)
        assert all(word in said for word in ("方静", "13500000005", "浙江省杭州市西湖区示例路", "写张贺卡", "圆通速递"))
        assert Slip.objects.filter(printed_at=NOW, prints=1).count() == 2
        assert Entry.objects.get(verb="dispatch.printed").change == {"wave": "1119-1", "sheet": "labels", "slips": 2}

    def test_the_pick_list_adds_up_what_to_fetch_and_its_codes_are_read_by_a_scanner(self):
        rows = printing.pick_rows(list(Slip.objects.all()))
        assert [(row.code, row.pieces, row.slips) for row in rows] == [
            ("SJT-180-BL", 2, [("1", 2)]), ("SJT-180-GR", 4, [("1", 1), ("2", 3)]),
        ]  # fmt: skip
        pdf = self.sheet("pick")
        assert [tuple(round(side / 72 * 25.4) for side in page.get_size()) for page in pdf] == [(210, 297)]
        assert self.codes(pdf[0]) == ["SJT-180-BL", "SJT-180-GR"]
        assert "方静" not in self.words(pdf)

    def test_each_copy_says_what_its_reader_is_to_know(self):
        customer, production, finance = (self.words(self.sheet(name)) for name in ("slips", "production", "finance"))
        for said in (customer, finance):
            assert "方静" in said
            assert "199.00" in said
        assert not any(word in production for word in ("方静", "13500000005", "示例路", "199.00", "398.00"))
        assert all("SJT-180-GR" in said and "写张贺卡" in said for said in (customer, production, finance))

    def test_money_is_not_for_the_warehouse_and_nothing_is_for_others(self):
        with pytest.raises(NotAllowed):
            printing.make(self.made, "finance", by=self.cast.ding)
        for person in (self.cast.lin, self.cast.hu):
            with pytest.raises(NotAllowed):
                printing.make(self.made, "labels", by=person)
        assert printing.make(self.made, "production", by=self.cast.ding).startswith(b"%PDF")
        assert printing.make(self.made, "finance", by=self.cast.qian).startswith(b"%PDF")

    def test_the_chinese_letters_come_with_the_file(self):
        made = printing.make(self.made, "labels", by=self.cast.ou)
        assert b"/FontFile" in made or b"/ObjStm" in made
        fonts = {b"NotoSansCJK" in made, b"Noto-Sans-CJK" in made, b"ObjStm" in made}
        assert True in fonts
