"""The platforms' own clocks, and what is urgent whatever they say."""

from __future__ import annotations

from dangban.handbook.shapes import Duration, YesNo, declare

UNSHIPPED_AUTO = declare(
    "aftersales.platform.unshipped", Duration("hours", minimum=1, maximum=720),
    "未发货的退款申请，多久不处理平台自动退款", "After how long the platform refunds unsent goods by itself",
)
SHIPPED_AUTO = declare(
    "aftersales.platform.shipped", Duration("days", minimum=1, maximum=60),
    "已发货的退款申请，多久不处理平台自动同意", "After how long the platform agrees by itself to a refund of sent goods",
)
PLATFORM_RETURN = declare(
    "aftersales.platform.return", Duration("days", minimum=1, maximum=60),
    "平台要求顾客多久之内寄回", "How soon the platform wants the customer to send goods back",
)
PLATFORM_CONFIRM = declare(
    "aftersales.platform.confirm", Duration("days", minimum=1, maximum=60),
    "退货寄出后多久不确认平台自动退款", "After how long the platform refunds a return that is not confirmed",
)
EXTENSION = declare(
    "aftersales.platform.extension", Duration("days", minimum=1, maximum=60),
    "同意退换后交易时间延长几天", "By how many days the platform's transaction is extended once a return is agreed",
)
EXTEND_ON_AGREEMENT = declare(
    "aftersales.platform.extend_first", YesNo(),
    "定下退换后是否先延长交易时间", "Whether the transaction is extended first of all once a return is agreed",
)
REMIND_BEFORE = declare(
    "aftersales.platform.remind_before", Duration("hours", minimum=1, maximum=240),
    "退款因未填单号关闭前多久提醒顾客", "How long before a refund closes for want of a tracking number the customer is reminded",
)
SEVERE_WITHIN = declare(
    "aftersales.severe_within", Duration("minutes", minimum=5, maximum=2880),
    "严重投诉多久之内处理", "How soon a severe complaint is seen to",
)
