"""Returns of dealers in the demonstration: one settled after a rework, one being counted, one to be judged, one turned away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

from dangban.aftersales.workshop import actions as workshop
from dangban.dealers import actions, rules
from dangban.dealers.actions import About, Application, Result, Wanted
from dangban.dealers.models import Dealer, DealerReturn, Finding
from dangban.demo.sales import Shelf
from dangban.desk import actions as desk
from dangban.desk.models import Approval
from dangban.lib import clock
from dangban.people.models import Person
from dangban.shops.models import Sku
from dangban.stock.models import Warehouse

_DEALERS = (
    About("绍兴柯桥顺达家纺", "孙立", phone="13600001101", address="绍兴市柯桥区纺都路 88 号", contract="HT-2026-017", breach_points=2_000),
    About("苏州吴江美居布艺", "顾芸", phone="13600001102", address="苏州市吴江区盛泽镇东方丝绸路 12 号", contract="HT-2026-023"),
    About("合肥瑶海百合床品", "程浩", phone="13600001103", address="合肥市瑶海区长江东大街 301 号"),
)


class Dealing:
    """Acts out what agent, quality, warehouse and finance did, each at its time."""

    def __init__(self, shelves: Sequence[Shelf], people: Mapping[str, Person], *, now: datetime) -> None:
        self.now, self.people = now, people
        self.shelf = shelves[0]
        self.skus: list[Sku] = list(self.shelf.skus[:4])

    def act(self) -> None:
        dealers = []
        for about in _DEALERS:
            with clock.frozen(self.now - timedelta(days=24)):
                dealers.append(actions.add_dealer(self.shelf.shop, about, by=self.people["zhou"]))
        self._settled(dealers[0])
        self._counted(dealers[1])
        self._asked(dealers[2])

    def _at(self, days: float) -> AbstractContextManager[None]:
        return clock.frozen(self.now - timedelta(days=days))

    def _apply(self, dealer: Dealer, days: float, words: str, fault: str, *lines: tuple[Sku, int], reason: str = "quality", batch: bool = False) -> DealerReturn:
        at = self.now - timedelta(days=days)
        wanted = [Wanted(sku, pieces, sku.price_fen or 12_800, fault) for sku, pieces in lines]
        asked = Application(reason, words, clock.business_day(at) - timedelta(days=5), wanted, batch=batch, order_number=f"XS{at:%m%d}-07")
        with self._at(days):
            return actions.apply(dealer, asked, by=self.people["lin"], key=f"demo:dealer:{dealer.pk}:{days}")

    def _release(self, made: DealerReturn, days: float, words: str, number: str) -> None:
        with self._at(days):
            actions.judge(made, "return", words, by=self.people["zhou"])
        for who in ("qian", "shen"):
            with self._at(days - 0.2):
                waiting = Approval.objects.filter(pk__in=made.signatures.values("approval"), settled_at=None).get()
                desk.settle_approval(waiting, True, by=self.people[who], answer="同意")
        with self._at(days - 0.4):
            actions.tell(made, "请寄主仓，外箱写明退货单号和数量", by=self.people["lin"])
        with self._at(days - 1):
            actions.send(made, "德邦物流", number, by=self.people["lin"])

    def _come(self, made: DealerReturn, days: float, looks: str, *, short: int = 0) -> None:
        warehouse = Warehouse.objects.get(code="main")
        with self._at(days):
            actions.arrive(self.shelf.shop, warehouse, DealerReturn.objects.get(pk=made.pk).number, by=self.people["ding"])
            lines = list(made.lines.order_by("position"))
            actions.count(made, {line.pk: (line.quantity - (short if line == lines[0] else 0), looks) for line in lines}, by=self.people["ding"])
            actions.sign_count(made, "keeper", by=self.people["ding"])

    def _settled(self, dealer: Dealer) -> None:
        people, (first, second) = self.people, self.skus[:2]
        made = self._apply(dealer, 20, "终端客户反映被套拉链脱齿，附照片", "拉链脱齿", (first, 12), (second, 4))
        self._release(made, 19, "拉链批次不良，退回返修", "DPK4401120731")
        self._come(made, 16, "外箱完好")
        with self._at(15.8):
            for part, who in (("sales", "lin"), ("admin", "zhou"), ("finance", "qian")):
                actions.sign_count(made, part, by=people[who])
        line, other = made.lines.order_by("position")
        with self._at(15):
            results = [
                Result(line.pk, 12, "拉链脱齿", "purchasing", "rework", "换 5 号尼龙拉链，重新包边"), Result(other.pk, 4, "无问题", "sales", "stock"),
            ]  # fmt: skip
            actions.report(made, results, by=people["zhou"], words="同批拉链来自一家供应商，已通知采购")
        with self._at(14):
            for finding in Finding.objects.filter(line__made=made).order_by("pk"):
                actions.dispose(finding, by=people["ding"])
        order = Finding.objects.exclude(rework=None).get(line__made=made).rework
        assert order is not None
        with self._at(13):
            workshop.issue(order, by=people["ding"])
        with self._at(9):
            workshop.finish(order, 12, 0, by=people["ding"], material_fen=9_600, labour_fen=18_000, note="拉链全部更换")
        with self._at(8.5):
            workshop.check_again(order, 8, 0, by=people["zhou"])
        with self._at(8):
            actions.settle(made, rules.Costs(8_500, 1_600), by=people["qian"], words="货款冲抵下期订货")
        with self._at(7.5):
            actions.close(made, "结算单已发孙立，对方确认", by=people["lin"])

    def _counted(self, dealer: Dealer) -> None:
        made = self._apply(dealer, 5, "到货发现色差明显，整批都这样", "色差", (self.skus[2], 20), batch=True)
        with self._at(4.6):
            day = clock.business_day(self.now - timedelta(days=4.6))
            actions.visit(made, "高明", day, "现场比对色样，整缸偏黄", by=self.people["zhou"])
        self._release(made, 4.5, "整缸色差，退回", "DPK4401198204")
        self._come(made, 0.08, "两箱受潮", short=1)

    def _asked(self, dealer: Dealer) -> None:
        self._apply(dealer, 0.1, "发来的尺寸不对，订的 1.8 米", "发错尺寸", (self.skus[3], 6), reason="wrong")
        with self._at(0.05):
            actions.arrive(
                self.shelf.shop, Warehouse.objects.get(code="main"), "SF1389920011", by=self.people["ding"], courier="顺丰速运", sender="合肥瑶海百合床品"
            )
