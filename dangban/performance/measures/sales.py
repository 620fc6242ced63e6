"""What was sold, and what came of enquiries."""

from __future__ import annotations

from dangban.handbook.shapes.words import Words
from dangban.performance.measures.base import Measure

ONE_DEAL = Words("一单只算一个人。", "Each order counts for one person only.")
BY = {
    "r": Words("按手册选定的判定方式。", "By the rule of attribution that the handbook chose."),
    "o": Words("下单判定：下单前接待的客服。", "By the order: who served before it was placed."),
    "p": Words("付款判定：付款前接待的客服。", "By the payment: who served before it was paid."),
    "f": Words("下单优先判定：先看下单前；静默下单看付款前。", "By the order first; of a silent order, before its payment."),
}
_NAMES = {"r": "rule", "o": "order", "p": "payment", "f": "order_first"}
_LABELS = {
    "r": Words("", ""), "o": Words("（下单判定）", " (by the order)"),
    "p": Words("（付款判定）", " (by the payment)"), "f": Words("（下单优先）", " (order first)"),
}  # fmt: skip


def _of_sales(by: str) -> tuple[Measure, ...]:
    tail = "" if by == "r" else f"_{_NAMES[by]}"
    label, ruled = _LABELS[by], BY[by] + ONE_DEAL

    def one(code: str, zh: str, en: str, says: Words, unit: str, over: str, under: str = "", **more: object) -> Measure:
        return Measure(
            f"{code}{tail}", Words(zh, en) + label, says + ruled, unit, (f"{by}_{over}",), (f"{by}_{under}",) if under else (),  # type: ignore[arg-type]
            source="orders", settles="refunds", attribution=_NAMES[by], **more,  # type: ignore[arg-type]
        )  # fmt: skip

    found = (
        one("sales", "销售额", "Sales", Words("已付款的销售额；下单判定时为有效下单金额。退款另计。", "What was paid; by the order, what was validly ordered. Refunds stand apart."), "fen", "fen"),
        one("deals", "成交笔数", "Orders sold", Words("算给本人的订单数。", "Orders that count for the person."), "count", "orders"),
        one("buyers", "销售人数", "Buyers", Words("当天成交的顾客数，同一顾客一天一店算一个。", "Customers who bought, each once a day and shop."), "count", "buyers"),
        one("basket", "客单价", "Basket value", Words("销售额 ÷ 销售人数。", "Sales divided by buyers."), "fen", "fen", "buyers"),
        one("items", "客件数", "Items per buyer", Words("销售件数 ÷ 销售人数。", "Pieces sold divided by buyers."), "ratio", "quantity", "buyers"),
        one("piece_price", "件均价", "Price per piece", Words("销售额 ÷ 销售件数。", "Sales divided by pieces sold."), "fen", "fen", "quantity"),
        one("net_sales", "净销售额", "Net sales", Words("销售额减去已成功的退款。", "Sales less what was paid back."), "fen", "net_fen"),
        one("refund_fen", "退款金额", "Refunded", Words("这些订单已成功退款的金额。", "What was paid back of these orders."), "fen", "refunded_fen", direction="down"),
        one("refund_rate", "退款率（金额）", "Refund rate by amount", Words("成功退款金额 ÷ 销售额。", "Refunded amount divided by sales."), "share", "refunded_fen", "fen", direction="down"),
        one("refund_share", "退款率（笔数）", "Refund rate by orders", Words("有成功退款的订单 ÷ 成交笔数。", "Orders with a refund divided by orders sold."), "share", "refunds", "orders", direction="down"),
        one("basket_ratio", "客单价比", "Basket against the shop", Words("本人客单价 ÷ 所接店铺的客单价。", "Own basket value divided by that of the shops served."), "ratio", "fen", "buyers", shop_share=True),
    )  # fmt: skip
    return found


def _asked(code: str, zh: str, en: str, says: Words, over: str, under: str = "enquiries", settles: str = "window", unit: str = "", **more: object) -> Measure:
    return Measure(
        code, Words(zh, en), says, unit or ("share" if under else "count"), (over,), (under,) if under else (),  # type: ignore[arg-type]
        settles=settles, attribution="rule", **more,  # type: ignore[arg-type]
    )  # fmt: skip


