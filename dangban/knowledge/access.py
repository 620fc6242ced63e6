"""Who may use and who may write which scripts."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.http import Http404

from dangban.knowledge.models import Script
from dangban.lib import clock
from dangban.people.access import scope
from dangban.people.models import Person

MANAGE = "conversations.manage_scripts"


def visible_scripts(person: Person) -> QuerySet[Script]:
    """One's own, those of one's teams, the company's; of shops one sees."""
    kept = scope(person)
    teams = Q() if kept.everywhere else Q(team__in=kept.teams)
    scoped = Q(scope=Script.Scope.PERSONAL, owner=person) | Q(scope=Script.Scope.COMPANY)
    rows = Script.objects.filter(scoped | (Q(scope=Script.Scope.TEAM) & teams))
    return rows if kept.everywhere else rows.filter(Q(shop=None) | Q(shop__in=kept.shops))


def usable_scripts(person: Person, shop_id: int | None = None) -> QuerySet[Script]:
    """Those that may be said today in this shop: neither retired nor past their date."""
    today = clock.business_day(clock.now())
    rows = visible_scripts(person).filter(retired_at=None).filter(Q(expires_on=None) | Q(expires_on__gte=today))
    return rows if shop_id is None else rows.filter(Q(shop=None) | Q(shop=shop_id))


def get_script(person: Person, pk: int) -> Script:
    script = visible_scripts(person).select_related("owner", "team", "shop", "image").filter(pk=pk).first()
    if script is None:
        raise Http404
    return script


def may_write(person: Person, scope_of: str, team_id: int | None = None, shop_id: int | None = None) -> bool:
    """Everybody their own; for a team or the company it takes a right, and to see that team or shop."""
    kept = scope(person)
    if not kept.sees(shop_id):
        return False
    if scope_of == Script.Scope.PERSONAL:
        return True
    if not person.can(MANAGE, shop=shop_id):
        return False
    return scope_of == Script.Scope.COMPANY or kept.everywhere or team_id in kept.teams


def may_edit(person: Person, script: Script) -> bool:
    if script.scope == Script.Scope.PERSONAL:
        return script.owner_id == person.pk
    return may_write(person, script.scope, script.team_id, script.shop_id)
