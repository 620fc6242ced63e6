"""Several workers at once, on a server that lets them: each clock fires once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import TransactionTestCase

from dangban.desk import actions
from dangban.desk import clock as sweeping
from dangban.desk.models import Approval, Deadline, DepartmentRequest, Notice, Task
from dangban.journal.models import Entry
from dangban.lib import clock
from dangban.lib.actor import SYSTEM
from dangban.lib.errors import Conflict
from dangban.people import access as people
from dangban.testing.cast import NOW, Cast

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
        sweeps = _together(4, lambda: sweeping.sweep(LATER))
        assert sum(swept.missed for swept in sweeps) == 30
        assert Entry.objects.filter(verb="desk.deadline_missed").count() == 30
        assert Notice.objects.filter(person=self.cast.lin).count() == 30

    def test_an_answer_and_the_sweep_at_once_leave_one_story(self) -> None:
        actions.start_deadline(
            "orders.promise", ("orders.order", 1), rule="x", allowed_seconds=600, owner=self.cast.lin, by=SYSTEM, at=NOW
        )

        def meet() -> None:
            actions.meet_deadline(("orders.order", 1), "orders.promise", by=SYSTEM, at=NOW + timedelta(minutes=9))

        _together(2, meet, lambda: sweeping.sweep(LATER))
        assert Deadline.objects.get().missed_at is None

    def test_two_who_start_the_same_clock_start_one(self) -> None:
        def start() -> int:
            return actions.start_deadline(
                "orders.promise", ("orders.order", 1), rule="x", allowed_seconds=600, by=SYSTEM, at=NOW
            ).pk

        assert len(set(_together(4, start))) == 1

    def test_two_who_answer_an_approval_give_one_answer(self) -> None:
        approval = actions.ask_approval(
            "orders.discount", ("orders.order", 1), title="优惠", needs="desk.approve", by=self.cast.lin, at=NOW
        )

        def answer() -> bool:
            try:
                actions.settle_approval(approval, True, by=self.cast.bao, at=NOW)
            except Conflict:
                return False
            return True

        assert sorted(_together(3, answer)) == [False, False, True]
        assert Approval.objects.get().granted

    def test_two_who_come_accept_a_thing_once(self) -> None:
        for name in ("lin", "mei", "ou"):
            people.scope(getattr(self.cast, name))
        actions.write_task("核对赠品", by=self.cast.zhou, owner=self.cast.lin, at=NOW)
        draft = actions.draft_handover(self.cast.lin, at=NOW)
        item = draft.items.get()
        actions.sign_handover(draft, None, notes={item.pk: "明早再问"}, by=self.cast.lin, at=NOW)

        def accept(name: str) -> bool:
            try:
                actions.accept_item(item, by=getattr(self.cast, name), at=LATER)
            except Conflict:
                return False
            return True

        assert sorted(_together(2, lambda: accept("mei"), lambda: accept("ou"))) == [False, True]
        item.refresh_from_db()
        assert Task.objects.get().owner == item.answered_by

    def test_four_sweepers_let_a_task_come_once(self) -> None:
        actions.write_recurrence("盘点", by=self.cast.zhou, owner=self.cast.lin, every="day", appears_at=time(11), at=NOW)
        assert sum(_together(4, lambda: actions.let_come(LATER))) == 1
        assert Task.objects.count() == 1

    def test_two_who_receive_a_request_leave_one_receipt(self) -> None:
        request = actions.ask_department("staff.matter", self.cast.service, "补卡", by=self.cast.lin, at=NOW)

        def receive(name: str) -> bool:
            try:
                actions.receive_request(DepartmentRequest.objects.get(), by=getattr(self.cast, name), at=LATER)
            except Conflict:
                return False
            return True

        assert sorted(_together(2, lambda: receive("mei"), lambda: receive("ou"))) == [False, True]
        request.refresh_from_db()
        assert request.received_by is not None


def _together(count: int, *acts: Callable[[], Any]) -> list[Any]:
    """Run the acts in threads that begin at the same moment."""
    barrier = threading.Barrier(count)
    results: list[Any] = []

    def run(act: Callable[[], Any]) -> None:
        try:
            barrier.wait(60)
            with clock.frozen(LATER):
                results.append(act())
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(acts[number % len(acts)],)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return results
