"""How long a case may stay where it is, and who lets it wait."""

from __future__ import annotations

from dangban.handbook.shapes import Duration, at_most, declare

CONSUMER_LAW = "law: 消费者权益保护法"

EVIDENCE_WITHIN = declare(
    "aftersales.evidence_within", Duration("hours", minimum=1, maximum=720),
    "顾客须在多久之内上传问题图片", "How soon the customer has to send photos of the problem",
)
ANSWER_WITHIN = declare(
    "aftersales.answer_within", Duration("minutes", minimum=1, maximum=2880),
    "售后申请多久之内答复", "How soon an after-sales request is answered",
)
SOLVE_WITHIN = declare(
    "aftersales.solve_within", Duration("hours", minimum=1, maximum=720),
    "售后问题多久之内解决", "How soon an after-sales case is solved",
    bound=at_most(
        Duration("days").step * 15, source="law: 网络购买商品七日无理由退货暂行办法 §31",
        says=("处理退货、退款不得拖延超过十五日", "Returns and refunds may not be delayed beyond fifteen days"),
    ),
)
REFUND_WITHIN = declare(
    "aftersales.refund_within", Duration("days", minimum=1, maximum=30),
    "收到退货后几天内退款", "Within how many days after the goods came back the refund is made",
    bound=at_most(
        Duration("days").step * 7, source=f"{CONSUMER_LAW} §25",
        says=("收到退货七日内退款", "The refund is due within seven days after the goods came back"),
    ),
)
AGREE_WITHIN = declare(
    "aftersales.agree_within", Duration("hours", minimum=1, maximum=720),
    "判定后多久之内与顾客谈妥", "How soon after the assessment the customer and the agent agree on what is done",
)
APPROVE_WITHIN = declare(
    "aftersales.approve_within", Duration("minutes", minimum=5, maximum=10080),
    "售后审批多久之内答复", "How soon an approval of after-sales is answered",
)
OBJECT_WITHIN = declare(
    "aftersales.object_within", Duration("days", minimum=1, maximum=60),
    "拒绝后顾客多久没有异议就结案", "After how many days without an objection a refused case is closed",
)
RETURN_WITHIN = declare(
    "aftersales.return_within", Duration("days", minimum=1, maximum=60),
    "同意退货后顾客多久之内寄回", "How soon the customer sends the goods back once the return is agreed",
)
ARRIVE_WITHIN = declare(
    "aftersales.arrive_within", Duration("days", minimum=1, maximum=60),
    "退件寄出后多久应到仓库", "How soon a return reaches the warehouse once it was sent",
)
INSPECT_WITHIN = declare(
    "aftersales.inspect_within", Duration("hours", minimum=1, maximum=720),
    "退件到仓后多久之内验完", "How soon returned goods are inspected once they have come",
)
DECIDE_WITHIN = declare(
    "aftersales.decide_within", Duration("hours", minimum=1, maximum=720),
    "验货后多久之内定下怎么结", "How soon after the inspection it is decided how a case is settled",
)
TOPUP_WITHIN = declare(
    "aftersales.topup_within", Duration("days", minimum=1, maximum=60),
    "顾客多久之内补款", "How soon the customer pays what is owed on a case",
)
SEND_WITHIN = declare(
    "aftersales.send_within", Duration("hours", minimum=1, maximum=720),
    "换货、补发多久之内发出", "How soon an exchange or a reshipment leaves",
)
REPAIR_WITHIN = declare(
    "aftersales.repair_within", Duration("days", minimum=1, maximum=180),
    "维修多久之内完成", "How soon a repair is done",
)
CLOSE_AFTER = declare(
    "aftersales.close_after", Duration("days", minimum=0, maximum=60),
    "结清后多久没有新问题就结案", "After how many days without news a settled case is closed",
)
DISPUTE_REPLY_WITHIN = declare(
    "aftersales.dispute_reply_within", Duration("hours", minimum=1, maximum=720),
    "平台介入后多久之内举证答复", "How soon the platform is answered once it was called in",
)