_ENQUIRIES = (
    _asked("enquiries", "询单人数", "Enquiries", Words("当天来问过的顾客，同一顾客一天一店一位客服算一个；纯售后、只转接的不算。", "Customers who asked on the day, each once a day, shop and agent; pure after-sales talks and those only passed on are left out."), "enquiries", "", settles="day"),
    _asked("ordered_same", "当日下单率", "Ordered the same day", Words("当天询单且当天下单 ÷ 询单人数。", "Asked and ordered on the day, of enquiries."), "ordered_same"),
    _asked("ordered_final", "最终下单率", "Ordered in the end", Words("询单当天或之后规定天数内下单 ÷ 询单人数。", "Ordered on the day or within the days that count, of enquiries."), "ordered_final"),
    _asked("paid_same", "当日付款率", "Paid the same day", Words("当天询单且当天付款 ÷ 询单人数。", "Asked and paid on the day, of enquiries."), "paid_same"),
    _asked("paid_next", "次日付款率", "Paid by the next day", Words("询单到次日付款 ÷ 询单人数。", "Paid by the end of the next day, of enquiries."), "paid_next"),
    _asked("conversion", "询单最终付款转化率", "Enquiries paid in the end", Words("询单最终付款人数 ÷ 询单人数；规定天数内下的单最终付款才算，过了窗口才是定数。", "Enquiries whose order, placed within the days that count, was paid, of all enquiries; final when the days are over."), "paid_final"),
    _asked("paid_buyers", "询单最终付款人数", "Buyers among enquiries", Words("询单后最终付款的顾客数。", "Customers who asked and paid in the end."), "paid_final", ""),
    _asked("enquiry_sales", "询单最终付款金额", "Paid by enquiries", Words("询单后最终付款的金额。", "What customers who asked paid in the end."), "enquiry_fen", "", unit="fen"),
    _asked("lost", "询单流失人数", "Enquiries lost", Words("规定天数内没有下单的询单，次日才知道。", "Enquiries without an order within the days that count."), "lost", "", direction="down"),
)
_FURTHER = (
    Measure("pay_rate", Words("支付率", "Paid of orders placed"), Words("付款笔数 ÷ 拍下笔数，按下单前接待的客服。", "Paid orders divided by orders placed, of who served before the order."), "share", ("placed_paid",), ("placed",), source="orders", settles="window", attribution="order"),
    Measure("assisted", Words("协助跟进人数", "Helped along"), Words("没有算业绩、但下单后付款前跟进过的订单。", "Orders followed up between order and payment that count for somebody else."), "count", ("assisted",), source="orders", settles="refunds", attribution="payment"),
    Measure("assisted_sales", Words("协助跟进金额", "Amount helped along"), Words("协助跟进的订单金额，只作参考。", "The amount of these orders, for reference only."), "fen", ("assisted_fen",), source="orders", settles="refunds", attribution="payment"),
    Measure("chased", Words("催付成功笔数", "Reminders that worked"), Words("催付之后付款的订单，算最后一次联系的人；静默下单后很快自己付款的不算。", "Orders paid after a reminder, for who reminded last; silent orders paid at once don't count."), "count", ("chased",), source="orders", settles="refunds"),
    Measure("chased_sales", Words("催付成功金额", "Paid after reminders"), Words("催付之后付款的金额。", "What was paid after a reminder."), "fen", ("chased_fen",), source="orders", settles="refunds"),
    Measure("tagged_sales", Words("备注工号销售额", "Sales by staff number"), Words("按订单备注里的工号（并插指定旗）归属的已付款金额，减去已成功的退款。", "What was paid, less what was paid back, of orders whose remark bears the staff number, with the flag the handbook asks for."), "fen", ("tagged_fen",), source="orders", settles="refunds", attribution="remark"),
    Measure("tagged_deals", Words("备注工号成交笔数", "Orders by staff number"), Words("按订单备注里的工号归属的订单数。", "Orders whose remark bears the staff number."), "count", ("tagged_orders",), source="orders", settles="refunds", attribution="remark"),
    Measure("recovered_sales", Words("缺货挽回金额", "Sales recovered from back-orders"), Words("登记缺货的顾客到货后购买的金额，算登记的人。", "What customers bought whom the person had registered as waiting for goods."), "fen", ("recovered_fen",), source="orders"),
    Measure("recovered", Words("缺货挽回笔数", "Back-orders recovered"), Words("登记缺货后买下的笔数。", "Registrations that led to an order."), "count", ("recovered",), source="orders"),
    Measure("target_done", Words("指标完成率", "Target reached"), Words("销售额 ÷ 当月销售目标。", "Sales divided by the month's target."), "share", source="targets", settles="refunds", attribution="rule"),
)  # fmt: skip

SALES: tuple[Measure, ...] = (*(one for by in BY for one in _of_sales(by)), *_ENQUIRIES, *_FURTHER)
