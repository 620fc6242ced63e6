"""The pages of campaigns: who sees them, what they show, what their doors do."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any, ClassVar

from dangban.campaigns.models import Campaign
from dangban.campaigns.tests.sale import LATER, SOON, Sale
from dangban.people.models import Person
from dangban.testing import pages
from dangban.testing.cast import NOW


class Sales(pages.CastCase):
    """What runs, comes and is over in the cast's shops."""

    sale: ClassVar[Sale]
    spend: ClassVar[Campaign]

    @classmethod
    def set_up_story(cls) -> None:
        super().set_up_story()
        cls.sale = Sale(cls.cast)
        cls.spend = cls.sale.plan()
        cls.sale.plan(name="满二百包邮", kind="freight", tiers=[(20_000, 0)])
        cls.sale.plan(name="被子九折", kind="percent", pays_percent=90, products=[cls.sale.quilt], starts_at=SOON)
        cls.sale.old("零食日", cls.cast.other_shop)


class ListTest(Sales, pages.PageCase):
    reader, strangers, stranger_status = "lin", ("ding",), 403
    chinese, english, queries = "满 ¥300.00 减 ¥30.00", "Campaigns", 26

    def address(self) -> str:
        return "/campaigns/"

    def test_what_runs_comes_and_is_over_stand_apart(self) -> None:
        def names(who: Person, which: str) -> list[str]:
            page = self.as_person(who).get(f"/campaigns/?which={which}").content.decode()
            return [name for name in ("满三百减三十", "满二百包邮", "被子九折", "零食日") if name in page]

        assert names(self.cast.lin, "running") == ["满三百减三十", "满二百包邮"]
        assert names(self.cast.lin, "coming") == ["被子九折"]
        assert names(self.cast.lin, "over") == []
        assert names(self.cast.hu, "over") == ["零食日"]
        assert names(self.cast.hu, "running") == []

    def test_a_page_ends_and_the_next_begins_after_it(self) -> None:
        for number in range(52):
            self.sale.plan(name=f"小活动{number:02d}", kind="freight", tiers=[(0, 0)], ends_at=LATER + timedelta(hours=1))
        client = self.as_person(self.cast.lin)
        first = client.get("/campaigns/").content.decode()
        assert ("小活动47" in first, "小活动48" in first) == (True, False)
        following = client.get("/campaigns/?which=running&after=" + first.split("after=")[1].split('"')[0]).content.decode()
        assert ("小活动47" in following, "小活动48" in following, "小活动51" in following) == (False, True, True)

    def test_an_open_page_fetches_the_list_alone(self) -> None:
        part = self.as_person(self.cast.lin).get("/campaigns/?which=coming", headers={"HX-Request": "true", "HX-Target": "campaign-list"})
        page = part.content.decode()
        assert ('data-live-src="/campaigns/?which=coming"' in page, "被子九折" in page, "<main" in page) == (True, True, False)

    def test_only_who_may_plan_is_offered_it(self) -> None:
        assert "/campaigns/new/" in self._get("zhou").content.decode()
        assert "/campaigns/new/" not in self._get("lin").content.decode()


class CampaignTest(Sales, pages.PageCase):
    reader, strangers = "lin", ("hu",)
    chinese, english, queries = "满三百立减三十", "What agents say of it", 26

    def address(self) -> str:
        return f"/campaigns/{self.spend.pk}/"

    def test_who_manages_may_end_it_and_the_slower_is_told(self) -> None:
        assert "stop/" not in self._get("lin").content.decode()
        client = self.as_person(self.cast.zhou)
        assert client.post(f"{self.address()}stop/", {"version": 9}).status_code == 409
        assert client.post(f"{self.address()}stop/", {"version": 1}).status_code == 302
        self.spend.refresh_from_db()
        assert self.spend.ends_at == NOW

    def test_an_agent_is_refused(self) -> None:
        client = self.as_person(self.cast.lin)
        statuses = [client.post(f"{self.address()}stop/", {"version": 1}).status_code, client.get(f"{self.address()}change/").status_code]
        assert statuses == [403, 403]
        self.spend.refresh_from_db()
        assert self.spend.ends_at == LATER


