"""A settlement note with mistyped costs: entered against, both stay, and it is settled anew."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from typing import Any

import pytest

from dangban.dealers import actions, queries, rules
from dangban.dealers.models import DealerReturn, Fee, Note, Share, Step
from dangban.dealers.tests.story import DealerCase
from dangban.desk.models import Deadline
from dangban.journal.models import Entry
from dangban.lib import clock
from dangban.lib.errors import BadInput, Conflict, NotAllowed
from dangban.stock.models import Movement

# Half past midnight of 1 December in the company.
DECEMBER = datetime(2026, 11, 30, 16, 30, tzinfo=UTC)


class EnteredAgainstTest(DealerCase):
    def settled(self, dispatch: int = 30_000) -> DealerReturn:
        """Eight pieces of production, two of sales; 300 yuan of freight where 30 was meant."""
        made = self.story.disposed((8, "production", "stock"), (2, "sales", "discount"))
        self.story.settle(made, dispatch, 10)
        return self.story.again(made)

    def figures(self, made: DealerReturn) -> list[tuple[int, ...]]:
        return list(made.notes.order_by("pk").values_list("credit_fen", "fees_fen", "net_fen", "borne_fen", "dispatch_fen", "packing_fen"))

    def test_both_notes_stay_and_the_right_one_follows(self) -> None:
        made = self.settled()
        note = actions.enter_against(made, "运费多打了一个零", by=self.cast.qian)
        again = self.story.again(made)
        assert (again.state, again.note, again.settled_at, again.owner) == ("settling", None, None, self.cast.qian)
        assert (note.against, note.turn, note.words) == (Note.objects.earliest("pk"), 1, "运费多打了一个零")
        assert sorted(note.shares.values_list("cause", "department", "amount_fen")) == [("production", "生产部", -24_008), ("sales", "销售部", -21_922)]
        assert Deadline.objects.get(met_at=None, cancelled_at=None).kind == "dealers.settling"
        right = self.story.settle(again, 3_000, 10)
        assert self.figures(made) == [
            (199_000, 0, 199_000, 45_930, 30_000, 10), (-199_000, 0, -199_000, -45_930, -30_000, -10), (199_000, 0, 199_000, 18_930, 3_000, 10),
        ]  # fmt: skip
        assert (self.story.again(made).note, self.story.again(made).state, right.turn) == (right, "settled", 2)
        assert Share.objects.filter(cause="production").count() == 3
        entry = Entry.objects.get(verb="dealers.against")
        assert entry.change == {"dealer": "绍兴孙记家纺", "reason": "运费多打了一个零", "credit_fen": -199_000, "fees_fen": 0, "borne_fen": -45_930}
        assert list(Step.objects.filter(made=made).order_by("-pk").values_list("act", flat=True)[:3]) == ["settle", "against", "settle"]

    def test_fees_of_the_dealer_go_back_with_their_reasons(self) -> None:
        made = self.story.disposed((10, "customer", "stock"), reason="unwanted", received_on=date(2026, 11, 18))
        wrong = self.story.settle(made, 3_000, 500)
        note = actions.enter_against(made, "打包费打错", by=self.cast.qian)
        assert sorted(note.fees.values_list("kind", "amount_fen")) == [("dispatch", -3_000), ("packing", -500)]
        assert [fee.because for fee in note.fees.order_by("kind")] == [fee.because for fee in wrong.fees.order_by("kind")]
        assert self.story.settle(self.story.again(made), 3_000, 50).net_fen == 195_950

    def test_once_by_finance_and_for_a_reason(self) -> None:
        made = self.story.disposed((10, "production", "stock"))
        with pytest.raises(Conflict):
            actions.enter_against(made, "打错", by=self.cast.qian)
        self.story.settle(made, 100)
        made = self.story.again(made)
        for person in (self.cast.lin, self.cast.zhou, self.cast.hu):
            with pytest.raises(NotAllowed):
                actions.enter_against(made, "打错", by=person)
        with pytest.raises(BadInput):
            actions.enter_against(made, " ", by=self.cast.qian)
        with pytest.raises(Conflict):
            actions.enter_against(made, "打错", by=self.cast.qian, seen=made.version - 1)
        assert (Note.objects.count(), self.story.again(made).state) == (1, "settled")
        actions.enter_against(made, "打错", by=self.cast.qian, seen=made.version)
        with pytest.raises(Conflict):
            actions.enter_against(made, "打错", by=self.cast.qian)
        assert (Note.objects.count(), Entry.objects.filter(verb="dealers.against").count()) == (2, 1)

    def test_what_was_closed_is_told_to_the_dealer_again_and_goods_go_back_once(self) -> None:
        made = self.story.disposed((10, "production", "stock"), judged="repair")
        self.story.settle(made, 100)
        actions.close(made, "已告知", by=self.cast.lin, courier="德邦", number="DB-B")
        assert (self.story.lying(), Movement.objects.filter(key__contains=":back:").count()) == ({}, 1)
        actions.enter_against(made, "运费打错", by=self.cast.qian)
        assert (self.story.again(made).state, self.story.again(made).closed_at) == ("settling", None)
        self.story.settle(made, 1_000)
        closed = actions.close(made, "已改单，重新告知", by=self.cast.lin)
        assert (closed.state, closed.back_number, Movement.objects.filter(key__contains=":back:").count()) == ("closed", "DB-B", 1)

    def test_a_month_that_is_over_keeps_its_figures_and_the_next_one_gets_the_correction(self) -> None:
        made = self.settled()
        with clock.frozen(DECEMBER):
            actions.enter_against(made, "运费多打了一个零", by=self.cast.qian)
            self.story.settle(made, 3_000, 10)
        november, december = (queries.month(self.cast.qian, first) for first in (date(2026, 11, 1), date(2026, 12, 1)))
        assert (november.credit_fen, november.fees_fen, november.borne_fen, november.against) == (199_000, 0, 45_930, [])
        assert (december.credit_fen, december.fees_fen, december.borne_fen, len(december.against)) == (0, 0, -27_000, 1)
        assert (dict(november.by_department), dict(december.by_department)) == ({"生产部": 24_008, "销售部": 21_922}, {"生产部": -21_600, "销售部": -5_400})

    def test_it_is_settled_anew_by_the_rules_it_was_settled_by(self) -> None:
        made = self.settled()
        first = made.note
        assert first is not None
        with clock.frozen(DECEMBER):
            actions.enter_against(made, "打错", by=self.cast.qian)
            again = actions.settle(made, rules.Costs(30_000, 10), by=self.cast.qian)
        assert (again.borne_fen, list(again.shares.values_list("department", flat=True))) == (45_930, list(first.shares.values_list("department", flat=True)))

    def test_by_its_form_and_in_the_files(self) -> None:
        made = self.settled()
        address = f"/dealers/{made.pk}/against/"
        assert self.as_person(self.cast.hu).post(address, {"why": "x"}).status_code == 404
        assert self.as_person(self.cast.lin).post(address, {"why": "x"}).status_code == 403
        client = self.as_person(self.cast.qian)
        assert "冲正" in client.get(f"/dealers/{made.pk}/").content.decode()
        assert "冲正" not in self.as_person(self.cast.lin).get(f"/dealers/{made.pk}/").content.decode()
        assert client.post(address, {"why": ""}).status_code == 422
        assert (Note.objects.count(), Fee.objects.count()) == (1, 0)
        assert client.post(address, {"why": "运费多打了一个零", "seen": made.version}).status_code == 302
        client.post(f"/dealers/{made.pk}/settlement/", {"dispatch": "30", "packing": "0.10"})
        page = client.get(f"/dealers/{made.pk}/").content.decode()
        for shown in ("-¥459.30", "¥189.30", "已冲正", "运费多打了一个零"):
            assert shown in page, shown
        assert client.get(f"/dealers/{made.pk}/note.pdf").status_code == 200
        assert "本月冲正" in client.get("/dealers/month/?month=2026-11").content.decode()
        assert self.sums(client, "/dealers/month/export/?as=csv&month=2026-11") == [
            ("绍兴孙记家纺", "生产", "生产部", "", "", ""), ("绍兴孙记家纺", "销售", "销售部", "", "", ""),
            ("绍兴孙记家纺", f"结算单 {made.title}", "", "1990.00", "0.00", ""), ("绍兴孙记家纺", f"冲正 {made.title}", "", "-1990.00", "0.00", ""),
            ("绍兴孙记家纺", f"结算单 {made.title}", "", "1990.00", "0.00", ""),
            ("", "承担金额", "销售部", "", "", "165.22"), ("", "承担金额", "生产部", "", "", "24.08"), ("合计", "", "", "1990.00", "0.00", "189.30"),
        ]  # fmt: skip
        rows = list(csv.reader(io.StringIO(client.get("/dealers/export/?as=csv").content.decode("utf-8-sig"))))
        assert rows[1][17:21] == ["1990.00", "0.00", "1990.00", "189.30"]

    def sums(self, client: Any, address: str) -> list[tuple[str, ...]]:
        rows = list(csv.reader(io.StringIO(client.get(address).content.decode("utf-8-sig"))))
        return [(row[0], row[1], row[2], *row[7:]) for row in rows[1:]]
