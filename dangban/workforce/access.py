"""Who sees which teams' duty, and who may change it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from dangban.lib.actor import Actor
from dangban.lib.errors import NotAllowed
from dangban.people.access import scope
from dangban.people.models import Person, Team, TeamShop
from dangban.workforce.models import DutyPeriod

if TYPE_CHECKING:
    from dangban.journal.actions import HasActor

PERMISSIONS = {"workforce.manage": gettext_noop("Enter and change who is on duty")}


def visible_teams(person: Person) -> QuerySet[Team]:
    """One's own teams and those that serve a shop one sees."""
    kept = scope(person)
    if kept.everywhere:
        return Team.objects.order_by("name", "pk")
    serving = TeamShop.objects.filter(shop_id__in=kept.shops).values("team_id")
    return Team.objects.filter(Q(pk__in=kept.teams) | Q(pk__in=serving)).order_by("name", "pk")


def get_team(person: Person, pk: int) -> Team:
    team = visible_teams(person).filter(pk=pk).first()
    if team is None:
        raise Http404
    return team


def visible_duty(person: Person) -> QuerySet[DutyPeriod]:
    return DutyPeriod.objects.filter(Q(person=person) | Q(team__in=visible_teams(person)))


def may_plan(by: HasActor, team: Team) -> bool:
    """Duty is planned by who holds the permission for all shops of the team."""
    if isinstance(by, Actor):
        return True
    if not isinstance(by, Person) or not by.is_active:
        return False
    held = scope(by).granted.get("workforce.manage", frozenset())
    shops = set(TeamShop.objects.filter(team=team).values_list("shop_id", flat=True))
    return held is None or (bool(held) and shops <= held)


def must_plan(by: HasActor, team: Team) -> None:
    if not may_plan(by, team):
        raise NotAllowed(_("Only who leads this team plans its duty."))
