import json

from django.core.files.uploadedfile import SimpleUploadedFile

from dangban.handbook import actions as handbook
from dangban.journal.models import Entry
from dangban.shops import catalogue
from dangban.shops.models import Courier, ImportRun, Product, Profile, Sku
from dangban.testing import pages
from dangban.testing.cast import NOW


class Story(pages.CastCase):
    @classmethod
    def set_up_story(cls):
        handbook.adopt_preset("default")
        cls.product = Product(
            shop=cls.cast.shop, platform_id="P1", title="南风<b>四件套</b>", updated_at=NOW, price_fen=19900
        )
        cls.product.search = catalogue.searched(cls.product)
        cls.product.save()
        cls.sku = Sku(product=cls.product, shop=cls.cast.shop, code="NF-1", name="深蓝 加厚", price_fen=19900)
        cls.sku.search = catalogue.searched_sku(cls.sku)
        cls.sku.save()
        catalogue.index([cls.product])


class ShopListPage(Story, pages.PageCase):
    queries = 20
    chinese = "南风家居旗舰店"
    english = "Shops"

    def address(self):
        return "/shops/"

    def test_each_sees_their_own_shops(self):
        page = self.as_person(self.cast.hu).get("/shops/").content.decode()
        assert "北禾零食店" in page
        assert "南风" not in page


class ShopPage(Story, pages.PageCase):
    strangers = ("hu",)
    queries = 26
    chinese = "偏远地区"
    english = "Remote areas"

    def address(self):
        return f"/shops/{self.cast.shop.pk}/"

    def post(self, part, who="zhou", **data):
        return self.as_person(getattr(self.cast, who)).post(self.address() + part, data)

    def test_it_says_from_whom_freight_collect_is_taken_and_what_happens_out_of_reach(self):
        page = self.as_person(self.cast.lin).get(self.address()).content.decode()
        assert "<dt>到付</dt><dd>不收" in page
        assert "<dd>请顾客另选快递" in page
        Courier.objects.create(shop=self.cast.shop, name="顺丰速运", accepts_collect=True)
        page = self.as_person(self.cast.lin).get(self.address()).content.decode()
        assert "<dt>到付</dt><dd>只收顺丰速运" in page

    def test_a_supervisor_changes_how_it_works_with_a_trace(self):
        data = {
            "opens": "08:00",
            "closes": "23:30",
            "cut_off": "16:30",
            "return_phone": "0571-1",
            "remote_areas": "新疆\n西藏，青海",
        }
        assert self.post("edit/", **data).status_code == 302
        profile = Profile.objects.get(shop=self.cast.shop)
        assert (str(profile.cut_off), profile.remote_areas) == ("16:30:00", ["新疆", "西藏", "青海"])
        entry = Entry.objects.get(verb="shops.profile_changed")
        assert entry.change["cut_off"] == [None, "16:30:00"]
        assert "return_phone" not in entry.change

    def test_an_agent_may_not_change_it(self):
        assert self.post("edit/", "lin", opens="08:00").status_code == 403
        assert self.as_person(self.cast.lin).get(self.address() + "edit/").status_code == 403
        assert self.post("couriers/", "lin", name="圆通").status_code == 403

    def test_a_courier_gets_its_areas_and_is_stopped(self):
        assert self.post("couriers/", name="圆通速递", areas="浙江 5 2\n新疆 喀什 不到").status_code == 302
        courier = Courier.objects.get()
        assert sorted(courier.areas.values_list("province", "city", "reaches", "first_fen", "next_fen")) == [
            ("新疆", "喀什", False, 0, 0),
            ("浙江", "", True, 500, 200),
        ]
        assert self.post(f"couriers/{courier.pk}/stop/").status_code == 302
        assert Courier.objects.get().stopped_on is not None

    def test_a_price_list_that_makes_no_sense_comes_back(self):
        assert self.post("couriers/", name="圆通", areas="浙江").status_code == 422
        assert self.post("couriers/", name="圆通", areas="浙江 5\n浙江 6").status_code == 422


class CataloguePage(Story, pages.PageCase):
    queries = 20
    chinese = "商品"
    english = "Goods"

    def address(self):
        return "/catalogue/"

    def test_scripts_in_titles_are_text(self):
        assert "<b>四件套" not in self.as_person(self.cast.lin).get("/catalogue/").content.decode()

    def test_the_menu_answers_json_for_ones_own_shops_only(self):
        def menu(who):
            response = self.as_person(who).get("/catalogue/menu/", {"q": "深蓝 加"})
            return [one["code"] for one in json.loads(response.content)["products"]]

        assert menu(self.cast.lin) == ["NF-1"]
        assert menu(self.cast.hu) == []


class ProductPage(Story, pages.PageCase):
    strangers = ("hu",)
    queries = 20
    chinese = "商品信息"
    english = "About this product"

    def address(self):
        return f"/catalogue/{self.product.pk}/"

    def test_notes_and_batches_are_kept_by_who_may(self):
        client = self.as_person(self.cast.zhou)
        assert (
            client.post(self.address() + "notes/", {"must_say": "有色差", "supplier": "甲厂"}).status_code
            == 302
        )
        assert Product.objects.get().must_say == "有色差"
        data = {"sku": self.sku.pk, "number": "B1", "made_on": "2026-01-01", "expires_on": "2026-12-31"}
        assert client.post(self.address() + "batches/", data).status_code == 302
        assert str(self.sku.batches.get().expires_on) == "2026-12-31"
        assert (
            self.as_person(self.cast.lin).post(self.address() + "notes/", {"must_say": "x"}).status_code
            == 403
        )

    def test_every_door_is_closed_to_a_stranger(self):
        client = self.as_person(self.cast.hu)
        assert [client.get(self.address() + part).status_code for part in ("", "card/")] == [404, 404]
        assert [client.post(self.address() + part).status_code for part in ("notes/", "batches/")] == [
            404,
            404,
        ]


class LoadingGoodsPage(Story, pages.PageCase):
    reader = "zhou"
    strangers = ("lin", "hu")
    stranger_status = 403
    queries = 22
    chinese = "导入商品"
    english = "Load goods"

    def address(self):
        return "/catalogue/import/"

    def test_a_file_is_tried_and_confirmed(self):
        file = SimpleUploadedFile("c.csv", "商品编号,商品名称,商品编码\nP9,南风毛毯,NF-9\n".encode())
        client = self.as_person(self.cast.zhou)
        trial = client.post("/catalogue/import/", {"shop": self.cast.shop.pk, "file": file})["Location"]
        assert "确认导入 1 个商品" in client.get(trial).content.decode()
        done = client.post(trial + "confirmation/")["Location"]
        assert "新增商品 1" in client.get(done).content.decode()
        assert Sku.objects.filter(code="NF-9").exists()

    def test_a_bad_file_is_refused_at_the_field(self):
        file = SimpleUploadedFile("c.csv", b"a,b\n1,2\n")
        response = self.as_person(self.cast.zhou).post(
            "/catalogue/import/", {"shop": self.cast.shop.pk, "file": file}
        )
        assert response.status_code == 422
        assert ImportRun.objects.count() == 0
