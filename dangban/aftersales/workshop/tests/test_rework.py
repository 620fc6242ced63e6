"""Rework: every piece is at the workshop, in stock or scrapped, and moves once."""

from __future__ import annotations

from typing import Any

import pytest

from dangban.aftersales.models import ReworkOrder
from dangban.aftersales.workshop import actions, events, rules
from dangban.desk import actions as desk
from dangban.desk.models import Approval, Deadline
from dangban.handbook.loader import preset
from dangban.journal.models import Entry
from dangban.lib.errors import BadInput, Conflict, NotAllowed, Refused
from dangban.stock.models import Movement, Zone
from dangban.stock.tests.goods import GoodsCase
from dangban.testing.cast import TODAY

State = ReworkOrder.State


class Reworked(GoodsCase):
    def setUp(self) -> None:
        super().setUp()
        self.goods.receive(10, zone=self.goods.zones["returns"])

    def order(self, quantity: int = 10, key: str = "return:1", **given: Any) -> ReworkOrder:
        return actions.order_rework(
            self.goods.blue, quantity, zone=self.goods.zones["returns"], cause="车缝开线", plan="重新车缝", subject=("dealers.dealerreturn", 1),
            by=self.cast.zhou, key=key, responsible="production", cost_fen=8_000, label="TH000001", url="/dealers/1/", **given,
        )  # fmt: skip

    def lying(self) -> dict[str, int]:
        zones = [*self.goods.zones.values(), *Zone.objects.filter(code="workshop")]
        return {zone.code: amount for zone in zones if (amount := self.goods.lying(zone))}

    def running(self, order: ReworkOrder) -> list[str]:
        rows = Deadline.objects.filter(subject_kind=actions.SUBJECT, subject_id=order.pk, met_at=None, cancelled_at=None)
        return list(rows.values_list("kind", flat=True))


class WayTest(Reworked):
    def test_goods_go_to_the_workshop_come_back_are_looked_at_and_lie_in_stock(self) -> None:
        order = self.order()
        assert (order.state, order.owner, self.running(order), self.lying()) == ("ordered", self.cast.ding, ["workshop.issue"], {"returns": 10})
        actions.issue(order, by=self.cast.ding)
        order.refresh_from_db()
        assert (order.state, order.at_work, self.running(order), self.lying()) == ("issued", 10, ["workshop.finish"], {"workshop": 10})
        actions.finish(order, 10, 0, by=self.cast.ding, material_fen=1_250, labour_fen=6_000)
        order.refresh_from_db()
        assert (order.state, order.spent_fen, self.running(order), self.lying()) == ("done", 7_250, ["workshop.check"], {"workshop": 10})
        actions.check_again(order, 5, 0, by=self.cast.zhou)
        order.refresh_from_db()
        assert (order.state, order.stocked, order.at_work, self.running(order), self.lying()) == ("closed", 10, 0, [], {"good": 10})
        assert list(Entry.objects.filter(subject_kind=actions.SUBJECT).order_by("pk").values_list("verb", flat=True)) == [
            f"aftersales.rework_{verb}" for verb in ("ordered", "issued", "done", "checked", "closed")
        ]

    def test_the_same_key_again_is_the_same_order_and_with_other_figures_a_conflict(self) -> None:
        assert self.order().pk == self.order().pk
        with pytest.raises(Conflict):
            self.order(9)
        assert ReworkOrder.objects.count() == 1

    def test_no_more_is_reworked_than_lies_there(self) -> None:
        with pytest.raises(Refused, match="11"):
            self.order(11)
        for quantity in (0, -3):
            with pytest.raises(BadInput):
                self.order(quantity)
        assert not ReworkOrder.objects.exists()

    def test_too_few_looked_at_and_one_that_fails_ask_for_more(self) -> None:
        order = self.issued()
        actions.finish(order, 10, 0, by=self.cast.ding)
        for sampled, failed in ((4, 0), (5, 1), (9, 1)):
            with pytest.raises(Refused):
                actions.check_again(order, sampled, failed, by=self.cast.zhou)
        order.refresh_from_db()
        assert (order.state, order.stocked, self.lying()) == ("done", 0, {"workshop": 10})

    def issued(self) -> ReworkOrder:
        return actions.issue(self.order(), by=self.cast.ding)

    def test_what_fails_is_scrapped_once_somebody_else_approves(self) -> None:
        order = self.issued()
        actions.finish(order, 8, 2, by=self.cast.ding)
        actions.check_again(order, 8, 1, by=self.cast.zhou)
        order.refresh_from_db()
        assert (order.state, order.stocked, order.at_work, self.lying()) == ("scrapping", 7, 3, {"good": 7, "workshop": 3})
        approval = Approval.objects.get(subject_kind=actions.SUBJECT)
        with pytest.raises(NotAllowed):
            desk.settle_approval(approval, True, by=self.cast.zhou)
        desk.settle_approval(approval, True, by=self.cast.bao)
        order.refresh_from_db()
        assert (order.state, order.stocked, order.scrapped, order.at_work, self.lying()) == ("closed", 7, 3, 0, {"good": 7})

    def test_a_scrap_that_is_refused_goes_to_the_workshop_once_more(self) -> None:
        order = self.issued()
        actions.finish(order, 0, 10, by=self.cast.ding)
        actions.check_again(order, 0, 0, by=self.cast.zhou)
        desk.settle_approval(Approval.objects.get(), False, by=self.cast.bao, answer="再修一次")
        order.refresh_from_db()
        assert (order.state, order.rounds, order.note, self.lying()) == ("issued", 2, "再修一次", {"workshop": 10})
        actions.finish(order, 10, 0, by=self.cast.ding)
        actions.check_again(order, 10, 0, by=self.cast.zhou)
        assert self.lying() == {"good": 10}

    def test_not_good_enough_goes_round_again_and_nothing_moves(self) -> None:
        order = self.issued()
        actions.finish(order, 10, 0, by=self.cast.ding)
        before = Movement.objects.count()
        actions.send_again(order, "线头没剪", by=self.cast.zhou)
        order.refresh_from_db()
        assert (order.state, order.rounds, Movement.objects.count()) == ("issued", 2, before)

    def test_called_off_before_the_workshop_has_it_and_who_waits_is_told(self) -> None:
        told: list[int] = []
        handler = lambda order, by, at: told.append(order.pk)  # noqa: E731
        events.on_closed(handler)
        self.addCleanup(events._closed.remove, handler)
        order = self.order()
        actions.cancel(order, "改为报废", by=self.cast.ding)
        assert (told, self.lying(), ReworkOrder.objects.get().state) == ([order.pk], {"returns": 10}, "cancelled")
        with pytest.raises(Conflict):
            actions.issue(order, by=self.cast.ding)

    def test_the_slower_of_two_is_told_and_nothing_moves_twice(self) -> None:
        order = self.issued()
        with pytest.raises(Conflict):
            actions.issue(order, by=self.cast.ding)
        with pytest.raises(Conflict):
            actions.finish(order, 10, 0, by=self.cast.ding, seen=1)
        with pytest.raises(BadInput):
            actions.finish(order, 9, 0, by=self.cast.ding)
        order.refresh_from_db()
        assert (order.state, self.lying()) == ("issued", {"workshop": 10})

    def test_it_is_not_for_everybody(self) -> None:
        order = self.order()
        for person in (self.cast.lin, self.cast.hu, self.cast.qian):
            with pytest.raises(NotAllowed):
                actions.issue(order, by=person)
        assert self.lying() == {"returns": 10}


