"""Many threads at once and one at a time leave the same rows, whatever is said."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.db import models, transaction

from dangban.chat import actions as chat
from dangban.chat import ports
from dangban.chat.models import LastSeen, Presence
from dangban.chat.ports import Line
from dangban.chat.projection import run_pending
from dangban.conversations.models import Assignment, Conversation, Enquiry, Reception, Requeue, Turn
from dangban.conversations.projector import Plain
from dangban.conversations.tests import floor
from dangban.desk.models import Deadline
from dangban.journal.models import Entry
from dangban.lib import clock
from dangban.testing.cast import at

THREADS = 6
ROUNDS = 25


class Undone(Exception):
    """Takes back what a telling of the story has written."""


class Counting(Plain):
    """Counts the threads it was offered and those it took."""

    def __init__(self) -> None:
        self.offered = self.took = 0

    def prepare(self, threads: Mapping[int, Sequence[Line]]) -> Mapping[int, Any]:
        taken = super().prepare(threads)
        self.offered += len(threads)
        self.took += len(taken)
        return taken


@pytest.mark.long
class BothWays(floor.FloorCase):
    def setUp(self) -> None:
        super().setUp()
        self.on_duty(self.cast.lin, "09:00", "10:20")
        self.people = (self.cast.lin, self.cast.mei)
        self.online(*self.people)
        self.talking = [self.another(f"客{number}") for number in range(THREADS)]

    def told(self, seed: int, plain: Plain | None) -> dict[str, list[Any]]:
        """The rows after a random day, which is taken back."""
        rows: dict[str, list[Any]] = {}
        others = {} if plain is None else {"conversations": plain}
        try:
            with mock.patch.object(ports.registry, "plain_projectors", others), transaction.atomic():
                self.day(random.Random(seed))
                rows = self.rows()
                raise Undone
        except Undone:
            return rows

    def day(self, chance: random.Random) -> None:
        now = at("10:00")
        for _round in range(ROUNDS):
            with clock.frozen(now), transaction.atomic():
                for _line in range(chance.randrange(1, 9)):
                    now += timedelta(seconds=chance.choice([0, 1, 20, 50, 200]))
                    self.one_line(chance, now)
            with clock.frozen(now):
                run_pending()
            if chance.random() < 0.15:
                with clock.frozen(now):
                    state, reason = chance.choice(
                        [("online", ""), ("busy", ""), ("away", "meal"), ("offline", "connection")]
                    )
                    self.online(chance.choice(self.people), state=state, reason=reason)

    def one_line(self, chance: random.Random, now: Any) -> None:
        thread = chance.choice(self.talking)
        ways: list[tuple[float, Callable[[], dict[str, Any]]]] = [
            (
                0.5,
                lambda: {
                    "author": "customer",
                    "author_id": thread.customer_id,
                    "author_name": "客",
                    "body": f"问{now}",
                },
            ),
            (0.3, lambda: self.answer(chance, thread)),
            (0.06, lambda: self.answer(chance, thread) | {"kind": "note", "internal": True}),
            (0.08, lambda: {"author": "auto", "body": "稍等", "payload": {"auto": "away"}}),
            (
                0.03,
                lambda: {"author": "customer", "author_id": thread.customer_id, "kind": "image", "body": ""},
            ),
            (
                0.03,
                lambda: self.answer(chance, thread) | {"kind": "recall", "body": "", "payload": {"seq": 2}},
            ),
        ]
        line = chance.choices([way for _weight, way in ways], [weight for weight, _way in ways])[0]()
        chat.post(thread, at=now, **line)

    def answer(self, chance: random.Random, thread: Any) -> dict[str, Any]:
        person = chance.choice(self.people)
        return {
            "author": "agent",
            "author_id": person.pk,
            "author_name": person.service_name,
            "body": "好的" * chance.randrange(1, 9),
        }

    def rows(self) -> dict[str, list[Any]]:
        threads = dict(Conversation.objects.values_list("pk", "thread_id"))
        found: dict[str, list[Any]] = {}
        for model in (
            Conversation,
            Turn,
            Reception,
            Enquiry,
            Assignment,
            Requeue,
            Deadline,
            Presence,
            LastSeen,
            Entry,
        ):
            found[model.__name__] = sorted(self.as_told(row, threads) for row in model.objects.all())
        return found

    def as_told(self, row: models.Model, threads: Mapping[int, int]) -> str:
        """A row without numbers that are given out anew each time."""
        values = {
            field.attname: getattr(row, field.attname)
            for field in row._meta.concrete_fields
            if not field.primary_key
        }
        if isinstance(row, LastSeen):
            values["person"] = row.person_id
        if "conversation_id" in values:
            values["conversation_id"] = threads[values["conversation_id"]]
        if isinstance(row, Deadline | Entry):
            is_session = row.subject_kind == Conversation._meta.label_lower
            values["subject_id"] = threads[int(row.subject_id or 0)] if is_session else 0
            values.pop("url", None)
            for name in ("number", "hash", "previous", "personal_key"):
                values.pop(name, None)
        return repr(sorted(values.items(), key=lambda item: item[0]))

    def test_random_days(self) -> None:
        offered = took = 0
        for seed in range(12):
            plain = Counting()
            together, one_by_one = self.told(seed, plain), self.told(seed, None)
            for name, rows in one_by_one.items():
                assert together[name] == rows, f"{name} of day {seed}"
            offered, took = offered + plain.offered, took + plain.took
        # Or the test would compare the one way with itself.
        assert took > offered * 0.6, (took, offered)
