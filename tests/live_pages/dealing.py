"""What dealers send back on a day of open pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from random import Random
from typing import Any

from dangban.aftersales.models import ReworkOrder
from dangban.aftersales.workshop import actions as workshop
from dangban.dealers import actions, rules
from dangban.dealers.actions import About, Application, Result, Wanted
from dangban.dealers.models import Dealer, DealerReturn, Finding
from dangban.desk import actions as desk
from dangban.desk.models import Approval
from dangban.lib import clock
from dangban.shops.models import Sku
from dangban.stock import actions as stock
from dangban.stock.models import Warehouse, Zone
from dangban.testing.cast import Cast

PARTS = (("keeper", "ding"), ("sales", "lin"), ("admin", "zhou"), ("finance", "qian"))


def keep_dealer(cast: Cast, goods: Sku) -> tuple[DealerReturn, ReworkOrder]:
    """A return to be judged, and a rework, on pages that people have open."""
    dealer = actions.add_dealer(cast.shop, About("绍兴孙记家纺", "孙立"), by=cast.zhou)
    made = _apply(dealer, goods, cast, 4, "live:0")
    zone = Zone.objects.get(status=Zone.Status.RETURNS)
    stock.return_in(goods, zone, 2, by=cast.ding, key="live:returned")
    order = workshop.order_rework(goods, 2, zone=zone, cause="开线", plan="车缝", subject=("orders.order", 1), by=cast.zhou, key="live:rework")
    return made, order


def _apply(dealer: Dealer, goods: Sku, cast: Cast, pieces: int, key: str) -> DealerReturn:
    today = clock.business_day(clock.now())
    return actions.apply(dealer, Application("quality", "开线", today, [Wanted(goods, pieces, 9_900, "开线")]), by=cast.lin, key=key)


class DealerActs:
    """Mixed into the story of a department at work."""

    cast: Cast
    chance: Random
    now: datetime
    goods: Sku
    one: Callable[[Any], Any]

    def _return(self, state: str) -> DealerReturn:
        found: DealerReturn = self.one(DealerReturn.objects.filter(state=state))
        return found

    def do_dealer_applies(self) -> None:
        _apply(Dealer.objects.earliest("pk"), self.goods, self.cast, self.chance.randint(1, 6), f"live:{DealerReturn.objects.count()}")

    def do_judge_return(self) -> None:
        actions.judge(self._return("applied"), self.chance.choice(("return", "return", "repair")), "确有开线", by=self.cast.zhou)

    def do_sign_return(self) -> None:
        approval = self.one(Approval.objects.filter(kind="dealers.signature", settled_at=None))
        by = self.cast.qian if approval.needs == "dealers.sign" else self.cast.bao
        desk.settle_approval(approval, self.chance.random() < 0.9, by=by, answer="看过")

    def do_dealer_sends(self) -> None:
        made = self.one(DealerReturn.objects.filter(state__in=("approved", "told")))
        if made.state == "approved":
            actions.tell(made, "请寄主仓", by=self.cast.lin)
        else:
            actions.send(made, "德邦", f"DB{made.pk}", by=self.cast.lin)

    def do_dealer_goods_come(self) -> None:
        made = self.one(DealerReturn.objects.exclude(state__in=DealerReturn.FINAL))
        actions.arrive(self.cast.shop, Warehouse.objects.earliest("pk"), made.number or made.title, by=self.cast.ding)

    def do_count_return(self) -> None:
        made = self._return("counting")
        actions.count(made, {line.pk: (line.quantity, "") for line in made.lines.all()}, by=self.cast.ding)
        for part, name in PARTS[: self.chance.randint(1, 4)]:
            actions.sign_count(made, part, by=getattr(self.cast, name))

    def do_report_return(self) -> None:
        made = self._return("inspecting")
        disposal = self.chance.choice(("stock", "rework", "scrap", "discount"))
        found = [Result(line.pk, line.counted or 0, "开线", "production", disposal, "车缝") for line in made.lines.all() if line.counted]
        actions.report(made, found, by=self.cast.zhou)

    def do_dispose_of_return(self) -> None:
        approval = Approval.objects.filter(kind="dealers.disposal", settled_at=None).first()
        if approval is not None:
            desk.settle_approval(approval, True, by=self.cast.bao)
        actions.dispose(self.one(Finding.objects.filter(state="ready").select_related("line__made")), by=self.cast.ding)

    def do_rework(self) -> None:
        order = self.one(ReworkOrder.objects.filter(state__in=("ordered", "issued", "done")))
        if order.state == "ordered":
            workshop.issue(order, by=self.cast.ding)
        elif order.state == "issued":
            workshop.finish(order, order.at_work, 0, by=self.cast.ding)
        else:
            workshop.check_again(order, order.good, 0, by=self.cast.zhou)

    def do_settle_return(self) -> None:
        made = self.one(DealerReturn.objects.filter(state__in=("settling", "settled")))
        if made.state == "settling":
            actions.settle(made, rules.Costs(1_200), by=self.cast.qian)
        else:
            actions.close(made, "已告知", by=self.cast.lin, courier="德邦", number="DB-B")
