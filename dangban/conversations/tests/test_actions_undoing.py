"""A slip of the hand: taken or passed on, and taken back before anybody spoke."""

from __future__ import annotations

import pytest

from dangban.conversations import actions
from dangban.conversations.models import Assignment, Conversation, Transfer, Turn
from dangban.conversations.tests import floor
from dangban.desk.models import Deadline, Task
from dangban.journal.models import Entry
from dangban.lib.errors import Conflict, NotAllowed
from dangban.testing.cast import at


class Slip(floor.FloorCase):
    def taken(self) -> Assignment:
        row = actions.just_taken(self.conversation(), by=self.cast.lin, at=at("10:00:25"))
        assert row is not None
        return row

    def verbs(self) -> list[str]:
        return list(Entry.objects.filter(verb__endswith="_undone").values_list("verb", flat=True))


class ATakeFromTheLine(Slip):
    def setUp(self) -> None:
        super().setUp()
        self.online(self.cast.lin, self.cast.mei, state="suspended")
        self.customer_says("在吗", when="10:00")
        self.before = self.conversation()
        actions.take(self.before, by=self.cast.lin, at=at("10:00:20"))

    def test_goes_back_to_its_place_with_the_same_clock(self) -> None:
        due = Deadline.objects.get(kind="conversations.reply").due_at
        actions.undo_take(self.taken(), by=self.cast.lin, at=at("10:00:25"))
        now = self.conversation()
        assert (now.state, now.assignee, now.queued_at) == ("waiting", None, self.before.queued_at)
        assert (now.team_id, now.waiting_since) == (self.before.team_id, self.before.waiting_since)
        clock = Deadline.objects.get(kind="conversations.reply")
        assert (clock.owner, clock.due_at) == (None, due)
        assert Turn.objects.get().owner is None
        assert Assignment.objects.get().ended_at == at("10:00:25")
        entry = Entry.objects.get(verb="conversations.conversation_take_undone")
        assert (entry.actor_name, entry.change) == ("林小雨", {"assignee": ["林小雨", None]})

    def test_stays_once_somebody_has_spoken(self) -> None:
        taken = self.taken()
        for says in (lambda: self.customer_says("？", when="10:00:22"), lambda: self.agent_says(self.cast.lin, when="10:00:23")):
            says()
            with pytest.raises(Conflict):
                actions.undo_take(taken, by=self.cast.lin, at=at("10:00:25"))
        assert self.conversation().assignee == self.cast.lin
        assert self.verbs() == []

    def test_may_be_undone_with_a_note_written_meanwhile(self) -> None:
        actions.add_note(self.conversation(), by=self.cast.lin, text="手滑", at=at("10:00:22"))
        actions.undo_take(self.taken(), by=self.cast.lin, at=at("10:00:25"))
        assert self.conversation().assignee is None

    def test_stays_after_fifteen_seconds(self) -> None:
        taken = self.taken()
        with pytest.raises(Conflict):
            actions.undo_take(taken, by=self.cast.lin, at=at("10:00:36"))
        assert actions.just_taken(self.conversation(), by=self.cast.lin, at=at("10:00:36")) is None
        assert self.conversation().assignee == self.cast.lin

    def test_is_undone_once_and_by_who_took_it(self) -> None:
        taken = self.taken()
        with pytest.raises(NotAllowed):
            actions.undo_take(taken, by=self.cast.mei, at=at("10:00:25"))
        actions.undo_take(taken, by=self.cast.lin, at=at("10:00:25"))
        with pytest.raises(Conflict):
            actions.undo_take(taken, by=self.cast.lin, at=at("10:00:26"))
        assert len(self.verbs()) == 1

    def test_is_too_late_once_a_colleague_took_over(self) -> None:
        taken = self.taken()
        actions.take_over(self.conversation(), by=self.cast.mei, at=at("10:00:23"))
        with pytest.raises(Conflict):
            actions.undo_take(taken, by=self.cast.lin, at=at("10:00:25"))
        assert self.conversation().assignee == self.cast.mei


