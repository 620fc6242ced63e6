"""The gate: which shops a person sees, and what they may do there.

Scope = shops × teams × roles. `scope` is the one function that lists, details, searches, exports
and live streams use. Permissions are declared by each room as `PERMISSIONS` in its own
`access.py` (code → English label) and granted through roles.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from dangban.lib import clock
from dangban.lib.actor import Actor
from dangban.lib.errors import NotAllowed
from dangban.people.models import Person, Role, RoleGrant, Shop, TeamMembership, TeamShop

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dangban.journal.actions import HasActor

PERMISSIONS = {
    "people.view": gettext_noop("See staff and organisation"),
    "people.manage": gettext_noop("Hire, change, give roles, let go"),
    "people.reveal": gettext_noop("See phone numbers and addresses of staff in full"),
}


@dataclass(frozen=True, slots=True)
class Scope:
    """What a person may see and do, as it stands at one instant.

    `shops` are the ids of the shops they may see; `everywhere` means every shop, future ones
    too. `granted` maps a permission to the shops it holds for, `None` meaning all of them.
    """

    person_id: int
    everywhere: bool
    shops: frozenset[int]
    teams: frozenset[int]
    granted: Mapping[str, frozenset[int] | None] = field(default_factory=dict)
    clearance: int = 1

    def sees(self, shop_id: int | None) -> bool:
        """Whether things of this shop are visible; things of no shop are visible to everybody."""
        return shop_id is None or self.everywhere or shop_id in self.shops

    def may(self, permission: str, shop_id: int | None = None) -> bool:
        if permission not in self.granted:
            return False
        shops = self.granted[permission]
        return shop_id is None or shops is None or shop_id in shops

    def filter(self, path: str = "shop") -> Q:
        """The condition that keeps a queryset to visible shops; `path` leads to the shop."""
        # Not an empty Q: one that is joined by "or" would vanish, and with it everything it lets see.
        return ~Q(pk__in=[]) if self.everywhere else Q(**{f"{path}__in": self.shops})


def scope(person: Person) -> Scope:
    """Compute a person's scope (three queries); kept on the person for the rest of the request."""
    kept: Scope | None = getattr(person, "_scope", None)
    if kept is None:
        kept = _remembered(person) if _remember_for else _compute(person)
        person._scope = kept  # type: ignore[attr-defined]
    return kept


# What a server computed a moment ago, by person and version of their rights.
_scopes: dict[tuple[int, int], tuple[float, Scope]] = {}
_remember_for = 0.0
_MOST_REMEMBERED = 5_000


def remember_scopes(seconds: float) -> None:
    """Let this process compute a scope again only after so long, or once the version of somebody's rights is another.

    For servers: a page asks for it several times a second. Rights that begin or end by themselves
    take that long to be noticed.
    """
    global _remember_for
    _remember_for = seconds
    _scopes.clear()


def _remembered(person: Person) -> Scope:
    key, now = (person.pk, person.rights_version), clock.monotonic()
    found = _scopes.get(key)
    if found is not None and found[0] > now and person.is_active:
        return found[1]
    if len(_scopes) >= _MOST_REMEMBERED:
        _scopes.clear()
    scope_now = _compute(person)
    _scopes[key] = (now + _remember_for, scope_now)
    return scope_now


def forget_scope(person: Person) -> None:
    """Drop what `scope` kept, after the person's rights changed."""
    if hasattr(person, "_scope"):
        del person._scope


def may(person: Person, permission: str, *, shop: Shop | int | None = None) -> bool:
    """Whether a role of this person grants `permission` (for this shop, if one is named)."""
    if not person.is_active:
        return False
    shop_id = shop.pk if isinstance(shop, Shop) else shop
    return scope(person).may(permission, shop_id)


def signed_in(request: HttpRequest) -> Person:
    """The person behind a request that `login_required` let through."""
    assert isinstance(request.user, Person)
    return request.user


def visible_shops(person: Person) -> QuerySet[Shop]:
    """The shops this person may see, by name."""
    kept = scope(person)
    shops = Shop.objects.all() if kept.everywhere else Shop.objects.filter(pk__in=kept.shops)
    return shops.order_by("name", "pk")


def holds_everywhere(person: Person, permission: str) -> bool:
    """Whether `permission` holds for all shops, not only for those of a team."""
    return person.is_active and scope(person).granted.get(permission, frozenset()) is None


def must_manage(by: HasActor) -> None:
    """Rights reach across shops, so only who manages staff everywhere may deal them out."""
    if isinstance(by, Actor):
        return
    if not (isinstance(by, Person) and holds_everywhere(by, "people.manage")):
        raise NotAllowed(_("Only who manages staff for the whole company may do this."))


