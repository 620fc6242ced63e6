"""Several people and sweeps at the same instant: one decision, once. Needs a server with real concurrency."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.test import TransactionTestCase

from dangban.chat import actions as chat
from dangban.chat.models import Presence
from dangban.chat.projection import run_pending
from dangban.conversations import actions, jobs
from dangban.conversations.models import Assignment, Conversation, Requeue, Transfer
from dangban.handbook.actions import adopt_preset, forget
from dangban.lib import clock
from dangban.people.models import Person, Skill
from dangban.testing.cast import NOW, Cast, at
from dangban.testing.races import at_once, told

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL"),
]


class Together(TransactionTestCase):
    def setUp(self) -> None:
        held = clock.frozen(NOW)
        held.__enter__()
        self.addCleanup(held.__exit__, None, None, None)
        forget()
        self.cast = Cast()
        adopt_preset("default")
        self.addCleanup(forget)

    def online(self, *people: Person, state: str = "online") -> None:
        for person in people:
            Presence.objects.create(person=person, state=state, started_at=NOW)

    def writes(self, name: str) -> Conversation:
        customer = self.cast.customer(name, name, self.cast.shop)
        thread = chat.open_thread(self.cast.shop, customer=customer)
        with transaction.atomic():
            chat.post(thread, author="customer", author_id=customer.pk, author_name=name, body="在吗", at=NOW)
        run_pending()
        return Conversation.objects.get(thread=thread)

    def test_a_waiting_customer_is_taken_by_one(self) -> None:
        self.online(self.cast.lin, self.cast.mei, self.cast.ou, state="suspended")
        waiting = self.writes("小王")
        takes = [lambda person=person: actions.take(waiting, by=person) for person in (self.cast.lin, self.cast.mei, self.cast.ou)]
        assert sorted(told(*takes, now=NOW)) == ["Conflict", "Conflict", "done"]
        assert Assignment.objects.count() == 1

    def test_sweeps_in_two_processes_give_each_customer_once_and_fill_nobody_over(self) -> None:
        self.online(self.cast.lin, state="suspended")
        for number in range(6):
            self.writes(f"客{number}")
        Person.objects.filter(pk=self.cast.lin.pk).update(chat_capacity=2)
        Person.objects.filter(pk=self.cast.mei.pk).update(chat_capacity=2)
        Skill.objects.create(person=self.cast.mei, kind=Skill.Kind.STAGE, value="presale")
        Presence.objects.update(state="online")
        self.online(self.cast.mei)
        at_once(*[lambda: actions.sweep_queue(at=NOW)] * 4, now=NOW)
        actions.sweep_queue(at=NOW)
        loads = [Conversation.objects.filter(assignee=person).count() for person in (self.cast.lin, self.cast.mei)]
        assert loads == [2, 2]
        assert Assignment.objects.count() == 4

    def test_who_goes_off_line_gets_nobody_in_the_same_moment(self) -> None:
        self.online(self.cast.lin, state="suspended")
        self.writes("小王")
        Presence.objects.update(state="online")
        said = told(
            lambda: actions.change_presence(self.cast.lin, "offline", by=self.cast.lin),
            lambda: actions.sweep_queue(at=NOW),
            now=NOW,
        )
        served = Conversation.objects.get().assignee == self.cast.lin
        assert said == ["Refused" if served else "done", "done"]

    def test_a_transfer_is_accepted_or_runs_out(self) -> None:
        self.online(self.cast.lin)
        served = self.writes("小王")
        self.online(self.cast.mei)
        offer = actions.transfer(served, by=self.cast.lin, to_person=self.cast.mei, note="问退货")
        late = at("10:05")
        said = told(lambda: actions.accept_transfer(offer, by=self.cast.mei), lambda: jobs.time_out_transfers(late), now=NOW)
        accepted = Transfer.objects.get().state == "accepted"
        assert said == ["done" if accepted else "Conflict", "done"]
        assert Conversation.objects.get().assignee == (self.cast.mei if accepted else self.cast.lin)

    def test_a_take_is_undone_or_taken_over(self) -> None:
        self.online(self.cast.lin, self.cast.mei, state="suspended")
        waiting = self.writes("小王")
        actions.take(waiting, by=self.cast.lin)
        taken = Assignment.objects.get()
        undone, over = told(
            lambda: actions.undo_take(taken, by=self.cast.lin), lambda: actions.take_over(waiting, by=self.cast.mei), now=NOW
        )
        # Whichever came first: Mei has the customer, and Lin is told if there was nothing to take back.
        assert over == "done"
        assert Conversation.objects.get().assignee == self.cast.mei
        how = Assignment.objects.get(ended_at=None).how
        assert (undone, how) in (("Conflict", "taken_over"), ("done", "taken"))

    def test_a_transfer_is_undone_or_accepted(self) -> None:
        self.online(self.cast.lin)
        served = self.writes("小王")
        self.online(self.cast.mei)
        offer = actions.transfer(served, by=self.cast.lin, to_person=self.cast.mei, note="问退货")
        said = told(
            lambda: actions.undo_transfer(offer, by=self.cast.lin), lambda: actions.accept_transfer(offer, by=self.cast.mei), now=NOW
        )
        has = Conversation.objects.get().assignee
        assert (said, has, Transfer.objects.get().state) in (
            (["done", "Conflict"], self.cast.lin, "withdrawn"),
            (["Conflict", "done"], self.cast.mei, "accepted"),
        )

    def test_a_silent_agent_loses_the_customer_once(self) -> None:
        self.online(self.cast.lin)
        self.writes("小王")
        self.online(self.cast.mei)
        at_once(*[lambda: jobs.requeue_silent(at("10:06"))] * 4, now=NOW)
        assert Requeue.objects.count() == 1
        assert Conversation.objects.get().assignee == self.cast.mei
