"""What every service that follows parcels has in common."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

import httpx

from dangban.lib import clock
from dangban.tracking.rules.states import Said

# The longest answer of a service that is read; a parcel's steps are a few kilobytes.
MOST_BYTES = 512 * 1024
MOST_STEPS = 300
TIMEOUT = httpx.Timeout(10.0, connect=5.0)


class Failed(Exception):
    """The service could not be asked, or did not understand; the message is for people."""


class Unanswered(Failed):
    """The service is not there, or what answers is not the service: asking for another parcel would not help."""


class UnknownCourier(Failed):
    """We do not know what the service calls this courier; it was not asked."""


class Forged(Exception):
    """The signature does not fit: not from the service, or the key is another one."""


class Unreadable(Exception):
    """Signed, but not what the service sends."""


@dataclass(frozen=True, slots=True)
class Node:
    """One step of a parcel's way; `said` is None where the code is not known."""

    at: datetime
    text: str
    said: Said | None
    code: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class News:
    """What a service said of one tracking number."""

    number: str
    nodes: list[Node] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Wanted:
    number: str
    courier: str
    phone_tail: str = ""


@dataclass(frozen=True, slots=True)
class Key:
    """Who we are to the service, in the clear; `salt` signs what it pushes, where that is another key."""

    customer: str
    key: str
    salt: str = ""

    def __repr__(self) -> str:
        return f"Key({self.customer})"


class Connector(Protocol):
    code: str
    label: str
    # How often one number may be asked for.
    at_most_every_minutes: int

    def ask(self, wanted: Wanted, key: Key, client: httpx.Client) -> News:
        """Fetch what is known of a parcel; raises Failed."""

    def read_push(self, form: Mapping[str, str], key: Key) -> list[News]:
        """What was pushed; raises Forged or Unreadable."""

    def answer(self, *, ok: bool, said: str, key: Key | None) -> dict[str, Any]:
        """The answer the service expects to a push."""


def when(written: object) -> datetime | None:
    """The services write the time of China's clock."""
    text = str(written or "").strip().replace("/", "-").replace("T", " ")[:19]
    for pattern in ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"):
        try:
            at = datetime.strptime(text, pattern).replace(tzinfo=clock.COMPANY_ZONE)
        except ValueError:
            continue
        return at if 2000 <= at.year < 2200 else None
    return None


def company(courier: str, companies: Mapping[str, str]) -> str:
    """What a service calls a courier: by its name with us, or as it is written where that is a code and no name."""
    found = next((code for name, code in companies.items() if name in courier.upper()), None)
    if found is None and not re.fullmatch(r"[A-Za-z0-9_]+", courier):
        raise UnknownCourier(f"unknown courier: {courier}")
    return found or courier


def md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def post(client: httpx.Client, url: str, form: Mapping[str, str]) -> Any:
    """The service's answer as JSON; whatever goes wrong is Unanswered with what happened."""
    try:
        response = client.post(url, data=dict(form), timeout=TIMEOUT, follow_redirects=False)
        response.raise_for_status()
        if len(response.content) > MOST_BYTES:
            raise Unanswered("the answer is too long")
        return response.json()
    except httpx.HTTPStatusError as wrong:
        raise Unanswered(f"HTTP {wrong.response.status_code}") from wrong
    except httpx.HTTPError as wrong:
        raise Unanswered(type(wrong).__name__) from wrong
    except ValueError as wrong:
        raise Unanswered("the answer is not JSON") from wrong
