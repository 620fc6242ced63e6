"""The floor as tests set it: a handbook in force, people on duty, customers who write."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction

from dangban.chat import actions as chat
from dangban.chat.models import Message, Presence, Thread
from dangban.chat.projection import run_pending
from dangban.conversations import access
from dangban.conversations.models import Conversation, Turn
from dangban.customers.models import Customer
from dangban.handbook.actions import adopt, adopt_preset, forget
from dangban.handbook.loader import preset
from dangban.handbook.rulebook import Handbook, Rules
from dangban.lib import clock
from dangban.lib.actor import SYSTEM
from dangban.people.models import Person, Shop, Team
from dangban.testing import handbooks, pages
from dangban.testing.cast import TODAY, at
from dangban.workforce.models import DutyPeriod


def house(changed: Mapping[str, Any] | None = None, day: date = TODAY) -> Rules:
    """The default handbook on a day, some of its values changed."""
    rules = preset("default").on(day)
    table = dict(rules.table)
    for path, value in (changed or {}).items():
        table[path] = dataclasses.replace(table[path], value=value)
    return dataclasses.replace(rules, table=table)


def handbook_with(values: Mapping[str, str], since: str = "2020-01-01") -> Handbook:
    """The default handbook with some values of the chapter `conversations` written differently."""
    return handbooks.handbook_with({f"conversations.{name}": written for name, written in values.items()}, since)


class FloorCase(pages.CastCase):
    """The cast with the default handbook; nobody is online until a test says so."""

    handbook: Mapping[str, str] = {}

    @classmethod
    def set_up_story(cls) -> None:
        forget()
        if cls.handbook:
            adopt(
                handbook_with(cls.handbook), by=SYSTEM, reason="test",
                effective_on=date(2020, 1, 1), backdating_confirmed=True,
            )
        else:
            adopt_preset("default")
        cls.thread = cls.open_thread(cls.cast.fang, cls.cast.shop)

    @classmethod
    def tearDownClass(cls) -> None:
        super().tearDownClass()
        forget()

    def setUp(self) -> None:
        super().setUp()
        forget()

    @staticmethod
    def open_thread(customer: Customer, shop: Shop) -> Thread:
        return chat.open_thread(shop, customer=customer)

    def another(self, name: str, shop: Shop | None = None) -> Thread:
        """A further customer, with a thread of their own."""
        shop = shop or self.cast.shop
        return self.open_thread(self.cast.customer(name, name, shop), shop)

    # People

    def online(self, *people: Person, state: str = Presence.State.ONLINE, reason: str = "") -> None:
        for person in people:
            now = clock.now()
            Presence.objects.filter(person=person, ended_at=None).update(ended_at=now)
            Presence.objects.create(person=person, state=state, reason=reason, started_at=now)

    def on_duty(self, person: Person, starts: str, ends: str, team: Team | None = None) -> DutyPeriod:
        starts_at, ends_at = at(starts), at(ends)
        return DutyPeriod.objects.create(
            person=person, team=team or self.cast.team, day=clock.business_day(starts_at),
            name="早班", starts_at=starts_at, ends_at=ends_at,
        )

    # Talk

    def customer_says(self, body: str = "在吗", *, thread: Thread | None = None, when: str | None = None, **more: Any) -> Message:
        thread = thread or self.thread
        return self.say(thread, "customer", thread.customer_id, thread.customer.name, body, when, **more)

    def agent_says(self, person: Person, body: str = "在的", *, thread: Thread | None = None, when: str | None = None, **more: Any) -> Message:
        return self.say(thread or self.thread, "agent", person.pk, person.service_name, body, when, **more)

    def say(self, thread: Thread, author: str, author_id: int, name: str, body: str, when: str | None, **more: Any) -> Message:
        instant = at(when) if when else clock.now()
        with clock.frozen(instant):
            with transaction.atomic():
                message = chat.post(
                    thread, author=author, author_id=author_id, author_name=name, body=body, at=instant, **more
                )
            run_pending()
        return message

    # What came of it

    def conversation(self, thread: Thread | None = None) -> Conversation:
        return Conversation.objects.filter(thread=thread or self.thread).order_by("-pk")[0]

    def turns(self, thread: Thread | None = None) -> list[tuple[int, int | None]]:
        """Each question's first line and how many seconds it took to answer."""
        rows = Turn.objects.filter(conversation__thread=thread or self.thread).order_by("opened_seq")
        return [(turn.opened_seq, None if turn.milliseconds is None else turn.milliseconds // 1000) for turn in rows]

    def said_automatically(self, thread: Thread | None = None) -> list[str]:
        rows = Message.objects.filter(thread=thread or self.thread, author="auto").order_by("seq")
        return [row.payload["auto"] for row in rows]

    def got(self, person: Person, pk: int) -> Conversation:
        return access.get_conversation(person, pk)

