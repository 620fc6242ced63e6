"""快递100: asked with a signature of MD5(param + key + customer), pushing with MD5(param + salt)."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from typing import Any

import httpx

from dangban.tracking.connectors.base import (
    MOST_STEPS,
    Failed,
    Forged,
    Key,
    News,
    Node,
    Unreadable,
    Wanted,
    company,
    md5,
    post,
    when,
)
from dangban.tracking.rules import states

QUERY = "https://poll.kuaidi100.com/poll/query.do"
# What our couriers are called there.
COMPANIES = {
    "圆通": "yuantong", "申通": "shentong", "中通": "zhongtong", "韵达": "yunda", "顺丰": "shunfeng", "EMS": "ems",
    "邮政": "youzhengguonei", "京东": "jd", "极兔": "jtexpress", "德邦": "debangkuaidi", "百世": "huitongkuaidi",
    "天天": "tiantian", "宅急送": "zhaijisong", "跨越": "kuayue", "安能": "annengwuliu",
}  # fmt: skip


class Kuaidi100:
    code = "kuaidi100"
    label = "快递100"
    at_most_every_minutes = 30

    def ask(self, wanted: Wanted, key: Key, client: httpx.Client) -> News:
        asked = {"com": company(wanted.courier, COMPANIES), "num": wanted.number, "phone": wanted.phone_tail, "resultv2": "4"}
        param = json.dumps(asked, ensure_ascii=False, separators=(",", ":"))
        sign = md5(param + key.key + key.customer).upper()
        answer = post(client, QUERY, {"customer": key.customer, "sign": sign, "param": param})
        if not isinstance(answer, dict):
            raise Failed("the answer is not what the service sends")
        if str(answer.get("status")) != "200":
            # 500: nothing known of the number yet.
            if str(answer.get("returnCode")) == "500":
                return News(wanted.number)
            raise Failed(f"{answer.get('returnCode', '')} {answer.get('message', '')}".strip()[:150])
        return _news(answer)

    def read_push(self, form: Mapping[str, str], key: Key) -> list[News]:
        param, sign = form.get("param", ""), form.get("sign", "")
        # Without a salt anybody could sign.
        if not key.salt or not sign.isascii() or not hmac.compare_digest(md5(param + key.salt).upper(), sign.upper()):
            raise Forged
        try:
            pushed = json.loads(param)
        except ValueError as wrong:
            raise Unreadable("param") from wrong
        result = pushed.get("lastResult") if isinstance(pushed, dict) else None
        if not isinstance(result, dict) or not result.get("nu"):
            raise Unreadable("lastResult")
        return [_news(result)]

    def answer(self, *, ok: bool, said: str, key: Key | None) -> dict[str, Any]:
        return {"result": ok, "returnCode": "200" if ok else "500", "message": "成功" if ok else said}


def _news(result: Mapping[str, Any]) -> News:
    data = result.get("data")
    rows = [row for row in data if isinstance(row, dict)] if isinstance(data, list) else []
    nodes = []
    for index, row in enumerate(rows[:MOST_STEPS]):
        at = when(row.get("ftime") or row.get("time"))
        if at is None:
            continue
        code = str(row.get("statusCode") or "")
        text = str(row.get("context") or "")
        said = states.of_kuaidi100(code)
        if said is None and index == 0:
            # The newest comes first, and the whole is said to be where its newest step is.
            code = code or str(result.get("state") or "")
            said = states.of_kuaidi100(result.get("state"))
        nodes.append(Node(at, text, said or states.of_words(str(row.get("status") or text)), code, str(row.get("areaName") or "")))
    return News(str(result.get("nu", "")).strip().upper(), nodes)
