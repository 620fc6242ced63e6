"""The department that the lane is measured in: shops, teams, agents on duty, and customers they are serving.

Every thread has an open session with a question that was answered, so that what is measured are the
further lines of a department at work; newcomers have a thread and no session yet. The rows are
those that the rooms would have left; one line through the real actions checks that they fit.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from django.contrib.auth.hashers import make_password
from django.db import transaction

from dangban.chat import actions as chat
from dangban.chat import projection, search, tokens
from dangban.chat.models import Message, Thread, ThreadProjection, ThreadSequence
from dangban.chat.rows import as_line
from dangban.conversations import actions
from dangban.conversations.models import Assignment, Conversation, Enquiry, Reception, Turn
from dangban.customers.models import Customer, CustomerShop
from dangban.lib import clock
from dangban.people.models import (
    Department,
    Person,
    Role,
    RoleGrant,
    Shop,
    Skill,
    Team,
    TeamMembership,
    TeamShop,
)
from dangban.shops.models import Profile
from dangban.testing.cast import PASSWORD
from dangban.testing.live import cast_story
from dangban.workforce.models import DutyPeriod

ASKED, ANSWERED = "你好，这款四件套还有货吗？", "您好，有货的，今天下单明天发出。"
ROOM_FOR = 300
LOT = 1000


def department(*, visitors: int, newcomers: int, agents: int, shops: int) -> dict[str, Any]:
    """Shops with a team each, agents online and on shift, their customers; tokens for all of them."""
    cast_story()
    now = clock.now()
    houses = [_shop(number) for number in range(shops)]
    staff = _staff(agents, houses, visitors // agents + ROOM_FOR, now)
    threads = _threads(visitors + newcomers, houses, now)
    served = threads[:visitors]
    # Thread and agent of the same shop.
    of_shop = {
        shop.pk: [person for person, _team, own in staff if own.pk == shop.pk] for shop, _team in houses
    }
    teams = {shop.pk: team for shop, team in houses}
    serving = [
        of_shop[thread.shop_id][number // shops % len(of_shop[thread.shop_id])]
        for number, thread in enumerate(served)
    ]
    for start in range(0, visitors, LOT):
        _sessions(served[start : start + LOT], serving[start : start + LOT], teams, now)
    if served:
        _check_that_they_fit(served[-1])
    people = [person for person, _team, _shop in staff]
    number_of = {person.pk: number for number, person in enumerate(people)}
    return {
        "threads": [thread.pk for thread in served],
        "visitors": [tokens.visitor_token(thread, name="客") for thread in served],
        "agent_of": [number_of[person.pk] for person in serving],
        # With the number of their shop, as the agents are numbered too.
        "conversations": list(
            Conversation.objects.filter(thread__in=[thread.pk for thread in served[:400]])
            .order_by("thread")
            .values_list("pk", flat=True)
        ),
        "shop_of": [number % shops for number in range(min(400, visitors))],
        "agents": [_long_lived(person) for person in people],
        "usernames": [person.username for person in people],
        "password": PASSWORD,
        "newcomers": [tokens.visitor_token(thread, name="客") for thread in threads[visitors:]],
        "new_threads": [thread.pk for thread in threads[visitors:]],
    }


def _long_lived(person: Person) -> str:
    """A token for the whole run; in a page it would be renewed every five minutes."""
    claims = tokens.agent_claims(person)
    return tokens.sign(msgspec.structs.replace(claims, expires=claims.expires + 7200))


def _shop(number: int) -> tuple[Shop, Team]:
    shop = Shop.objects.create(
        code=f"bench{number}",
        name=f"第{number + 1}店",
        platform=Shop.Platform.TMALL,
        opened_on=date(2024, 1, 1),
    )
    Profile.objects.create(shop=shop, public_key=f"key-bench{number}")
    service = Department.objects.get(code="service")
    team = Team.objects.create(code=f"bench{number}", name=f"第{number + 1}组", department=service)
    TeamShop.objects.create(team=team, shop=shop)
    return shop, team


def _staff(
    count: int, houses: Sequence[tuple[Shop, Team]], capacity: int, now: datetime
) -> list[tuple[Person, Team, Shop]]:
    role, password = Role.objects.get(code="agent"), make_password(PASSWORD)
    today, staff = clock.business_day(now), []
    for number in range(count):
        shop, team = houses[number % len(houses)]
        person = Person.objects.create(
            username=f"agent{number}", name=f"客服{number}", service_name=f"小{number}", password=password,
            hired_on=date(2025, 3, 1), chat_capacity=capacity,
        )  # fmt: skip
        TeamMembership.objects.create(person=person, team=team, since=date(2025, 3, 1))
        RoleGrant.objects.create(person=person, role=role, team=team, since=now - timedelta(days=400))
        Skill.objects.bulk_create(
            Skill(person=person, kind=Skill.Kind.STAGE, value=stage) for stage in Conversation.Stage.values
        )
        DutyPeriod.objects.create(
            person=person, team=team, day=today, name="班", starts_at=now - timedelta(hours=4),
            ends_at=now + timedelta(hours=8),
        )  # fmt: skip
        actions.change_presence(person, "online", by=person)
        staff.append((person, team, shop))
    return staff


def _threads(count: int, houses: Sequence[tuple[Shop, Team]], now: datetime) -> list[Thread]:
    customers = Customer.objects.bulk_create(
        (Customer(name=f"客{number}", created_at=now) for number in range(count)), batch_size=LOT
    )
    shops = [houses[number % len(houses)][0] for number in range(count)]
    CustomerShop.objects.bulk_create(
        (
            CustomerShop(customer=customer, shop=shop, first_at=now)
            for customer, shop in zip(customers, shops, strict=True)
        ),
        batch_size=LOT,
    )
    threads = Thread.objects.bulk_create(
        (
            Thread(shop=shop, customer=customer, public_id=f"bench{customer.pk}", created_at=now)
            for customer, shop in zip(customers, shops, strict=True)
        ),
        batch_size=LOT,
    )
    ThreadSequence.objects.bulk_create((ThreadSequence(thread=thread) for thread in threads), batch_size=LOT)
    return threads


@transaction.atomic
def _sessions(
    threads: Sequence[Thread], serving: Sequence[Person], teams: dict[int, Team], now: datetime
) -> None:
    """An open session on each thread: asked a minute ago, answered half a minute later."""
    asked, answered, day = now - timedelta(seconds=60), now - timedelta(seconds=30), clock.business_day(now)
    messages: list[Message] = []
    sessions: list[Conversation] = []
    for thread, person in zip(threads, serving, strict=True):
        messages += [
            Message(
                thread=thread, seq=1, author="customer", author_id=thread.customer_id, author_name="客",
                client_id=f"asked-{thread.pk}", body=ASKED, at=asked,
            ),
            Message(
                thread=thread, seq=2, author="agent", author_id=person.pk, author_name=person.service_name,
                client_id=f"answered-{thread.pk}", body=ANSWERED, at=answered,
            ),
        ]  # fmt: skip
        sessions.append(
            Conversation(
                thread=thread, shop_id=thread.shop_id, customer_id=thread.customer_id, state="serving",
                stage="presale", team=teams[thread.shop_id], assignee=person, opened_at=asked, business_day=day,
                first_seq=1, assigned_at=asked, last_seq=2, last_at=answered, last_author="agent",
                preview=ANSWERED, unread=0,
            )
        )  # fmt: skip
    Message.objects.bulk_create(messages)
    Conversation.objects.bulk_create(sessions)
    Assignment.objects.bulk_create(
        Assignment(
            conversation=one,
            person=one.assignee,
            team=one.team,
            how="routed",
            started_at=asked,
            business_day=day,
        )
        for one in sessions
    )
    Turn.objects.bulk_create(_turn(one, asked, answered, day) for one in sessions)
    Reception.objects.bulk_create(
        Reception(
            conversation=one, person=one.assignee, shop_id=one.shop_id, customer_id=one.customer_id,
            business_day=day, lines=1, characters=len(ANSWERED), mutual=True,
        )
        for one in sessions
    )  # fmt: skip
    Enquiry.objects.bulk_create(
        Enquiry(
            conversation=one, shop_id=one.shop_id, customer_id=one.customer_id, owner=one.assignee,
            at=asked, updated_at=answered,
        )
        for one in sessions
    )  # fmt: skip
    ThreadSequence.objects.filter(thread__in=threads).update(last_seq=2)
    ThreadProjection.objects.bulk_create(ThreadProjection(thread=thread, seq=2) for thread in threads)
    by_thread: dict[int, list[Any]] = {}
    for message in messages:
        by_thread.setdefault(message.thread_id, []).append(as_line(message))
    index = search.Index()
    index.keep(list(index.prepare(by_thread).values()))


def _turn(one: Conversation, asked: datetime, answered: datetime, day: date) -> Turn:
    wall = clock.local(asked)
    return Turn(
        conversation=one, shop_id=one.shop_id, customer_id=one.customer_id, team=one.team, owner=one.assignee,
        answered_by=one.assignee, first=True, opened_seq=1, opened_at=asked, business_day=day,
        minute=wall.hour * 60 + wall.minute, answered_seq=2, answered_at=answered, milliseconds=30_000, same_day=True,
    )  # fmt: skip


def _check_that_they_fit(thread: Thread) -> None:
    """One more line through the rooms' own ways continues the session."""
    with transaction.atomic():
        chat.post(thread, author="customer", author_id=thread.customer_id, author_name="客", body=ASKED)
    projection.run_pending()
    session = Conversation.objects.get(thread=thread)
    there = (session.state, session.last_seq, session.unread, session.turns.count())
    if there != ("serving", 3, 1, 2):
        raise RuntimeError(f"the prepared sessions don't fit what the rooms make of them: {there}")
