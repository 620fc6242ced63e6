"""What live tests of the lane begin with."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_out
from django.db import transaction
from django.test import Client

from dangban.chat import hub, tokens
from dangban.chat.actions import open_thread, post
from dangban.people.models import Person, Role, RoleGrant, Shop
from dangban.testing import cast
from dangban.testing.live import cast_story


def threads(count: int = 1) -> dict[str, Any]:
    """The cast; threads of Fang in the shop of Lin, one thread in the shop of Hu; tokens and log-ins."""
    told = cast_story(handbook=False)
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


def say_much(thread: int, count: int) -> None:
    with transaction.atomic():
        for number in range(count):
            post(thread, author="auto", body=f"第 {number} 条")


def change(shop: int | None = None, thread: int | None = None) -> None:
    hub.changed("conversation", 7, 3, shop_id=shop, thread_id=thread)


def newcomer(name: str) -> dict[str, Any]:
    """Somebody who serves every shop, with a token."""
    person = Person.objects.create(username=name, name=name, service_name=name)
    role = Role.objects.get(code="agent")
    RoleGrant.objects.create(person=person, role=role, since=cast.LONG_AGO)
    return {"person": person.pk, "token": tokens.agent_token(person)}


def sign_out(person: int) -> None:
    user_logged_out.send(sender=Person, request=None, user=Person.objects.get(pk=person))


def leave(person: int) -> None:
    """As a console or another program would do it, without ringing."""
    Person.objects.filter(pk=person).update(is_active=False)
