"""The gate of the desk: whose tasks, notices and approvals one sees, and who may settle them."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from dangban.desk.models import Approval, Deadline, Notice, Task
from dangban.lib import clock
from dangban.lib.errors import NotAllowed, Refused
from dangban.people.access import (
    members_of,
    people_of_shops,
    people_who_may,
    scope,
)
from dangban.people.confidentiality import Confidentiality, cleared, cleared_for
from dangban.people.models import Person, Role, Shop, Team, TeamShop

PERMISSIONS = {
    "desk.task": gettext_noop("Note things to do"),
    "desk.assign": gettext_noop("Give tasks to others"),
    "desk.notify": gettext_noop("Write notices"),
    "desk.approve": gettext_noop("Answer what needs approval"),
}


def visible_deadlines(person: Person) -> QuerySet[Deadline]:
    return Deadline.objects.filter(scope(person).filter() | Q(shop=None, owner=person))


def visible_tasks(person: Person) -> QuerySet[Task]:
    """One's own, one's teams' and those one gave; leaders see those of their shops."""
    kept = scope(person)
    mine = Q(owner=person) | Q(owner=None, team_id__in=kept.teams) | Q(made_by_kind="person", made_by_id=person.pk)
    if person.can("desk.assign"):
        mine |= Q(team_id__in=kept.teams) | Q(owner__manager=person)
    return Task.objects.filter(mine)


def get_task(person: Person, pk: int) -> Task:
    task = visible_tasks(person).select_related("owner", "team").filter(pk=pk).first()
    if task is None:
        raise Http404
    return task


def must_assign(by: Person, owner: Person | None, team: Team | None) -> None:
    """Things for oneself need `desk.task`, for others `desk.assign` in one of their shops."""
    needed = "desk.task" if owner == by and team is None else "desk.assign"
    if not by.can(needed):
        raise NotAllowed(_("You may not give tasks to others. Ask your leader."))
    if owner is not None and owner != by:
        must_be_able_to_take(owner, None)
        shared = scope(owner).shops & scope(by).shops
        if not (scope(by).everywhere or shared or owner.manager_id == by.pk):
            raise NotAllowed(_("%(name)s works for other shops. Ask their leader.") % {"name": owner.name})
    if team is not None and not scope(by).everywhere and team.pk not in scope(by).teams:
        raise NotAllowed(_("This team works for other shops. Ask its leader."))


def must_do(by: Person, task: Task) -> None:
    if not visible_tasks(by).filter(pk=task.pk).exists():
        raise Http404


def must_be_able_to_take(person: Person, shop_id: int | None) -> None:
    """Work goes only to somebody who works here and sees the shop."""
    if not person.is_active:
        raise Refused(_("%(name)s no longer works here.") % {"name": person.name})
    if not scope(person).sees(shop_id):
        raise Refused(_("%(name)s does not work for this shop.") % {"name": person.name})


def task_people(task: Task) -> list[int]:
    if task.owner_id is not None:
        return [task.owner_id]
    return list(members_of([task.team_id]).values_list("pk", flat=True)) if task.team_id else []


def visible_notices(person: Person) -> QuerySet[Notice]:
    """Notices whose audience one belongs to and is cleared for, and those one wrote."""
    kept = scope(person)
    shops = Q(shop__isnull=False) if kept.everywhere else Q(shop_id__in=kept.shops)
    to_me = (
        Q(person=person)
        | Q(person=None, team_id__in=kept.teams)
        | (Q(person=None, team=None) & shops)
        | Q(person=None, team=None, shop=None)
    )
    return Notice.objects.filter((to_me & cleared_for(person)) | Q(by_kind="person", by_id=person.pk, person=None))


def get_notice(person: Person, pk: int) -> Notice:
    notice = visible_notices(person).filter(pk=pk).first()
    if notice is None:
        raise Http404
    return notice


