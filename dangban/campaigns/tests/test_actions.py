"""Campaigns are planned, changed and stopped; whoever serves the shops hears of it once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest

from dangban.campaigns import actions, ports, queries, telling
from dangban.campaigns.models import Campaign
from dangban.campaigns.queries import Wanted
from dangban.campaigns.tests.sale import LATER, SOON, SaleCase
from dangban.desk.models import Notice
from dangban.handbook.current import in_force
from dangban.journal.models import Entry
from dangban.lib.errors import BadInput, Conflict, NotAllowed, Refused
from dangban.testing.cast import NOW


def heard(person: Any) -> list[str]:
    return list(Notice.objects.filter(person=person).order_by("pk").values_list("title", flat=True))


class PlanTest(SaleCase):
    def test_what_runs_at_once_is_told_at_once_with_what_to_say(self) -> None:
        made = self.sale.plan()
        assert heard(self.cast.lin) == ["活动开始：满三百减三十"]
        body = Notice.objects.get(person=self.cast.lin).body
        assert body.splitlines() == [
            "南风家居旗舰店", "满 ¥300.00 减 ¥30.00；全店商品", "到 2026-11-22 10:00 为止", "话术：满三百立减三十，不用领券",
        ]  # fmt: skip
        assert heard(self.cast.hu) == []
        told = list(Entry.objects.filter(subject_kind="campaigns.campaign", subject_id=made.pk).order_by("pk").values_list("verb", flat=True))
        assert told == ["campaigns.planned", "campaigns.started"]

    def test_what_comes_is_told_when_it_begins_and_when_it_is_over_and_once_each(self) -> None:
        self.sale.plan(starts_at=SOON)
        assert heard(self.cast.lin) == []
        actions.tell_what_began_and_ended(SOON - timedelta(minutes=1))
        assert heard(self.cast.lin) == []
        for _again in range(2):
            actions.tell_what_began_and_ended(SOON)
        assert heard(self.cast.lin) == ["活动开始：满三百减三十"]
        for _again in range(2):
            actions.tell_what_began_and_ended(LATER)
        assert heard(self.cast.lin) == ["活动开始：满三百减三十", "活动结束：满三百减三十"]

    def test_what_passed_unheard_of_is_not_told_afterwards(self) -> None:
        made = self.sale.plan(starts_at=SOON)
        assert actions.tell_what_began_and_ended(LATER + timedelta(days=1)) == 1
        assert heard(self.cast.lin) == []
        made.refresh_from_db()
        assert None not in (made.start_told_at, made.end_told_at)
        assert actions.tell_what_began_and_ended(LATER + timedelta(days=1)) == 0

    def test_an_agent_and_whoever_leads_another_shop_plan_none(self) -> None:
        for person in (self.cast.lin, self.cast.hu):
            with pytest.raises(NotAllowed):
                actions.plan_campaign(self.sale.terms(), by=person, at=NOW)
        with pytest.raises(NotAllowed):
            actions.plan_campaign(self.sale.terms(shops=[self.cast.shop, self.cast.other_shop]), by=self.cast.zhou, at=NOW)
        assert not Campaign.objects.exists()

    def test_what_can_not_stand_is_refused_field_by_field(self) -> None:
        wrong: list[tuple[dict[str, Any], str]] = [
            ({"name": " "}, "name"),
            ({"ends_at": NOW}, "ends_at"),
            ({"starts_at": NOW - timedelta(days=2), "ends_at": NOW - timedelta(days=1)}, "ends_at"),
            ({"shops": []}, "shops"),
            ({"products": [self.sale.nuts]}, "goods"),
            ({"categories": ["坚果"]}, "categories"),
            ({"kind": "percent", "pays_percent": 100}, "pays_percent"),
            ({"kind": "percent", "pays_percent": 0}, "pays_percent"),
            ({"kind": "nth", "pays_percent": 50, "nth": 1}, "nth"),
            ({"kind": "fixed", "price_fen": 100}, "goods"),
            ({"kind": "fixed", "price_fen": 0, "products": [self.sale.quilt]}, "price"),
            ({"kind": "gift"}, "gift"),
            ({"tiers": []}, "tiers"),
            ({"tiers": [(3_000, 3_000)]}, "tiers"),
            ({"tiers": [(30_000, 3_000), (50_000, 2_000)]}, "tiers"),
            ({"tiers": [(30_000, 3_000), (50_000, 6_000)], "repeats": True}, "tiers"),
        ]
        for given, field in wrong:
            with pytest.raises(BadInput) as said:
                self.sale.plan(**given)
            assert list(said.value.fields) == [field], given
        assert not Campaign.objects.exists()

    def test_what_is_not_of_its_kind_is_dropped(self) -> None:
        made = self.sale.plan(kind="percent", pays_percent=85, price_fen=5, nth=3, gift="抱枕", repeats=True, by_platform=True)
        assert (made.pays_percent, made.price_fen, made.nth, made.gift, made.repeats, made.by_platform, made.tiers) == (
            85, None, None, "", False, False, [],
        )  # fmt: skip


class ChangeTest(SaleCase):
    def test_a_change_while_it_runs_is_told_with_what_is_new(self) -> None:
        made = self.sale.plan()
        changed = actions.change_campaign(made, self.sale.terms(tiers=[(30_000, 5_000)]), version=1, by=self.cast.zhou, at=SOON)
        assert (changed.version, changed.tiers) == (2, [[30_000, 5_000]])
        assert heard(self.cast.lin)[-1] == "活动有变：满三百减三十"
        assert "有变：门槛" in Notice.objects.filter(person=self.cast.lin).latest("pk").body
        assert Entry.objects.get(verb="campaigns.changed").change == {"tiers": [[[30_000, 3_000]], [[30_000, 5_000]]]}

    def test_the_same_again_changes_nothing_and_tells_nobody(self) -> None:
        made = self.sale.plan()
        actions.change_campaign(made, self.sale.terms(), version=1, by=self.cast.zhou, at=SOON)
        made.refresh_from_db()
        assert (made.version, len(heard(self.cast.lin))) == (1, 1)

    def test_the_slower_of_two_hears_of_the_faster(self) -> None:
        made = self.sale.plan()
        actions.change_campaign(made, self.sale.terms(name="满减"), version=1, by=self.cast.zhou, at=SOON)
        with pytest.raises(Conflict):
            actions.change_campaign(made, self.sale.terms(name="大促"), version=1, by=self.cast.bao, at=SOON)
        with pytest.raises(Conflict):
            actions.stop_campaign(made, version=1, by=self.cast.bao, at=SOON)
        made.refresh_from_db()
        assert (made.name, made.version, made.stopped_at) == ("满减", 2, None)

    def test_moved_to_later_it_is_told_again_when_it_begins(self) -> None:
        made = self.sale.plan()
        actions.change_campaign(made, self.sale.terms(starts_at=SOON), version=1, by=self.cast.zhou, at=NOW)
        actions.tell_what_began_and_ended(SOON)
        assert heard(self.cast.lin) == ["活动开始：满三百减三十", "活动有变：满三百减三十", "活动开始：满三百减三十"]

    def test_stopped_it_is_over_and_told(self) -> None:
        made = self.sale.plan()
        stopped = actions.stop_campaign(made, version=1, by=self.cast.zhou, at=SOON)
        assert (stopped.state(SOON), stopped.ends_at) == ("over", SOON)
        assert heard(self.cast.lin)[-1] == "活动结束：满三百减三十"
        with pytest.raises(Refused):
            actions.change_campaign(made, self.sale.terms(), version=2, by=self.cast.zhou, at=SOON)

    def test_taken_back_before_it_began_nobody_hears(self) -> None:
        made = self.sale.plan(starts_at=SOON)
        actions.stop_campaign(made, version=1, by=self.cast.zhou, at=NOW + timedelta(minutes=5))
        actions.tell_what_began_and_ended(LATER)
        assert heard(self.cast.lin) == []

    def test_an_agent_stops_none(self) -> None:
        made = self.sale.plan()
        with pytest.raises(NotAllowed):
            actions.stop_campaign(made, version=1, by=self.cast.lin, at=SOON)
        made.refresh_from_db()
        assert made.stopped_at is None


class OpenPagesTest(SaleCase):
    def test_each_thing_that_moves_a_price_is_announced_to_the_shops_concerned(self) -> None:
        rung: list[set[int]] = []
        with patch.object(ports, "_bells", [lambda shops: rung.append(set(shops))]):

            def news() -> list[set[int]]:
                said, rung[:] = list(rung), []
                return said

            ours, both = {self.cast.shop.pk}, {self.cast.shop.pk, self.cast.second_shop.pk}
            made = self.sale.plan(starts_at=SOON)
            assert news() == [ours]
            made = actions.change_campaign(made, self.sale.terms(starts_at=SOON, shops=[self.cast.shop, self.cast.second_shop]), version=1, by=self.cast.bao, at=NOW)
            assert news() == [both]
            actions.change_campaign(made, self.sale.terms(starts_at=SOON, shops=[self.cast.shop, self.cast.second_shop]), version=2, by=self.cast.bao, at=NOW)
            assert news() == []
            actions.tell_what_began_and_ended(SOON)
            assert news() == [both]
            with pytest.raises(Conflict):
                actions.stop_campaign(made, version=1, by=self.cast.bao, at=SOON)
            assert news() == []
            actions.stop_campaign(made, version=2, by=self.cast.bao, at=SOON)
            assert set(map(frozenset, news())) == {frozenset(both)}


class PriceTest(SaleCase):
    def work_out(self, *wanted: Wanted, freight: int = 0) -> queries.Worked:
        return queries.work_out(self.cast.shop, wanted, freight, NOW, in_force(NOW))

    def test_a_basket_is_worked_out_with_what_runs_in_its_shop(self) -> None:
        self.sale.plan()
        self.sale.plan(name="四件套券", kind="coupon", tiers=[(20_000, 1_500)], categories=["四件套"])
        self.sale.plan(name="满二百包邮", kind="freight", tiers=[(20_000, 0)])
        self.sale.plan(name="满四百送抱枕", kind="gift", tiers=[(40_000, 0)], gift="抱枕一个")
        self.sale.plan(name="下周", kind="percent", pays_percent=50, starts_at=SOON)
        self.sale.plan(name="京东", kind="percent", pays_percent=50, shops=[self.cast.second_shop])
        sku = self.sale.sheets.skus.get()
        worked = self.work_out(Wanted(self.sale.quilt.pk, None, 1), Wanted(self.sale.sheets.pk, sku.pk, 1), freight=1_200)
        assert worked.price is not None
        assert [(worked.campaigns[step.offer].name, step.cut_fen, step.after_fen) for step in worked.price.steps] == [
            ("满三百减三十", 3_000, 44_800), ("四件套券", 1_500, 43_300), ("满四百送抱枕", 0, 43_300), ("满二百包邮", 0, 43_300),
        ]  # fmt: skip
        assert [line.amount_fen for line in worked.lines] == [24_274, 19_026]
        assert telling.price_line(worked.price, worked.pieces, worked.campaigns) == (
            "您选的 2 件原价 ¥478.00，满三百减三十 -¥30.00，四件套券 -¥15.00，到手价 ¥433.00，包邮，另送抱枕一个。"
        )

    def test_what_is_missing_is_said_when_it_is_near(self) -> None:
        self.sale.plan()
        worked = self.work_out(Wanted(self.sale.quilt.pk, None, 1))
        assert worked.price is not None
        said = telling.price_line(worked.price, 1, worked.campaigns)
        assert said == "您选的 1 件到手价 ¥259.00。再凑 ¥41.00 就可享受：满 ¥300.00 减 ¥30.00。"

    def test_goods_of_another_shop_and_without_price_are_not_counted(self) -> None:
        self.sale.quilt.price_fen = None
        self.sale.quilt.save()
        worked = self.work_out(Wanted(self.sale.quilt.pk, None, 1), Wanted(self.sale.nuts.pk, None, 1))
        assert ([line.title for line in worked.lines], worked.price) == (["暖云冬被"], None)

    def test_overlaps_are_found_by_time_shop_goods_and_step(self) -> None:
        there = self.sale.plan(name="九折", kind="percent", pays_percent=90, categories=["被芯"])
        rulebook = in_force(NOW)

        def met(**given: Any) -> list[tuple[int, str]]:
            offer = queries.Offer(0, given.get("kind", "fixed"), products=given.get("products", frozenset({self.sale.quilt.pk})))
            shops = given.get("shops", [self.cast.shop.pk])
            found = queries.overlapping(offer, shops, given.get("start", NOW), LATER + timedelta(days=9), rulebook)
            return [(one.campaign.pk, one.meet) for one in found]

        assert met() == [(there.pk, "beaten")]
        assert met(products=frozenset({self.sale.sheets.pk})) == []
        assert met(shops=[self.cast.second_shop.pk]) == []
        assert met(start=LATER) == []
        assert met(kind="spend") == []
