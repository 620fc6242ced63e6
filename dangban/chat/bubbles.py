"""A line as it travels to pages: the same for everybody who may see it, less what customers must not."""

from __future__ import annotations

from typing import Any

from dangban.chat.ports import Line
from dangban.lib import clock
from dangban.media.links import signed_url

_MEDIA = frozenset({"image", "video", "file"})
# What in a payload is the customer's alone: with it an agent could answer in their name.
_CUSTOMERS = frozenset({"token"})


def bubble(line: Line, *, customer: bool = False) -> dict[str, Any] | None:
    """What a page draws; None for a customer where the line is the department's own."""
    if customer and line.internal:
        return None
    drawn: dict[str, Any] = {
        "thread": line.thread_id,
        "seq": line.seq,
        "author": line.author,
        "author_name": line.author_name,
        "author_id": line.author_id,
        "kind": line.kind,
        "body": line.body,
        "payload": _payload(line, customer),
        "internal": line.internal,
        "at": clock.to_ms(line.at),
        "client_id": line.client_id,
    }
    if customer:
        del drawn["author_id"], drawn["internal"]
    return drawn


def _payload(line: Line, customer: bool) -> dict[str, Any]:
    payload = {name: value for name, value in line.payload.items() if customer or name not in _CUSTOMERS}
    if line.kind in _MEDIA and (key := payload.get("key")):
        payload["url"] = signed_url(str(key))
    return payload
