"""A dealer of the cast's shop, with goods that come back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar

from dangban.dealers import actions, rules
from dangban.dealers.actions import About, Application, Result, Wanted
from dangban.dealers.models import Dealer, DealerReturn, Finding
from dangban.desk import actions as desk
from dangban.desk.models import Approval
from dangban.stock.models import Balance, Zone
from dangban.stock.tests.goods import Goods
from dangban.testing import pages
from dangban.testing.cast import Cast


class Dealing:
    """Sun sells bedding on; Lin asks, Zhou judges, Qian and Bao sign, Ding receives."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.goods = Goods(cast)
        self.blue, self.grey = self.goods.blue, self.goods.grey
        self.dealer = actions.add_dealer(cast.shop, About("绍兴孙记家纺", "孙立", phone="13600000011", contract="HT-2026-07"), by=cast.zhou)
        self._keys = 0

    def lines(self, *given: tuple[Any, int, int]) -> list[Wanted]:
        return [Wanted(sku, quantity, price, "车缝开线") for sku, quantity, price in given or ((self.blue, 10, 19_900),)]

    def apply(self, *given: tuple[Any, int, int], dealer: Dealer | None = None, lines: Sequence[Wanted] = (), **more: Any) -> DealerReturn:
        self._keys += 1
        about: dict[str, Any] = {"reason": "quality", "words": "十条被套开线", "received_on": date(2026, 11, 10)} | more
        at = about.pop("at", None)
        return actions.apply(dealer or self.dealer, Application(lines=lines or self.lines(*given), **about), by=self.cast.lin, key=f"k{self._keys}", at=at)

    def sign(self, made: DealerReturn, *people: Any) -> DealerReturn:
        """Whoever is asked signs, step by step."""
        for person in people or (self.cast.qian, self.cast.bao):
            approval = Approval.objects.filter(pk__in=made.signatures.values("approval"), settled_at=None).order_by("pk").first()
            assert approval is not None
            desk.settle_approval(approval, True, by=person)
        return self.again(made)

    def judged(self, judged: str = "return", *given: tuple[Any, int, int], **more: Any) -> DealerReturn:
        made = self.apply(*given, **more)
        actions.judge(made, judged, "确有开线", by=self.cast.zhou)
        return self.again(made)

    def on_way(self, judged: str = "return", *given: tuple[Any, int, int], **more: Any) -> DealerReturn:
        made = self.sign(self.judged(judged, *given, **more))
        actions.tell(made, "请寄到主仓", by=self.cast.lin)
        return actions.send(made, "德邦", f"DB{made.pk:06d}", by=self.cast.lin)

    def arrived(self, judged: str = "return", *given: tuple[Any, int, int], **more: Any) -> DealerReturn:
        made = self.on_way(judged, *given, **more)
        actions.arrive(self.cast.shop, self.goods.warehouse, made.number, by=self.cast.ding)
        return self.again(made)

    def counted(self, judged: str = "return", *given: tuple[Any, int, int], **more: Any) -> DealerReturn:
        made = self.arrived(judged, *given, **more)
        actions.count(made, {line.pk: (line.quantity, "外箱完好") for line in made.lines.all()}, by=self.cast.ding)
        for part, person in (("sales", self.cast.lin), ("keeper", self.cast.ding), ("admin", self.cast.zhou), ("finance", self.cast.qian)):
            actions.sign_count(made, part, by=person)
        return self.again(made)

    def reported(self, *parts: tuple[int, str, str], judged: str = "return", **more: Any) -> DealerReturn:
        """(pieces, cause, disposal) of the first line."""
        made = self.counted(judged, **more)
        line = made.lines.get(position=1)
        results = [Result(line.pk, pieces, "开线", cause, disposal, "重新车缝" if disposal == "rework" else "") for pieces, cause, disposal in parts]
        actions.report(made, results, by=self.cast.zhou)
        return self.again(made)

    def disposed(self, *parts: tuple[int, str, str], **more: Any) -> DealerReturn:
        made = self.reported(*parts, **more)
        for approval in Approval.objects.filter(pk__in=self.findings(made).values("approval"), settled_at=None):
            desk.settle_approval(approval, True, by=self.cast.bao)
        for finding in self.findings(made).filter(state="ready"):
            actions.dispose(finding, by=self.cast.ding)
        return self.again(made)

    def findings(self, made: DealerReturn) -> Any:
        return Finding.objects.filter(line__made=made).order_by("line__position", "position")

    def settle(self, made: DealerReturn, dispatch: int = 0, packing: int = 0) -> Any:
        return actions.settle(made, rules.Costs(dispatch, packing), by=self.cast.qian)

    def again(self, made: DealerReturn) -> DealerReturn:
        return DealerReturn.objects.select_related("dealer", "shop", "applied_by", "judged_by").get(pk=made.pk)

    def lying(self) -> dict[str, int]:
        """Pieces by zone."""
        found: dict[str, int] = {}
        for zone, quantity in Balance.objects.filter(quantity__gt=0).values_list("zone__code", "quantity"):
            found[zone] = found.get(zone, 0) + quantity
        return found

    def zone(self, code: str) -> Zone:
        return Zone.objects.get(warehouse=self.goods.warehouse, code=code)


class DealerCase(pages.CastCase):
    story: ClassVar[Dealing]

    @classmethod
    def set_up_story(cls) -> None:
        super().set_up_story()
        cls.story = Dealing(cls.cast)
