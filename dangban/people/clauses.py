"""The rules about staff: sessions and passwords, levels, insurance, leaving."""

from __future__ import annotations

from dangban.handbook.shapes import (
    Choice,
    Duration,
    Field,
    Lines,
    Money,
    Number,
    Shares,
    Text,
    YesNo,
    declare,
    name_facts,
)

LEVEL_NAMES = {
    "junior": ("初级客服", "junior agent"), "mid": ("中级客服", "agent"), "senior": ("高级客服", "senior agent"), "leader": ("组长", "leader"),
    "deputy": ("副主管", "deputy supervisor"), "supervisor": ("主管", "supervisor"), "manager": ("经理", "manager"),
}  # fmt: skip
name_facts({"open_work": ("未完成的工作", "Open work"), "is_named": ("已指定接手人", "Somebody is named")}, LEVEL_NAMES)

IDLE_SESSION = declare(
    "people.idle_session", Duration("minutes", minimum=5, maximum=1440),
    "多久没有操作需要重新登录", "After how long without use one has to sign in again",
)
PASSWORD_LENGTH = declare(
    "people.password.length", Number("characters", minimum=8, maximum=64),
    "密码至少多少个字符", "The least length of a password",
)
PASSWORD_FIRST_CHANGE = declare(
    "people.password.first_change", YesNo(),
    "首次登录是否必须改密码", "Whether the first sign-in asks for a new password",
)
SIGN_IN_ATTEMPTS = declare(
    "people.sign_in.attempts", Number("times", minimum=3, maximum=50),
    "连续输错几次密码后暂停登录", "After how many wrong passwords signing in pauses",
)
SIGN_IN_PAUSE = declare(
    "people.sign_in.pause", Duration("minutes", minimum=1, maximum=1440),
    "暂停登录多久", "How long signing in pauses",
)
SECOND_FACTOR_FROM = declare(
    "people.second_factor_from",
    Choice(
        nobody=("不要求", "nobody"), leader=("组长及以上", "leaders and above"),
        supervisor=("主管及以上", "supervisors and above"), everybody=("所有人", "everybody"),
    ),
    "哪一级起必须使用两步验证", "From which level on a second factor is needed",
)
TYPING_MINIMUM = declare(
    "people.typing.minimum", Number("characters_per_minute", minimum=1, maximum=300),
    "上岗的打字速度要求", "The typing speed needed to serve customers",
)
TYPING_SENIOR = declare(
    "people.typing.senior", Number("characters_per_minute", minimum=1, maximum=300),
    "高级客服的打字速度要求", "The typing speed needed of a senior agent",
)
LEVELS = declare(
    "people.levels",
    Lines(
        {
            "level": Field(Choice(LEVEL_NAMES), "级别", "level"),
            "months": Field(Number("months"), "司龄（月）", "months of service"),
            "score": Field(Number("points", maximum=100), "考核均分", "scorecard average"),
            "pay_floor": Field(Money(), "工资下限", "pay floor"),
            "typing": Field(Number("characters_per_minute", maximum=300), "打字速度", "typing speed", optional=True),
            "education": Field(
                Choice(
                    secondary=("高中", "secondary school"), vocational=("中专", "vocational secondary school"),
                    college=("大专", "junior college"), bachelor=("本科", "bachelor"), master=("硕士及以上", "master or higher"),
                ),
                "学历", "education", optional=True,
            ),
            "experience": Field(Number("months"), "同类经验（月）", "like experience in months", optional=True),
            "training": Field(Text(longest=40), "须通过的培训", "training to have passed", optional=True),
        }
    ),
    "各级别的晋升条件和工资下限", "What each level asks for, and the least it pays",
)
INSURANCE = declare(
    "people.insurance", Shares({"company": ("公司", "company"), "person": ("个人", "person")}),
    "社会保险费由公司和个人各承担多少", "How insurance is shared between company and person",
)
TOOLS_EXAM_FIRST = declare(
    "people.tools_exam_first", YesNo(),
    "新人通过工具考试前是否不分配顾客", "Whether no customers are routed to newcomers before their tools exam",
)
LEAVING_HANDS_OVER = declare(
    "people.leaving_hands_over", YesNo(),
    "离职前是否必须把未完成的工作交给指定的人", "Whether open work must go to a named person before somebody leaves",
)
