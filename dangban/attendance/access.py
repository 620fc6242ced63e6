"""Who sees whose attendance: everybody their own, who leads a team that of its people, personnel all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from dangban.attendance.models import Consequence, Intake, PunchRepair, ShiftRecord
from dangban.lib import clock
from dangban.lib.actor import Actor
from dangban.lib.errors import NotAllowed
from dangban.people.access import holds_everywhere, people_who_may, scope
from dangban.people.models import Person, Team, TeamMembership, TeamShop

if TYPE_CHECKING:
    from dangban.journal.actions import HasActor

PERMISSIONS = {
    "attendance.view": gettext_noop("See the attendance of one's teams"),
    "attendance.judge": gettext_noop("Vouch for punches, confirm what follows, answer disputes"),
    "attendance.publish": gettext_noop("Publish attendance and close months"),
    "attendance.import": gettext_noop("Take in DingTalk's files and match its users"),
}


def led_people(person: Person, permission: str = "attendance.view") -> Q:
    """The condition on people whose attendance this person may see (or judge, publish) beside their own."""
    if not person.is_active or permission not in scope(person).granted:
        return Q(pk__in=[])
    shops = scope(person).granted[permission]
    if shops is None:
        return ~Q(pk__in=[])
    today = clock.business_day(clock.now())
    teams = TeamShop.objects.filter(shop_id__in=shops).values("team_id")
    members = TeamMembership.objects.filter(Q(until=None) | Q(until__gt=today), team_id__in=teams, since__lte=today)
    return Q(pk__in=members.values("person_id"))


def visible_people(person: Person) -> QuerySet[Person]:
    return Person.objects.filter(Q(pk=person.pk) | led_people(person)).order_by("name", "pk")


def get_person(person: Person, pk: int) -> Person:
    found = visible_people(person).filter(pk=pk).first()
    if found is None:
        raise Http404("person")
    return found


def visible_teams(person: Person) -> QuerySet[Team]:
    """Teams whose sheets this person may read as a whole."""
    if "attendance.view" not in scope(person).granted:
        return Team.objects.none()
    shops = scope(person).granted["attendance.view"]
    teams = Team.objects.order_by("name", "pk")
    return teams if shops is None else teams.filter(pk__in=TeamShop.objects.filter(shop_id__in=shops).values("team_id"))


def get_team(person: Person, pk: int) -> Team:
    found = visible_teams(person).filter(pk=pk).first()
    if found is None:
        raise Http404("team")
    return found


def visible_records(person: Person) -> QuerySet[ShiftRecord]:
    return ShiftRecord.objects.filter(person__in=visible_people(person))


def get_record(person: Person, pk: int) -> ShiftRecord:
    found = visible_records(person).select_related("person", "team").filter(pk=pk).first()
    if found is None:
        raise Http404("shift record")
    return found


def visible_consequences(person: Person) -> QuerySet[Consequence]:
    return Consequence.objects.filter(person__in=visible_people(person))


def get_consequence(person: Person, pk: int) -> Consequence:
    joined = visible_consequences(person).select_related("person", "record", "confirmed_by", "repair__voucher", "corrects")
    found = joined.filter(pk=pk).first()
    if found is None:
        raise Http404("consequence")
    return found


def visible_repairs(person: Person) -> QuerySet[PunchRepair]:
    return PunchRepair.objects.filter(record__person__in=visible_people(person))


def get_repair(person: Person, pk: int) -> PunchRepair:
    found = visible_repairs(person).select_related("record__person", "voucher").filter(pk=pk).first()
    if found is None:
        raise Http404("repair")
    return found


def may(by: HasActor, permission: str, about: Person) -> bool:
    """Whether somebody may do this with another's attendance; nobody may with their own."""
    if isinstance(by, Actor):
        return True
    if not isinstance(by, Person) or by.pk == about.pk:
        return False
    return Person.objects.filter(led_people(by, permission), pk=about.pk).exists()


def who_judges(about: Person, *, besides: Person | None = None) -> Person | None:
    """The nearest superior who may judge this person's attendance, else whoever may; never `besides`."""
    known, passed = about.manager, {about.pk}
    while known is not None and known.pk not in passed:
        if known != besides and may(known, "attendance.judge", about):
            return known
        passed.add(known.pk)
        known = known.manager
    others = people_who_may("attendance.judge").exclude(pk__in=[besides.pk] if besides else []).order_by("pk")
    return next((one for one in others if may(one, "attendance.judge", about)), None)


def must(by: HasActor, permission: str, about: Person) -> None:
    if isinstance(by, Person) and by.pk == about.pk:
        raise NotAllowed(_("Nobody decides on their own attendance. Somebody else has to."))
    if not may(by, permission, about):
        raise NotAllowed(_("Only who leads this person may do this."))


def must_publish(by: HasActor, team: Team) -> None:
    if isinstance(by, Actor):
        return
    shops = scope(by).granted.get("attendance.publish", frozenset()) if isinstance(by, Person) and by.is_active else frozenset()
    served = set(TeamShop.objects.filter(team=team).values_list("shop_id", flat=True))
    if shops is not None and not (shops and served <= shops):
        raise NotAllowed(_("Only who leads all shops of this team publishes its attendance."))


def must_import(by: HasActor) -> None:
    """Files of DingTalk name the whole company."""
    if isinstance(by, Actor):
        return
    if not (isinstance(by, Person) and holds_everywhere(by, "attendance.import")):
        raise NotAllowed(_("Only who keeps attendance for the whole company may do this."))


def must_close(by: HasActor) -> None:
    if isinstance(by, Actor):
        return
    if not (isinstance(by, Person) and holds_everywhere(by, "attendance.publish")):
        raise NotAllowed(_("A month is closed by who publishes attendance for the whole company."))


def get_intake(person: Person, pk: int) -> Intake:
    must_import(person)
    found = Intake.objects.filter(pk=pk).first()
    if found is None:
        raise Http404("intake")
    return found
