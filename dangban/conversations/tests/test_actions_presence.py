"""Coming, going, being away, and what becomes of the customers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dangban.chat.models import IdleStretch, LastSeen, Message, Presence
from dangban.conversations import actions, jobs
from dangban.conversations.actions import presence
from dangban.conversations.models import Requeue
from dangban.conversations.tests import floor
from dangban.journal.models import Entry
from dangban.lib.errors import BadInput, NotAllowed, Refused
from dangban.testing.cast import NOW, at
from dangban.workforce.models import DutyPeriod, ShiftExtension


class GoingOffLine(floor.FloorCase):
    def setUp(self) -> None:
        super().setUp()
        self.online(self.cast.lin)
        self.customer_says("有货吗", when="10:00")

    def test_is_refused_with_the_list_of_who_is_still_there(self) -> None:
        with pytest.raises(Refused) as refusal:
            actions.change_presence(self.cast.lin, "offline", by=self.cast.lin)
        said = refusal.value
        assert (said.code, [item["conversation"] for item in said.items]) == ("still_serving", [self.conversation().pk])
        assert [reason.path for reason in said.decision.because] == ["conversations.shift_extends"]
        assert Presence.objects.get(person=self.cast.lin, ended_at=None).state == "online"
        assert Entry.objects.filter(verb="conversations.presence_changed").count() == 0

    def test_is_refused_while_an_answered_one_is_open(self) -> None:
        self.agent_says(self.cast.lin, when="10:01")
        with pytest.raises(Refused):
            actions.change_presence(self.cast.lin, "offline", by=self.cast.lin)

    def test_is_refused_to_their_leader_too(self) -> None:
        with pytest.raises(Refused):
            actions.change_presence(self.cast.lin, "offline", by=self.cast.zhou)

    def test_is_allowed_once_each_is_ended_or_left(self) -> None:
        actions.leave_to_next_shift(self.conversation(), by=self.cast.lin, note="明早回电")
        assert actions.change_presence(self.cast.lin, "offline", by=self.cast.lin).state == "offline"

    def test_is_allowed_once_each_is_passed_on(self) -> None:
        self.online(self.cast.mei)
        offer = actions.transfer(self.conversation(), by=self.cast.lin, to_person=self.cast.mei, note="问尺寸")
        with pytest.raises(Refused):
            actions.change_presence(self.cast.lin, "offline", by=self.cast.lin)
        actions.accept_transfer(offer, by=self.cast.mei)
        actions.change_presence(self.cast.lin, "offline", by=self.cast.lin)


class BeingAway(floor.FloorCase):
    def setUp(self) -> None:
        super().setUp()
        self.online(self.cast.lin)

    def test_needs_a_reason(self) -> None:
        with pytest.raises(BadInput) as refusal:
            actions.change_presence(self.cast.lin, "away", by=self.cast.lin)
        assert list(refusal.value.fields) == ["reason"]

    def test_answers_automatically_with_the_reasons_words_once(self) -> None:
        self.customer_says(when="10:00")
        actions.set_auto_reply(self.cast.shop, "away", "去吃饭了，{agent}一点回来", by=self.cast.zhou, reason="meal")
        actions.change_presence(self.cast.lin, "away", reason="meal", by=self.cast.lin)
        self.customer_says(when="10:02")
        self.customer_says(when="10:03")
        assert self.said_automatically() == ["greeting", "away"]
        assert Message.objects.filter(author="auto").latest("seq").body == "去吃饭了，林客服一点回来"
        assert self.turns() == [(1, None)]

    def test_stops_new_customers(self) -> None:
        actions.change_presence(self.cast.lin, "away", reason="meal", by=self.cast.lin)
        self.customer_says(when="10:02")
        assert (self.conversation().state, self.conversation().assignee) == ("waiting", None)
        assert self.said_automatically() == ["greeting", "queue"]


class EverybodyAway(floor.FloorCase):
    handbook = {"all_away": 'is = "message"'}

    def test_means_that_customers_leave_a_message_where_the_handbook_says_so(self) -> None:
        self.online(self.cast.lin)
        actions.change_presence(self.cast.lin, "away", reason="meeting", by=self.cast.lin)
        self.customer_says(when="10:02")
        assert self.conversation().state == "offline"

    def test_turns_the_queue_into_messages(self) -> None:
        self.online(self.cast.lin, state=Presence.State.BUSY)
        self.customer_says(when="10:00")
        assert self.conversation().state == "waiting"
        actions.change_presence(self.cast.lin, "away", reason="meeting", by=self.cast.lin)
        assert self.conversation().state == "offline"


class ALeader(floor.FloorCase):
    def test_may_set_somebodys_state_and_it_is_journalled(self) -> None:
        self.online(self.cast.lin)
        actions.change_presence(self.cast.lin, "suspended", by=self.cast.zhou)
        assert Presence.objects.get(person=self.cast.lin, ended_at=None).by_id == self.cast.zhou.pk
        entry = Entry.objects.get(verb="conversations.presence_changed")
        assert (entry.actor_id, entry.change["state"]) == (self.cast.zhou.pk, ["online", "suspended"])

    def test_of_another_team_may_not(self) -> None:
        with pytest.raises(NotAllowed):
            actions.change_presence(self.cast.lin, "online", by=self.cast.hu)

    def test_is_needed_for_somebody_elses(self) -> None:
        with pytest.raises(NotAllowed):
            actions.change_presence(self.cast.lin, "online", by=self.cast.mei)


class TheEndOfAShift(floor.FloorCase):
    def setUp(self) -> None:
        super().setUp()
        self.duty = self.on_duty(self.cast.lin, "08:00", "16:00")
        self.online(self.cast.lin)
        self.customer_says(when="15:58")

    def test_moves_on_by_itself_while_a_customer_is_served(self) -> None:
        assert presence.extend_shifts(at("15:59")) == 0
        assert presence.extend_shifts(at("16:00:05")) == 1
        extension = ShiftExtension.objects.get()
        assert (extension.duty, extension.started_at, extension.ended_at) == (self.duty, at("16:00"), None)
        assert extension.conversations == [self.conversation().pk]
        assert extension.because[0]["path"] == "conversations.shift_extends"

    def test_comes_with_the_last_customer(self) -> None:
        presence.extend_shifts(at("16:00:05"))
        self.agent_says(self.cast.lin, when="16:10")
        actions.resolve(self.conversation(), by=self.cast.lin, at=at("16:12"))
        presence.extend_shifts(at("16:12:09"))
        assert ShiftExtension.objects.get().ended_at == at("16:12")

    def test_is_refused_before_that(self) -> None:
        with pytest.raises(Refused):
            actions.end_shift(self.cast.lin, by=self.cast.lin, at=at("16:05"))
        assert DutyPeriod.objects.get().ended_at is None

    def test_is_recorded_when_the_person_ends_it(self) -> None:
        actions.resolve(self.conversation(), by=self.cast.lin, at=at("16:03"))
        actions.end_shift(self.cast.lin, by=self.cast.lin, at=at("16:05"))
        assert DutyPeriod.objects.get().ended_at == at("16:05")
        assert Presence.objects.get(person=self.cast.lin, ended_at=None).state == "offline"

    def test_brings_no_new_customers_in_the_extension(self) -> None:
        presence.extend_shifts(at("16:00:05"))
        other = self.another("小王")
        self.customer_says(thread=other, when="16:01")
        assert self.conversation(other).assignee is None


class TheEndOfAShiftThatDoesNotGoOn(floor.FloorCase):
    handbook = {"shift_extends": "is = false"}

    def test_moves_its_customers_to_who_is_on_duty(self) -> None:
        self.on_duty(self.cast.lin, "08:00", "16:00")
        self.on_duty(self.cast.mei, "15:00", "23:00")
        self.online(self.cast.lin)
        self.customer_says(when="15:58")
        self.online(self.cast.mei)
        assert jobs.requeue_off_shift(at("15:59")) == 0
        assert jobs.requeue_off_shift(at("16:00")) == 1
        assert self.conversation().assignee == self.cast.mei


class ALostConnection(floor.FloorCase):
    def setUp(self) -> None:
        super().setUp()
        self.online(self.cast.lin, self.cast.mei)
        self.customer_says(when="10:00")
        LastSeen.objects.create(person=self.cast.lin, connected_at=at("10:00"))

    def test_is_noticed_when_pages_are_not_heard_of(self) -> None:
        assert presence.notice_lost_connections(at("10:00:40")) == 0
        assert presence.notice_lost_connections(at("10:00:50")) == 1
        stretch = Presence.objects.get(person=self.cast.lin, ended_at=None)
        assert (stretch.state, stretch.reason, stretch.started_at) == ("offline", "connection", at("10:00"))

    def test_keeps_the_customer_for_three_minutes(self) -> None:
        presence.notice_lost_connections(at("10:00:50"))
        assert jobs.requeue_absent(at("10:02:59")) == 0
        assert self.conversation().assignee == self.cast.lin
        assert jobs.requeue_absent(at("10:03:00")) == 1
        assert self.conversation().assignee == self.cast.mei
        assert Requeue.objects.get().because[0]["path"] == "conversations.reconnect"

    def test_that_comes_back_in_time_changes_nothing(self) -> None:
        presence.notice_lost_connections(at("10:00:50"))
        actions.connection_back(self.cast.lin, at("10:02"))
        assert jobs.requeue_absent(at("10:10")) == 0
        assert Presence.objects.get(person=self.cast.lin, ended_at=None).state == "online"
        assert self.conversation().assignee == self.cast.lin


class IdleWhileShownOnline(floor.FloorCase):
    def setUp(self) -> None:
        super().setUp()
        self.online(self.cast.lin)
        actions.touch(self.cast.lin, NOW)

    def test_is_noticed_once_and_recorded(self) -> None:
        assert presence.notice_idleness(NOW + timedelta(minutes=14)) == 0
        assert presence.notice_idleness(NOW + timedelta(minutes=15)) == 1
        assert presence.notice_idleness(NOW + timedelta(minutes=16)) == 0
        stretch = IdleStretch.objects.get()
        assert (stretch.started_at, stretch.noticed_at) == (NOW, NOW + timedelta(minutes=15))
        assert stretch.because[0]["path"] == "conversations.idle_online"

    def test_ends_with_the_first_touch(self) -> None:
        presence.notice_idleness(NOW + timedelta(minutes=15))
        actions.touch(self.cast.lin, NOW + timedelta(minutes=20))
        assert IdleStretch.objects.get().ended_at == NOW + timedelta(minutes=20)
