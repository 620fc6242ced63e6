"""DingTalk's interface for attendance, behind a small interface of ours: at most seven days and fifty people a call."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol

import httpx

from dangban.attendance.dingtalk.taking import Taken, TakenPunch, TakenRepair, TakenShift
from dangban.lib import clock
from dangban.lib.days import span_of_days

MOST_DAYS = 7
MOST_PEOPLE = 50
PAGE = 50
MOST_PAGES = 200
MOST_BYTES = 4 * 2**20
TIMEOUT = httpx.Timeout(15.0, connect=5.0)
ON, OFF = "OnDuty", "OffDuty"
# A row that nobody punched: its time is the shift's own.
NOT_PUNCHED = frozenset({"NotSigned"})


class Failed(Exception):
    """DingTalk could not be asked, or refused; the message is for people."""


@dataclass(frozen=True, slots=True)
class Key:
    app_key: str
    secret: str

    def __repr__(self) -> str:
        return f"Key({self.app_key})"


class Connector(Protocol):
    code: str
    label: str

    def fetch(self, user_ids: Sequence[str], first: date, last: date, key: Key, client: httpx.Client) -> Taken:
        """Punches and shifts of these users on these days; raises Failed."""


class DingTalk:
    """``attendance/list``: two rows a shift, one for its beginning and one for its end."""

    code = "dingtalk"
    label = "钉钉"

    def __init__(self, base: str = "https://oapi.dingtalk.com") -> None:
        self.base = base

    def fetch(self, user_ids: Sequence[str], first: date, last: date, key: Key, client: httpx.Client) -> Taken:
        token = self._token(key, client)
        rows: list[Mapping[str, Any]] = []
        for people in _parts(list(user_ids), MOST_PEOPLE):
            for days in _parts(span_of_days(first, last), MOST_DAYS):
                rows += self._pages(token, people, days[0], days[-1], client)
        return read(rows)

    def _token(self, key: Key, client: httpx.Client) -> str:
        query = {"appkey": key.app_key, "appsecret": key.secret}
        answer = _call(client, "GET", f"{self.base}/gettoken", params=query)
        token = answer.get("access_token")
        if not isinstance(token, str) or not token:
            raise Failed("no access token")
        return token

    def _pages(self, token: str, people: Sequence[str], first: date, last: date, client: httpx.Client) -> Iterator[Mapping[str, Any]]:
        asked = {
            "workDateFrom": f"{first} 00:00:00", "workDateTo": f"{last} 00:00:00", "userIdList": list(people),
            "limit": PAGE, "isI18n": False,
        }  # fmt: skip
        for page in range(MOST_PAGES):
            body = {**asked, "offset": page * PAGE}
            answer = _call(client, "POST", f"{self.base}/attendance/list", params={"access_token": token}, json=body)
            rows = answer.get("recordresult")
            yield from (row for row in rows if isinstance(row, dict)) if isinstance(rows, list) else ()
            if not answer.get("hasMore"):
                return
        raise Failed("more pages than can be")


CONNECTORS: dict[str, Connector] = {"dingtalk": DingTalk()}


def read(rows: Sequence[Mapping[str, Any]]) -> Taken:
    """Rows of ``attendance/list`` as punches and shifts. A shift is known once both its rows are there."""
    found = Taken()
    sides: dict[tuple[str, date], dict[str, set[datetime]]] = defaultdict(lambda: {ON: set(), OFF: set()})
    for row in rows:
        user_id, on, kind = str(row.get("userId") or ""), _instant(row.get("workDate")), row.get("checkType")
        if not user_id or on is None or kind not in (ON, OFF):
            continue
        day = clock.business_day(on)
        base, at = _instant(row.get("baseCheckTime")), _instant(row.get("userCheckTime"))
        if base is not None:
            sides[user_id, day][str(kind)].add(base)
        if at is None or row.get("timeResult") in NOT_PUNCHED:
            continue
        if row.get("sourceType") == "APPROVE":
            found.repairs.append(TakenRepair(user_id, day, at))
        else:
            said = str(row.get("timeResult") or "")
            found.punches.append(TakenPunch(user_id, at, True, said, str(row.get("sourceType") or "")))
    for (user_id, day), known in sides.items():
        found.shifts += _shifts(user_id, day, sorted(known[ON]), sorted(known[OFF]))
    return found


def _shifts(user_id: str, day: date, begins: Sequence[datetime], ends: Sequence[datetime]) -> Iterator[TakenShift]:
    """The two rows of a shift have numbers of their own: they are paired in the order of their times."""
    for start, end in zip(begins, ends, strict=False):
        if start < end <= start + timedelta(hours=24):
            name = f"{clock.local(start):%H:%M}-{clock.local(end):%H:%M}"
            yield TakenShift(user_id, day, name, start, end)


def _call(client: httpx.Client, method: str, url: str, **asked: Any) -> dict[str, Any]:
    try:
        response = client.request(method, url, timeout=TIMEOUT, follow_redirects=False, **asked)
        response.raise_for_status()
        if len(response.content) > MOST_BYTES:
            raise Failed("the answer is too long")
        answer = response.json()
    except httpx.HTTPStatusError as wrong:
        raise Failed(f"HTTP {wrong.response.status_code}") from wrong
    except httpx.HTTPError as wrong:
        raise Failed(type(wrong).__name__) from wrong
    except ValueError as wrong:
        raise Failed("the answer is not JSON") from wrong
    if not isinstance(answer, dict):
        raise Failed("the answer is not what DingTalk sends")
    if answer.get("errcode"):
        raise Failed(f"{answer['errcode']} {answer.get('errmsg', '')}"[:150])
    return answer


def _instant(value: object) -> datetime | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    try:
        return clock.from_ms(value)
    except ValueError:
        return None


def _parts(things: list[Any], size: int) -> Iterator[list[Any]]:
    for start in range(0, len(things), size):
        yield things[start : start + size]
