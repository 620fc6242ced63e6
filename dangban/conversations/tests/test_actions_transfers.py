"""Passing a customer on: offered, accepted, returned, withdrawn, run out."""

from __future__ import annotations

import pytest

from dangban.chat.models import Presence
from dangban.conversations import actions, jobs
from dangban.conversations.models import Assignment, Conversation, Transfer, Turn
from dangban.conversations.tests import floor
from dangban.desk import inbox as boxes
from dangban.desk.models import Deadline, Task
from dangban.lib.errors import BadInput, Conflict, NotAllowed, Refused
from dangban.people.models import Skill
from dangban.testing.cast import NOW, at


class TransferCase(floor.FloorCase):
    def setUp(self) -> None:
        super().setUp()
        self.online(self.cast.lin)
        self.customer_says("我要退货", when="10:00")
        self.online(self.cast.mei)

    def offer(self, **more: object) -> Transfer:
        given = {"by": self.cast.lin, "to_person": self.cast.mei, "note": "要退上周的沙发垫", "at": at("10:01")}
        return actions.transfer(self.conversation(), **(given | more))  # type: ignore[arg-type]

    def holder(self) -> object:
        return self.conversation().assignee


class ATransferToAPerson(TransferCase):
    def test_is_offered_and_changes_nothing_until_accepted(self) -> None:
        offer = self.offer()
        assert (offer.state, offer.ordinal, offer.from_person, self.holder()) == (
            "offered", 1, self.cast.lin, self.cast.lin,
        )  # fmt: skip
        assert [item.key for item in boxes.inbox(self.cast.mei, NOW).items] == [f"transfer:{offer.pk}"]
        assert boxes.count(self.cast.mei, NOW) == 1

    def test_is_accepted_with_history_and_clock(self) -> None:
        actions.accept_transfer(self.offer(), by=self.cast.mei, at=at("10:01:30"))
        self.agent_says(self.cast.mei, when="10:02")
        turn = Turn.objects.get()
        assert (turn.owner, turn.answered_by, turn.milliseconds) == (self.cast.lin, self.cast.mei, 120_000)
        assert Assignment.objects.latest("pk").how == "transferred"

    def test_moves_the_running_clock_with_the_customer(self) -> None:
        actions.accept_transfer(self.offer(), by=self.cast.mei, at=at("10:00:20"))
        deadline = Deadline.objects.get(kind="conversations.reply")
        assert (deadline.owner, deadline.due_at) == (self.cast.mei, at("10:00:30"))

    def test_is_returned_with_an_answer(self) -> None:
        actions.return_transfer(self.offer(), by=self.cast.mei, answer="这是售前的活动", at=at("10:01:20"))
        offer = Transfer.objects.get()
        assert (offer.state, offer.answer, self.holder()) == ("returned", "这是售前的活动", self.cast.lin)

    def test_is_returned_only_with_an_answer(self) -> None:
        with pytest.raises(BadInput):
            actions.return_transfer(self.offer(), by=self.cast.mei, answer="")
        assert Transfer.objects.get().state == "offered"

    def test_is_withdrawn_by_who_offered_it(self) -> None:
        actions.withdraw_transfer(self.offer(), by=self.cast.lin)
        assert Transfer.objects.get().state == "withdrawn"

    def test_runs_out_when_nobody_accepts(self) -> None:
        self.offer()
        assert jobs.time_out_transfers(at("10:01:59")) == 0
        assert jobs.time_out_transfers(at("10:02")) == 1
        assert (Transfer.objects.get().state, self.holder()) == ("returned", self.cast.lin)

    def test_is_settled_once(self) -> None:
        offer = self.offer()
        actions.accept_transfer(offer, by=self.cast.mei)
        with pytest.raises(Conflict):
            actions.withdraw_transfer(offer, by=self.cast.lin)
        assert jobs.time_out_transfers(at("12:00")) == 0
        assert self.holder() == self.cast.mei

    def test_is_not_accepted_by_somebody_else(self) -> None:
        with pytest.raises(NotAllowed):
            actions.accept_transfer(self.offer(), by=self.cast.zhou)

    def test_needs_a_note(self) -> None:
        with pytest.raises(BadInput) as refusal:
            self.offer(note=" ")
        assert list(refusal.value.fields) == ["note"]
        assert (Transfer.objects.count(), self.conversation().transfers) == (0, 0)

    def test_does_not_go_to_who_is_not_there(self) -> None:
        self.online(self.cast.mei, state=Presence.State.AWAY, reason="meal")
        with pytest.raises(Refused) as refusal:
            self.offer()
        assert refusal.value.code == "not_there"

    def test_does_not_go_to_a_stranger(self) -> None:
        self.online(self.cast.hu)
        with pytest.raises(BadInput):
            self.offer(to_person=self.cast.hu)

    def test_is_offered_by_who_serves(self) -> None:
        with pytest.raises(Conflict):
            self.offer(by=self.cast.ou)


