"""Everybody sees their own figures; leaders those of their shops' people, finance what pay rests on."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dangban.lib import clock
from dangban.lib.errors import NotAllowed
from dangban.people.access import scope
from dangban.people.models import Person, Shop, Team, TeamMembership, TeamShop
from dangban.performance.models import Card

PERMISSIONS = {
    "performance.view": gettext_lazy("See the figures and scorecards of others"),
    "performance.coach": gettext_lazy("Note what was agreed with somebody about their figures"),
    "performance.manage": gettext_lazy("Draft scorecards, give points, set targets, answer disputes"),
    "performance.release": gettext_lazy("Make scorecards final"),
    "performance.import": gettext_lazy("Import figures of other tools"),
    "performance.robots": gettext_lazy("Keep the robots that say the daily report"),
}
VIEW, COACH, MANAGE, RELEASE = "performance.view", "performance.coach", "performance.manage", "performance.release"
IMPORT, ROBOTS = "performance.import", "performance.robots"


def shops_of(person: Person, permission: str = VIEW) -> frozenset[int] | None:
    """The shops for which somebody holds a permission; None for all."""
    return scope(person).granted.get(permission, frozenset())


def visible_shops(person: Person, permission: str = VIEW) -> QuerySet[Shop]:
    shops = shops_of(person, permission)
    rows = Shop.objects.filter(closed_on=None) if shops is None else Shop.objects.filter(pk__in=shops)
    return rows.order_by("name", "pk")


def visible_teams(person: Person, permission: str = VIEW) -> QuerySet[Team]:
    shops = shops_of(person, permission)
    rows = Team.objects.all() if shops is None else Team.objects.filter(pk__in=_teams(shops))
    return rows.order_by("name", "pk")


def visible_people(person: Person, permission: str = VIEW) -> QuerySet[Person]:
    """Oneself always; others who serve the shops for which the permission holds, those who left among them."""
    own = Q(pk=person.pk) if permission == VIEW else Q(pk__in=[])
    if not person.can(permission):
        return Person.objects.filter(own)
    shops = shops_of(person, permission)
    if shops is None:
        return Person.objects.all()
    today = clock.business_day(clock.now())
    there = Q(until=None) | Q(until__gt=today) | Q(person__is_active=False)
    members = TeamMembership.objects.filter(there, team_id__in=_teams(shops))
    return Person.objects.filter(own | Q(pk__in=members.values("person_id")))


def get_person(person: Person, pk: int, permission: str = VIEW) -> Person:
    found = visible_people(person, permission).filter(pk=pk).first()
    if found is None:
        raise Http404("person")
    return found


def visible_cards(person: Person, permission: str = VIEW) -> QuerySet[Card]:
    return Card.objects.filter(person__in=visible_people(person, permission))


def get_card(person: Person, pk: int) -> Card:
    card = visible_cards(person).select_related("person", "final_by").filter(pk=pk).first()
    if card is None:
        raise Http404("scorecard")
    return card


def get_shop(person: Person, pk: int) -> Shop:
    shop = visible_shops(person).filter(pk=pk).first()
    if shop is None:
        raise Http404("shop")
    return shop


def get_team(person: Person, pk: int) -> Team:
    team = visible_teams(person).filter(pk=pk).first()
    if team is None:
        raise Http404("team")
    return team


def must(by: object, permission: str) -> None:
    """For whole pages and acts that concern nobody in particular; the program itself is no person."""
    if isinstance(by, Person) and not by.can(permission):
        raise NotAllowed(_("Figures of others are not your work here."))


def must_for(by: object, person: Person, permission: str) -> None:
    if isinstance(by, Person) and not visible_people(by, permission).filter(pk=person.pk).exists():
        raise NotAllowed(_("This person's figures are not yours to see to."))


def members(team: Team, first: date, last: date) -> list[int]:
    """Who belonged to a team on any of these days."""
    rows = TeamMembership.objects.filter(Q(until=None) | Q(until__gt=first), team=team, since__lte=last)
    return sorted(set(rows.values_list("person_id", flat=True)))


def _teams(shops: frozenset[int]) -> list[int]:
    return list(TeamShop.objects.filter(shop_id__in=shops).values_list("team_id", flat=True))
