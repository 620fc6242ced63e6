"""Addresses and bodies as the two platforms want them."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any
from urllib.parse import quote_plus

# WeCom takes no longer text; DingTalk's own limit is far above.
WECOM_BYTES = 4096


def signed(address: str, secret: str, at_ms: int) -> str:
    """DingTalk's signature: of the instant and the secret, by the secret; good for an hour."""
    if not secret:
        return address
    digest = hmac.new(secret.encode(), f"{at_ms}\n{secret}".encode(), hashlib.sha256).digest()
    mark = "&" if "?" in address else "?"
    return f"{address}{mark}timestamp={at_ms}&sign={quote_plus(base64.b64encode(digest))}"


def body(kind: str, title: str, text: str) -> dict[str, Any]:
    if kind == "dingtalk":
        return {"msgtype": "markdown", "markdown": {"title": title, "text": text}}
    return {"msgtype": "markdown", "markdown": {"content": shortened(text, WECOM_BYTES)}}


def shortened(text: str, limit: int) -> str:
    """Whole lines up to so many bytes; what is left out is told."""
    if len(text.encode()) <= limit:
        return text
    tail = "\n…"
    room = limit - len(tail.encode())
    kept: list[str] = []
    for line in text.split("\n"):
        room -= len(line.encode()) + 1
        if room < 0:
            break
        kept.append(line)
    return "\n".join(kept) + tail
