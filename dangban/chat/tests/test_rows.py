"""The lane's statements write exactly the rows that the models would."""

from __future__ import annotations

from typing import Any

from dangban.testing.live import LiveServer

LINES: list[dict[str, Any]] = [
    {"author": "customer", "author_id": 5, "author_name": "方静", "client_id": "one-000001", "kind": "text", "body": "在吗 𠮷 😀 'x' \"y\"", "payload": {}, "internal": False},
    {"author": "agent", "author_id": 3, "author_name": "林客服", "client_id": "two-000002", "kind": "note", "body": "", "payload": {"mentions": [{"id": 1, "name": "周敏"}], "n": None, "f": 1.5}, "internal": True},
    {"author": "system", "author_id": 0, "author_name": "当班", "client_id": "three-0003", "kind": "event", "body": "转接\n第二行", "payload": {"图": "猫.jpg", "b": True}, "internal": False},
]  # fmt: skip


def test_both_ways_leave_the_same_rows(server: LiveServer) -> None:
    told = server.tell("dangban.chat.tests.stories:both_ways", lines=LINES)
    assert told["lane"] == told["models"]
    assert len(told["lane"]) == 5
