"""The people every test knows, in one small department.

Two shops are served by the team of Lin, Mei, Ou, Zhou and Bao; Hu works for a third shop and must
see nothing of them. Ding keeps the warehouse, Qian the books. Fang buys.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from dangban.customers import identity
from dangban.customers.models import Customer, CustomerShop, Handle
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
from dangban.shops.models import Profile

# A Thursday in an ordinary month, 10:00 in Shanghai.
NOW = datetime(2026, 11, 19, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 19)
LONG_AGO = NOW - timedelta(days=400)
PASSWORD = "tidal-lantern-72"


class Cast:
    """The department. Make one per test class (`Cast()` inside the database)."""

    def __init__(self) -> None:
        self.roles = {
            role.code: Role.objects.update_or_create(
                code=role.code,
                defaults={
                    "name": str(role.name),
                    "permissions": list(role.permissions),
                    "clearance": role.clearance,
                },
            )[0]
            for role in DEFAULT_ROLES
        }
        self.service = Department.objects.create(code="service", name="客服部")
        self.storage = Department.objects.create(code="storage", name="仓储部")
        self.accounts = Department.objects.create(code="accounts", name="财务部")
        self.personnel = Department.objects.create(code="personnel", name="人事部")
        self.shop = self._shop("nanfeng", "南风家居旗舰店", Shop.Platform.TMALL)
        self.second_shop = self._shop("nanfeng-jd", "南风家居京东店", Shop.Platform.JD)
        self.other_shop = self._shop("beihe", "北禾零食店", Shop.Platform.PDD)
        self.team = self._team("home", "家居组", self.shop, self.second_shop)
        self.other_team = self._team("snacks", "零食组", self.other_shop)

        self.bao = self._person("bao", "包国强", Person.Level.MANAGER, None, "manager")
        self.zhou = self._person("zhou", "周敏", Person.Level.SUPERVISOR, self.team, "supervisor", self.bao)
        self.lin = self._person("lin", "林小雨", Person.Level.JUNIOR, self.team, "agent", self.zhou, "presale")
        self.mei = self._person("mei", "梅芳", Person.Level.MID, self.team, "agent", self.zhou, "aftersale")
        self.ou = self._person("ou", "区志文", Person.Level.MID, self.team, "order-agent", self.zhou)
        self.ding = self._person("ding", "丁大力", Person.Level.MID, self.team, "warehouse", self.bao)
        self.qian = self._person("qian", "钱丽", Person.Level.MID, self.team, "finance", self.bao)
        self.shen = self._person("shen", "沈洁", Person.Level.MID, None, "hr", self.bao)
        self.hu = self._person("hu", "胡杰", Person.Level.LEADER, self.other_team, "leader", self.bao, "presale")

        self.fang = self.customer("fang_2008", "方静", self.shop)

    def customer(self, handle: str, name: str, shop: Shop) -> Customer:
        customer = Customer.objects.create(name=name, created_at=NOW)
        CustomerShop.objects.create(customer=customer, shop=shop, first_at=NOW)
        platform = identity.namespace(shop.platform)
        Handle.objects.create(customer=customer, original=customer, platform=platform, handle=handle)
        return customer

    def _shop(self, code: str, name: str, platform: Shop.Platform) -> Shop:
        shop = Shop.objects.create(code=code, name=name, platform=platform, opened_on=date(2024, 1, 1))
        Profile.objects.create(shop=shop, public_key=f"key-{code}")
        return shop

    def _team(self, code: str, name: str, *shops: Shop) -> Team:
        team = Team.objects.create(code=code, name=name, department=self.service)
        TeamShop.objects.bulk_create(TeamShop(team=team, shop=shop) for shop in shops)
        return team

    def _person(
        self,
        username: str,
        name: str,
        level: Person.Level,
        team: Team | None,
        role: str,
        manager: Person | None = None,
        *stages: str,
    ) -> Person:
        person = Person(
            username=username,
            name=name,
            service_name=name[0] + "客服",
            level=level,
            manager=manager,
            department=self.service,
            hired_on=date(2025, 3, 1),
        )
        person.set_password(PASSWORD)
        person.save()
        if team is not None:
            TeamMembership.objects.create(person=person, team=team, since=date(2025, 3, 1))
        RoleGrant.objects.create(person=person, role=self.roles[role], team=team, since=LONG_AGO)
        Skill.objects.bulk_create(
            Skill(person=person, kind=Skill.Kind.STAGE, value=stage) for stage in stages
        )
        return person


def at(text: str) -> datetime:
    """An instant on the company's clock: ``at("11-19 10:05")`` or ``at("10:05")`` on the cast's day."""
    day, _, wall = text.rpartition(" ")
    parts = [int(part) for part in wall.split(":")]
    month_day = [int(part) for part in day.split("-")] if day else [TODAY.month, TODAY.day]
    local = datetime(TODAY.year, *month_day, *parts, tzinfo=clock.COMPANY_ZONE)  # type: ignore[arg-type, misc]
    return local.astimezone(UTC)