class NewTest(Sales, pages.PageCase):
    reader, strangers, stranger_status = "zhou", ("lin", "hu"), 403
    chinese, english, queries = "新建活动", "Plan a campaign", 22

    def address(self) -> str:
        return "/campaigns/new/"

    def data(self, **given: Any) -> dict[str, Any]:
        return {
            "name": "冬被节", "kind": "percent", "pays_percent": "85", "starts_at": "2026-11-20T00:00", "ends_at": "2026-11-23T00:00",
            "shops": [self.cast.shop.pk], "goods": "BX-01，P-SJT-01", "say": "冬被八五折", **given,
        }  # fmt: skip

    def test_it_is_written_down_with_goods_by_code_and_by_id(self) -> None:
        response = self.as_person(self.cast.zhou).post(self.address(), self.data(kind="coupon", tiers="满200减15"))
        made = Campaign.objects.get(name="冬被节")
        assert (response.status_code, response["Location"]) == (302, f"/campaigns/{made.pk}/")
        assert (made.tiers, made.pays_percent, made.by_name) == ([[20_000, 1_500]], None, "周敏")
        assert {row.product for row in made.for_products.all()} == {self.sale.quilt, self.sale.sheets}

    def test_overlaps_are_told_before_it_is_saved(self) -> None:
        client = self.as_person(self.cast.zhou)
        first = client.post(self.address(), self.data())
        assert first.status_code == 422
        page = first.content.decode()
        assert "被子九折" in page
        assert "客户只能享受其中更优惠的一个" in page
        assert not Campaign.objects.filter(name="冬被节").exists()
        seen = page.split('name="seen" value="')[1].split('"')[0]
        assert client.post(self.address(), self.data(seen=seen)).status_code == 302
        assert Campaign.objects.filter(name="冬被节").exists()

    def test_what_is_wrong_stands_beside_its_field(self) -> None:
        client = self.as_person(self.cast.zhou)
        for given, said in (
            ({"goods": "JG-01"}, "所选店铺里没有：JG-01"),
            ({"kind": "spend", "tiers": "三百减三十"}, "不是门槛"),
            ({"kind": "spend", "tiers": "30-300"}, "减的金额要小于门槛"),
            ({"kind": "fixed", "price": "abc"}, "不是金额"),
            ({"ends_at": "2026-11-19T00:00"}, "结束时间要晚于开始时间"),
            ({"shops": [self.cast.other_shop.pk]}, "冬被节"),
        ):
            response = client.post(self.address(), self.data(**given))
            assert (response.status_code, said in response.content.decode()) == (422, True), given
        assert not Campaign.objects.filter(name="冬被节").exists()


class ChangeTest(Sales, pages.PageCase):
    reader, strangers = "zhou", ("hu",)
    chinese, english, queries = "修改活动", "Change a campaign", 24

    def address(self) -> str:
        return f"/campaigns/{self.spend.pk}/change/"

    def test_the_form_shows_what_is_and_saves_what_is_new(self) -> None:
        page = self._get("zhou").content.decode()
        assert 'value="300-30"' in page
        data = {
            "name": "满三百减五十", "kind": "spend", "tiers": "300-50", "starts_at": "2026-11-19T10:00", "ends_at": "2026-11-22T10:00",
            "shops": [self.cast.shop.pk], "version": "1",
        }  # fmt: skip
        client = self.as_person(self.cast.zhou)
        assert client.post(self.address(), data).status_code == 302
        self.spend.refresh_from_db()
        assert (self.spend.name, self.spend.tiers, self.spend.version) == ("满三百减五十", [[30_000, 5_000]], 2)
        assert client.post(self.address(), data).status_code == 409


