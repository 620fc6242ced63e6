"""Reports of after-sales: figures of a small story, exact."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from dangban.aftersales import actions
from dangban.aftersales.actions import deciding
from dangban.aftersales.models import Case
from dangban.aftersales.reports import figures
from dangban.aftersales.tests.story import ReturningCase
from dangban.stock.tests.goods import sku_of
from dangban.testing import pages
from dangban.testing.cast import NOW

SPAN = figures.Span(date(NOW.year, NOW.month, 1), NOW.date())


class ReportCase(ReturningCase):
    def story_of_three(self) -> None:
        for number, reason in (("1", "quality"), ("2", "quality"), ("3", "size")):
            case = self.story.case("return", reason, order=self.story.order(number=f"900{number}"))
            deciding.assess(case, {}, by=self.cast.mei, at=NOW + timedelta(hours=1))
        Case.objects.filter(reason="size").update(refunded_fen=19_900, cost_fen=1_200)


class FigureTests(ReportCase):
    def test_cases_are_counted_by_reason_product_shop_agent_and_courier(self) -> None:
        self.story_of_three()
        counted = {what: [(line.name, line.cases) for line in figures.by(self.cast.zhou, what, SPAN)] for what in figures.BY}
        assert counted["reason"] == [("质量问题", 2), ("尺码大小不合适", 1)]
        assert counted["product"] == [("加厚四件套", 3)]
        assert counted["agent"] == [(self.cast.mei.name, 3)]
        assert counted["courier"] == [("中通", 3)]
        assert (counted["batch"], len(counted["shop"])) == ([], 1)
        assert figures.by(self.cast.hu, "reason", SPAN) == []

    def test_pieces_and_what_was_paid_back_are_of_the_goods(self) -> None:
        """Two of one and one of the other for 199.00 each: 300.00 back are 200.00 and 100.00."""
        order = self.story.order(self.story.blue, sku_of(self.cast.shop, "ZT-1", "决明子枕头"), quantity=2)
        blue, pillow = order.lines.order_by("position")
        wanted = [actions.Wanted(blue, 2, 39_800), actions.Wanted(pillow, 1, 19_900)]
        actions.open_case(order.shop, "return", "quality", by=self.cast.mei, source="order", order=order, lines=wanted, at=NOW)
        Case.objects.update(refunded_fen=30_000)
        told = {line.name: (line.cases, line.pieces, line.refunded_fen) for line in figures.by(self.cast.zhou, "product", SPAN)}
        assert told == {"加厚四件套": (1, 2, 20_000), "决明子枕头": (1, 1, 10_000)}
        (line,) = figures.by(self.cast.zhou, "reason", SPAN)
        assert (line.cases, line.pieces, line.refunded_fen, line.sold) == (1, 3, 30_000, 1)

    def test_a_case_taken_up_again_and_still_open_counts_against_no_other(self) -> None:
        first, second = (self.story.case("return", "quality", order=self.story.order(number=number)) for number in ("9001", "9002"))
        for case in (first, second):
            self.story.move(case, "agree_soothing", "settled")
        self.story.move(first, "reopen", "opened")
        assert figures.summary(self.cast.zhou, SPAN).at_first == 1

    def test_the_summary_adds_up_and_leaves_out_what_was_taken_back(self) -> None:
        self.story_of_three()
        deciding.withdraw(Case.objects.filter(reason="quality").first(), "不要了", by=self.cast.mei, at=NOW)  # type: ignore[arg-type]
        told = figures.summary(self.cast.zhou, SPAN)
        assert (told.cases, told.orders, told.refunded_fen, told.cost_fen, told.disputes) == (2, 3, 19_900, 1_200, 0)

    def test_time_in_each_state_comes_from_its_steps(self) -> None:
        self.story_of_three()
        stays = {one.code: (one.times, one.seconds) for one in figures.stays(self.cast.zhou, SPAN)}
        assert stays["opened"] == (3, 3600.0)

    def test_open_cases_by_age(self) -> None:
        self.story_of_three()
        assert figures.ages(self.cast.zhou, NOW + timedelta(days=5)) == [(1, 0), (2, 0), (7, 3), (15, 0), (30, 0), (None, 0)]


class ReportPageTests(pages.PageCase, ReportCase):
    reader, chinese, english, queries = "zhou", "售后报表", "Reports of after-sales", 24

    def address(self) -> str:
        return "/aftersales/reports/?by=product"

    def test_it_costs_as_many_queries_for_many_cases(self) -> None:
        client = self.as_person(self.cast.zhou)
        client.get(self.address())
        counts = []
        for _round in range(2):
            with CaptureQueriesContext(connection) as captured:
                assert client.get(self.address()).status_code == 200
            counts.append(len(captured))
            if _round == 0:
                self.story_of_three()
        assert counts[1] <= counts[0] + 1

    def test_every_way_of_counting_is_shown_and_taken_out(self) -> None:
        self.story_of_three()
        client = self.as_person(self.cast.qian)
        for what in figures.BY:
            assert client.get(f"/aftersales/reports/?by={what}").status_code == 200, what
            assert client.get(f"/aftersales/reports/export/?by={what}").status_code == 200, what
        assert client.get("/aftersales/reports/?month=2026-02").status_code == 200
        assert self.as_person(self.cast.mei).get("/aftersales/reports/export/").status_code == 403
