"""Two people at the same act of the same return: one of them is told, and nothing happens twice."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import TransactionTestCase

from dangban.dealers import actions, rules
from dangban.dealers.models import DealerReturn, Note, Signature
from dangban.dealers.tests.story import Dealing
from dangban.desk import actions as desk
from dangban.desk.models import Approval
from dangban.lib import clock
from dangban.lib.errors import Said
from dangban.stock.models import Movement
from dangban.stock.tests.test_races import _together as together
from dangban.testing.cast import NOW, Cast


@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer")
class RacesTest(TransactionTestCase):
    def setUp(self) -> None:
        with clock.frozen(NOW):
            self.cast = Cast()
            self.story = Dealing(self.cast)

    def all_at_once(self, act: Callable[[], object]) -> list[str]:
        told: list[str] = []

        def attempt() -> None:
            with clock.frozen(NOW):
                try:
                    act()
                except Said as said:
                    told.append(type(said).__name__)

        together(4, attempt)
        return told

    def test_the_last_signature_takes_goods_in_once(self) -> None:
        with clock.frozen(NOW):
            made = self.story.arrived()
            actions.count(made, {made.lines.get().pk: (10, "")}, by=self.cast.ding)
            for part, person in (("sales", self.cast.lin), ("keeper", self.cast.ding), ("admin", self.cast.zhou)):
                actions.sign_count(made, part, by=person)
        told = self.all_at_once(lambda: actions.sign_count(made, "finance", by=self.cast.qian))
        assert (told, Movement.objects.filter(kind="return").count(), self.story.lying()) == (["Conflict"] * 3, 1, {"returns": 10})

    def test_one_disposal_and_one_note(self) -> None:
        with clock.frozen(NOW):
            made = self.story.reported((10, "production", "stock"))
            finding = self.story.findings(made).get()
        assert self.all_at_once(lambda: actions.dispose(finding, by=self.cast.ding)) == ["Conflict"] * 3
        assert self.story.lying() == {"good": 10}
        assert self.all_at_once(lambda: actions.settle(made, rules.Costs(100), by=self.cast.qian)) == ["Conflict"] * 3
        assert (Note.objects.count(), DealerReturn.objects.get().state) == (1, "settled")
        assert self.all_at_once(lambda: actions.enter_against(made, "打错", by=self.cast.qian)) == ["Conflict"] * 3
        assert (Note.objects.count(), DealerReturn.objects.get().state) == (2, "settling")

    def test_signed_and_withdrawn_at_the_same_moment_it_is_one_of_both(self) -> None:
        with clock.frozen(NOW):
            made = self.story.judged()
        approval = Approval.objects.get(settled_at=None)
        acts = iter(
            [
                lambda: desk.settle_approval(approval, True, by=self.cast.qian),
                lambda: actions.withdraw(made, "不退了", by=self.cast.lin),
            ]
        )

        def act() -> None:
            with clock.frozen(NOW), contextlib.suppress(Said):
                next(acts)()

        together(2, act)
        state = DealerReturn.objects.get().state
        assert state in ("signing", "withdrawn")
        if state == "withdrawn":
            assert not Approval.objects.filter(settled_at=None).exists()
        else:
            assert Signature.objects.get(unit="sales").granted
