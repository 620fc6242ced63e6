"""What conversations add to other rooms: inbox, off-boarding, timeline, merge, personal data."""

from __future__ import annotations

from datetime import date

from dangban.chat.models import Thread
from dangban.conversations import actions, open_work, personal, queries, timeline
from dangban.conversations.models import Conversation, Enquiry, Promise, Transfer, Turn
from dangban.conversations.tests import floor
from dangban.customers import ports as customers
from dangban.desk.models import Deadline
from dangban.lib.actor import SYSTEM
from dangban.orders.models import Order
from dangban.testing.cast import NOW, TODAY, at


class PortCase(floor.FloorCase):
    def setUp(self) -> None:
        super().setUp()
        self.online(self.cast.lin)
        self.customer_says("我的电话 13912345678", when="10:00")
        self.agent_says(self.cast.lin, when="10:00:20")
        self.served = self.conversation()


class LeavingTheCompany(PortCase):
    def setUp(self) -> None:
        super().setUp()
        actions.promise(self.served, by=self.cast.lin, text="今天发出", due_at=at("16:30"))
        actions.record_enquiry(self.served, by=self.cast.lin, next_contact_at=at("11-20 10:00"))

    def test_lists_what_is_open(self) -> None:
        keys = [item.key.split(":")[0] for item in open_work.OpenWork().list(self.cast.lin)]
        assert keys == ["conversation", "promise", "enquiry"]

    def test_hands_everything_to_a_named_person(self) -> None:
        handed = open_work.OpenWork().hand_over(self.cast.lin, self.cast.mei, by=SYSTEM, at=NOW)
        assert handed == 3
        assert self.conversation().assignee == Promise.objects.get().owner == Enquiry.objects.get().owner == self.cast.mei
        assert Deadline.objects.get(kind="conversations.promise").owner == self.cast.mei
        assert open_work.OpenWork().list(self.cast.lin) == []


class AnInbox(PortCase):
    def items(self, person: object) -> list[str]:
        return [item.key.split(":")[0] for item in open_work.Inbox().items(person, NOW)]  # type: ignore[arg-type]

    def test_holds_what_was_offered(self) -> None:
        self.online(self.cast.mei)
        actions.transfer(self.served, by=self.cast.lin, to_person=self.cast.mei, note="问退货")
        assert self.items(self.cast.mei) == ["transfer"]
        actions.accept_transfer(Transfer.objects.get(), by=self.cast.mei)
        assert self.items(self.cast.mei) == []

    def test_holds_customers_to_ask_again_today(self) -> None:
        actions.record_enquiry(self.served, by=self.cast.lin, next_contact_at=at("18:00"))
        assert self.items(self.cast.lin) == ["enquiry"]
        actions.record_enquiry(self.served, by=self.cast.lin, next_contact_at=at("11-20 10:00"))
        assert self.items(self.cast.lin) == []

    def test_holds_blocked_lines_for_leaders_of_the_shop(self) -> None:
        actions.ask_override(self.served, by=self.cast.lin, body="加我微信")
        counts = [open_work.Inbox().count(person, NOW) for person in (self.cast.zhou, self.cast.mei, self.cast.hu)]
        assert counts == [1, 0, 0]
        assert [item.url for item in open_work.Inbox().items(self.cast.zhou, NOW)] == ["/speech-guard/"]


class ACustomersPage(PortCase):
    def test_shows_conversations_to_who_may_read_them(self) -> None:
        shown = timeline.timeline(self.cast.zhou, self.cast.fang, None, 10)
        assert [(item.at, item.kind) for item in shown] == [(at("10:00"), "conversations")]
        assert timeline.timeline(self.cast.hu, self.cast.fang, None, 10) == []

    def test_of_two_who_are_one_moves_and_moves_back(self) -> None:
        kept = self.cast.customer("fang_new", "方静", self.cast.shop)
        moved = timeline.move(self.cast.fang, kept)
        assert (self.conversation().customer, Turn.objects.get().customer, Thread.objects.get().customer) == (kept,) * 3
        timeline.give_back(moved, kept, self.cast.fang)
        assert {row.customer for row in Conversation.objects.all()} == {self.cast.fang}

    def test_is_registered(self) -> None:
        assert "conversations" in dict(customers.timeline_kinds())

    def test_of_an_order_leads_to_the_talk(self) -> None:
        order = Order.objects.create(
            shop=self.cast.shop, platform_id="88", customer=self.cast.fang, status="paid", total_fen=1,
            created_at=NOW, business_day=TODAY, imported_at=NOW,
        )  # fmt: skip
        assert len(timeline.links(self.cast.lin, order)) == 1
        assert timeline.links(self.cast.hu, order) == []


class PersonalData(PortCase):
    def test_is_handed_out(self) -> None:
        data = personal.ConversationData().collect("customers.customer", self.cast.fang.pk)
        assert [row["preview"] for row in data["conversations"]] == ["在的"]

    def test_is_erased_and_the_figures_stay(self) -> None:
        personal.ConversationData().erase("customers.customer", self.cast.fang.pk, by=SYSTEM, at=NOW)
        assert self.conversation().preview == ""
        assert queries.numbers(self.cast.zhou, TODAY, TODAY)["response"].denominator == 1

    def test_names_the_journals_subjects(self) -> None:
        subjects = personal.ConversationData().subjects("customers.customer", self.cast.fang.pk)
        assert ("conversations.conversation", self.served.pk) in subjects


class TheFloor(PortCase):
    def test_shows_who_is_there_with_what(self) -> None:
        self.customer_says("还有吗", when="10:01")
        with floor.clock.frozen(at("10:03")):
            shown = queries.floor(self.cast.zhou)
        lin = next(one for one in shown.people if one.person == self.cast.lin)
        assert (lin.state, lin.load, lin.waiting, lin.colour, lin.on_duty) == ("online", 1, 1, "red", True)
        assert (shown.serving, shown.unanswered, shown.longest_conversation) == (1, 1, self.served.pk)
        assert shown.today["asked"].numerator == 2

    def test_shows_nobody_of_another_team(self) -> None:
        names = {one.person.username for one in queries.floor(self.cast.zhou).people}
        assert "hu" not in names
        assert "lin" in names

    def test_is_asked_with_few_statements(self) -> None:
        with self.assertNumQueries(26):
            queries.floor(self.cast.zhou)


class ARange(PortCase):
    def test_of_days_adds_up(self) -> None:
        self.customer_says(when="11-20 10:00:00")
        self.agent_says(self.cast.lin, when="11-20 10:00:30")
        both = queries.numbers(self.cast.zhou, TODAY, date(2026, 11, 20))["response"]
        assert (both.numerator, both.denominator, both.value) == (50_000, 2, 25.0)
