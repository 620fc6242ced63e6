"""After the sale, at work, in conduct; and what a manager gives."""

from __future__ import annotations

from dangban.handbook.shapes.words import Words
from dangban.performance.measures.base import Measure, Source, Unit


def _one(
    code: str, zh: str, en: str, says_zh: str, says_en: str, unit: Unit, over: str, under: str = "", direction: str = "", source: Source = "aftersales"
) -> Measure:
    return Measure(
        code, Words(zh, en), Words(says_zh, says_en), unit, (over,), (under,) if under else (),
        source=source, direction=direction, settles="refunds" if source == "aftersales" else "day",  # type: ignore[arg-type]
    )  # fmt: skip


PEOPLE: tuple[Measure, ...] = (
    _one("cases", "售后单数", "Cases", "本人负责的售后单，按登记日。", "Cases the person owns, by the day they were opened.", "count", "cases"),
    _one("cases_answered", "售后答复及时率", "Cases answered in time", "手册时限内答复 ÷ 售后单数。", "Cases answered within the handbook's time, of all.", "share", "cases_answered", "cases", "up"),
    _one("cases_solved", "售后解决及时率", "Cases solved in time", "手册时限内解决 ÷ 售后单数。", "Cases solved within the handbook's time, of all.", "share", "cases_solved", "cases", "up"),
    _one("refund_hours", "退款处理时长（小时）", "Hours to refund", "已完成退款从提出到退款的总时长 ÷ 笔数。", "Time from asking to refund of completed refunds, divided by their number.", "hours", "refund_seconds", "refund_cases", "down"),
    _one("dispute_rate", "平台介入率", "Dispute rate", "有平台介入的售后单 ÷ 售后单数；介入就算，不看判定。", "Cases the platform was called into, of all; the call counts, not the verdict.", "share", "disputes", "cases", "down"),
    _one("dispute_share", "介入占成交比", "Disputes of orders", "平台介入 ÷ 店铺已付款订单（店铺）。", "Calls on the platform divided by paid orders of the shop.", "share", "disputes", "r_orders", "down"),
    _one("disputes_lost", "判责数", "Disputes lost", "平台判我方责任的介入。", "Disputes the platform decided against us.", "count", "disputes_lost", "", "down"),
    _one("case_refunds", "售后退款金额", "Refunded in cases", "售后单退出的金额。", "What was paid back in cases.", "fen", "case_fen", "", "down"),
    _one("saved", "挽回笔数", "Refunds averted", "顾客接受挽留、不再退的售后单，算谈下来的人。", "Cases whose customer took an offer instead, for who made it.", "count", "saved", "", "up"),
    _one("saved_sales", "挽回金额", "Sales saved", "挽回的订单金额，减去给出的补偿。", "The goods' amount of these cases, less what was given.", "fen", "saved_fen", "", "up"),
    _one("shifts", "应出勤班次", "Shifts due", "排班应出勤的班次。", "Shifts the person was on the roster for.", "count", "shifts", "", "", "people"),
    _one("attended", "实出勤班次", "Shifts worked", "到岗的班次。", "Shifts worked.", "count", "attended", "", "up", "people"),
    _one("attendance", "出勤率", "Attendance", "实出勤 ÷ 应出勤。", "Shifts worked, of those due.", "share", "attended", "shifts", "up", "people"),
    _one("lates", "迟到次数", "Late arrivals", "迟到和早退的次数。", "Times late or left early.", "count", "lates", "", "down", "people"),
    _one("absences", "旷工次数", "Absences", "没有批准的缺勤班次。", "Shifts missed without leave.", "count", "absences", "", "down", "people"),
    _one("sanctions", "违规处分", "Sanctions", "成立的违规。", "Offences that were confirmed.", "count", "sanctions", "", "down", "people"),
    _one("commendations", "表扬", "Commendations", "收到的表扬。", "Commendations.", "count", "commendations", "", "up", "people"),
    _one("anomalies", "异常反馈", "Anomalies reported", "主动发现并上报、被采纳的异常。", "Anomalies the person found and reported.", "count", "anomalies", "", "up", "people"),
    Measure("daily_work", Words("日常工作", "Daily work"), Words("主管打分，0–100。", "Given by the supervisor, 0 to 100."), "points", source="given"),
    Measure("manager_score", Words("主管评分", "Supervisor's score"), Words("主管打分，0–100。", "Given by the supervisor, 0 to 100."), "points", source="given"),
    Measure("quality_score", Words("质检得分", "Quality score"), Words("质检打分，0–100；没有质检系统时由主管填写。", "Points of quality inspection, 0 to 100; given by the supervisor."), "points", source="given"),
    Measure("typing", Words("打字速度", "Typing speed"), Words("每分钟字数，取当月测试。", "Characters a minute, by the month's test."), "points", source="given"),
    Measure("aftersales_score", Words("售后综合指标", "After-sales index"), Words("平台售后综合指标换算的得分，由主管填写。", "Points for the platform's after-sales index, given by the supervisor."), "points", source="given"),
)  # fmt: skip
