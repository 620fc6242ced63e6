"""Conduct: what is not done at work, and what follows."""

from __future__ import annotations

from dangban.handbook.shapes import (
    Choice,
    Field,
    Lines,
    Number,
    YesNo,
    declare,
)

CONSEQUENCE = Choice(
    none=("未写明", "not said"), warning=("警告", "warning"), talk=("谈话", "talk"), notice=("通报批评", "public notice"),
    demerit=("记过", "demerit"), dismissal=("辞退", "dismissal"), review=("计入考核", "counts in the scorecard"),
)  # fmt: skip

OFFENCES = declare(
    "conduct.offences",
    Lines(
        {
            "offence": Field(
                Choice(
                    films=("看电视、看电影", "watching films"), games=("玩游戏", "playing games"),
                    downloads=("私自下载安装软件", "installing software"), music=("听音乐", "listening to music"),
                    going_offline=("顾客还在咨询就下线", "going offline on a customer"),
                    idle_online=("空挂在线", "shown online but not there"),
                    bouncing=("踢皮球", "passing a customer around"), abuse=("辱骂顾客", "insulting a customer"),
                    blocking=("拉黑顾客", "blocking a customer"), broken_promise=("没有落实承诺", "a broken promise"),
                    bad_review=("服务态度导致中差评", "attitude that led to a bad review"),
                    disorder=("影响工作秩序", "disturbing work"), second_job=("兼职", "a second job"),
                ),
                "行为", "offence",
            ),
            "first": Field(CONSEQUENCE, "第一次", "first time"),
            "second": Field(CONSEQUENCE, "第二次", "second time", optional=True),
            "third": Field(CONSEQUENCE, "第三次", "third time", optional=True),
        }
    ),
    "哪些行为不允许，各有什么后果", "What is not allowed, and what each brings",
    exception=("客服经理", "the manager"),
    applied=False,
)
LOSS_IS_PAID = declare(
    "conduct.loss_is_paid", YesNo(),
    "造成损失的是否由本人赔偿（以法定上限为限）", "Whether a loss is made good by the person (within the law's cap)",
    applied=False,
)
EXPIRES = declare(
    "conduct.sanction_expires", Number("months", minimum=1, maximum=60),
    "处分多久后失效", "After how long a sanction expires",
    applied=False,
)
MUSIC = declare(
    "conduct.music_allowed", YesNo(), "上班时能否小声听音乐", "Whether quiet music is allowed at work", applied=False
)