def must_not_be_self(by: HasActor, person: Person) -> None:
    if by.actor.kind == "person" and by.actor.id == person.pk:
        raise NotAllowed(_("Nobody changes their own rights. Ask a second manager."))


def visible_people(person: Person) -> QuerySet[Person]:
    """Oneself and one's own line always; others by `people.view`, within the shops it holds for."""
    own = Q(pk=person.pk) | Q(manager=person)
    if not may(person, "people.view"):
        return Person.objects.filter(own)
    shops = scope(person).granted["people.view"]
    if shops is None:
        return Person.objects.all()
    teams = TeamShop.objects.filter(shop_id__in=shops).values("team_id")
    members = TeamMembership.objects.filter(team_id__in=teams, until=None).values("person_id")
    return Person.objects.filter(own | Q(pk__in=members))


def get_person(person: Person, pk: int) -> Person:
    found = visible_people(person).select_related("department", "manager").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def people_of_shops(shop_ids: Iterable[int]) -> QuerySet[Person]:
    """Everybody who works here now and sees one of these shops."""
    shops = list(shop_ids)
    now, today = clock.now(), clock.business_day(clock.now())
    teams = TeamShop.objects.filter(shop_id__in=shops).values("team_id")
    members = TeamMembership.objects.filter(
        Q(until=None) | Q(until__gt=today), team_id__in=teams, since__lte=today
    )
    reach = Q(shop_id__in=shops) | Q(team_id__in=teams) | Q(shop=None, team=None)
    granted = RoleGrant.objects.filter(Q(until=None) | Q(until__gt=now), reach, since__lte=now)
    concerned = Q(pk__in=members.values("person_id")) | Q(pk__in=granted.values("person_id"))
    return Person.objects.filter(concerned, is_active=True)


def people_who_may(permission: str, shop_id: int | None = None) -> QuerySet[Person]:
    """Everybody whose roles grant `permission` now, for this shop if one is named."""
    now = clock.now()
    roles = [role.pk for role in Role.objects.all() if permission in role.permissions]
    grants = RoleGrant.objects.filter(Q(until=None) | Q(until__gt=now), role_id__in=roles, since__lte=now)
    if shop_id is not None:
        teams = TeamShop.objects.filter(shop_id=shop_id).values("team_id")
        grants = grants.filter(Q(shop_id=shop_id) | Q(team_id__in=teams) | Q(shop=None, team=None))
    return Person.objects.filter(pk__in=grants.values("person_id"), is_active=True)


def members_of(team_ids: Iterable[int]) -> QuerySet[Person]:
    """Everybody who belongs to one of these teams today."""
    today = clock.business_day(clock.now())
    members = TeamMembership.objects.filter(
        Q(until=None) | Q(until__gt=today), team_id__in=list(team_ids), since__lte=today
    )
    return Person.objects.filter(pk__in=members.values("person_id"), is_active=True)


def _compute(person: Person) -> Scope:
    today = clock.business_day(clock.now())
    if not person.is_active:
        return Scope(person.pk, False, frozenset(), frozenset())
    team_ids = set(
        TeamMembership.objects.filter(person=person, since__lte=today)
        .filter(Q(until=None) | Q(until__gt=today))
        .values_list("team_id", flat=True)
    )
    shops_of: dict[int, set[int]] = {}
    for team_id, shop_id in TeamShop.objects.values_list("team_id", "shop_id"):
        shops_of.setdefault(team_id, set()).add(shop_id)
    seen = {shop_id for team_id in team_ids for shop_id in shops_of.get(team_id, ())}
    everywhere = False
    clearance = 1
    granted: dict[str, frozenset[int] | None] = {}
    now = clock.now()
    grants = (
        RoleGrant.objects.filter(person=person, since__lte=now)
        .filter(Q(until=None) | Q(until__gt=now))
        .select_related("role")
    )
    for grant in grants:
        shops: frozenset[int] | None = None
        if grant.shop_id is not None:
            shops = frozenset({grant.shop_id})
        elif grant.team_id is not None:
            shops = frozenset(shops_of.get(grant.team_id, ()))
        if shops is None:
            everywhere = True
        else:
            seen |= shops
        clearance = max(clearance, grant.role.clearance)
        for permission in grant.role.permissions:
            before = granted.get(permission, frozenset())
            granted[permission] = None if shops is None or before is None else before | shops
    return Scope(person.pk, everywhere, frozenset(seen), frozenset(team_ids), granted, clearance)