class PriceTest(Sales, pages.PageCase):
    reader, strangers, stranger_status = "lin", ("ding",), 403
    chinese, english, queries = "到手价 ¥448.00", "List price", 34

    def address(self) -> str:
        return f"/campaigns/price/?shop={self.cast.shop.pk}&line={self.sale.quilt.pk}:&line={self.sale.sheets.pk}:&freight=12"

    def test_each_step_stands_with_what_is_left(self) -> None:
        page = self._get("lin").content.decode()
        for shown in ("¥478.00", "-¥30.00", "¥448.00", "-¥12.00", "满三百减三十", "包邮", "依据"):
            assert shown in page, shown

    def test_goods_are_found_added_counted_and_taken_out(self) -> None:
        client = self.as_person(self.cast.lin)
        found = client.get("/campaigns/price/", {"shop": self.cast.shop.pk, "q": "冬被"}).content.decode()
        assert f'name="add" value="{self.sale.quilt.pk}:' in found
        key = f"{self.sale.quilt.pk}:"
        two = client.get("/campaigns/price/", {"shop": self.cast.shop.pk, "line": key, "pieces": "1", "add": key}).content.decode()
        assert "您选的 2 件原价 ¥518.00" in two
        none = client.get("/campaigns/price/", {"shop": self.cast.shop.pk, "line": key, "pieces": "1", "drop": key}).content.decode()
        assert "您选的" not in none

    def test_another_time_shows_what_holds_then(self) -> None:
        asked = {"shop": self.cast.shop.pk, "line": f"{self.sale.quilt.pk}:", "at": "2026-11-19T12:30"}
        assert "-¥25.90" in self.as_person(self.cast.lin).get("/campaigns/price/", asked).content.decode()

    def test_nonsense_in_the_address_is_said_and_breaks_nothing(self) -> None:
        client = self.as_person(self.cast.lin)
        for query in ("shop=x", "line=x&pieces=y", "freight=-3", "freight=zz", "at=never", "line=1:2:3&add=9999999999999999:"):
            assert client.get(f"/campaigns/price/?{query}").status_code == 200, query


class PanelTest(Sales, pages.PageCase):
    reader, strangers = "lin", ("hu",)
    chinese, english, queries = "data-insert", "What to say", 32

    def address(self) -> str:
        return f"/campaigns/price/panel/?shop={self.cast.shop.pk}&line={self.sale.quilt.pk}:&pieces=2"

    def test_the_line_to_say_goes_into_the_composer(self) -> None:
        page = self._get("lin").content.decode()
        assert 'data-insert="您选的 2 件原价 ¥518.00，满三百减三十 -¥30.00，到手价 ¥488.00。"' in page

    def test_the_search_is_cleared_once_its_goods_are_added(self) -> None:
        asked = {"shop": self.cast.shop.pk, "q": "冬被", "add": f"{self.sale.quilt.pk}:"}
        page = self.as_person(self.cast.lin).get("/campaigns/price/panel/", asked).content.decode()
        assert ('class="price-hit"' in page, 'name="q" value=""' in page) == (False, True)

    def test_it_asks_the_same_again_when_something_changes_in_the_shop(self) -> None:
        asked = {"shop": self.cast.shop.pk, "q": "冬被", "add": f"{self.sale.quilt.pk}:", "freight": "8"}
        page = self.as_person(self.cast.lin).get("/campaigns/price/panel/", asked).content.decode()
        shop, again = re.findall(r'data-live="campaigns:(\d+)" data-live-src="([^"]+)"', page)[0]
        assert (int(shop), html.unescape(again)) == (
            self.cast.shop.pk,
            f"/campaigns/price/panel/?shop={shop}&line={self.sale.quilt.pk}%3A&pieces=1&q=&freight=8&at=",
        )
        assert html.unescape(re.findall(r'data-live-src="([^"]+)"', self.as_person(self.cast.lin).get(html.unescape(again)).content.decode())[0]) == html.unescape(again)
