"""Several workers at once, on a server that lets them: each clock fires once."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from django.db import connection
from django.test import TransactionTestCase

from dangban.desk import actions
from dangban.desk import clock as sweeping
from dangban.desk.models import Approval, Deadline, DepartmentRequest, Notice, Task
from dangban.journal.models import Entry
from dangban.lib import clock
from dangban.lib.actor import SYSTEM
from dangban.people import access as people
from dangban.testing.cast import NOW, Cast
from dangban.testing.races import at_once, told

LATER = NOW + timedelta(hours=2)


@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer")
class RacesTest(TransactionTestCase):
    def setUp(self) -> None:
        with clock.frozen(NOW):
            self.cast = Cast()

    def test_four_sweepers_fire_each_of_thirty_clocks_once(self) -> None:
        for number in range(30):
            actions.start_deadline(
                "orders.promise", ("orders.order", number), rule="x", allowed_seconds=600, warn_seconds=60,
                owner=self.cast.lin, by=SYSTEM, at=NOW,
            )  # fmt: skip
        sweeps = at_once(*[lambda: sweeping.sweep(LATER)] * 4, now=LATER)
        assert sum(swept.missed for swept in sweeps) == 30
        assert Entry.objects.filter(verb="desk.deadline_missed").count() == 30
        assert Notice.objects.filter(person=self.cast.lin).count() == 30

    def test_an_answer_and_the_sweep_at_once_leave_one_story(self) -> None:
        actions.start_deadline(
            "orders.promise", ("orders.order", 1), rule="x", allowed_seconds=600, owner=self.cast.lin, by=SYSTEM, at=NOW
        )

        def meet() -> None:
            actions.meet_deadline(("orders.order", 1), "orders.promise", by=SYSTEM, at=NOW + timedelta(minutes=9))

        at_once(meet, lambda: sweeping.sweep(LATER), now=LATER)
        assert Deadline.objects.get().missed_at is None

    def test_two_who_start_the_same_clock_start_one(self) -> None:
        def start() -> int:
            return actions.start_deadline(
                "orders.promise", ("orders.order", 1), rule="x", allowed_seconds=600, by=SYSTEM, at=NOW
            ).pk

        assert len(set(at_once(*[start] * 4, now=LATER))) == 1

    def test_two_who_answer_an_approval_give_one_answer(self) -> None:
        approval = actions.ask_approval(
            "orders.discount", ("orders.order", 1), title="优惠", needs="desk.approve", by=self.cast.lin, at=NOW
        )

        said = told(*[lambda: actions.settle_approval(approval, True, by=self.cast.bao, at=NOW)] * 3, now=LATER)
        assert sorted(said) == ["Conflict", "Conflict", "done"]
        assert Approval.objects.get().granted

    def test_two_who_come_accept_a_thing_once(self) -> None:
        for name in ("lin", "mei", "ou"):
            people.scope(getattr(self.cast, name))
        actions.write_task("核对赠品", by=self.cast.zhou, owner=self.cast.lin, at=NOW)
        draft = actions.draft_handover(self.cast.lin, at=NOW)
        item = draft.items.get()
        actions.sign_handover(draft, None, notes={item.pk: "明早再问"}, by=self.cast.lin, at=NOW)

        accepts = [lambda by=by: actions.accept_item(item, by=by, at=LATER) for by in (self.cast.mei, self.cast.ou)]
        assert sorted(told(*accepts, now=LATER)) == ["Conflict", "done"]
        item.refresh_from_db()
        assert Task.objects.get().owner == item.answered_by

    def test_four_sweepers_let_a_task_come_once(self) -> None:
        actions.write_recurrence("盘点", by=self.cast.zhou, owner=self.cast.lin, every="day", appears_at=time(11), at=NOW)
        assert sum(at_once(*[lambda: actions.let_come(LATER)] * 4, now=LATER)) == 1
        assert Task.objects.count() == 1

    def test_two_who_receive_a_request_leave_one_receipt(self) -> None:
        request = actions.ask_department("staff.matter", self.cast.service, "补卡", by=self.cast.lin, at=NOW)

        receives = [lambda by=by: actions.receive_request(DepartmentRequest.objects.get(), by=by, at=LATER) for by in (self.cast.mei, self.cast.ou)]
        assert sorted(told(*receives, now=LATER)) == ["Conflict", "done"]
        request.refresh_from_db()
        assert request.received_by is not None
