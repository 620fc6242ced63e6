"""The rules of staff files: probation, mentors, contracts, licences, trainings, promotion."""

from __future__ import annotations

from dangban.handbook.shapes import (
    Duration,
    Field,
    Lines,
    Number,
    Share,
    Text,
    YesNo,
    at_least,
    at_most,
    declare,
    name_facts,
)
from dangban.handbook.shapes.values import Percent

name_facts(
    {
        "hired_on": ("入职日期", "Hired on"),
        "until": ("试用期到", "Probation until"),
        "level": ("级别", "Level"),
        "months": ("司龄（月）", "Months of service"),
        "score": ("考核均分", "Scorecard average"),
        "typing": ("打字速度", "Typing speed"),
        "education": ("学历", "Education"),
        "experience": ("同类经验（月）", "Like experience in months"),
        "trainings": ("已通过的培训", "Trainings passed"),
        "base": ("基本工资", "Base wage"),
        "lacking": ("还差几项", "Requirements missing"),
    }
)

PROBATION = declare(
    "staff.probation", Number("months", minimum=0, maximum=12), "试用期几个月", "How long probation lasts",
    bound=at_most(6, source="law: 劳动合同法 §19", says=("试用期最长六个月", "Probation lasts six months at most")),
)
PROBATION_PAY = declare(
    "staff.probation_pay", Share(minimum=0, maximum=100), "试用期发转正工资的百分之几", "What part of the wage is paid in probation",
    bound=at_least(Percent(8000), source="law: 劳动合同法 §20", says=("试用期工资不低于约定工资的 80%", "At least 80% of the agreed wage")),
)
EARLY_CONFIRMATION = declare(
    "staff.early_confirmation", YesNo(), "表现好的新人可否提前转正", "Whether good newcomers may be confirmed early",
)
EARLIEST_CONFIRMATION = declare(
    "staff.earliest_confirmation", Duration("days", minimum=0, maximum=365), "最早入职多少天后可以转正", "The earliest confirmation after the hire date",
)
MENTOR_NEEDED = declare(
    "staff.mentor_needed", YesNo(), "新人是否一对一带教", "Whether every newcomer has a mentor",
)
REVIEW_BEFORE = declare(
    "staff.review_before", Duration("days", minimum=0, maximum=60), "试用期满前几天完成转正评估", "How long before its end probation is reviewed",
)
CONTRACT_REMINDER = declare(
    "staff.contract_reminder", Duration("days", minimum=1, maximum=180), "合同到期前几天提醒", "How long before its end a contract is reminded of",
)
EXPIRY_REMINDER = declare(
    "staff.expiry_reminder", Duration("days", minimum=1, maximum=180), "证件到期前几天提醒", "How long before licences lapse one is reminded",
)
TRAINING_EVERY = declare(
    "staff.training_every", Number("months", minimum=1, maximum=60), "至少每几个月参加一次培训", "How often everybody is trained at least", required=False,
)
NEARLY = declare(
    "staff.nearly", Number("times", minimum=1, maximum=5), "差几项以内算接近晋升", "Up to how many missing requirements somebody nearly qualifies",
)
EXAM_PASS = declare(
    "staff.exam_pass",
    Lines({"code": Field(Text(longest=40), "考试", "exam"), "points": Field(Number("points", maximum=1000), "及格分", "pass mark")}),
    "各项考试的及格分", "The pass mark of each exam", required=False,
)
