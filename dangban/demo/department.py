"""Opening the demonstration department: teams, shops, catalogue and the twelve."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from dangban.demo.content import Content, Goods, Staff
from dangban.demo.sales import Shelf
from dangban.lib import addresses, clock
from dangban.lib.actor import SYSTEM
from dangban.people import actions as people
from dangban.people.models import Department, Person, Role, Shop, Skill, Team
from dangban.shops import actions as shops
from dangban.shops import catalogue
from dangban.shops.models import Courier, CourierArea, Product, Sku

REMOTE_COSTS = 2.5


class Opening:
    """Sets the department up as of a day before its history begins."""

    def __init__(self, content: Content, *, at: datetime, now: datetime, password: str) -> None:
        self.content, self.at, self.now, self.password = content, at, now, password
        self.departments: dict[str, Department] = {}
        self.teams: dict[str, Team] = {}
        self.shops: dict[str, Shop] = {}
        self.people: dict[str, Person] = {}

    def open(self) -> list[Shelf]:
        with transaction.atomic():
            people.add_default_roles(by=SYSTEM, at=self.at)
            for one in self.content.departments:
                self.departments[one["code"]] = people.add_department(one["code"], one["name"], by=SYSTEM, at=self.at)
            for one in self.content.shops:
                self.shops[one["code"]] = self._shop(one)
            for one in self.content.teams:
                team = people.add_team(one["code"], one["name"], self.departments[one["department"]], by=SYSTEM, at=self.at)
                people.assign_shops(team, [self.shops[code] for code in one["shops"]], by=SYSTEM, at=self.at)
                self.teams[one["code"]] = team
            for staff in self.content.staff:
                self.people[staff.username] = self._person(staff)
            return [self._shelf(one) for one in self.content.shops]

    def _person(self, staff: Staff) -> Person:
        by, at = SYSTEM, self.at
        hired = staff.hired or clock.business_day(self.now) - timedelta(days=staff.hired_ago)
        person, _password = people.hire(
            staff.username, staff.name, by=by, at=at, level=staff.level, department=self.departments[staff.department],
            manager=self.people.get(staff.manager), service_name=staff.service_name, hired_on=hired,
            password=self.password,
        )  # fmt: skip
        team = self.teams.get(staff.team)
        if team is not None:
            people.join_team(person, team, by=by, at=at, since=hired)
        # Who is in no team that serves shops works for all of them.
        serves = team if staff.stages else None
        people.grant_role(person, Role.objects.get(code=staff.role), by=by, at=at, team=serves)
        for kind, values in ((Skill.Kind.STAGE, staff.stages), (Skill.Kind.PLATFORM, staff.platforms)):
            people.set_skills(person, kind, values, by=by, at=at)
        if staff.capacity:
            people.change_person(person, {"chat_capacity": staff.capacity}, by=by, at=at)
        return person

    def _shop(self, one: dict[str, Any]) -> Shop:
        shop = shops.open_shop(
            one["code"], one["name"], one["platform"], by=SYSTEM, brand=one["brand"], public_key=one["key"],
            opened_on=(self.at - timedelta(days=900)).date(), at=self.at,
        )  # fmt: skip
        kept = ("cut_off", "opens", "closes", "return_name", "return_phone", "return_address", "remote_areas", "welcome")
        values = {"policies": one["policies"].strip(), **{name: one[name] for name in kept}}
        shops.change_profile(shop, values, by=SYSTEM, at=self.at)
        for position, courier in enumerate(one["couriers"]):
            self._courier(shop, position, courier, one["remote_areas"])
        return shop

    def _courier(self, shop: Shop, position: int, one: dict[str, Any], remote: list[str]) -> None:
        courier = Courier.objects.create(
            shop=shop, name=one["name"], code=one["code"], position=position, accepts_collect=one.get("collect", False)
        )
        CourierArea.objects.bulk_create(
            CourierArea(
                courier=courier, province=province, reaches=province not in one.get("misses", ()),
                first_fen=round(one["first"] * (REMOTE_COSTS if province in remote else 1)),
                next_fen=round(one["next"] * (REMOTE_COSTS if province in remote else 1)),
            )
            for province in map(addresses.short_province, addresses.PROVINCES)
        )  # fmt: skip

    def _shelf(self, one: dict[str, Any]) -> Shelf:
        shop = self.shops[one["code"]]
        goods = [goods for goods in self.content.goods if shop.code in goods.shops]
        products = [_product(shop, number, each, self.at) for number, each in enumerate(goods, 1)]
        for product in products:
            product.search = catalogue.searched(product)
        Product.objects.bulk_create(products)
        skus = [sku for product, each in zip(products, goods, strict=True) for sku in _skus(product, each)]
        for sku in skus:
            sku.search = catalogue.searched_sku(sku)
        Sku.objects.bulk_create(skus)
        catalogue.index(products)
        team = next(self.teams[team["code"]] for team in self.content.teams if shop.code in team["shops"])
        return Shelf(
            shop, one["orders_a_day"], one["chats_a_day"], one["cut_off"], skus, list(shop.couriers.order_by("position")),
            team.pk, {product.pk: each.name for product, each in zip(products, goods, strict=True)},
        )  # fmt: skip


def _product(shop: Shop, number: int, goods: Goods, at: datetime) -> Product:
    return Product(
        shop=shop, platform_id=f"{6000 + shop.pk}{number * 7368787 % 10**8:08d}", title=f"{shop.brand} {goods.title}",
        category=goods.category, price_fen=round(goods.price * 100), supplier=goods.supplier, must_say=goods.must_say,
        updated_at=at,
    )  # fmt: skip


def _skus(product: Product, goods: Goods) -> list[Sku]:
    start = f"{product.shop.code[:2].upper()}{product.platform_id[-5:]}"
    shade = "颜色" if goods.category in _COLOURED else "口味"
    return [
        Sku(
            product=product, shop=product.shop, code=f"{start}-{one}{other}", name=f"{colour} {size}",
            attributes={shade: colour, "规格": size}, price_fen=round((goods.price + more) * 100),
        )
        for one, colour in enumerate(goods.colours, 1)
        for other, (size, more) in enumerate(goods.sizes, 1)
    ]  # fmt: skip


_COLOURED = {"被芯", "四件套", "枕芯", "床笠床垫", "毛巾浴巾", "毯子", "窗帘", "家居布艺", "家居服"}
