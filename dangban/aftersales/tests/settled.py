"""Cases whose goods came back and were looked at, so that they can be settled."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from dangban.aftersales.models import Assessment, Case, Finding, InboundParcel, ParcelItem, Settlement
from dangban.aftersales.rules import assessment as judging
from dangban.aftersales.settling import proposing
from dangban.aftersales.tests.story import Returning
from dangban.desk import actions as desk
from dangban.handbook.decisions import Decision
from dangban.testing import pages
from dangban.testing.cast import NOW


class Settling(Returning):
    """Goods that came back, findings about them, payments proposed and made."""

    def came_back(self, case: Case, condition: str = "good", *, quantity: int | None = None, responsibility: str = "", loss_fen: int = 0, number: str = "") -> None:
        """Every line of the case lies in one parcel and was found in this condition."""
        number = number or f"BACK{case.pk}"
        parcel = InboundParcel.objects.filter(number=number).first() or InboundParcel.objects.create(shop=case.shop, number=number, courier="中通", state="inspected", arrived_at=NOW)
        for line in case.lines.all():
            item = ParcelItem.objects.filter(parcel=parcel, line=line).first() or ParcelItem.objects.create(
                parcel=parcel, line=line, sku=line.sku, announced=line.quantity, counted=line.quantity
            )
            Finding.objects.create(
                item=item, quantity=line.quantity if quantity is None else quantity, condition=condition, responsibility=responsibility,
                disposal="stock", loss_fen=loss_fen, by=self.cast.ding, at=NOW,
            )  # fmt: skip

    def judged(self, case: Case, *, freight: list[dict[str, Any]] | None = None, remedies: list[dict[str, Any]] | None = None, outcome: str = "accepted", **facts: Any) -> Assessment:
        """As an assessment left it: freight legs and remedies as they are kept."""
        result = judging.Assessment(
            outcome=outcome, decision=Decision("aftersales.assessment", outcome), party="seller",
            remedies=tuple(judging.Remedy.from_data(one) for one in remedies or []), freight=tuple(judging.Leg.from_data(one) for one in freight or []),
        )  # fmt: skip
        return Assessment.objects.create(case=case, outcome=outcome, facts=facts, result=result.as_data(), by_kind="person", by_name="梅芳", at=NOW)

    def propose(self, case: Case, amount_fen: int, kind: str = "refund", way: str = "platform", *, by: Any = None, key: str = "", at: datetime = NOW, **given: Any) -> Settlement:
        return proposing.propose(case, kind, amount_fen, way, by=by or self.cast.mei, key=key or self.goods.key(), at=at, **given)

    def grant(self, row: Settlement, *, by: Any = None, granted: bool = True) -> Settlement:
        row.refresh_from_db()
        assert row.approval is not None
        desk.settle_approval(row.approval, granted, by=by or self.cast.zhou, answer="" if granted else "先别付", at=NOW)
        row.refresh_from_db()
        return row


def leg(way: str, fen: int, borne_by: str, advanced_by: str, how: str = "") -> dict[str, Any]:
    return {"leg": way, "fen": fen, "borne_by": borne_by, "advanced_by": advanced_by, "paid_back_how": how}


class SettlingCase(pages.CastCase):
    story: ClassVar[Settling]

    @classmethod
    def set_up_story(cls) -> None:
        cls.story = Settling(cls.cast)
