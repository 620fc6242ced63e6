"""What live tests of the lane begin with."""

from __future__ import annotations

from typing import Any

from django.test import Client

from dangban.chat import tokens
from dangban.chat.actions import open_thread
from dangban.people.models import Person
from dangban.testing.live import cast_story


def threads(count: int = 1, **_options: Any) -> dict[str, Any]:
    """The cast; threads of Fang in the shop of Lin, one thread in the shop of Hu; tokens and log-ins."""
    from dangban.people.models import Shop

    told = cast_story()
    shop, other = Shop.objects.get(pk=told["shop"]), Shop.objects.get(pk=told["other_shop"])
    mine = [open_thread(shop, name=f"方{number}") for number in range(count)]
    theirs = open_thread(other, name="别人")
    return told | {
        "threads": [thread.pk for thread in mine],
        "visitors": [tokens.visitor_token(thread, name="方静") for thread in mine],
        "other_thread": theirs.pk,
        "other_visitor": tokens.visitor_token(theirs),
        "tokens": {
            name: tokens.agent_token(Person.objects.get(username=name))
            for name in ("lin", "zhou", "hu", "ding")
        },
        "sessions": {name: _session(name) for name in ("lin", "hu")},
    }


def _session(name: str) -> str:
    client = Client()
    client.force_login(Person.objects.get(username=name), backend="django.contrib.auth.backends.ModelBackend")
    return client.cookies["dangban_session"].value
