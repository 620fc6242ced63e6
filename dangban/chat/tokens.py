"""Short signed tokens: a visitor's for the widget, an agent's for the lane.

A token is its claims and their HMAC. It opens nothing by itself that its holder lost since: an
agent's carries the version of their rights, and the lane compares it with the present one.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from functools import cache, lru_cache
from typing import Any, TypeVar

import msgspec
from django.conf import settings

from dangban.chat.models import Thread
from dangban.lib import clock
from dangban.people.access import scope
from dangban.people.models import Person

VISITOR_DAYS = 180
AGENT_SECONDS = 600
# What an agent's token says of their permissions; everything else goes through Django.
CARRIED = "conversations."


class Forged(Exception):
    """Not a token of ours, or not one any more."""


class Visitor(msgspec.Struct, frozen=True, array_like=True, tag="v"):
    """A customer in one thread of one shop."""

    thread_id: int
    customer_id: int
    shop_id: int
    name: str
    expires: int
    language: str = "zh-hans"


class Agent(msgspec.Struct, frozen=True, array_like=True, tag="a"):
    """Somebody of the department: the shops they see, and what they may do where."""

    person_id: int
    name: str
    rights: int
    expires: int
    language: str
    # None stands for all shops, future ones too.
    shops: frozenset[int] | None
    granted: dict[str, frozenset[int] | None]

    def sees(self, shop_id: int) -> bool:
        return self.shops is None or shop_id in self.shops

    def permissions(self, shop_id: int) -> frozenset[str]:
        return frozenset(code for code, shops in self.granted.items() if shops is None or shop_id in shops)


Claims = TypeVar("Claims", Visitor, Agent)


def visitor_token(thread: Thread, *, name: str = "", language: str = "zh-hans") -> str:
    """What a visitor's browser keeps to come back to its thread."""
    expires = int(clock.now().timestamp()) + VISITOR_DAYS * 86_400
    return sign(Visitor(thread.pk, thread.customer_id, thread.shop_id, name, expires, language))


def agent_claims(person: Person) -> Agent:
    """A person's rights as they stand, compiled for ten minutes (three queries)."""
    rights = scope(person)
    return Agent(
        person_id=person.pk,
        name=person.service_name,
        rights=person.rights_version,
        expires=int(clock.now().timestamp()) + AGENT_SECONDS,
        language=person.language,
        shops=None if rights.everywhere else rights.shops,
        granted={code: shops for code, shops in rights.granted.items() if code.startswith(CARRIED)},
    )


def agent_token(person: Person) -> str:
    return sign(agent_claims(person))


def sign(claims: Visitor | Agent) -> str:
    body = _encoder.encode(claims)
    return f"{_base64(body)}.{_base64(_mac(body))}"


def read(token: str, kind: type[Claims]) -> Claims:
    """The claims of a token that is ours and has not expired; raises Forged otherwise."""
    claims = _verified(token, kind)
    if claims.expires <= clock.now().timestamp():
        raise Forged
    return claims


@lru_cache(maxsize=20_000)
def _verified(token: str, kind: type[Claims]) -> Claims:
    """The claims of a token that is ours, whether it has expired or not.

    Every line comes with the same token again. What is refused is not remembered.
    """
    body_text, _, mac_text = token.partition(".")
    try:
        body, mac = _bytes(body_text), _bytes(mac_text)
    except (ValueError, binascii.Error) as error:
        raise Forged from error
    if not hmac.compare_digest(mac, _mac(body)):
        raise Forged
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.DecodeError as error:
        raise Forged from error


_encoder = msgspec.json.Encoder()


def _mac(body: bytes) -> bytes:
    return hmac.digest(_key("token"), body, "sha256")[:24]


@cache
def _key(purpose: str) -> bytes:
    return hashlib.sha256(f"dangban.chat.{purpose}\n{settings.SECRET_KEY}".encode()).digest()


def _base64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    if not text.isascii():
        raise ValueError("not base64")
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def from_header(value: Any) -> str:
    """The token of an Authorization header."""
    scheme, _, token = str(value).partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
