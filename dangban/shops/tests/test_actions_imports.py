import pytest

from dangban.journal import ports
from dangban.journal.models import Entry
from dangban.shops import exports, imports, queries, runs
from dangban.shops.models import ImportRun, Product, ProductWord, Sku
from dangban.testing import pages
from dangban.testing.datasets import dataset

TEMPLATE = """商品编号,商品名称,商品编码,规格,颜色,尺寸,厚度,售价,必须说明,风格
P1,南风全棉四件套,NF-1,深蓝 1.8m,深蓝,180cm,加厚,199.00,有色差,北欧
P1,南风全棉四件套,NF-2,浅灰 1.8m,浅灰,180cm,常规,189.00,有色差,北欧
P2,南风浴巾,NF-3,深蓝 加厚,深蓝,70cm,加厚,39.00,,
P3,,NF-4,白,白,,,,,
P4,南风桌布,NF-1,白,白,,,十元,,
"""


class ImportingACatalogue(pages.CastCase):
    def load(self, text, dry_run=False):
        data = text.encode() if isinstance(text, str) else text
        name = "c.xlsx" if data[:2] == b"PK" else "c.csv"
        run = runs.begin(
            self.cast.shop, ImportRun.Kind.CATALOGUE, name, data, by=self.cast.bao, dry_run=dry_run
        )
        runs.carry_out(run, imports.take_in)
        return run

    def counts(self, run):
        return run.rows, run.created, run.updated, run.unchanged, run.refused

    def found(self, typed, who="lin", **given):
        return [hit.code for hit in queries.find_products(getattr(self.cast, who), typed, **given)]

    def test_listings_and_skus_come_in_with_attributes_of_ones_own(self):
        run = self.load(TEMPLATE)
        assert self.counts(run) == (5, 2, 0, 0, 2)
        assert [(one.line, one.reference) for one in run.refusals.order_by("line")] == [(5, "P3"), (6, "P4")]
        assert run.notes == ["作为属性保存的列：风格"]
        sku = Sku.objects.get(code="NF-1")
        assert sku.attributes == {"颜色": "深蓝", "尺寸": "180cm", "厚度": "加厚", "风格": "北欧"}
        assert (sku.price_fen, sku.product.must_say, sku.product.price_fen) == (19900, "有色差", 18900)

    def test_the_same_file_again_changes_nothing(self):
        self.load(TEMPLATE)
        words = ProductWord.objects.count()
        assert self.counts(self.load(TEMPLATE)) == (5, 0, 0, 2, 2)
        assert ProductWord.objects.count() == words

    def test_a_trial_writes_nothing(self):
        assert self.counts(self.load(TEMPLATE, dry_run=True)) == (5, 2, 0, 0, 2)
        assert Product.objects.count() == 0

    def test_a_changed_price_and_a_new_sku_are_taken_over(self):
        self.load(TEMPLATE)
        later = TEMPLATE.replace("189.00", "179.00") + "P2,南风浴巾,NF-9,墨绿,墨绿,70cm,加厚,39.00,,\n"
        assert self.counts(self.load(later)) == (6, 0, 2, 0, 2)
        assert Sku.objects.get(code="NF-2").price_fen == 17900
        assert self.found("墨绿") == ["NF-9"]

    def test_goods_are_found_as_a_customer_describes_them(self):
        self.load(TEMPLATE)
        assert self.found("深蓝 加厚 180") == ["NF-1"]
        assert self.found("深藍 加厚") == ["NF-3", "NF-1"]
        assert self.found("四件套 18") == ["NF-1", "NF-2"]
        assert self.found("灰") == ["NF-2"]
        assert self.found("nf-3") == ["NF-3"]
        assert self.found("深蓝 薄款") == []

    def test_goods_of_another_shop_are_not_found(self):
        self.load(TEMPLATE)
        assert self.found("深蓝", "hu") == []
        assert self.found("", "hu") == []
        assert self.found("深蓝", shop_id=self.cast.other_shop.pk) == []

    def test_our_template_is_read_back(self):
        assert self.counts(self.load(exports.template_xlsx())) == (2, 1, 0, 0, 0)

    def test_the_run_is_journalled(self):
        run = self.load(TEMPLATE)
        entry = Entry.objects.get(verb="shops.catalogue_taken_in")
        assert (entry.subject_id, entry.change["created"]) == (run.pk, 2)

    def test_the_journal_has_words_for_all_that_is_kept_of_a_run(self):
        self.load(TEMPLATE)
        entry = Entry.objects.get(verb="shops.catalogue_taken_in")
        assert {("shops", key) for key in entry.change} <= set(ports.registry.fields)
        assert entry.subject_kind in ports.registry.subjects

    def test_unknown_columns_fail_with_what_is_missing(self):
        run = self.load("名字,价钱\na,1\n")
        assert "名字、价钱" in run.failed
        assert "商品编号" in run.failed

    @pytest.mark.data
    def test_real_listings_are_taken_once_each_with_the_latest_day(self):
        run = self.load(dataset("tmall_orders/tmall_cosmetic_1111.csv").read_bytes())
        assert self.counts(run) == (27598, 3497, 0, 0, 0)
        assert "面霜" in Product.objects.get(platform_id="A18164178225").title
        assert "A18164178225" in self.found("雪域精粹 面霜 50g")