class ATakeOfALeftMessage(Slip):
    def test_is_a_left_message_again_with_its_task(self) -> None:
        self.customer_says("你们几点上班", when="10:00")
        assert self.conversation().state == "offline"
        self.online(self.cast.lin)
        actions.take(self.conversation(), by=self.cast.lin, at=at("10:00:20"))
        assert Task.objects.get().done_at is not None
        actions.undo_take(self.taken(), by=self.cast.lin, at=at("10:00:25"))
        assert self.conversation().state == "offline"
        assert (Task.objects.get().done_at, Task.objects.get().done_by) == (None, None)


class ATakeOver(Slip):
    def setUp(self) -> None:
        super().setUp()
        self.online(self.cast.mei)
        self.customer_says("在吗", when="10:00")
        self.online(self.cast.lin)
        actions.take_over(self.conversation(), by=self.cast.lin, at=at("10:00:20"))

    def test_goes_back_to_the_colleague(self) -> None:
        actions.undo_take(self.taken(), by=self.cast.lin, at=at("10:00:25"))
        assert self.conversation().assignee == self.cast.mei
        assert self.verbs() == ["conversations.conversation_take_undone"]

    def test_stays_if_the_colleague_has_gone(self) -> None:
        self.online(self.cast.mei, state="offline")
        with pytest.raises(Conflict):
            actions.undo_take(self.taken(), by=self.cast.lin, at=at("10:00:25"))
        assert self.conversation().assignee == self.cast.lin


class ATransfer(Slip):
    def setUp(self) -> None:
        super().setUp()
        self.online(self.cast.lin)
        self.customer_says("我要退货", when="10:00")
        self.online(self.cast.mei)

    def passed(self, **to: object) -> Transfer:
        return actions.transfer(self.conversation(), by=self.cast.lin, note="要退货", at=at("10:00:20"), **to)  # type: ignore[arg-type]

    def test_to_a_person_is_withdrawn_and_does_not_count_as_the_first(self) -> None:
        offer = self.passed(to_person=self.cast.mei)
        actions.undo_transfer(offer, by=self.cast.lin, at=at("10:00:25"))
        offer.refresh_from_db()
        assert (offer.state, self.conversation().assignee, self.conversation().transfers) == ("withdrawn", self.cast.lin, 0)
        assert self.verbs() == ["conversations.conversation_transfer_undone"]
        assert self.passed(to_person=self.cast.mei).ordinal == 1

    def test_to_a_team_comes_back_from_whom_the_rules_chose(self) -> None:
        offer = self.passed(to_team=self.cast.team)
        assert self.conversation().assignee == self.cast.mei
        actions.undo_transfer(offer, by=self.cast.lin, at=at("10:00:25"))
        offer.refresh_from_db()
        assert (offer.state, self.conversation().assignee) == ("withdrawn", self.cast.lin)

    def test_to_a_team_with_nobody_free_comes_back_from_the_line(self) -> None:
        self.online(self.cast.mei, state="suspended")
        offer = self.passed(to_team=self.cast.team)
        assert self.conversation().assignee is None
        actions.undo_transfer(offer, by=self.cast.lin, at=at("10:00:25"))
        assert (self.conversation().assignee, self.conversation().state) == (self.cast.lin, Conversation.State.SERVING)

    def test_stays_once_it_was_accepted_or_somebody_spoke_or_time_went_by(self) -> None:
        offer = self.passed(to_person=self.cast.mei)
        with pytest.raises(Conflict):
            actions.undo_transfer(offer, by=self.cast.lin, at=at("10:00:36"))
        with pytest.raises(NotAllowed):
            actions.undo_transfer(offer, by=self.cast.mei, at=at("10:00:25"))
        actions.accept_transfer(offer, by=self.cast.mei, at=at("10:00:23"))
        with pytest.raises(Conflict):
            actions.undo_transfer(offer, by=self.cast.lin, at=at("10:00:25"))
        assert self.conversation().assignee == self.cast.mei
        assert self.verbs() == []
