"""Who sees whose leave, and who answers requests for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from dangban.desk.access import answers_for
from dangban.leave.models import LeaveRequest
from dangban.lib import clock
from dangban.lib.errors import NotAllowed
from dangban.people.access import holds_everywhere, members_of, scope
from dangban.people.models import Person, Shop, Team, TeamShop
from dangban.staff.access import line_below

if TYPE_CHECKING:
    from datetime import datetime

APPROVE, SUPERVISE, MANAGE = "leave.approve", "leave.supervise", "leave.manage"
PERMISSIONS = {
    "leave.approve": gettext_noop("Answer requests for leave of one's team"),
    "leave.supervise": gettext_noop("Answer longer leave, and that of leaders"),
    "leave.manage": gettext_noop("Keep leave balances and see all leave"),
}


def sees_all(person: Person) -> bool:
    return holds_everywhere(person, MANAGE)


def led_teams(person: Person) -> QuerySet[Team]:
    """The teams whose leave one answers."""
    held = scope(person).granted.get(APPROVE, frozenset())
    teams = Team.objects.filter(teamshop__isnull=False) if held is None else Team.objects.filter(teamshop__shop_id__in=held)
    return teams.distinct().order_by("name", "pk")


def visible_people(person: Person) -> QuerySet[Person]:
    """Whose leave one sees: one's own, one's line's, that of the teams one answers for."""
    if sees_all(person):
        return Person.objects.all()
    members = members_of(led_teams(person).values_list("pk", flat=True)).values("pk")
    return Person.objects.filter(Q(pk=person.pk) | Q(pk__in=line_below(person)) | Q(pk__in=members))


def get_person(reader: Person, pk: int) -> Person:
    found = visible_people(reader).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def visible_requests(person: Person) -> QuerySet[LeaveRequest]:
    if sees_all(person):
        return LeaveRequest.objects.all()
    own = Q(person=person) | Q(person__in=line_below(person))
    return LeaveRequest.objects.filter(own | Q(team__in=led_teams(person)))


def get_request(person: Person, pk: int) -> LeaveRequest:
    """Also for who stands in for whoever answers it."""
    related = LeaveRequest.objects.select_related("person", "team", "substitute", "decided_by", "asked_by", "told", "approval")
    found = related.filter(pk__in=visible_requests(person).values("pk")).filter(pk=pk).first()
    if found is None:
        found = related.filter(pk=pk).first()
        if found is None or not may_answer(person, found, clock.now()):
            raise Http404
    return found


def may_answer(person: Person, request: LeaveRequest, at: datetime) -> bool:
    approval = request.approval
    return approval is not None and approval.settled_at is None and answers_for(person, approval, at) is not None


def must_manage(by: Person) -> None:
    if not sees_all(by):
        raise NotAllowed(_("Balances are kept by personnel. Ask them to enter it."))


def may_arrange(by: Person, request: LeaveRequest) -> bool:
    """Who leads there arranges who stands in, and takes leave back for somebody; nobody does for their own."""
    if by.pk == request.person_id:
        return False
    shop = shop_of(request.team)
    return sees_all(by) or (shop is not None and by.can(APPROVE, shop=shop))


def must_arrange(by: Person, request: LeaveRequest) -> None:
    if not may_arrange(by, request):
        raise NotAllowed(_("Who leads this team arranges who stands in."))


def shop_of(team: Team | None) -> Shop | None:
    """The shop by whose rights leave of a team is answered."""
    if team is None:
        return None
    found = TeamShop.objects.filter(team=team).select_related("shop").order_by("shop_id").first()
    return found.shop if found else None


def right_needed(person: Person, team: Team | None, answered_by: str) -> str:
    """Which right answers it: one more than the person holds, and at least what the handbook says."""
    shop = shop_of(team)
    if shop is None or person.can(SUPERVISE, shop=shop):
        return MANAGE
    if answered_by != "leader" or person.can(APPROVE, shop=shop):
        return SUPERVISE
    return APPROVE
