"""Scripts: who may write and use them, how they are found, what is put into them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.http import Http404

from dangban.knowledge import access, actions, queries, rules
from dangban.knowledge.models import Script, ScriptUse
from dangban.lib.errors import BadInput, NotAllowed
from dangban.orders.models import Order
from dangban.testing import pages
from dangban.testing.cast import NOW, TODAY, at


class ScriptCase(pages.CastCase):
    def write(self, title: str = "发货时间", body: str = "下午四点半前付款的订单当天发出。", **more: object) -> Script:
        given = {"by": self.cast.zhou, "scope": "company", "stage": "logistics", "title": title, "body": body}
        return actions.write_script(**(given | more))  # type: ignore[arg-type]

    def titles(self, typed: str, person: object = None, **more: object) -> list[str]:
        return [row["title"] for row in queries.find(person or self.cast.lin, typed, **more)]  # type: ignore[arg-type]


class AScriptIsFound(ScriptCase):
    def setUp(self) -> None:
        super().setUp()
        self.write()
        self.write("退换货流程", "七天内联系我们即可。", stage="return")
        self.write("优惠活动", "今天全场满减。", stage="recommendation")

    def test_by_the_initials_of_its_pinyin(self) -> None:
        assert self.titles("fhsj") == ["发货时间"]

    def test_by_its_pinyin(self) -> None:
        assert self.titles("tuihuan") == ["退换货流程"]

    def test_by_its_words(self) -> None:
        assert self.titles("换货") == ["退换货流程"]

    def test_by_what_it_says(self) -> None:
        assert self.titles("满减") == ["优惠活动"]

    def test_by_the_best_first(self) -> None:
        self.write("发货", "今天发。")
        assert self.titles("fh")[:2] == ["发货", "发货时间"]

    def test_by_its_stage(self) -> None:
        assert self.titles("", stage="return") == ["退换货流程"]

    def test_while_typing_something_like_it(self) -> None:
        found = queries.suggest(self.cast.lin, "您好，下午四点半前付款都是当天发出的")
        assert [row["title"] for row in found] == ["发货时间"]

    def test_not_after_its_date(self) -> None:
        self.write("双十一", "预售付定金。", expires_on=TODAY - timedelta(days=1))
        assert self.titles("双十一") == []

    def test_on_its_last_day(self) -> None:
        self.write("双十一", "预售付定金。", expires_on=TODAY)
        assert self.titles("双十一") == ["双十一"]

    def test_not_once_retired(self) -> None:
        actions.retire_script(Script.objects.get(title="优惠活动"), by=self.cast.zhou)
        assert self.titles("优惠") == []

    def test_in_its_shop_only(self) -> None:
        self.write("京东发票", "开具电子发票。", shop=self.cast.second_shop)
        assert self.titles("发票", shop_id=self.cast.shop.pk) == []
        assert self.titles("发票", shop_id=self.cast.second_shop.pk) == ["京东发票"]


class AScriptBelongs(ScriptCase):
    def test_to_who_wrote_it_for_themselves(self) -> None:
        mine = self.write("我的开场", by=self.cast.lin, scope="personal")
        assert self.titles("我的开场") == ["我的开场"]
        assert self.titles("我的开场", self.cast.mei) == []
        with pytest.raises(Http404):
            access.get_script(self.cast.mei, mine.pk)

    def test_to_the_team_it_is_for(self) -> None:
        self.write("家居尺寸", scope="team", team=self.cast.team)
        assert self.titles("家居") == ["家居尺寸"]
        assert self.titles("家居", self.cast.hu) == []

    def test_to_leaders_to_write_for_others(self) -> None:
        with pytest.raises(NotAllowed):
            self.write(by=self.cast.lin)
        assert Script.objects.count() == 0

    def test_to_its_writer_to_change(self) -> None:
        mine = self.write(by=self.cast.lin, scope="personal")
        with pytest.raises(NotAllowed):
            actions.rewrite_script(mine, by=self.cast.mei, body="别的")
        assert actions.rewrite_script(mine, by=self.cast.lin, title="截单").keys == "jd jiedan"


class AScriptsVariables(ScriptCase):
    def test_are_filled_in_under_either_name(self) -> None:
        text = rules.render("{顾客}您好，{order}由{快递}承运", {"customer": "方静", "order": "88", "courier": "中通"}).text
        assert text == "方静您好，88由中通承运"

    def test_that_are_not_known_are_named(self) -> None:
        rendered = queries.render("单号{运单号}", {})
        assert (rendered.text, rendered.missing) == ("单号【运单号？】", ("运单号",))

    def test_never_come_from_what_a_customer_calls_themselves(self) -> None:
        assert rules.render("{顾客}您好", {"customer": "{订单号}", "order": "88"}).text == "{订单号}您好"

    def test_that_nobody_knows_are_refused_by_name(self) -> None:
        with pytest.raises(BadInput) as refusal:
            self.write(body="您的{积分}")
        assert "{积分}" in refusal.value.fields["body"][0]


class AScriptInUse(ScriptCase):
    def use(self, seq: int = 5) -> ScriptUse | None:
        return actions.use_script(
            self.script, by=self.cast.lin, thread_id=1, message_seq=seq, customer_id=self.cast.fang.pk,
            shop=self.cast.shop, at=NOW,
        )  # fmt: skip

    def setUp(self) -> None:
        super().setUp()
        self.script = self.write()

    def test_is_counted_once_a_line(self) -> None:
        self.use()
        self.use()
        self.use(seq=6)
        self.script.refresh_from_db()
        assert (self.script.uses, ScriptUse.objects.count()) == (2, 2)

    def test_has_worked_when_the_customer_pays_in_time(self) -> None:
        self.use()
        Order.objects.create(
            shop=self.cast.shop, platform_id="88", customer=self.cast.fang, status="paid", total_fen=9900,
            created_at=at("10:20"), paid_at=at("10:30"), business_day=date(2026, 11, 19), imported_at=at("11:00"),
        )  # fmt: skip
        assert actions.settle_uses(at("11:00"), timedelta(days=2)) == 1
        usage = queries.usage(self.cast.zhou, TODAY, TODAY)[self.script.pk]
        assert (usage.uses, usage.paid, usage.conversion) == (1, 1, 1.0)

    def test_has_not_worked_when_they_paid_before(self) -> None:
        self.use()
        Order.objects.create(
            shop=self.cast.shop, platform_id="88", customer=self.cast.fang, status="paid", total_fen=9900,
            created_at=at("09:20"), paid_at=at("09:30"), business_day=date(2026, 11, 19), imported_at=at("11:00"),
        )  # fmt: skip
        assert actions.settle_uses(at("11:00"), timedelta(days=2)) == 0
