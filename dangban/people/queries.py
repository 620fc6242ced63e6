"""Reads of the pages of staff: lists, the chart, roles, what is open with somebody."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet

from dangban.people import permissions
from dangban.people.access import visible_people
from dangban.people.models import Department, Person, Role, RoleGrant, Team, TeamMembership
from dangban.people.ports import OpenItem, registry


def staff(reader: Person, at: datetime, *, find: str = "", team: int | None = None, gone: bool = False) -> QuerySet[Person]:
    """People a reader may see, by name, with teams and roles as they stand."""
    people = visible_people(reader).filter(is_active=not gone)
    if find:
        people = people.filter(Q(name__icontains=find) | Q(username__icontains=find) | Q(service_name__icontains=find))
    if team is not None:
        people = people.filter(memberships__team_id=team, memberships__until=None)
    return people.select_related("department", "manager").prefetch_related(*_belonging(at)).order_by("name", "pk")


# By what the list of people is sorted; the ladder of levels from below.
SORTS: Mapping[str, Callable[[Person], Any]] = {
    "name": lambda person: person.name,
    "level": lambda person: Person.Level.values.index(person.level),
    "department": lambda person: person.department.name if person.department else "",
    "manager": lambda person: person.manager.name if person.manager else "",
    "hired": lambda person: person.hired_on,
}


def listed(people: Iterable[Person]) -> Iterator[list[Any]]:
    """The list as it is taken out; phone numbers stay behind."""
    for person in people:
        yield [
            person.name,
            person.username,
            person.get_level_display(),
            person.department.name if person.department else "",
            "、".join(one.team.name for one in person.in_teams),  # type: ignore[attr-defined]
            "、".join(grant.role.name for grant in person.held),  # type: ignore[attr-defined]
            person.manager.name if person.manager else "",
            person.hired_on,
        ]


def _belonging(at: datetime) -> tuple[Prefetch, Prefetch]:
    grants = RoleGrant.objects.filter(Q(until=None) | Q(until__gt=at)).select_related("role", "team", "shop")
    teams = TeamMembership.objects.filter(until=None).select_related("team")
    return (
        Prefetch("grants", grants.order_by("role__name"), to_attr="held"),
        Prefetch("memberships", teams.order_by("team__name"), to_attr="in_teams"),
    )


@dataclass(slots=True)
class Node:
    """A person in the chart, with whoever reports to them."""

    person: Person
    reports: list[Node] = field(default_factory=list)

    @property
    def size(self) -> int:
        return 1 + sum(node.size for node in self.reports)


def chart(reader: Person, at: datetime) -> list[Node]:
    """The reporting line as a reader may see it; who has no visible superior stands at the top."""
    people = list(staff(reader, at))
    nodes = {person.pk: Node(person) for person in people}
    tops: list[Node] = []
    for person in people:
        above = nodes.get(person.manager_id or 0)
        (above.reports if above else tops).append(nodes[person.pk])
    return sorted(tops, key=lambda node: -node.size)


@dataclass(frozen=True, slots=True)
class RoomRights:
    room: str
    rights: Sequence[tuple[str, str, frozenset[int]]]


def roles() -> tuple[Sequence[Role], list[RoomRights]]:
    """All roles, and for each permission of each room which roles hold it."""
    found = list(Role.objects.annotate(holders=Count("grants", filter=Q(grants__until=None))).order_by("clearance", "pk"))
    holding = {
        code: frozenset(role.pk for role in found if code in role.permissions) for code in permissions.declared()
    }
    rooms = [
        RoomRights(room, [(code, label, holding[code]) for code, label in codes.items()])
        for room, codes in permissions.by_room()
    ]
    return found, rooms


def departments() -> list[Department]:
    active = Q(people__is_active=True)
    teams = Team.objects.prefetch_related("shops").order_by("name")
    return list(
        Department.objects.annotate(heads=Count("people", filter=active, distinct=True))
        .prefetch_related(Prefetch("teams", teams))
        .order_by("name")
    )


def open_work(person: Person) -> list[tuple[str, object, Sequence[OpenItem]]]:
    """What would have to be handed over if this person left, by kind."""
    return [(name, label, source.list(person)) for name, (label, source) in sorted(registry.open_work.items())]
