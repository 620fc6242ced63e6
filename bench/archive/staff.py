"""The people and shops of the department whose inbox is measured: small, so made by the models themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dangban.chat.models import Presence
from dangban.handbook.actions import adopt_preset
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
from dangban.people.roles import DEFAULT_ROLES
from dangban.shops.models import Product, Profile
from dangban.workforce.models import DutyPeriod

# How many of a hundred conversations each shop has; three shops to a team.
SHOPS = (22, 17, 13, 10, 9, 7, 6, 5, 4, 3, 2, 2)
AGENTS_OF_A_TEAM = 13
PRODUCTS = 20


@dataclass(frozen=True, slots=True)
class House:
    """A shop with the team that serves it."""

    shop: Shop
    team: Team
    agents: Sequence[Person]


@dataclass(frozen=True, slots=True)
class Staff:
    houses: Sequence[House]
    # One of each role: serves three shops, leads them, supervises all.
    agent: Person
    leader: Person
    supervisor: Person


def make(now: datetime) -> Staff:
    """Twelve shops, four teams, sixty people, most of them online and on shift."""
    adopt_preset()
    for role in DEFAULT_ROLES:
        Role.objects.update_or_create(
            code=role.code,
            defaults={"name": str(role.name), "permissions": list(role.permissions), "clearance": role.clearance},
        )
    service = Department.objects.create(code="service", name="客服部")
    houses: list[House] = []
    leaders = []
    for number in range(len(SHOPS) // 3):
        team = Team.objects.create(code=f"team{number}", name=f"第{number + 1}组", department=service)
        shops = [_shop(number * 3 + which, now) for which in range(3)]
        TeamShop.objects.bulk_create(TeamShop(team=team, shop=shop) for shop in shops)
        agents = [_person(f"agent{number}-{which}", "agent", team, now) for which in range(AGENTS_OF_A_TEAM)]
        leaders.append(_person(f"leader{number}", "leader", team, now))
        houses += [House(shop, team, agents) for shop in shops]
    supervisors = [_person(f"supervisor{number}", "supervisor", None, now) for number in range(4)]
    return Staff(houses, houses[0].agents[0], leaders[0], supervisors[0])


def _shop(number: int, now: datetime) -> Shop:
    opened = clock.business_day(now) - timedelta(days=800)
    platform = Shop.Platform.values[number % len(Shop.Platform.values)]
    shop = Shop.objects.create(code=f"shop{number}", name=f"第{number + 1}号店", platform=platform, opened_on=opened)
    Profile.objects.create(shop=shop, public_key=f"key-shop{number}")
    Product.objects.bulk_create(
        Product(
            shop=shop, platform_id=f"{number}-{which}", title=f"棉麻四件套 {which} 号", price_fen=19900,
            must_say="不同屏幕看到的颜色会有一点差别，请以实物为准。" if which % 4 == 0 else "", updated_at=now,
        )
        for which in range(PRODUCTS)
    )  # fmt: skip
    return shop


def _person(username: str, role: str, team: Team | None, now: datetime) -> Person:
    today = clock.business_day(now)
    person = Person.objects.create(
        username=username, name=f"员工{username}", service_name=f"小{username[-3:]}", password="!",
        hired_on=today - timedelta(days=800), chat_capacity=100,
    )  # fmt: skip
    RoleGrant.objects.create(person=person, role=Role.objects.get(code=role), team=team, since=now - timedelta(days=800))
    Presence.objects.create(person=person, state=Presence.State.ONLINE, started_at=now - timedelta(hours=4))
    if team is not None:
        TeamMembership.objects.create(person=person, team=team, since=today - timedelta(days=800))
        Skill.objects.bulk_create(
            Skill(person=person, kind=Skill.Kind.STAGE, value=stage) for stage in ("presale", "aftersale")
        )
        DutyPeriod.objects.create(
            person=person, team=team, day=today, name="班", starts_at=now - timedelta(hours=4),
            ends_at=now + timedelta(hours=8),
        )  # fmt: skip
    return person
