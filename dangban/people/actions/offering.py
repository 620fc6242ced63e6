"""What a newer version's rooms allow reaches the roles of a department that runs already."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from dangban.journal.actions import HasActor, record
from dangban.journal.models import Entry
from dangban.people.access import must_manage
from dangban.people.models import Person, Role
from dangban.people.revocation import rights_changed
from dangban.people.roles import DEFAULT_ROLES


def offer_new_permissions(*, by: HasActor, at: datetime) -> dict[str, list[str]]:
    """Give each default role the permissions it was never offered; what somebody took away stays away.

    Tells role codes with what they got. Roles of the company's own making get nothing by themselves.
    """
    must_manage(by)
    given = {}
    with transaction.atomic():
        for default in DEFAULT_ROLES:
            role = Role.objects.select_for_update().filter(code=default.code).first()
            if role is not None and (new := _offer(role, default.permissions, by=by, at=at)):
                given[role.code] = new
    return given


def offered_to(role: Role) -> set[str]:
    """Every code this role ever had; read from the journal for a role older than the column that keeps it."""
    if role.offered is not None:
        return {*role.offered, *role.permissions}
    entries = Entry.objects.filter(subject_kind="people.role", subject_id=role.pk, verb="people.role_changed")
    before = [change["permissions"][0] for change in entries.values_list("change", flat=True)]
    return {*role.permissions, *(code for codes in before for code in codes)}


def _offer(role: Role, codes: tuple[str, ...], *, by: HasActor, at: datetime) -> list[str]:
    known = offered_to(role)
    new = sorted(set(codes) - known)
    if role.offered is not None and not new:
        return []
    held = role.permissions
    role.permissions, role.offered = (sorted({*held, *new}) if new else held), sorted(known | set(codes))
    role.save(update_fields=["permissions", "offered"])
    if new:
        record("people.role_extended", subject=role, by=by, change={"permissions": [held, role.permissions]}, at=at)
        for person in Person.objects.filter(grants__role=role, is_active=True).distinct():
            rights_changed(person)
    return new