class ATransferToATeam(TransferCase):
    def test_goes_to_whom_the_rules_choose_but_not_back(self) -> None:
        offer = self.offer(to_person=None, to_team=self.cast.team)
        assert (offer.state, offer.to_person, self.holder()) == ("accepted", self.cast.mei, self.cast.mei)

    def test_may_be_returned_by_who_got_it(self) -> None:
        offer = self.offer(to_person=None, to_team=self.cast.team)
        actions.return_transfer(offer, by=self.cast.mei, answer="不是我的单")
        assert self.holder() == self.cast.lin

    def test_with_nobody_there_waits(self) -> None:
        self.online(self.cast.mei, state=Presence.State.SUSPENDED)
        self.offer(to_person=None, to_team=self.cast.team)
        assert (self.conversation().state, self.holder()) == ("waiting", None)

    def test_that_does_not_serve_the_shop_is_refused(self) -> None:
        with pytest.raises(BadInput):
            self.offer(to_person=None, to_team=self.cast.other_team)

    def test_by_skill_finds_who_has_it(self) -> None:
        self.online(self.cast.ou)
        Skill.objects.create(person=self.cast.ou, kind=Skill.Kind.STAGE, value="orders")
        self.offer(to_person=None, to_skill="orders")
        assert self.holder() == self.cast.ou


class ACustomerOfAnotherTeamsShop(floor.FloorCase):
    """Bao sees every shop: he answers, notes the question and passes it on; nobody is bounced."""

    def setUp(self) -> None:
        super().setUp()
        self.elsewhere = self.another("零食客", self.cast.other_shop)
        self.online(self.cast.bao)
        self.customer_says("坚果保质期多久", thread=self.elsewhere, when="03:00")
        actions.take(self.conversation(self.elsewhere), by=self.cast.bao, at=at("03:01"))
        self.agent_says(self.cast.bao, "我帮您登记，稍后由负责的同事回复您", thread=self.elsewhere, when="03:01:30")

    def test_is_answered_and_passed_on_with_the_question(self) -> None:
        self.online(self.cast.hu)
        offer = actions.transfer(
            self.conversation(self.elsewhere), by=self.cast.bao, to_team=self.cast.other_team, note="问坚果保质期"
        )
        assert (offer.to_person, offer.note) == (self.cast.hu, "问坚果保质期")

    def test_becomes_a_task_of_that_team_while_none_of_it_is_there(self) -> None:
        with floor.clock.frozen(at("03:02")):
            actions.transfer(
                self.conversation(self.elsewhere), by=self.cast.bao, to_team=self.cast.other_team, note="问坚果保质期"
            )
        conversation = Conversation.objects.get(thread=self.elsewhere)
        assert (conversation.state, conversation.team) == ("offline", self.cast.other_team)
        assert Task.objects.filter(done_at=None).get().team == self.cast.other_team
