from dangban.customers import actions, queries
from dangban.customers.models import Address, Customer, RiskMark, Tag
from dangban.handbook import actions as handbook
from dangban.journal import chronicle
from dangban.journal.models import Entry
from dangban.testing import pages
from dangban.testing.cast import NOW


class Story(pages.CastCase):
    @classmethod
    def set_up_story(cls):
        handbook.adopt_preset("default")
        fang = cls.cast.fang
        Customer.objects.filter(pk=fang.pk).update(phone="13500000005", phone_tail="0005")
        cls.address_row = Address.objects.create(
            customer=fang,
            receiver="方静",
            phone="13500000005",
            province="浙江省",
            city="杭州市",
            detail="示例路8号",
            last_used_at=NOW,
        )
        cls.north = cls.cast.customer("bei_1", "北客", cls.cast.other_shop)
        actions.add_tag(fang, "老友", by=cls.cast.lin)


class CustomerListPage(Story, pages.PageCase):
    queries = 20
    chinese = "顾客"
    english = "Customers"

    def address(self):
        return "/customers/"

    def page(self, who="lin", **query):
        return self.as_person(getattr(self.cast, who)).get("/customers/", query).content.decode()

    def test_each_sees_the_customers_of_their_own_shops(self):
        assert "方静" in self.page()
        assert "北客" not in self.page()
        assert "方静" not in self.page("hu")
        assert "北客" in self.page("hu")

    def test_a_customer_is_found_by_handle_and_phone_tail_but_not_by_a_stranger(self):
        assert "方静" in self.page(q="fang_20")
        assert "方静" in self.page(q="0005")
        assert "方静" in self.page(tag="老友")
        for words in ("fang_2008", "0005"):
            assert "方静" not in self.page("hu", q=words)

    def test_phone_numbers_are_masked(self):
        assert "13500000005" not in self.page()
        assert "135****0005" in self.page()

    def test_a_manager_exports_with_a_trace_and_an_agent_may_not(self):
        assert self.as_person(self.cast.bao).get("/customers/export/").status_code == 200
        assert Entry.objects.get(verb="customers.exported").change["rows"] == 2
        assert self.as_person(self.cast.lin).get("/customers/export/").status_code == 403


class ProfilePage(Story, pages.PageCase):
    strangers = ("hu",)
    queries = 45
    chinese = "基本信息"
    english = "Who it is"

    def address(self):
        return f"/customers/{self.cast.fang.pk}/"

    def post(self, part, who="zhou", **data):
        return self.as_person(getattr(self.cast, who)).post(self.address() + part, data)

    def test_tag_credit_risk_and_merge_are_done_from_the_page(self):
        twin = self.cast.customer("fang_jd", "方小姐", self.cast.second_shop)
        assert self.post("tags/", "lin", text="爱送礼").status_code == 302
        assert self.post("credit/", "lin", level="4").status_code == 302
        assert self.post("risks/", kind="abuse", evidence="辱骂客服两次").status_code == 302
        assert self.post("merges/", other=twin.pk, reason="同一电话").status_code == 302
        page = self.as_person(self.cast.zhou).get(self.address()).content.decode()
        assert all(words in page for words in ("爱送礼", "辱骂客服两次", "fang_jd", "同一电话"))
        assert self.as_person(self.cast.zhou).get(f"/customers/{twin.pk}/")["Location"] == self.address()

    def test_bad_input_comes_back_with_words(self):
        assert self.post("risks/", kind="abuse", evidence="").status_code == 422
        assert self.post("merges/", other="x", reason="").status_code == 422
        assert self.post("tags/", "lin", text="").status_code == 422
        assert self.post("credit/", "lin", level="9").status_code == 422

    def test_an_address_is_revealed_to_who_may_see_it(self):
        door = f"/reveal/customers.address/{self.address_row.pk}/address/"
        assert door in self.as_person(self.cast.ou).get(self.address()).content.decode()
        assert self.as_person(self.cast.lin).post(door, {"reason": "看看"}).status_code == 403
        asked = self.as_person(self.cast.ou).get(door).content.decode()
        assert "核对收货信息" in asked
        assert "示例路8号" not in asked
        assert "示例路8号" in self.as_person(self.cast.ou).post(door, {"reason": "核对收货信息"}).content.decode()
        assert self.as_person(self.cast.ou).post("/reveal/customers.address/999/address/", {"reason": "x"}).status_code == 404
        (told,) = chronicle.tell(list(Entry.objects.filter(verb="people.revealed")))
        assert (told.entry.subject_kind, told.entry.subject_id) == ("customers.customer", self.cast.fang.pk)
        assert [(one.label, one.after) for one in told.changes] == [("内容", "地址"), ("原因", "核对收货信息")]

    def test_without_a_reason_nothing_is_revealed(self):
        Customer.objects.filter(pk=self.cast.fang.pk).update(phone="13500000005")
        for door in (f"customers.customer/{self.cast.fang.pk}/phone", f"customers.address/{self.address_row.pk}/address"):
            answer = self.as_person(self.cast.ou).post(f"/reveal/{door}/", {"reason": " "})
            assert answer.status_code == 422
            assert "13500000005" not in answer.content.decode()
            assert "示例路8号" not in answer.content.decode()
        assert not Entry.objects.filter(verb="people.revealed").exists()

    def test_whoever_sees_all_shops_sees_the_tags_and_risks_of_each(self):
        mark = RiskMark.objects.create(
            customer=self.cast.fang, shop=self.cast.shop, kind="malicious", evidence="-", by=self.cast.zhou, at=NOW, expires_on="2027-01-01", confidentiality=1
        )
        tag = actions.add_tag(self.cast.fang, "常退", by=self.cast.lin, shop=self.cast.shop)
        for person in (self.cast.bao, self.cast.zhou):
            assert tag in queries.visible_tags(person)
            assert mark in queries.visible_risks(person)
        assert list(queries.visible_risks(self.cast.hu)) == []

    def test_every_door_is_closed_to_a_stranger(self):
        client = self.as_person(self.cast.hu)
        tag = Tag.objects.get()
        gets = [client.get(self.address() + part).status_code for part in ("", "card/", "timeline/")]
        parts = ("tags/", f"tags/{tag.pk}/removal/", "credit/", "risks/", "merges/")
        posts = [client.post(self.address() + part, {"text": "x"}).status_code for part in parts]
        assert (gets, posts) == ([404] * 3, [404] * 5)

    def test_a_stranger_may_not_merge_a_customer_into_their_own(self):
        client = self.as_person(self.cast.hu)
        response = client.post(
            f"/customers/{self.north.pk}/merges/", {"other": self.cast.fang.pk, "reason": "x"}
        )
        assert response.status_code == 404
