"""Two people at the same act of the same return: one of them is told, and nothing happens twice."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import TransactionTestCase

from dangban.dealers import actions, rules
from dangban.dealers.models import DealerReturn, Note, Signature
from dangban.dealers.tests.story import Dealing
from dangban.desk import actions as desk
from dangban.desk.models import Approval
from dangban.lib import clock
from dangban.stock.models import Movement
from dangban.testing.cast import NOW, Cast
from dangban.testing.races import Act, told

ONCE = ["Conflict", "Conflict", "Conflict", "done"]


@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer")
class RacesTest(TransactionTestCase):
    def setUp(self) -> None:
        with clock.frozen(NOW):
            self.cast = Cast()
            self.story = Dealing(self.cast)

    def four_times(self, act: Act) -> list[str]:
        return sorted(told(*[act] * 4, now=NOW))

    def test_the_last_signature_takes_goods_in_once(self) -> None:
        with clock.frozen(NOW):
            made = self.story.arrived()
            actions.count(made, {made.lines.get().pk: (10, "")}, by=self.cast.ding)
            for part, person in (("sales", self.cast.lin), ("keeper", self.cast.ding), ("admin", self.cast.zhou)):
                actions.sign_count(made, part, by=person)
        assert self.four_times(lambda: actions.sign_count(made, "finance", by=self.cast.qian)) == ONCE
        assert (Movement.objects.filter(kind="return").count(), self.story.lying()) == (1, {"returns": 10})

    def test_one_disposal_and_one_note(self) -> None:
        with clock.frozen(NOW):
            made = self.story.reported((10, "production", "stock"))
            finding = self.story.findings(made).get()
        assert self.four_times(lambda: actions.dispose(finding, by=self.cast.ding)) == ONCE
        assert self.story.lying() == {"good": 10}
        assert self.four_times(lambda: actions.settle(made, rules.Costs(100), by=self.cast.qian)) == ONCE
        assert (Note.objects.count(), DealerReturn.objects.get().state) == (1, "settled")
        assert self.four_times(lambda: actions.enter_against(made, "打错", by=self.cast.qian)) == ONCE
        assert (Note.objects.count(), DealerReturn.objects.get().state) == (2, "settling")

    def test_signed_and_withdrawn_at_the_same_moment_it_is_withdrawn_and_waits_for_nobody(self) -> None:
        with clock.frozen(NOW):
            made = self.story.judged()
        approval = Approval.objects.get(settled_at=None)
        signed, withdrawn = told(
            lambda: desk.settle_approval(approval, True, by=self.cast.qian), lambda: actions.withdraw(made, "不退了", by=self.cast.lin), now=NOW
        )
        assert (withdrawn, DealerReturn.objects.get().state) == ("done", "withdrawn")
        assert not Approval.objects.filter(settled_at=None).exists()
        # Whoever signed a moment too late is told.
        assert (signed, Signature.objects.get(unit="sales").granted) in (("done", True), ("Conflict", None))
