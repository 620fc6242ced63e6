"""Telling the buyer of an order something unasked: in the chat where there is one, else somebody is to do it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from dangban.chat import actions as chat
from dangban.chat.models import Message, Thread
from dangban.desk import actions as desk
from dangban.handbook.current import in_force_so_far as in_force
from dangban.journal.actions import HasActor
from dangban.lib import clock
from dangban.lib.actor import SYSTEM
from dangban.lib.errors import Refused
from dangban.orders.models import Order
from dangban.orders.unpaid import rules, saying
from dangban.people.models import Person

Told = Literal["chat", "task"]


def tell(order: Order, text: str, *, owner: Person | None, by: HasActor, at: datetime, due_at: datetime | None = None) -> Told:
    """Say it in the buyer's thread as this person, or as an automatic line; call it in the act's transaction.

    Where there is no thread, the hour is quiet or a colleague is talking to the buyer, a task says
    what is to be told on the platform. While nobody serves the buyer it is a line of the shop's.
    Words that the guard refuses stay refused.
    """
    thread = saying.thread_of(order)
    if thread is not None and not rules.is_quiet(clock.local(at), in_force(at)) and _said(thread, text, by, at):
        return "chat"
    write_down(order, text, owner=owner, at=at, due_at=due_at)
    return "task"


def _said(thread: Thread, text: str, by: HasActor, at: datetime) -> bool:
    if not isinstance(by, Person):
        say_automatically(thread, text, at=at)
        return True
    if not by.can("conversations.serve", shop=thread.shop_id):
        return False
    try:
        saying.say(thread, text, by=by, at=at)
    except Refused as refused:
        if refused.code == "taken":
            return False
        if refused.code != "take":
            raise
        say_automatically(thread, text, at=at)
    return True


def say_automatically(thread: Thread, text: str, *, at: datetime, client_id: str = "") -> Message:
    """A line of the shop's that no person wrote."""
    return chat.post(thread, author=Message.Author.AUTO, body=text, client_id=client_id, at=at)


def write_down(order: Order, text: str, *, owner: Person | None, at: datetime, due_at: datetime | None = None) -> None:
    """A task to tell the buyer on the platform, one for all that is still to be told; without an owner there is nobody to ask."""
    if owner is None:
        return
    with translation.override(settings.LANGUAGE_CODE):
        title = _("Tell the buyer of order %(number)s on the platform") % {"number": order.platform_id}
    desk.write_task(
        title, body=text, by=SYSTEM, owner=owner, shop=order.shop, subject=order, due_at=due_at,
        url=reverse("orders:detail", args=[order.pk]), joins=True, at=at,
    )  # fmt: skip
