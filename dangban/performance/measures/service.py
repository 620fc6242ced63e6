"""How customers were served: rounds, clocks, talks."""

from __future__ import annotations

from dangban.handbook.shapes.words import Words
from dangban.performance.measures.base import Measure, Unit

HOUSE, TAOBAO, JD, PDD = "house", "taobao", "jd", "pdd"


def _one(
    code: str, zh: str, en: str, says_zh: str, says_en: str, unit: Unit, over: str, under: str = "", direction: str = "", clock: str = ""
) -> Measure:
    return Measure(
        code, Words(zh, en), Words(says_zh, says_en), unit, (over,), (under,) if under else (),
        direction=direction, clock=clock,  # type: ignore[arg-type]
    )  # fmt: skip


SERVICE: tuple[Measure, ...] = (
    _one("chatted", "咨询人数", "Customers who wrote", "当天有过聊天的顾客，同一顾客一天一店算一个。", "Customers with any talk on the day, each once a day and shop.", "count", "chatted"),
    _one("handled", "接待人数", "Customers served", "顾客和客服都说过话的人数，不论谁先开口。", "Customers who wrote and were written to, whoever began.", "count", "handled", direction="up"),
    _one("direct", "直接接待人数", "Served directly", "不是转接来的顾客。", "Customers who did not come by a transfer.", "count", "direct"),
    _one("transferred_in", "转入人数", "Transferred in", "由同事转来的顾客。", "Customers passed on by a colleague.", "count", "transferred_in"),
    _one("transferred_out", "转出人数", "Transferred out", "转给同事的顾客。", "Customers passed on to a colleague.", "count", "transferred_out"),
    _one("rounds", "提问轮次", "Questions", "顾客的话到下一次人工回复为止算一轮。", "The customer's lines up to the next human answer are one question.", "count", "asked"),
    _one("first_response", "首次响应（秒）", "First response (s)", "首次响应总时长 ÷ 次数；自动回复不算人工回复。", "The sum of first response times divided by their number; automatic lines are no answer.", "seconds", "first_ms", "first_answered", "down", HOUSE),
    _one("response", "平均响应（秒）", "Average response (s)", "所有轮次的响应总时长 ÷ 已回复轮次。", "The sum of all response times divided by answered questions.", "seconds", "answered_ms", "answered", "down", HOUSE),
    _one("reply_rate", "回复率", "Reply rate", "当天得到人工回复的顾客 ÷ 来问的顾客。", "Customers answered by a person on the day, of those who asked.", "share", "replied", "asking", "up", HOUSE),
    _one("unanswered", "未回复人数", "Unanswered customers", "来问了、当天没有人工回复的顾客。", "Customers who asked and had no human answer on the day.", "count", "unanswered", direction="down"),
    _one("taobao_rate", "3分钟人工响应率", "Human response within 3 minutes", "平台时段内的轮次，从首句提问起规定时间内有人工回复的占比；没回复的算没做到。", "Of the questions asked in the platform's hours, the share answered by a person in its time, counted from the first question; unanswered ones count against it.", "share", "taobao_kept", "taobao", "up", TAOBAO),
    _one("jd_rate", "京东首次应答率", "JD first answer rate", "时段内开始的会话，首次应答在规定秒数内的占比；留言另计。", "Of the talks begun in JD's hours, the share first answered in its seconds; left messages count by themselves.", "share", "jd_kept", "jd", "up", JD),
    _one("pdd_rate", "拼多多人工回复率", "PDD human reply rate", "时段内的轮次，规定时间内人工回复的占比。", "Of the questions asked in PDD's hours, the share answered in its time.", "share", "pdd_kept", "pdd", "up", PDD),
    _one("pdd_effective", "拼多多有效回复率", "PDD effective reply rate", "来问的顾客中，当天没有任何一句超过规定时间没回的占比。", "Customers none of whose questions of the day waited longer than PDD lets them, of those who asked.", "share", "pdd_effective", "pdd_asking", "up", PDD),
    _one("house_rate", "本店回复达标率", "Within our clock", "本店时段内的轮次，在手册规定时间内回复的占比。", "Of the questions asked in our hours, the share answered within the handbook's time.", "share", "house_kept", "house", "up", HOUSE),
    _one("slow", "慢响应次数", "Slow answers", "超过手册慢响应时间的轮次。", "Questions answered later than the handbook's limit.", "count", "slow", direction="down", clock=HOUSE),
    _one("slow_share", "慢响应占比", "Share of slow answers", "慢响应轮次 ÷ 已回复轮次。", "Slow answers divided by answered questions.", "share", "slow", "answered", "down", HOUSE),
    _one("message_rate", "留言回复率", "Left messages answered", "没人在时的留言，在答应的时间内回复的占比。", "Messages left while nobody was there, answered by the time promised.", "share", "messages_kept", "messages", "up"),
    _one("effective_rate", "有效接待率", "Customers really served", "接待人数 ÷ 咨询人数。", "Customers served, of those who wrote.", "share", "handled", "chatted", "up"),
    _one("long", "长接待次数", "Long sessions", "超过手册长接待时间的会话。", "Sessions longer than the handbook's limit.", "count", "long", direction="down"),
    _one("session", "平均接待时长（秒）", "Average session (s)", "接待总时长 ÷ 结束的会话。", "Time of service divided by sessions ended.", "seconds", "served_ms", "ended"),
    _one("silent", "沉默被收回", "Taken away for silence", "太久没说话、被收回排队的会话。", "Conversations that went back to the queue for silence.", "count", "silent", direction="down"),
    _one("lines", "客服消息数", "Lines written", "写给顾客的话，条数。", "Lines written to customers.", "count", "lines"),
    _one("customer_lines", "买家消息数", "Customers' lines", "接待中顾客说的话，条数。", "Lines of customers who were served.", "count", "customer_lines"),
    _one("answer_ratio", "答问比", "Lines per customer's line", "客服消息 ÷ 买家消息。", "Lines written divided by lines of customers.", "share", "lines", "customer_lines", "up"),
    _one("characters", "客服字数", "Characters typed", "写给顾客的字数。", "Characters written to customers.", "count", "characters"),
    _one("invited", "邀评数", "Ratings asked for", "发出的评价邀请。", "Invitations to rate.", "count", "invited"),
    _one("invite_rate", "邀评率", "Share asked to rate", "发出邀评 ÷ 接待人数。", "Invitations divided by customers served.", "share", "invited", "handled", "up"),
    _one("rated_rate", "参评率", "Share who rated", "收到的评价 ÷ 发出的邀评。", "Ratings divided by invitations.", "share", "rated", "invited", "up"),
    _one("satisfaction", "客户满意率", "Satisfaction", "满意及以上 ÷ 收到的评价（四星、五星算满意）。", "Satisfied or better (four stars and more), of ratings.", "share", "satisfied", "rated", "up"),
    _one("praise", "很满意数", "Very satisfied", "五星评价。", "Ratings of five stars.", "count", "praised", direction="up"),
    _one("dissatisfied", "不满意数", "Dissatisfied", "一星、二星评价。", "Ratings of one or two stars.", "count", "dissatisfied", direction="down"),
)  # fmt: skip
