"""The organisation: departments, teams, people and what they can do."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from dangban.journal.actions import HasActor, record
from dangban.lib.errors import BadInput
from dangban.lib.text import refuse_unstorable
from dangban.people.access import must_manage
from dangban.people.house import sign_in_rules
from dangban.people.models import Department, Person, Skill, Team

USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")
# No characters that are mistaken for one another when read out from a slip of paper.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"

CHANGEABLE = ("name", "service_name", "phone", "email", "level", "department", "manager", "hired_on", "chat_capacity")
PERSONAL = ("phone", "email")
# Requests between departments find theirs by the code.
DEFAULT_DEPARTMENTS = {
    "service": pgettext_lazy("department", "Customer service"),
    "storage": pgettext_lazy("department", "Storage"),
    "accounts": pgettext_lazy("department", "Accounts"),
    "personnel": pgettext_lazy("department", "Personnel"),
    "operations": pgettext_lazy("department", "Operations"),
    "design": pgettext_lazy("department", "Design"),
}


def hire(
    username: str,
    name: str,
    *,
    by: HasActor,
    at: datetime,
    level: str = Person.Level.JUNIOR,
    department: Department | None = None,
    manager: Person | None = None,
    service_name: str = "",
    hired_on: date | None = None,
    password: str = "",
) -> tuple[Person, str]:
    """Open an account. Without a password one is made, to be changed at the first sign-in."""
    must_manage(by)
    username = username.strip().lower()
    _check_username(username)
    refuse_unstorable(name, "name")
    first = password or first_password()
    person = Person(
        username=username,
        name=name.strip(),
        service_name=service_name.strip() or name.strip()[:40],
        level=level,
        department=department,
        manager=manager,
        hired_on=hired_on,
        must_change_password=not password and sign_in_rules(at).first_change,
    )
    person.set_password(first)
    with transaction.atomic():
        person.save()
        change = {"username": username, "name": name, "level": level}
        record("people.hired", subject=person, by=by, change=change, at=at)
    return person, first


def change_person(person: Person, values: Mapping[str, Any], *, by: HasActor, at: datetime) -> list[str]:
    """Set some fields; returns the names of those that changed."""
    must_manage(by)
    if "manager" in values:
        _check_line(person, values["manager"])
    with transaction.atomic():
        person = Person.objects.select_for_update().get(pk=person.pk)
        changed = [name for name in CHANGEABLE if name in values and getattr(person, name) != values[name]]
        plain = {name: [_plain(getattr(person, name)), _plain(values[name])] for name in changed}
        for name in changed:
            setattr(person, name, values[name])
        if changed:
            person.save(update_fields=changed)
            record(
                "people.changed",
                subject=person,
                by=by,
                change={name: pair for name, pair in plain.items() if name not in PERSONAL},
                personal={name: pair for name, pair in plain.items() if name in PERSONAL},
                at=at,
            )
    return changed


def set_skills(person: Person, kind: str, values: Iterable[str], *, by: HasActor, at: datetime) -> None:
    """Exactly these skills of one kind."""
    must_manage(by)
    wanted = {value.strip() for value in values if value.strip()}
    with transaction.atomic():
        held = set(person.skills.filter(kind=kind).values_list("value", flat=True))
        if held == wanted:
            return
        person.skills.filter(kind=kind).exclude(value__in=wanted).delete()
        Skill.objects.bulk_create(Skill(person=person, kind=kind, value=value) for value in sorted(wanted - held))
        change = {"skills": [sorted(held), sorted(wanted)], "kind": kind}
        record("people.skills_set", subject=person, by=by, change=change, at=at)


def add_department(code: str, name: str, *, by: HasActor, at: datetime, parent: Department | None = None) -> Department:
    must_manage(by)
    if Department.objects.filter(code=code).exists():
        raise BadInput(_("There is a department with this code already."), fields={"code": [_("Taken.")]})
    with transaction.atomic():
        department = Department.objects.create(code=code, name=name, parent=parent)
        record("people.department_added", subject=department, by=by, change={"name": name}, at=at)
    return department


def add_default_departments(*, by: HasActor, at: datetime) -> list[Department]:
    """The departments of a company that has none yet: without one there is no team."""
    must_manage(by)
    if Department.objects.exists():
        return []
    with transaction.atomic(), translation.override(settings.LANGUAGE_CODE):
        return [add_department(code, str(name), by=by, at=at) for code, name in DEFAULT_DEPARTMENTS.items()]


def add_team(code: str, name: str, department: Department, *, by: HasActor, at: datetime) -> Team:
    must_manage(by)
    if Team.objects.filter(code=code).exists():
        raise BadInput(_("There is a team with this code already."), fields={"code": [_("Taken.")]})
    with transaction.atomic():
        team = Team.objects.create(code=code, name=name, department=department)
        record("people.team_added", subject=team, by=by, change={"name": name}, at=at)
    return team


def first_password() -> str:
    """Three groups of four: 59 bits, easy to read out."""
    return "-".join("".join(secrets.choice(ALPHABET) for _index in range(4)) for _group in range(3))


def _check_username(username: str) -> None:
    if not USERNAME.fullmatch(username):
        message = _("A username has 2 to 40 small letters, digits, dots or dashes and begins with a letter or digit.")
        raise BadInput(message, fields={"username": [message]})
    if Person.objects.filter(username=username).exists():
        message = _("Somebody has this username already.")
        raise BadInput(message, fields={"username": [message]})


def _check_line(person: Person, manager: Person | None) -> None:
    """Nobody reports to themselves, however far up."""
    seen = manager
    while seen is not None:
        if seen.pk == person.pk:
            message = _("%(name)s would report to themselves.") % {"name": person.name}
            raise BadInput(message, fields={"manager": [message]})
        seen = seen.manager


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if value is not None and not isinstance(value, (str, int, bool)) else value


def log_export(by: Person, filters: Mapping[str, str], count: int, *, at: datetime) -> None:
    """Record that the list of staff left the house as a file."""
    with transaction.atomic():
        record("people.exported", subject=by, by=by, change={"filters": dict(filters), "rows": count}, at=at)