def audience(notice: Notice) -> QuerySet[Person]:
    """Who is to read it: those of the person, team, shop or house who are cleared for it."""
    if notice.person_id is not None:
        return Person.objects.filter(pk=notice.person_id)
    if notice.team_id is not None:
        people = members_of([notice.team_id])
    elif notice.shop_id is not None:
        people = people_of_shops([notice.shop_id])
    else:
        people = Person.objects.filter(is_active=True)
    if notice.confidentiality <= 1:
        return people
    roles = Role.objects.filter(clearance__gte=notice.confidentiality)
    now = clock.now()
    held = Q(grants__until=None) | Q(grants__until__gt=now)
    return people.filter(held, grants__role__in=roles, grants__since__lte=now).distinct()


def may_notify(by: Person, team: Team | None, shop: Shop | None) -> bool:
    """One writes to teams and shops one leads; to everybody only with the permission everywhere."""
    held = scope(by).granted.get("desk.notify", frozenset())
    if held is None:
        return True
    if shop is not None:
        return shop.pk in held
    reach = set(team.shops.values_list("pk", flat=True)) if team is not None else set()
    return bool(reach) and reach <= held


def must_notify(by: Person, team: Team | None, shop: Shop | None, confidentiality: int) -> None:
    if not may_notify(by, team, shop):
        raise NotAllowed(_("You may write notices only to the teams and shops you lead."))
    if not cleared(by, confidentiality):
        raise NotAllowed(_("You are not cleared for this level of confidentiality."))


def visible_approvals(person: Person) -> QuerySet[Approval]:
    """One's own questions, and those one could answer."""
    answerable = Q(pk__in=[])
    for permission, shops in scope(person).granted.items():
        if shops is None:
            answerable |= Q(needs=permission)
        else:
            answerable |= Q(needs=permission, shop_id__in=shops) | Q(needs=permission, shop=None)
    return Approval.objects.filter(Q(asked_by=person) | answerable)


def get_approval(person: Person, pk: int) -> Approval:
    approval = visible_approvals(person).select_related("asked_by", "settled_by", "shop").filter(pk=pk).first()
    if approval is None:
        raise Http404
    return approval


def approvers(approval: Approval) -> list[int]:
    people = people_who_may(approval.needs, approval.shop_id).exclude(pk=approval.asked_by_id)
    return list(people.values_list("pk", flat=True))


def must_settle(by: Person, approval: Approval) -> None:
    if by.pk == approval.asked_by_id:
        raise NotAllowed(_("Nobody approves what they asked for themselves."))
    if not by.can(approval.needs, shop=approval.shop_id):
        raise NotAllowed(_("You may not answer this. It goes to somebody with more authority."))


def people_to_assign(by: Person, *, colleagues: bool = False) -> QuerySet[Person]:
    """To whom one may give things: oneself; as a leader (or passing work on) those of one's shops."""
    if not colleagues and not by.can("desk.assign"):
        return Person.objects.filter(pk=by.pk)
    people = Person.objects.filter(is_active=True)
    if not scope(by).everywhere:
        shared = people_of_shops(scope(by).shops).values("pk")
        people = people.filter(Q(pk=by.pk) | Q(pk__in=shared) | Q(manager=by))
    return people.order_by("name", "pk")


def teams_to_assign(by: Person) -> QuerySet[Team]:
    if not by.can("desk.assign"):
        return Team.objects.none()
    kept = scope(by)
    teams = Team.objects.all() if kept.everywhere else Team.objects.filter(pk__in=kept.teams)
    return teams.order_by("name", "pk")


def where_to_notify(by: Person) -> tuple[QuerySet[Team], QuerySet[Shop], bool]:
    """Teams and shops one may write to, and whether to everybody."""
    held = scope(by).granted.get("desk.notify", frozenset())
    if held is None:
        return Team.objects.order_by("name"), Shop.objects.order_by("name"), True
    beyond = TeamShop.objects.exclude(shop_id__in=held).values("team_id")
    teams = Team.objects.filter(teamshop__shop_id__in=held).exclude(pk__in=beyond).distinct()
    return teams.order_by("name"), Shop.objects.filter(pk__in=held).order_by("name"), False


def levels_for(by: Person) -> list[tuple[int, str]]:
    return [(level.value, str(level.label)) for level in Confidentiality if cleared(by, level)]
