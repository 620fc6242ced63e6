"""The rules of the floor: clocks, routing, transfers, automatic words, the speech guard, the figures."""

from __future__ import annotations

from dangban.handbook.shapes import (
    Brackets,
    Choice,
    Clause,
    Duration,
    Field,
    Line,
    Lines,
    ListOf,
    Number,
    Row,
    Span,
    Text,
    YesNo,
    declare,
    name_facts,
)

name_facts({
    "silent": ("静默下单", "Silent order"), "left_messages": ("留言数", "Left messages"), "waiting": ("排队人数", "Waiting"),
    "newcomers": ("未过考核的新人", "Newcomers before their exam"),
})  # fmt: skip

LEADER = ("客服组长", "a team leader")

# Clocks

FIRST_REPLY = declare(
    "conversations.first_reply", Duration("seconds", minimum=1, maximum=3600),
    "顾客发来第一句话后，多久之内必须有人工回复", "How soon a customer's first line must get a human answer",
    exception=LEADER,
)
TURN_REPLY = declare(
    "conversations.turn_reply", Duration("seconds", minimum=1, maximum=3600),
    "接待中每一轮提问多久之内必须有人工回复", "How soon each further question must get a human answer",
    exception=LEADER,
)
WAITING_COLOURS = declare(
    "conversations.waiting_colours",
    Brackets(
        "seconds",
        {"colour": Field(Choice(neutral=("平常", "neutral"), amber=("橙", "amber"), red=("红", "red")), "颜色", "colour")},
        unit="seconds", reached=True, start=0,
    ),
    "等待多少秒后，会话列表的颜色加深", "After how many seconds a waiting conversation changes colour",
)
SLOW_REPLY = declare(
    "conversations.slow_reply", Duration("seconds", minimum=1, maximum=3600),
    "一轮提问等多久算慢响应，触发提醒", "From when an unanswered question counts as slow and raises the alarm",
)
SILENCE = declare(
    "conversations.silence", Duration("seconds", minimum=30, maximum=86_400),
    "已分配的客服多久没有回复，会话重新进入排队", "After how much silence of the assigned agent a conversation returns to the queue",
)
LONG_RECEPTION = declare(
    "conversations.long_reception", Duration("minutes", minimum=1, maximum=1440),
    "一次接待多久算长接待", "From when one session counts as a long one",
)
ALWAYS_CLOCKED = declare(
    "conversations.clock_off_shift", YesNo(),
    "不当班但在线时，回复时限是否照样计算", "Whether the reply clock also runs for somebody who is online off shift",
)

# Routing

NOBODY_ON_DUTY = declare(
    "conversations.nobody_on_duty",
    Choice(message=("登记留言", "leave a message"), queue=("排队等候", "wait in the queue")),
    "无人当班时，来访顾客登记留言还是排队", "What customers are offered while nobody is on duty",
)
ALL_AWAY = declare(
    "conversations.all_away",
    Choice(message=("登记留言", "leave a message"), queue=("排队等候", "wait in the queue")),
    "当班的人全部离开时，来访顾客登记留言还是排队", "What customers are offered while everybody on duty is away",
)
MESSAGE_REPLY = declare(
    "conversations.message_reply", Duration("minutes", minimum=1, maximum=2880),
    "留言在下次有人当班后多久之内回复", "How soon after somebody comes on duty a left message is answered",
)
CAPACITY = declare(
    "conversations.capacity", Number("conversations", minimum=1, maximum=200),
    "每人同时接待的会话上限（个人未另设时）", "How many conversations one agent has at once, unless set for the person",
)
SAME_AGENT = declare(
    "conversations.same_agent", Duration("days", maximum=365),
    "多少天之内再来的顾客优先分给上次接待的人", "For how many days a returning customer goes to the agent who served last",
)
AFTERSALE_FROM = declare(
    "conversations.aftersale_from",
    Choice(paid=("付款", "paid"), sent=("发货", "dispatched"), signed=("签收", "signed for")),
    "最新一笔订单到哪一步起，顾客由售后接待", "From which state of the newest order on a customer belongs to after-sale",
)
RECONNECT = declare(
    "conversations.reconnect", Duration("seconds", minimum=0, maximum=3600),
    "客服断线后保留多久再把会话分给别人", "How long an agent's lost connection is waited for before rerouting",
)
MAIN_ACCOUNT_RECEIVES = declare(
    "conversations.main_account_receives", YesNo(),
    "主账号是否接待顾客（否：来访立即分流，不计入个人数据）",
    "Whether the main account serves customers (if not, arrivals are passed on at once and don't count)",
)

# Transfer

SECOND_TRANSFER_TELLS_LEADER = declare(
    "conversations.second_transfer_tells_leader", YesNo(),
    "同一会话第二次转接是否须写原因并通知组长", "Whether a second transfer needs a reason and tells the leader",
)
TRANSFER_ACCEPT = declare(
    "conversations.transfer_accept", Duration("seconds", minimum=10, maximum=3600),
    "转接多久无人接受就退回", "How long an offered transfer waits before it returns",
)

# Presence and the end of a shift

IDLE_ONLINE = declare(
    "conversations.idle_online", Duration("minutes", minimum=1, maximum=480),
    "显示在线却多久没有任何操作算挂机", "From when being shown online without doing anything is recorded as idle",
)
SHIFT_EXTENDS = declare(
    "conversations.shift_extends", YesNo(),
    "下班时仍有顾客在咨询，接待是否自动延长", "Whether a shift's end extends by itself while a customer is being served",
)

