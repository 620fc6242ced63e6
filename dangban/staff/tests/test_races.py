"""Somebody leaves while their promotion is decided, on a server that lets both happen at once."""

from __future__ import annotations

import threading
from datetime import date

import pytest
from django.db import connection, transaction
from django.test import TransactionTestCase

from dangban.desk.actions import settle_approval
from dangban.desk.models import Approval
from dangban.handbook.actions import adopt_preset, forget
from dangban.lib import clock
from dangban.people.actions import off_board
from dangban.people.models import Person
from dangban.staff import actions
from dangban.staff.models import Departure, Proposal
from dangban.testing.cast import NOW, TODAY, Cast
from dangban.testing.races import at_once, told


@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer")
class RacesTest(TransactionTestCase):
    def setUp(self) -> None:
        with clock.frozen(NOW):
            forget()
            self.cast = Cast()
            adopt_preset("cosmetics-shop")
            actions.open_file(self.cast.lin, 220_000, by=self.cast.shen, at=NOW)
            self.made = actions.propose(self.cast.lin, "promotion", level="mid", base_fen=260_000, since=TODAY, reason="成绩好", by=self.cast.zhou, at=NOW)

    def test_whoever_decides_and_whoever_closes_the_account_do_not_wait_for_each_other(self) -> None:
        """The decision holds the approval and goes on to the person; leaving must not hold the person before the approval."""
        decided, closing = threading.Event(), threading.Event()

        def decide() -> None:
            with transaction.atomic():
                Approval.objects.select_for_update(no_key=True).get(pk=self.made.approval_id)
                decided.set()
                closing.wait(1)
                settle_approval(Approval.objects.get(pk=self.made.approval_id), True, by=self.cast.bao, at=NOW)

        def close() -> None:
            decided.wait(60)
            threading.Timer(0.5, closing.set).start()
            off_board(self.cast.lin, self.cast.mei, reason="回老家", by=self.cast.bao, at=NOW)

        at_once(decide, close, now=NOW)
        assert Proposal.objects.get().state == "granted"
        assert (Person.objects.get(pk=self.cast.lin.pk).is_active, Person.objects.get(pk=self.cast.lin.pk).level) == (False, "mid")

    def test_a_leaving_is_withdrawn_or_carried_out_and_never_both(self) -> None:
        made = actions.enter_departure(self.cast.lin, "resignation", TODAY, to=self.cast.mei, by=self.cast.zhou, at=NOW)
        later = clock.at_local(date(2026, 11, 20), clock.local(NOW).time())
        said = told(
            lambda: actions.withdraw_departure(made, "留下了", by=self.cast.zhou, at=later),
            lambda: actions.carry_out_due(later),
            now=later,
        )
        held, lin = Departure.objects.get(), Person.objects.get(pk=self.cast.lin.pk)
        assert (held.withdrawn_at is None) != (held.closed_at is None)
        assert lin.is_active == (held.closed_at is None)
        assert said == ["done" if held.withdrawn_at else "Conflict", "done"]
