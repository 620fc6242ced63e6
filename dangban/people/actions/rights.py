"""Who belongs where and may do what. Each change takes back the tokens made before it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from dangban.journal.actions import HasActor, record
from dangban.lib import clock
from dangban.lib.errors import BadInput, Conflict
from dangban.people import permissions
from dangban.people.access import must_manage, must_not_be_self
from dangban.people.actions.offering import offered_to
from dangban.people.models import Person, Role, RoleGrant, Shop, Team, TeamMembership, TeamShop
from dangban.people.revocation import rights_changed
from dangban.people.roles import DEFAULT_ROLES


def grant_role(
    person: Person,
    role: Role,
    *,
    by: HasActor,
    at: datetime,
    team: Team | None = None,
    shop: Shop | None = None,
    until: datetime | None = None,
) -> RoleGrant:
    """Give a role for a team's shops, for one shop, or (neither named) everywhere; perhaps for a time."""
    must_manage(by)
    must_not_be_self(by, person)
    if team is not None and shop is not None:
        raise BadInput(_("A role is granted for a team or for a shop, not for both."))
    if until is not None and until <= at:
        raise BadInput(_("The end of a grant lies after its beginning."))
    held = RoleGrant.objects.filter(person=person, role=role, team=team, shop=shop)
    if held.filter(Q(until=None) | Q(until__gt=at)).exists():
        raise Conflict(_("%(name)s has this role already.") % {"name": person.name})
    with transaction.atomic():
        grant = RoleGrant.objects.create(
            person=person, role=role, team=team, shop=shop, since=at, until=until, granted_by_id=by.actor.id
        )
        record("people.role_granted", subject=person, by=by, change=_told(grant), at=at)
        rights_changed(person)
    return grant


def revoke_role(grant: RoleGrant, *, by: HasActor, at: datetime) -> None:
    must_manage(by)
    must_not_be_self(by, grant.person)
    with transaction.atomic():
        open_still = RoleGrant.objects.filter(Q(until=None) | Q(until__gt=at), pk=grant.pk)
        if not open_still.update(until=at):
            raise Conflict(_("This role was taken back already."))
        record("people.role_revoked", subject=grant.person, by=by, change=_told(grant), at=at)
        rights_changed(grant.person)


def join_team(person: Person, team: Team, *, by: HasActor, at: datetime, since: date | None = None) -> TeamMembership:
    must_manage(by)
    since = since or clock.business_day(at)
    if TeamMembership.objects.filter(person=person, team=team, until=None).exists():
        raise Conflict(_("%(name)s belongs to this team already.") % {"name": person.name})
    with transaction.atomic():
        membership = TeamMembership.objects.create(person=person, team=team, since=since)
        change = {"team": team.name, "since": since.isoformat()}
        record("people.team_joined", subject=person, by=by, change=change, at=at)
        rights_changed(person)
    return membership


def leave_team(person: Person, team: Team, *, by: HasActor, at: datetime) -> None:
    must_manage(by)
    today = clock.business_day(at)
    with transaction.atomic():
        if not TeamMembership.objects.filter(person=person, team=team, until=None).update(until=today):
            raise Conflict(_("%(name)s has left this team already.") % {"name": person.name})
        record("people.team_left", subject=person, by=by, change={"team": team.name}, at=at)
        rights_changed(person)


def assign_shops(team: Team, shops: Iterable[Shop], *, by: HasActor, at: datetime) -> None:
    """The team serves exactly these shops from now on."""
    must_manage(by)
    wanted = {shop.pk: shop for shop in shops}
    with transaction.atomic():
        held = dict(TeamShop.objects.filter(team=team).values_list("shop_id", "shop__name"))
        if held.keys() == wanted.keys():
            return
        TeamShop.objects.filter(team=team).exclude(shop_id__in=wanted).delete()
        TeamShop.objects.bulk_create(TeamShop(team=team, shop=wanted[pk]) for pk in wanted.keys() - held.keys())
        change = {"shops": [sorted(held.values()), sorted(shop.name for shop in wanted.values())]}
        record("people.shops_assigned", subject=team, by=by, change=change, at=at)
        for person in _concerned(team, at):
            rights_changed(person)


def change_role(role: Role, codes: Iterable[str], clearance: int, *, by: HasActor, at: datetime) -> None:
    """What holders of a role may do, and up to which level they may read."""
    must_manage(by)
    wanted = sorted(set(codes))
    unknown = [code for code in wanted if code not in permissions.declared()]
    if unknown:
        raise BadInput(_("There is no such permission: %(codes)s.") % {"codes": ", ".join(unknown)})
    if not 1 <= clearance <= 4:
        raise BadInput(_("There are four levels of confidentiality."))
    with transaction.atomic():
        role = Role.objects.select_for_update().get(pk=role.pk)
        change = {"permissions": [role.permissions, wanted], "clearance": [role.clearance, clearance]}
        role.offered = sorted({*offered_to(role), *wanted})
        role.permissions, role.clearance = wanted, clearance
        role.save(update_fields=["permissions", "offered", "clearance"])
        record("people.role_changed", subject=role, by=by, change=change, at=at)
        for person in Person.objects.filter(grants__role=role, is_active=True).distinct():
            rights_changed(person)


def add_default_roles(*, by: HasActor, at: datetime) -> list[Role]:
    """Add the roles a department starts with, where they are missing; existing ones stay as they are."""
    must_manage(by)
    added = []
    with transaction.atomic(), translation.override(settings.LANGUAGE_CODE):
        for default in DEFAULT_ROLES:
            role, made = Role.objects.get_or_create(
                code=default.code,
                defaults={
                    "name": str(default.name),
                    "permissions": list(default.permissions),
                    "offered": sorted(default.permissions),
                    "clearance": default.clearance,
                },
            )
            if made:
                record("people.role_added", subject=role, by=by, change={"name": role.name}, at=at)
                added.append(role)
    return added


def _concerned(team: Team, at: datetime) -> Iterable[Person]:
    today = clock.business_day(at)
    members = Q(memberships__team=team) & (Q(memberships__until=None) | Q(memberships__until__gt=today))
    granted = Q(grants__team=team) & (Q(grants__until=None) | Q(grants__until__gt=at))
    return Person.objects.filter(members | granted, is_active=True).distinct()


def _told(grant: RoleGrant) -> dict[str, str | None]:
    return {
        "role": grant.role.name,
        "team": grant.team.name if grant.team else None,
        "shop": grant.shop.name if grant.shop else None,
        "until": grant.until.isoformat() if grant.until else None,
    }
