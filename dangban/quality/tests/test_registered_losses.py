"""What the register of mistakes lays to somebody reaches their pay: suggested, reported, heard, decided, final."""

from __future__ import annotations

from datetime import date, timedelta
from typing import ClassVar

import pytest

from dangban.aftersales.actions import deciding as cases
from dangban.aftersales.models import Mistake
from dangban.aftersales.registers import mistakes
from dangban.aftersales.tests.story import Returning
from dangban.desk.models import Notice
from dangban.handbook.actions import adopt_preset
from dangban.lib.errors import BadInput, Refused
from dangban.orders.models import Requirement
from dangban.quality import actions, queries, suggestions
from dangban.quality.models import Offence
from dangban.testing import pages
from dangban.testing.cast import NOW, TODAY


class Losses(pages.CastCase):
    story: ClassVar[Returning]

    @classmethod
    def set_up_story(cls) -> None:
        adopt_preset("brand-group", effective_on=date(2025, 1, 1), by=cls.cast.bao)
        cls.story = Returning(cls.cast)

    def missing(self, number: str = "8899") -> Mistake:
        """Lin heard a wish and wrote no remark of it; sending again what was missing costs 8.00."""
        order = self.story.order(number=number, signed_at=NOW - timedelta(hours=2))
        Requirement.objects.create(order=order, customer=self.cast.fang, shop=order.shop, kind="colour", text="要深蓝", by=self.cast.lin, at=NOW - timedelta(days=5))
        case = self.story.case("reship", "missing", order=order)
        cases.assess(case, {"freight_again_fen": 800, "weights": True, "photos": True}, by=self.cast.mei, at=NOW)
        return Mistake.objects.get(case=case)

    def reported(self, one: Mistake) -> Offence:
        (found,) = [found for found in suggestions.offences(self.cast.zhou, NOW) if found.source == f"mistake:{one.pk}"]
        return actions.report(found.person, found.code, found.day, found.words, by=self.cast.zhou, url=found.url, at=NOW)

    def heard(self, one: Mistake) -> Offence:
        return actions.hear(self.reported(one), "忘了写", by=self.cast.lin, at=NOW)


class RegisteredLossTests(Losses):
    def test_who_wrote_no_remark_is_told_and_their_leader_sees_it(self) -> None:
        one = self.missing()
        assert (one.borne_by, one.person, one.freight_fen) == ("agent", self.cast.lin, 800)
        assert Notice.objects.filter(person=self.cast.lin, url__contains=f"/mistakes/{one.pk}/").count() == 1
        (found,) = suggestions.offences(self.cast.zhou, NOW)
        assert (found.person, found.code, found.day) == (self.cast.lin, "remark", TODAY)
        assert suggestions.offences(self.cast.hu, NOW) == []

    def test_what_the_customer_only_says_is_laid_to_nobody(self) -> None:
        order = self.story.order(signed_at=NOW - timedelta(days=3))
        Requirement.objects.create(order=order, customer=self.cast.fang, shop=order.shop, kind="colour", text="要深蓝", by=self.cast.lin, at=NOW - timedelta(days=5))
        case = self.story.case("reship", "missing", order=order)
        cases.assess(case, {"freight_again_fen": 800, "weights": True}, by=self.cast.mei, at=NOW)
        assert Mistake.objects.get(case=case).freight_fen == 0
        assert not Notice.objects.filter(person=self.cast.lin).exists()
        assert suggestions.offences(self.cast.zhou, NOW) == []

    def test_it_reaches_the_payslip_once_with_the_rule_that_lays_it_to_them(self) -> None:
        one = self.missing()
        held = actions.decide(self.heard(one), "属实", by=self.cast.bao, chosen="talk", loss_fen=800, at=NOW)
        actions.accept(held, by=self.cast.lin, at=NOW)
        (line,) = queries.money_lines(self.cast.lin, TODAY.replace(day=1))
        assert (line.kind, line.amount_fen, line.ref) == ("loss", -800, f"loss:{held.pk}")
        assert [reason["path"] for reason in line.because] == [
            "conduct.offences", "conduct.hearing", "aftersales.missing_goods_borne_by", "conduct.loss_is_paid",
        ]  # fmt: skip
        assert suggestions.offences(self.cast.zhou, NOW) == []
        with pytest.raises(Refused):
            actions.report(self.cast.lin, "remark", TODAY, "再报一次", by=self.cast.zhou, url=held.url, at=NOW)

    def test_two_of_one_day_are_two(self) -> None:
        first, second = self.missing(), self.missing("7788")
        assert self.reported(first) != self.reported(second)

    def test_it_is_never_more_than_the_register_says(self) -> None:
        one = self.missing()
        held = self.heard(one)
        with pytest.raises(BadInput):
            actions.decide(held, "属实", by=self.cast.bao, chosen="talk", loss_fen=801, at=NOW)
        mistakes.correct(one, "warehouse", None, "备注写了，仓库漏看", by=self.cast.zhou, at=NOW)
        with pytest.raises(BadInput):
            actions.decide(held, "属实", by=self.cast.bao, chosen="talk", loss_fen=800, at=NOW)
        held.refresh_from_db()
        assert (held.state, held.loss_fen) == ("heard", 0)
