"""Conduct: what is not done at work, what follows step by step, and what earns thanks."""

from __future__ import annotations

from datetime import timedelta

from dangban.handbook.shapes import (
    Choice,
    Duration,
    Field,
    Lines,
    Money,
    Number,
    Row,
    Table,
    YesNo,
    at_least,
    declare,
    lawful_if,
    name_facts,
)

WAGE_LAW = "law: 工资支付暂行规定 §16"
STAFF_RULES_LAW = "law: 劳动合同法 §4"

name_facts({
    "offence": ("行为", "Offence"),
    "times_before": ("有效期内的前几次", "Times before, not expired"),
    "stated": ("手册所写金额", "Amount as written"),
    "heard_at": ("本人陈述于", "Heard on"),
    "answer_by": ("陈述截止", "To be answered by"),
    "appeal_by": ("申诉截止", "Appeal until"),
    "loss": ("损失", "Loss"),
})  # fmt: skip

CONSEQUENCES = {
    "none": ("未写明", "not said"), "warning": ("警告", "warning"), "talk": ("谈话", "talk"), "fine": ("罚款", "fine"),
    "training": ("补课", "training"), "review": ("计入考核", "counts in the scorecard"), "notice": ("通报批评", "public notice"),
    "demerit": ("记过", "demerit"), "dismissal": ("辞退", "dismissal"),
}  # fmt: skip
CONSEQUENCE = Choice(CONSEQUENCES)
OFFENCE_NAMES = {
    "films": ("看电视、看电影", "watching films"), "games": ("玩游戏", "playing games"),
    "downloads": ("私自下载安装软件", "installing software"), "music": ("听音乐", "listening to music"),
    "private_account": ("上班登录私人账号", "using a private account at work"), "browsing": ("浏览与工作无关的网页", "browsing what is not work"),
    "going_offline": ("顾客还在咨询就下线", "going offline on a customer"),
    "idle_online": ("空挂在线", "shown online but not there"),
    "bouncing": ("踢皮球", "passing a customer around"), "abuse": ("辱骂顾客", "insulting a customer"),
    "blocking": ("拉黑顾客", "blocking a customer"), "broken_promise": ("没有落实承诺", "a broken promise"),
    "bad_review": ("服务态度导致中差评", "attitude that led to a bad review"),
    "knowledge": ("业务不熟导致差评或投诉", "lack of knowledge that led to a review or complaint"),
    "remark": ("订单备注没写好", "what the customer wished not written on the order"),
    "leak": ("泄露公司或顾客资料", "giving away company or customer data"),
    "disorder": ("影响工作秩序", "disturbing work"), "second_job": ("兼职", "a second job"),
}  # fmt: skip
OFFENCE = Choice(OFFENCE_NAMES)
STEPS = ("first", "second", "third")


def _costs_nothing(rows: Table) -> bool:
    return not any(row[f"{step}_fine"] for row in rows for step in STEPS)


def _without_fines(rows: Table) -> Table:
    return Table(tuple(Row({**row, **{f"{step}_fine": None for step in STEPS}}) for row in rows), rows.key)


OFFENCES = declare(
    "conduct.offences",
    Lines(
        {
            "offence": Field(OFFENCE, "行为", "offence"),
            "first": Field(CONSEQUENCE, "第一次", "first time"),
            "first_fine": Field(Money(), "第一次金额", "amount", optional=True),
            "second": Field(CONSEQUENCE, "第二次", "second time", optional=True),
            "second_fine": Field(Money(), "第二次金额", "amount", optional=True),
            "third": Field(CONSEQUENCE, "第三次", "third time", optional=True),
            "third_fine": Field(Money(), "第三次金额", "amount", optional=True),
        }
    ),
    "哪些行为不允许，各怎么处理", "What is not allowed, and what each brings",
    exception=("客服经理", "the manager"),
    bound=lawful_if(
        _costs_nothing, source=WAGE_LAW,
        says=("用人单位没有罚款权；金额不执行，按警告处理", "An employer has no power to fine; no amount is taken, it counts as a warning"),
        cap=_without_fines,
    ),
)
DECIDERS = {"leader": ("组长及以上", "a leader or above"), "supervisor": ("主管及以上", "a supervisor or above"), "manager": ("经理", "the manager")}
DECIDED_BY = declare(
    "conduct.decided_by",
    Lines({
        "consequence": Field(CONSEQUENCE, "处理", "consequence"),
        "by": Field(Choice(DECIDERS), "由谁决定", "decided by"),
    }, least=1),
    "哪种处分由哪一级决定", "Who decides on which consequence",
)  # fmt: skip
HEARING = declare(
    "conduct.hearing", Duration("days", minimum=0, maximum=30),
    "本人有几天时间陈述", "How many days the person has to be heard",
    bound=at_least(timedelta(days=1), source=STAFF_RULES_LAW, says=("处分前应听取本人意见", "The person is heard before a sanction")),
)
APPEAL = declare(
    "conduct.appeal", Duration("days", minimum=0, maximum=60),
    "收到处分后几天内可以申诉", "For how many days after the notice it may be appealed against",
)
APPEAL_ANSWER = declare(
    "conduct.appeal_answer", Duration("days", minimum=1, maximum=60),
    "申诉几天内答复", "Within how many days an appeal is answered",
)
LOSS_IS_PAID = declare(
    "conduct.loss_is_paid", YesNo(),
    "造成损失的是否由本人赔偿（以法定上限为限）", "Whether a loss is made good by the person (within the law's cap)",
)
EXPIRES = declare(
    "conduct.sanction_expires", Number("months", minimum=1, maximum=60),
    "处分多久后失效", "After how long a sanction expires",
)
MUSIC = declare("conduct.music_allowed", YesNo(), "上班时能否小声听音乐", "Whether quiet music is allowed at work")
FUND_USE = declare(
    "conduct.fund_use",
    Choice(snacks=("零食、纸巾等大家共用的东西", "snacks and tissues for all"), activities=("部门活动经费", "activities of the department")),
    "收到的罚款怎么用", "What collected fines are spent on", required=False,
)  # fmt: skip
BOUNTIES = declare(
    "conduct.bounties",
    Lines({
        "kind": Field(
            Choice(
                praise=("顾客表扬", "praise by a customer"), saved=("挽回订单", "an order saved"), page_fault=("发现页面错误", "a fault found on a page"),
                idea=("建议被采纳", "an idea taken up"), progress=("打字进步", "typing faster"),
            ),
            "表彰", "commendation",
        ),
        "amount": Field(Money(), "奖金", "bounty"),
    }),
    "哪些表彰有奖金，各多少", "Which commendations bring a bounty, and how much",
)  # fmt: skip