class RulesTest(GoodsCase):
    def test_every_state_waits_for_somebody_and_leads_to_an_end(self) -> None:
        assert set(rules.FLOW) == set(State.values)
        for name, stop in rules.FLOW.items():
            assert stop.is_final or stop.party, name
            assert {target for targets in stop.moves.values() for target in targets} <= set(rules.FLOW)
        ends = {name for name, stop in rules.FLOW.items() if stop.is_final}
        for name in rules.FLOW:
            reached, before = {name}, set()
            while reached != before:
                before = set(reached)
                reached |= {target for one in before for targets in rules.FLOW[one].moves.values() for target in targets}
            assert reached & ends, name

    def test_how_many_are_looked_at(self) -> None:
        table = preset("default").on(TODAY)
        for reworked, sampled, failed, outcome, least in (
            (10, 5, 0, "released", 5), (9, 4, 0, "more", 5), (9, 5, 0, "released", 5), (9, 5, 1, "more", 9), (9, 9, 9, "released", 9), (0, 0, 0, "released", 0),
        ):  # fmt: skip
            decision = rules.sample(reworked, sampled, failed, table)
            assert (decision.outcome, decision.amount_fen) == (outcome, least), (reworked, sampled, failed)
            assert decision.paths == ("workshop.sample",)


class PageTest(Reworked):
    def test_the_pages_lead_from_the_order_to_the_stock(self) -> None:
        order = self.order()
        client = self.as_person(self.cast.ding)
        assert order.number in client.get("/aftersales/workshop/").content.decode()
        page = f"/aftersales/workshop/{order.pk}/"
        shown = client.get(page).content.decode()
        assert ("交车间" in shown, "生产" in shown, "production" in shown) == (True, True, False)
        seen = ReworkOrder.objects.get().version
        assert client.post(f"{page}issue/", {"seen": seen}).status_code == 302
        wrong = client.post(f"{page}finishing/", {"good": "3", "bad": "0"})
        assert (wrong.status_code, "车间共有 10 件" in wrong.content.decode()) == (422, True)
        assert client.post(f"{page}finishing/", {"good": "10", "bad": "0", "labour": "12.50"}).status_code == 302
        assert ReworkOrder.objects.get().labour_fen == 1_250
        refused = client.post(f"{page}check/", {"sampled": "1", "failed": "0"})
        assert refused.status_code == 409
        assert client.post(f"{page}check/", {"sampled": "5", "failed": "0"}).status_code == 302
        assert self.lying() == {"good": 10}
        assert "没有返修中的货" in client.get("/aftersales/workshop/").content.decode()

    def test_others_do_not_see_it(self) -> None:
        order = self.order()
        assert self.as_person(self.cast.hu).get(f"/aftersales/workshop/{order.pk}/").status_code == 404
        assert order.number not in self.as_person(self.cast.hu).get("/aftersales/workshop/").content.decode()