# Automatic words

AUTO_REPLIES = declare(
    "conversations.auto_replies",
    Lines(
        {
            "kind": Field(
                Choice(
                    greeting=("欢迎语", "greeting"), queue=("排队", "in the queue"), away=("离开", "away"),
                    closed=("非工作时间", "out of hours"),
                ),
                "种类", "kind",
            ),
            "text": Field(Text(longest=500), "内容", "text"),
        }
    ),
    "店铺没有自己的设置时用的自动回复", "The automatic replies used where a shop has none of its own",
)
INVITE = declare(
    "conversations.invite_satisfaction",
    Choice(resolved=("客服结束会话后", "after an agent resolves it"), never=("不邀请", "never")),
    "何时邀请顾客评价", "When customers are invited to rate the service",
)
INVITE_AGAIN = declare(
    "conversations.invite_again", Duration("days", maximum=365),
    "同一顾客多少天之内只邀请一次", "Within how many days one customer is invited only once",
)
QUIET_CLOSE = declare(
    "conversations.quiet_close", Duration("minutes", minimum=5, maximum=10_080),
    "客服答复后顾客多久没有动静，会话自动结束（不邀评）",
    "After how long a quiet time an answered conversation is closed by itself (without an invitation)",
)

# Speech guard

ACT = Choice(remark=("提示", "remark"), warn=("警告后可发", "warn"), block=("拦截", "block"))
OVERRIDE = Choice(
    nobody=("任何人不得放行", "nobody"), leader=("组长", "leader"), supervisor=("主管", "supervisor")
)


def _guard(name: str, zh: str, en: str) -> Clause[Row]:
    shape = Line(
        {
            "words": Field(ListOf(Text(longest=60)), "词语", "words"),
            "exceptions": Field(ListOf(Text(longest=60)), "不算在内", "not counted", optional=True),
            "act": Field(ACT, "处理", "act"),
            "override": Field(OVERRIDE, "可放行", "may be let pass by"),
        }
    )
    return declare(f"conversations.guard.{name}", shape, zh, en)


GUARD_SUPERLATIVES = _guard(
    "superlatives", "不得对顾客说的极限词", "Superlatives that must not be said to customers"
)
GUARD_CONTACT = _guard(
    "contact", "私下交换联系方式或引导站外交易的词", "Words that lead to private contact or trade off the platform"
)
GUARD_PAYMENT = _guard("payment", "私下收款的词", "Words that lead to private payment")
GUARD_RUDE = _guard("rude", "辱骂、讥讽的词", "Insulting and mocking words")
GUARD_PROMISES = _guard("promises", "说得太满的承诺", "Promises that leave no room")
GUARD_BRUSH_OFF = _guard("brush_off", "推托顾客的话", "Words that brush a customer off")
GUARD_REVIEW = _guard("review", "以好处换好评、改评的词", "Offering something for a good or changed review")
GUARD_EFFICACY = _guard("efficacy", "宣称疗效的词", "Claims of healing effects")
GUARD_WORDINGS = declare(
    "conversations.guard.wordings",
    Lines(
        {
            "said": Field(Text(longest=60), "说法", "said"),
            "instead": Field(Text(longest=300), "建议说法", "say instead"),
        }
    ),
    "被提示的说法可以换成哪句话", "What may be said instead of a wording that was remarked on",
)

# Figures

REPLY_WINDOW = declare(
    "conversations.figures.platform_window", Span(),
    "平台人工响应率只统计一天中的这段时间", "The part of the day that the platform's human reply rate looks at",
)
REPLY_WITHIN = declare(
    "conversations.figures.platform_within", Duration("seconds", minimum=1, maximum=3600),
    "平台人工响应率要求在多久之内人工回复", "Within what time the platform's rate asks for a human answer",
)
REPLY_DAYS = declare(
    "conversations.figures.platform_days", Duration("days", minimum=1, maximum=90),
    "平台人工响应率统计最近多少天", "How many past days the platform's rate covers",
)
HOUSE_WINDOW = declare(
    "conversations.figures.house_window", Span(),
    "本店自己的回复数据统计一天中的哪段时间", "The part of the day that the house's own reply figures look at",
)
ENQUIRY_DAYS = declare(
    "conversations.figures.enquiry_days", Duration("days", minimum=1, maximum=15),
    "询单之后多少天内下单算成交", "Within how many days after an enquiry an order counts as its result",
)
CREDIT = declare(
    "conversations.figures.credit",
    Choice(
        order_first=("下单优先：先看下单前谁接待，静默下单再看付款前", "before the order; of a silent order, before its payment"),
        order=("下单判定：下单前接待的人", "who served before the order"),
        payment=("付款判定：付款前接待的人", "who served before the payment"),
    ),
    "一笔成交算给谁（只算给一个人）", "To whom a sale is credited (to one person only)",
)
CREDIT_OF_SEVERAL = declare(
    "conversations.figures.credit_of_several",
    Choice(last=("最后接待的人", "who served last"), rounds=("回合最多的人", "who answered most often")),
    "有几个人接待过时算给谁", "Who counts where several served",
)
RATE_TARGETS = declare(
    "conversations.figures.reply_rate_target", Number("percent", minimum=0, maximum=100),
    "回复率目标", "The target for the reply rate",
)
OFFLINE_FIRST = declare(
    "conversations.left_messages_first", YesNo(),
    "上班后是否先处理留言再接新的咨询", "Whether left messages come before new customers at the start of a shift",
)
