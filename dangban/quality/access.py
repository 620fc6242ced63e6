"""Who sees which offences and commendations, who reports, decides, answers appeals, keeps the purse."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from dangban.lib import clock
from dangban.lib.errors import NotAllowed
from dangban.people.access import scope
from dangban.people.models import Person, TeamMembership, TeamShop
from dangban.quality.models import Commendation, Offence

PERMISSIONS = {
    "quality.report": gettext_noop("Report offences of one's people and see them"),
    "quality.decide": gettext_noop("Decide on offences and answer appeals"),
    "quality.commend": gettext_noop("Commend colleagues"),
    "quality.fund": gettext_noop("Keep the purse of collected fines"),
}
REPORT, DECIDE, COMMEND, FUND = "quality.report", "quality.decide", "quality.commend", "quality.fund"


def people(reader: Person, permission: str = REPORT) -> QuerySet[Person]:
    """The people for whom the reader holds a permission: members of the teams of those shops; never the reader. What was
    reported of somebody who has left is decided by who decides for everybody."""
    held = scope(reader).granted.get(permission, frozenset())
    found = Person.objects.exclude(pk=reader.pk)
    if permission != DECIDE or held is not None:
        found = found.filter(is_active=True)
    if held is None:
        return found
    today = clock.business_day(clock.now())
    teams = TeamShop.objects.filter(shop_id__in=held).values("team_id")
    now = Q(until=None) | Q(until__gt=today)
    return found.filter(pk__in=TeamMembership.objects.filter(now, team_id__in=teams, since__lte=today).values("person_id"))


def visible_offences(reader: Person) -> QuerySet[Offence]:
    """One's own, and those of the people one leads; for these only, whoever reported them."""
    held = scope(reader).granted.get(REPORT, frozenset())
    if held is None:
        return Offence.objects.all()
    return Offence.objects.filter(Q(person=reader) | Q(person__in=people(reader).values("pk")))


def get_offence(reader: Person, pk: int) -> Offence:
    rows = visible_offences(reader).select_related("person", "shop", "reported_by", "decided_by", "answered_by")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404("offence")
    return found


def visible_commendations() -> QuerySet[Commendation]:
    """Everybody sees what was done well."""
    return Commendation.objects.filter(withdrawn_at=None)


def must_hold(by: Person, person: Person, permission: str) -> None:
    if not people(by, permission).filter(pk=person.pk).exists():
        raise NotAllowed(_("%(name)s is not among the people you lead.") % {"name": person.name})


def fines_of(keeper: Person) -> QuerySet[Offence]:
    """Offences whose fines somebody may receive: of the people for whom they keep the purse, never their own."""
    if scope(keeper).granted.get(FUND, frozenset()) is None:
        return Offence.objects.exclude(person=keeper)
    return Offence.objects.filter(person__in=people(keeper, FUND).values("pk"))


def get_fine(keeper: Person, pk: int) -> Offence:
    must_keep_the_purse(keeper)
    found = fines_of(keeper).select_related("person").filter(pk=pk).first()
    if found is None:
        raise Http404("fine")
    return found


def must_keep_the_purse(by: Person) -> None:
    if not by.can(FUND):
        raise NotAllowed(_("The purse of collected fines is not kept by you."))
