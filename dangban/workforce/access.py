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
from dangban.workforce.models import DutyPeriod, Plan, Receipt, Swap, Training

if TYPE_CHECKING:
    from dangban.journal.actions import HasActor

MANAGE, CALENDAR, OVERSEE = "workforce.manage", "workforce.calendar", "workforce.oversee"
PERMISSIONS = {
    "workforce.manage": gettext_noop("Enter and change who is on duty"),
    "workforce.calendar": gettext_noop("Keep the calendar of holidays"),
    "workforce.oversee": gettext_noop("Approve swaps of shifts that the handbook leaves to supervisors"),
}


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


def planned_teams(person: Person) -> list[Team]:
    """The teams one plans, of those one sees (two queries, however many teams)."""
    held = scope(person).granted.get(MANAGE, frozenset())
    teams = list(visible_teams(person)) if person.is_active and (held is None or held) else []
    if held is None or not teams:
        return teams
    shops: dict[int, set[int]] = {}
    for team_id, shop_id in TeamShop.objects.filter(team__in=teams).values_list("team_id", "shop_id"):
        shops.setdefault(team_id, set()).add(shop_id)
    return [team for team in teams if shops.get(team.pk, set()) <= held]


def must_plan(by: HasActor, team: Team) -> None:
    if not may_plan(by, team):
        raise NotAllowed(_("Only who leads this team plans its duty."))


def visible_plans(person: Person) -> QuerySet[Plan]:
    """Plans of teams one sees; a draft is seen by who plans the team."""
    plans = Plan.objects.filter(team__in=visible_teams(person)).exclude(state=Plan.State.DROPPED)
    planned = [team.pk for team in planned_teams(person)]
    return plans.filter(Q(state=Plan.State.PUBLISHED) | Q(team_id__in=planned)).select_related("team")


def get_plan(person: Person, pk: int) -> Plan:
    plan = visible_plans(person).filter(pk=pk).first()
    if plan is None:
        raise Http404
    return plan


def get_planned(person: Person, pk: int) -> Plan:
    """A plan that this person may change; others are told that they may not."""
    plan = get_plan(person, pk)
    must_plan(person, plan.team)
    return plan


def visible_swaps(person: Person) -> QuerySet[Swap]:
    """One's own, those one is asked for, and those of teams one plans."""
    planned = [team.pk for team in planned_teams(person)]
    own = Q(asked_by=person) | Q(with_person=person) | Q(team_id__in=planned)
    return Swap.objects.filter(own).select_related("asked_by", "with_person", "approval")


def get_swap(person: Person, pk: int) -> Swap:
    swap = visible_swaps(person).filter(pk=pk).first()
    if swap is None:
        raise Http404
    return swap


def get_training(person: Person, pk: int) -> Training:
    """One of a team one sees; who doesn't plan it is told so by what they try."""
    found = Training.objects.filter(pk=pk, team__in=visible_teams(person)).select_related("team").first()
    if found is None:
        raise Http404
    return found


def get_receipt(person: Person, pk: int) -> Receipt:
    receipt = Receipt.objects.filter(person=person, pk=pk).select_related("published__plan").first()
    if receipt is None:
        raise Http404
    return receipt
