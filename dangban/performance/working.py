"""What kind of work somebody does, and so which scorecard is theirs."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db.models import Q

from dangban.lib import clock
from dangban.people.models import Person, RoleGrant, Skill, TeamMembership

_LEADS = (Person.Level.LEADER, Person.Level.DEPUTY, Person.Level.SUPERVISOR)


def works(first: date, last: date, people: Collection[int] | None = None) -> dict[int, str]:
    """By person: leader, order, aftersale or presale; only of those who belonged to a team in these days and serve."""
    members = TeamMembership.objects.filter(Q(until=None) | Q(until__gt=first), since__lte=last, team__shops__isnull=False)
    rows = Person.objects.filter(pk__in=members.values("person")).exclude(level=Person.Level.MANAGER)
    if people is not None:
        rows = rows.filter(pk__in=people)
    roles: dict[int, set[str]] = {}
    held = Q(until=None) | Q(until__gt=clock.day_span(first)[0])
    for who, code in RoleGrant.objects.filter(held, person__in=rows).values_list("person", "role__code"):
        roles.setdefault(who, set()).add(code)
    stages: dict[int, set[str]] = {}
    for who, stage in Skill.objects.filter(person__in=rows, kind=Skill.Kind.STAGE).values_list("person", "value"):
        stages.setdefault(who, set()).add(stage)
    found = {who: _work(level, roles.get(who, set()), stages.get(who, set())) for who, level in rows.values_list("pk", "level")}
    return {who: work for who, work in found.items() if work}


def _work(level: str, roles: set[str], stages: set[str]) -> str:
    if level in _LEADS and roles & {"leader", "supervisor"}:
        return "leader"
    if "order-agent" in roles:
        return "order"
    if "agent" not in roles and not stages:
        return ""
    return "aftersale" if stages == {"aftersale"} else "presale"
