"""Who an agent is, asked of Django's sessions; runs in threads that may use the ORM."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from typing import Any

import structlog
from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest

from dangban.chat import ports, presence, tokens
from dangban.people.models import Person

log = structlog.get_logger(__name__)


def session_key(cookie: str) -> str:
    try:
        morsel = SimpleCookie(cookie).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return ""
    return morsel.value if morsel else ""


def claims_of_session(key: str) -> tokens.Agent | None:
    """The rights of whoever is logged in with this session."""
    if not key:
        return None
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    person = get_user(request)
    if not isinstance(person, Person) or not person.is_active:
        return None
    return tokens.agent_claims(person)


renewed = claims_of_session


def handed_out(claims: tokens.Agent) -> dict[str, Any]:
    """A token and until when it is good, as pages get it."""
    return {
        "token": tokens.sign(claims),
        "expires": claims.expires * 1000,
        "person": {"id": claims.person_id, "name": claims.name, "rights": claims.rights},
        "shops": None if claims.shops is None else sorted(claims.shops),
    }


def stream_opened(person_id: int, at: datetime) -> None:
    presence.keep_seen([person_id], [person_id], at)
    _tell(person_id, True, at)


def stream_closed(person_id: int, at: datetime) -> None:
    presence.keep_seen([person_id], [], at)
    _tell(person_id, False, at)


def keep_seen(connected: Sequence[int], active: Sequence[int], at: datetime) -> None:
    presence.keep_seen(connected, active, at)


def _tell(person_id: int, is_open: bool, at: datetime) -> None:
    for name, listener in ports.registry.stream_listeners.items():
        try:
            listener(person_id, is_open, at)
        except Exception:
            log.exception("stream.listener", name=name)
