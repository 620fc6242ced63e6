"""What this room itself keeps about staff: revealed, handed out, erased."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dangban.lib.actor import Actor
from dangban.lib.errors import Refused
from dangban.people import ports
from dangban.people.access import get_person
from dangban.people.models import Person

KIND = "people.person"
WHY_STAFF = (
    gettext_lazy("Reach a colleague outside their shift"),
    gettext_lazy("Change of shift at short notice"),
    gettext_lazy("Emergency"),
)


class StaffData:
    def collect(self, kind: str, pk: int) -> Mapping[str, Any]:
        if kind != KIND:
            return {}
        person = Person.objects.select_related("department", "manager").get(pk=pk)
        return {
            "username": person.username,
            "name": person.name,
            "service_name": person.service_name,
            "phone": person.phone,
            "email": person.email,
            "department": person.department.name if person.department else None,
            "level": person.level,
            "hired_on": person.hired_on,
            "teams": list(person.memberships.values_list("team__name", "since", "until")),
            "roles": list(person.grants.values_list("role__name", "since", "until")),
            "skills": list(person.skills.values_list("kind", "value")),
        }

    def erase(self, kind: str, pk: int, *, by: Actor, at: datetime) -> int:
        """Contact data go. The name stays with what was done in it: the company answers for that."""
        if kind != KIND:
            return 0
        if Person.objects.filter(pk=pk, is_active=True).exists():
            raise Refused(_("This person still works here. Close the account first."))
        return Person.objects.filter(pk=pk).update(phone="", email="")

    def subjects(self, kind: str, pk: int) -> Sequence[tuple[str, int]]:
        return [(KIND, pk)] if kind == KIND else []


def register() -> None:
    ports.register_personal_data("people", StaffData())
    ports.register_data_subject(
        KIND,
        ports.DataSubject(
            gettext_lazy("person"), lambda reader, pk: get_person(reader, pk).name, "people.manage", "people.manage"
        ),
    )
    ports.register_revealable(
        KIND, "phone", ports.Revealable(gettext_lazy("phone number"), "people.reveal", _phone, usual=WHY_STAFF)
    )


def _phone(reader: Person, pk: int) -> tuple[str, int | None]:
    return get_person(reader, pk).phone, None
