"""The demonstration as a whole: small, but made by the same code."""

from __future__ import annotations

from collections import Counter

from django.test import Client, TestCase

from dangban.chat import projection
from dangban.chat.models import Message, ThreadSequence
from dangban.conversations.models import Closure, Conversation, GuardOverride, Promise, Turn
from dangban.conversations.projector import as_spoken
from dangban.conversations.rules import clocks
from dangban.demo.build import build
from dangban.demo.content import content
from dangban.desk.models import Notice, Task
from dangban.lib import clock
from dangban.orders.models import Order, OrderException, Requirement
from dangban.people.models import Person
from dangban.testing.cast import NOW, PASSWORD
from dangban.tracking.models import Track

TOLD: list[str] = []


class TheDemonstration(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        TOLD.clear()
        with clock.frozen(NOW):
            build(password=PASSWORD, now=NOW, tell=TOLD.append, days=3, busy=0.3)

    def test_three_shops_and_twelve_people_are_told_of(self) -> None:
        assert TOLD[0] == "3 shops, 13 people"
        assert Person.objects.count() == 13

    def test_every_state_of_the_floor_can_be_seen(self) -> None:
        states = Counter(Conversation.objects.values_list("state", flat=True))
        assert min(states[state] for state in ("waiting", "serving", "offline", "ended")) >= 3

    def test_something_lies_on_every_desk(self) -> None:
        assert Promise.objects.filter(kept_at=None).count() >= 3
        assert Requirement.objects.filter(settled_at=None).count() >= 3
        assert GuardOverride.objects.filter(settled_at=None).count() == 1
        assert Task.objects.filter(done_at=None).count() >= 6
        assert Notice.objects.filter(must_read=True).count() == 2

    def test_orders_are_of_every_age(self) -> None:
        found = set(Order.objects.values_list("status", flat=True))
        assert {"unpaid", "paid", "sent", "signed"} <= found

    def test_parcels_stand_at_all_points_of_their_way_some_where_somebody_is_needed(self) -> None:
        states = set(Track.objects.values_list("state", flat=True))
        assert {"moving", "delivering", "signed", "problem"} <= states
        assert OrderException.objects.filter(parcel__isnull=False, settled_at=None).count() >= 1

    def test_whoever_says_where_they_live_has_their_parcels_sent_there(self) -> None:
        cities = [place["city"].removesuffix("市") for place in content().words["place"]]
        said = Message.objects.filter(author="customer", thread__channel="platform")
        wrong = []
        for line in said.select_related("thread"):
            named = {city for city in cities if f"我在{city}" in line.body or f"发{city}" in line.body}
            order = Order.objects.filter(customer=line.thread.customer_id, shop=line.thread.shop_id).first()
            if named and order is not None and order.city.removesuffix("市") not in named:
                wrong.append((line.body, order.city))
        assert wrong == []
        shenyang = said.filter(body__contains="我在沈阳").get()
        assert Order.objects.get(customer=shenyang.thread.customer_id).city == "沈阳市"

    def test_the_log_has_no_gaps_and_is_projected(self) -> None:
        for row in ThreadSequence.objects.all():
            numbers = list(Message.objects.filter(thread=row.thread_id).order_by("seq").values_list("seq", flat=True))
            assert numbers == list(range(1, row.last_seq + 1))
        assert projection.behind() == []

    def test_the_past_has_the_turns_that_its_log_says(self) -> None:
        for row in Conversation.objects.filter(state="ended")[:60]:
            lines = Message.objects.filter(thread=row.thread_id, seq__range=(row.first_seq, row.last_seq)).order_by("seq")
            said = [(one.opened_seq, one.answered_seq) for one in clocks.rounds(as_spoken(line) for line in lines)]
            kept = Turn.objects.filter(conversation=row).order_by("opened_seq").values_list("opened_seq", "answered_seq")
            assert list(kept) == said

    def test_whatever_ended_says_how(self) -> None:
        assert Closure.objects.count() == Conversation.objects.filter(state="ended").count()

    def test_its_people_may_sign_in(self) -> None:
        for one in content().staff:
            assert Client().login(username=one.username, password=PASSWORD), one.username
