"""The headers of 赤兔 and 千牛 reports, and which measure each column is."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

Shape = Literal["count", "share", "seconds", "fen", "ratio"]


@dataclass(frozen=True, slots=True)
class Header:
    """A column: its measure and how its cells are written. `weight` names the column a rate was counted over."""

    measure: str
    shape: Shape
    weight: str = ""


# As `plain` writes them: full-width signs narrow, blanks and arrows' variants gone.
NAMES = frozenset({"旺旺昵称", "账户名", "客服昵称", "旺旺", "客服", "账号名称"})
DAYS = frozenset({"日期"})
HEADERS: dict[str, Header] = {
    "咨询人数": Header("chatted", "count"),
    "聊天人数": Header("chatted", "count"),
    "接待人数": Header("handled", "count"),
    "直接接待人数": Header("direct", "count"),
    "直接接待": Header("direct", "count"),
    "转入人数": Header("transferred_in", "count"),
    "转入": Header("transferred_in", "count"),
    "转出人数": Header("transferred_out", "count"),
    "转出": Header("transferred_out", "count"),
    "未回复人数": Header("unanswered", "count"),
    "总消息": Header("", "count"),
    "买家消息": Header("customer_lines", "count"),
    "买家消息条数": Header("customer_lines", "count"),
    "客服消息": Header("lines", "count"),
    "客服消息条数": Header("lines", "count"),
    "答问比": Header("answer_ratio", "share", "买家消息"),
    "客服答问比": Header("answer_ratio", "share"),
    "客服字数": Header("characters", "count"),
    "慢响应人数": Header("slow", "count"),
    "长接待人数": Header("long", "count"),
    "旺旺回复率": Header("reply_rate", "share", "咨询人数"),
    "3分钟人工响应率": Header("taobao_rate", "share"),
    "3分钟响应率": Header("taobao_rate", "share"),
    "首次响应(秒)": Header("first_response", "seconds"),
    "首次响应时长(秒)": Header("first_response", "seconds"),
    "首次响应时长": Header("first_response", "seconds"),
    "平均响应(秒)": Header("response", "seconds"),
    "平均响应时长(秒)": Header("response", "seconds"),
    "平均响应时长": Header("response", "seconds"),
    "平均接待(秒)": Header("session", "seconds"),
    "平均接待时长(秒)": Header("session", "seconds"),
    "平均接待时长": Header("session", "seconds"),
    "发出评价数": Header("invited", "count"),
    "很满意": Header("praise", "count"),
    "评价发送率": Header("invite_rate", "share", "接待人数"),
    "评价返回率": Header("rated_rate", "share", "发出评价数"),
    "客户满意比": Header("satisfaction", "share", "收到评价数"),
    "客户满意率": Header("satisfaction", "share", "收到评价数"),
    "客服服务满意率": Header("satisfaction", "share"),
    "询单人数": Header("enquiries", "count"),
    "询单最终付款人数": Header("paid_buyers", "count"),
    "询单最终付款转化率": Header("conversion", "share", "询单人数"),
    "询单->最终付款成功率": Header("conversion", "share", "询单人数"),
    "询单->次日付款成功率": Header("paid_next", "share", "询单人数"),
    "下单->最终付款成功率": Header("pay_rate", "share"),
    "询单最终付款金额": Header("enquiry_sales", "fen"),
    "销售额": Header("sales", "fen"),
    "成功退款金额": Header("refund_fen", "fen"),
    "客单价": Header("basket", "fen"),
    "客件数": Header("items", "ratio"),
    "件均价": Header("piece_price", "fen"),
    "协助跟进人数": Header("assisted", "count"),
}
FROM_TOOLS = frozenset(header.measure for header in HEADERS.values() if header.measure)


def plain(header: str) -> str:
    """A header without the differences that mean nothing: bracket widths, blanks, long arrows."""
    text = re.sub(r"\s+", "", unicodedata.normalize("NFKC", header))
    return re.sub(r"-+>|→|⟶", "->", text)
