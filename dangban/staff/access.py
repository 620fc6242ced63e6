"""Who reads a staff file: the person, whoever stands above them, and those who keep or pay by it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from dangban.lib.actor import Actor
from dangban.lib.errors import NotAllowed
from dangban.people.access import holds_everywhere, scope
from dangban.people.models import Person, TeamMembership, TeamShop

if TYPE_CHECKING:
    from dangban.journal.actions import HasActor

PERMISSIONS = {
    "staff.files": gettext_noop("Read all staff files"),
    "staff.manage": gettext_noop("Keep staff files: contracts, wages, exams"),
    "staff.promote": gettext_noop("Decide on promotions and demotions"),
}


def line_below(person: Person) -> set[int]:
    """Everybody who reports to this person, directly or through others."""
    below: set[int] = set()
    edge = {person.pk}
    while edge:
        edge = set(Person.objects.filter(manager_id__in=edge).values_list("pk", flat=True)) - below - {person.pk}
        below |= edge
    return below


def visible_files(person: Person) -> QuerySet[Person]:
    """The people whose file this person may open: their own, their line's, those of the shops they keep files or pay for."""
    own = Q(pk=person.pk) | Q(pk__in=line_below(person))
    held = scope(person).granted.get("staff.files", frozenset())
    if held is None:
        return Person.objects.all()
    teams = TeamShop.objects.filter(shop_id__in=held).values("team_id")
    members = TeamMembership.objects.filter(team_id__in=teams, until=None).values("person_id")
    return Person.objects.filter(own | Q(pk__in=members))


def sees_others(person: Person) -> bool:
    return person.can("staff.files") or Person.objects.filter(manager=person).exists()


def get_file(reader: Person, pk: int) -> Person:
    found = visible_files(reader).select_related("department", "manager").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def may_manage(by: HasActor) -> bool:
    return isinstance(by, Actor) or (isinstance(by, Person) and holds_everywhere(by, "staff.manage"))


def must_manage(by: HasActor, person: Person) -> None:
    """Files are kept by who may, and never one's own."""
    if not may_manage(by):
        raise NotAllowed(_("Staff files are kept by personnel. Ask them to enter it."))
    if by.actor.kind == "person" and by.actor.id == person.pk:
        raise NotAllowed(_("Nobody changes their own staff file. Ask a colleague of personnel."))


def may_lead(by: Person, person: Person) -> bool:
    """Who stands above somebody in the reporting line, and who keeps files; nobody for themselves."""
    return by.pk != person.pk and (may_manage(by) or person.pk in line_below(by))


def must_let_go(by: Person, person: Person) -> None:
    if not may_lead(by, person):
        raise NotAllowed(_("That somebody leaves is entered by who leads them or keeps the files, and by nobody for themselves."))
