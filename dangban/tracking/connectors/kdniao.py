"""快递鸟: signed both ways with base64(MD5(RequestData + key))."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Mapping
from typing import Any

import httpx

from dangban.lib import clock
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

QUERY = "https://api.kdniao.com/Ebusiness/EbusinessOrderHandle.aspx"
COMPANIES = {
    "圆通": "YTO", "申通": "STO", "中通": "ZTO", "韵达": "YD", "顺丰": "SF", "EMS": "EMS", "邮政": "YZPY", "京东": "JD",
    "极兔": "JTSD", "德邦": "DBL", "百世": "HTKY", "天天": "HHTT", "宅急送": "ZJS", "跨越": "KYSY", "安能": "ANE",
}  # fmt: skip
# These want the end of the phone number.
WITH_PHONE = {"SF", "ZTO"}
MOST_PARCELS = 100


def sign(data: str, key: str) -> str:
    return base64.b64encode(md5(data + key).encode()).decode()


class Kdniao:
    code = "kdniao"
    label = "快递鸟"
    at_most_every_minutes = 30

    def ask(self, wanted: Wanted, key: Key, client: httpx.Client) -> News:
        shipper = company(wanted.courier, COMPANIES)
        asked = {"ShipperCode": shipper, "LogisticCode": wanted.number}
        if shipper in WITH_PHONE and wanted.phone_tail:
            asked["CustomerName"] = wanted.phone_tail
        data = json.dumps(asked, ensure_ascii=False, separators=(",", ":"))
        form = {
            "RequestData": data, "EBusinessID": key.customer, "RequestType": "8001", "DataSign": sign(data, key.key), "DataType": "2",
        }  # fmt: skip
        answer = post(client, QUERY, form)
        if not isinstance(answer, dict):
            raise Failed("the answer is not what the service sends")
        if answer.get("Success") is not True:
            raise Failed(str(answer.get("Reason") or "")[:150] or "refused")
        return _news(answer)

    def read_push(self, form: Mapping[str, str], key: Key) -> list[News]:
        data, signed = form.get("RequestData", ""), form.get("DataSign", "")
        if not key.key or not signed.isascii() or not hmac.compare_digest(sign(data, key.key), signed):
            raise Forged
        try:
            pushed = json.loads(data)
        except ValueError as wrong:
            raise Unreadable("RequestData") from wrong
        rows = pushed.get("Data") if isinstance(pushed, dict) else None
        if not isinstance(rows, list):
            raise Unreadable("Data")
        return [_news(row) for row in rows[:MOST_PARCELS] if isinstance(row, dict) and row.get("LogisticCode")]

    def answer(self, *, ok: bool, said: str, key: Key | None) -> dict[str, Any]:
        at = f"{clock.local(clock.now()):%Y-%m-%d %H:%M:%S}"
        return {"EBusinessID": key.customer if key else "", "UpdateTime": at, "Success": ok, "Reason": "" if ok else said}


def _news(row: Mapping[str, Any]) -> News:
    traces = row.get("Traces")
    steps = [one for one in traces if isinstance(one, dict)] if isinstance(traces, list) else []
    nodes = []
    dated = [(when(step.get("AcceptTime")), step) for step in steps[:MOST_STEPS]]
    newest = max((at for at, _step in dated if at is not None), default=None)
    for at, step in dated:
        if at is None:
            continue
        code = str(step.get("Action") or "")
        text = str(step.get("AcceptStation") or "")
        said = states.of_kdniao("", code) if code else None
        if said is None and at == newest:
            code = str(row.get("StateEx") or row.get("State") or "")
            said = states.of_kdniao(row.get("State"), row.get("StateEx"))
        nodes.append(Node(at, text, said or states.of_words(text), code, str(step.get("Location") or "")))
    return News(str(row.get("LogisticCode", "")).strip().upper(), nodes)
