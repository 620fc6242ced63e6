"""Goods that are repaired bring their case on by themselves; so does the workshop when it can't."""

from __future__ import annotations

from dangban.aftersales import jobs
from dangban.aftersales.models import Case, ReworkOrder
from dangban.aftersales.tests.story import ReturningCase
from dangban.aftersales.workshop import actions as workshop
from dangban.desk import actions as desk
from dangban.desk.models import Approval
from dangban.testing.cast import NOW


class RepairingTest(ReturningCase):
    def repairing(self) -> tuple[Case, ReworkOrder]:
        """One blue set of the case is in the workshop."""
        case = self.story.case("repair")
        for act, to in (("assess", "assessed"), ("agree_return", "returning"), ("receive", "received"), ("inspect", "inspected"), ("repair", "repairing")):
            case = self.story.move(case, act, to, by=self.cast.ding if act in ("receive", "inspect") else self.cast.mei)
        self.story.goods.receive(1)
        order = workshop.order_rework(
            self.story.blue, 1, zone=self.story.goods.zones["good"], cause="拉链坏", plan="换拉链", subject=("aftersales.case", case.pk),
            by=self.cast.ding, key="r1", at=NOW,
        )  # fmt: skip
        return case, workshop.issue(order, by=self.cast.ding, at=NOW)

    def test_what_is_put_right_is_sent_to_the_customer(self) -> None:
        case, order = self.repairing()
        workshop.finish(order, 1, 0, by=self.cast.ding, at=NOW)
        with self.captureOnCommitCallbacks(execute=True):
            workshop.check_again(order, 1, 0, by=self.cast.zhou, at=NOW)
        case.refresh_from_db()
        assert (case.state, case.waits_for) == ("sending", "warehouse")
        assert jobs.sweep(NOW) == 0

    def test_a_stopped_server_is_made_up_for(self) -> None:
        case, order = self.repairing()
        workshop.finish(order, 1, 0, by=self.cast.ding, at=NOW)
        assert jobs.sweep(NOW) == 0
        workshop.check_again(order, 1, 0, by=self.cast.zhou, at=NOW)
        assert jobs.sweep(NOW) == 1
        case.refresh_from_db()
        assert case.state == "sending"

    def test_what_is_beyond_repair_comes_back_to_the_agent(self) -> None:
        case, order = self.repairing()
        workshop.finish(order, 0, 1, by=self.cast.ding, at=NOW)
        workshop.check_again(order, 0, 0, by=self.cast.zhou, at=NOW)
        with self.captureOnCommitCallbacks(execute=True):
            desk.settle_approval(Approval.objects.get(), True, by=self.cast.bao, at=NOW)
        case.refresh_from_db()
        assert (case.state, case.waits_for) == ("inspected", "agent")
