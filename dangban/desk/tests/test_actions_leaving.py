"""Nothing at the desk is lost when somebody leaves."""

from __future__ import annotations

from dangban.desk import actions
from dangban.desk.models import Deadline, Task
from dangban.handbook.actions import adopt_preset
from dangban.lib.actor import SYSTEM
from dangban.people.actions import off_board
from dangban.people.models import OffBoarding
from dangban.testing import pages
from dangban.testing.cast import NOW


class LeavingTest(pages.CastCase):
    def test_tasks_and_clocks_go_to_the_named_person_and_run_on(self) -> None:
        adopt_preset("default", at=NOW)
        actions.write_task("核对赠品", owner=self.cast.lin, by=self.cast.zhou, at=NOW)
        done = actions.write_task("寄发票", owner=self.cast.lin, by=self.cast.zhou, at=NOW)
        actions.finish_task(done, by=self.cast.lin, at=NOW)
        deadline = actions.start_deadline(
            "orders.promise", ("orders.order", 1), rule="orders.promise", allowed_seconds=3600, owner=self.cast.lin,
            by=SYSTEM, at=NOW,
        )  # fmt: skip
        off_board(self.cast.lin, self.cast.mei, reason="合同到期", by=self.cast.bao, at=NOW)
        assert list(Task.objects.filter(owner=self.cast.mei).values_list("title", flat=True)) == ["核对赠品"]
        moved = Deadline.objects.get()
        assert (moved.owner, moved.due_at) == (self.cast.mei, deadline.due_at)
        handed = OffBoarding.objects.get().handed_over
        assert (handed["tasks"], handed["zz-clocks"]) == (1, 1)
