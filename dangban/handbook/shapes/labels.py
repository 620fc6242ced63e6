"""What chapters, kinds of clause, and the facts that decisions rest on are called."""

from __future__ import annotations

from .words import Words

CHAPTERS: dict[str, Words] = {
    "conversations": Words("会话", "Conversations"),
    "orders": Words("订单", "Orders"),
    "shops": Words("店铺", "Shops"),
    "customers": Words("客户", "Customers"),
    "stock": Words("库存", "Stock"),
    "campaigns": Words("活动", "Campaigns"),
    "backorders": Words("缺货登记", "Back-orders"),
    "dispatch": Words("发货", "Dispatch"),
    "tracking": Words("物流", "Tracking"),
    "chat": Words("聊天", "Chat"),
    "desk": Words("待办", "Desk"),
    "people": Words("人员", "People"),
    "aftersales": Words("售后", "After-sales"),
    "workshop": Words("返修", "Rework"),
    "inbound": Words("退件", "Parcels that come back"),
    "dealers": Words("经销商退货", "Returns of dealers"),
    "shifts": Words("班次", "Shifts"),
    "attendance": Words("考勤", "Attendance"),
    "leave": Words("休假", "Leave"),
    "staff": Words("人事", "Staff files"),
    "performance": Words("绩效", "Performance"),
    "conduct": Words("纪律", "Conduct"),
    "pay": Words("薪资", "Pay"),
}

REFERENCES: dict[str, Words] = {
    "handbook": Words("制度", "Handbook"),
    "law": Words("法律", "Law"),
    "practice": Words("惯例", "Practice"),
    "assumption": Words("假定", "Assumption"),
}

FACTS: dict[str, Words] = {
    "about": Words("事项", "About"),
    "already": Words("已有", "Already"),
    "at": Words("时间", "Time"),
    "capacity": Words("接待上限", "Capacity"),
    "city": Words("城市", "City"),
    "closed": Words("结束方式", "How it ended"),
    "courier": Words("快递", "Courier"),
    "cut_off": Words("截单时间", "Cut-off"),
    "days": Words("天数", "Days"),
    "ends_at": Words("班次结束", "Shift ends"),
    "flag": Words("旗帜", "Flag"),
    "free": Words("空闲名额", "Free places"),
    "hours": Words("小时", "Hours"),
    "last_invited_at": Words("上次邀评", "Last invited"),
    "last_served_at": Words("上次接待", "Last served"),
    "length": Words("长度", "Length"),
    "load": Words("正在接待", "Being served"),
    "minutes": Words("分钟", "Minutes"),
    "moved_at": Words("最近一次更新", "Last moved"),
    "newest_order": Words("最新订单", "Newest order"),
    "next_duty_at": Words("下次有人当班", "Next on duty"),
    "on_duty": Words("当班人数", "On duty"),
    "online": Words("在线人数", "Online"),
    "open_conversations": Words("未结束会话", "Open conversations"),
    "opened_at": Words("登记时间", "Opened"),
    "opens_at": Words("开始接待", "Opens"),
    "orders": Words("成交单数", "Orders"),
    "placed_at": Words("下单时间", "Placed"),
    "province": Words("省份", "Province"),
    "put_at": Words("登记时间", "Noted"),
    "reason": Words("原因", "Reason"),
    "seat_receives": Words("该席位接待", "This seat receives"),
    "seconds": Words("秒数", "Seconds"),
    "shop_cut_off": Words("本店截单时间", "The shop's own cut-off"),
    "spend": Words("消费金额", "Spend"),
    "team": Words("组内人数", "In the team"),
    "transfers": Words("已转接次数", "Transfers so far"),
    "words": Words("命中的词", "Words found"),
    "ship_by": Words("最晚发出", "To leave by"),
    "weekday": Words("星期几", "Day of the week"),
}


FACT_VALUES: dict[str, Words] = {
    "unpaid": Words("待付款", "awaiting payment"),
    "paid": Words("待发货", "awaiting dispatch"),
    "part": Words("部分发货", "partly dispatched"),
    "sent": Words("已发货", "dispatched"),
    "signed": Words("已签收", "signed for"),
    "done": Words("已完成", "completed"),
    "closed": Words("已关闭", "closed"),
    "resolved": Words("客服结束", "resolved by the agent"),
    "quiet": Words("静默结束", "closed after a quiet time"),
}


def name_facts(
    labels: dict[str, tuple[str, str]], values: dict[str, tuple[str, str]] | None = None
) -> None:
    """Name facts, and codes that stand as facts, from a room's `clauses.py`: {"waited": ("已等待", "Waited")}.

    A name means the same in all rooms: ValueError where another room says it otherwise.
    """
    for known, said in ((FACTS, labels), (FACT_VALUES, values or {})):
        for name, words in said.items():
            if known.setdefault(name, Words(*words)) != Words(*words):
                raise ValueError(f"The fact {name!r} is called {known[name].zh} already, not {words[0]}: it wants a name of its own")


def fact_label(name: str) -> Words:
    """What a fact is called; one without a name keeps its own, blanks for underscores."""
    return FACTS.get(name) or Words(name.replace("_", " "), name.replace("_", " "))
