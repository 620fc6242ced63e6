"""The gate of the desk: whose tasks, notices and approvals one sees, and who may settle them."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from dangban.desk.models import (
    Approval,
    Deadline,
    DepartmentRequest,
    Handover,
    HandoverItem,
    Incident,
    Notice,
    Question,
    StandIn,
    Task,
    TaskComment,
)
from dangban.lib import clock
from dangban.lib.errors import NotAllowed, Refused
from dangban.people.access import (
    members_of,
    people_of_shops,
    people_who_may,
    scope,
)
from dangban.people.confidentiality import Confidentiality, cleared, cleared_for
from dangban.people.models import Person, Role, RoleGrant, Shop, Team, TeamShop

PERMISSIONS = {
    "desk.task": gettext_noop("Note things to do"),
    "desk.assign": gettext_noop("Give tasks to others"),
    "desk.notify": gettext_noop("Write notices"),
    "desk.approve": gettext_noop("Answer what needs approval"),
}


def visible_deadlines(person: Person) -> QuerySet[Deadline]:
    return Deadline.objects.filter(scope(person).filter() | Q(shop=None, owner=person))


def visible_tasks(person: Person) -> QuerySet[Task]:
    """One's own, one's teams', those one gave or was mentioned at; leaders see those of their shops."""
    mentioned = Q(pk__in=TaskComment.objects.filter(mentioned=person).values("task"))
    return Task.objects.filter(_in_hand(person) | mentioned)


def _in_hand(person: Person) -> Q:
    kept = scope(person)
    mine = Q(owner=person) | Q(owner=None, team_id__in=kept.teams) | Q(made_by_kind="person", made_by_id=person.pk)
    if person.can("desk.assign"):
        mine |= Q(team_id__in=kept.teams) | Q(owner__manager=person)
    return mine


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


def must_see(by: Person, task: Task) -> None:
    if not visible_tasks(by).filter(pk=task.pk).exists():
        raise Http404


def may_do(person: Person, task: Task) -> bool:
    """Who is to do it, who gave it, who leads there. Whoever was only mentioned has a word, no more."""
    return Task.objects.filter(_in_hand(person), pk=task.pk).exists()


def must_do(by: Person, task: Task) -> None:
    must_see(by, task)
    if not may_do(by, task):
        raise NotAllowed(_("You were mentioned here: you may say something, not do it."))


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


def task_watchers(task: Task) -> list[int]:
    """Everybody whose pages show a task: who is to do it, who gave it, who was mentioned."""
    given = [task.made_by_id] if task.made_by_kind == "person" and task.made_by_id else []
    mentioned = TaskComment.objects.filter(task=task, mentioned__isnull=False).values_list("mentioned", flat=True)
    return list(dict.fromkeys([*task_people(task), *given, *mentioned]))


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
    """One's own questions, and those one could answer, also for somebody who is away."""
    return Approval.objects.filter(Q(asked_by=person) | answerable(person))


def answerable(person: Person) -> Q:
    """What one may answer by one's own right, or for those one stands in for; never what either of them asked."""
    found = _by_right(person) & ~Q(asked_by=person)
    for away in stood_in_for(person, clock.now()):
        found |= _by_right(away) & ~Q(asked_by=away) & ~Q(asked_by=person)
    return found


def _by_right(person: Person) -> Q:
    found = Q(pk__in=[])
    if not person.is_active:
        return found
    for permission, shops in scope(person).granted.items():
        if shops is None:
            found |= Q(needs=permission)
        else:
            found |= Q(needs=permission, shop_id__in=shops) | Q(needs=permission, shop=None)
    return found


def stood_in_for(person: Person, at: datetime) -> list[Person]:
    """Those who are away and whose approvals come to this person meanwhile. It goes no further than one step."""
    running = StandIn.objects.filter(deputy=person, ended_at=None, since__lte=at, until__gt=at)
    return [one.person for one in running.select_related("person").order_by("pk") if one.person.is_active]


def answers_for(by: Person, approval: Approval, at: datetime) -> Person | None:
    """Whose right it is by which `by` would answer: one's own first, else that of somebody who is away."""
    if by.pk == approval.asked_by_id:
        return None
    for holder in [by, *stood_in_for(by, at)]:
        if holder.pk != approval.asked_by_id and holder.can(approval.needs, shop=approval.shop_id):
            return holder
    return None


def must_arrange_absence(by: Person, away: Person) -> None:
    """For oneself, or as the one above; what one may not approve oneself can't be passed on."""
    if by.pk != away.pk and away.manager_id != by.pk:
        raise NotAllowed(_("Who stands in for whom is said by those who go, or by whoever is above them."))
    if not away.can("desk.approve"):
        raise NotAllowed(_("Only who answers approvals needs somebody to stand in."))


def visible_stand_ins(person: Person) -> QuerySet[StandIn]:
    return StandIn.objects.filter(Q(person=person) | Q(deputy=person) | Q(person__manager=person))


def get_stand_in(person: Person, pk: int) -> StandIn:
    found = visible_stand_ins(person).select_related("person", "deputy").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def get_approval(person: Person, pk: int) -> Approval:
    approval = visible_approvals(person).select_related("asked_by", "settled_by", "shop").filter(pk=pk).first()
    if approval is None:
        raise Http404
    return approval


def approvers(approval: Approval) -> list[int]:
    """Those who may answer it by right, and those who stand in for them."""
    people = people_who_may(approval.needs, approval.shop_id).exclude(pk=approval.asked_by_id)
    by_right = list(people.values_list("pk", flat=True))
    now = clock.now()
    running = StandIn.objects.filter(person__in=by_right, ended_at=None, since__lte=now, until__gt=now)
    deputies = running.exclude(deputy=approval.asked_by_id).values_list("deputy", flat=True)
    return list(dict.fromkeys([*by_right, *deputies]))


def must_settle(by: Person, approval: Approval, at: datetime) -> Person:
    """By whose right it is answered: one's own, or that of somebody one stands in for."""
    if by.pk == approval.asked_by_id:
        raise NotAllowed(_("Nobody approves what they asked for themselves."))
    holder = answers_for(by, approval, at)
    if holder is None:
        raise NotAllowed(_("You may not answer this. It goes to somebody with more authority."))
    return holder


def leads(person: Person, shop_id: int | None) -> bool:
    return person.can("desk.assign", shop=shop_id)


def led_teams(person: Person) -> QuerySet[Team]:
    """The teams one leads: those whose shops all are within one's right to give tasks."""
    held = scope(person).granted.get("desk.assign", frozenset())
    if held is None:
        return Team.objects.filter(teamshop__isnull=False).distinct().order_by("name", "pk")
    beyond = TeamShop.objects.exclude(shop_id__in=held).values("team_id")
    return Team.objects.filter(teamshop__shop_id__in=held).exclude(pk__in=beyond).distinct().order_by("name", "pk")


def get_led_team(person: Person, pk: int) -> Team:
    team = led_teams(person).filter(pk=pk).first()
    if team is None:
        raise Http404
    return team


def visible_questions(person: Person) -> QuerySet[Question]:
    """What was asked in one's shops, by oneself, or of oneself."""
    own = Q(asked_by=person) | Q(expert=person)
    return Question.objects.filter(own | (Q(shop__isnull=False) & scope(person).filter()) | _of_no_shop(person))


def _of_no_shop(person: Person) -> Q:
    return Q(shop=None, asked_by__manager=person)


def get_question(person: Person, pk: int) -> Question:
    found = visible_questions(person).select_related("asked_by", "answered_by", "expert", "shop").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def may_answer(person: Person, question: Question) -> bool:
    """Who leads in that shop, or the expert who was asked; never who asked."""
    if person.pk == question.asked_by_id:
        return False
    if person.pk == question.expert_id or question.asked_by.manager_id == person.pk:
        return True
    return question.shop_id is not None and leads(person, question.shop_id)


def may_note(person: Person) -> bool:
    return person.can("desk.task")


def visible_incidents(person: Person) -> QuerySet[Incident]:
    return Incident.objects.filter(scope(person).filter())


def get_incident(person: Person, pk: int) -> Incident:
    found = visible_incidents(person).select_related("shop", "owner", "by", "settled_by").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def visible_requests(person: Person) -> QuerySet[DepartmentRequest]:
    """One's own, those to one's department (of shops one sees), and as a leader those of one's shops."""
    kept = scope(person)
    seen = Q(shop=None) | Q(shop__isnull=False) if kept.everywhere else Q(shop=None) | Q(shop_id__in=kept.shops)
    mine = Q(asked_by=person) | Q(asked_by__manager=person)
    if person.department_id is not None:
        mine |= Q(department_id=person.department_id) & seen
    if person.can("desk.assign"):
        mine |= Q(shop__isnull=False) & kept.filter()
    return DepartmentRequest.objects.filter(mine)


def get_request(person: Person, pk: int) -> DepartmentRequest:
    related = ("asked_by", "department", "shop", "received_by", "settled_by", "incident")
    found = visible_requests(person).select_related(*related).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def receivers(request: DepartmentRequest) -> list[int]:
    """Those of the department who see the shop it is about."""
    people = Person.objects.filter(department=request.department_id, is_active=True)
    if request.shop_id is not None:
        people = people.filter(pk__in=people_of_shops([request.shop_id]).values("pk"))
    return list(people.values_list("pk", flat=True))


def may_receive(person: Person, request: DepartmentRequest) -> bool:
    return person.department_id == request.department_id and scope(person).sees(request.shop_id)


def visible_handovers(person: Person) -> QuerySet[Handover]:
    """One's own sheets, those to oneself, and the signed ones of one's teams."""
    kept = scope(person)
    mine = Q(from_person=person) | Q(to_person=person, signed_at__isnull=False)
    team = Q(signed_at__isnull=False)
    team &= Q(team__isnull=False) if kept.everywhere else Q(team_id__in=kept.teams)
    return Handover.objects.filter(mine | team)


def get_handover(person: Person, pk: int) -> Handover:
    found = visible_handovers(person).select_related("from_person", "to_person", "team").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def get_handover_item(person: Person, pk: int) -> HandoverItem:
    found = HandoverItem.objects.select_related("handover__from_person", "handover__to_person", "handover__team")
    item = found.filter(pk=pk, handover__in=visible_handovers(person)).first()
    if item is None:
        raise Http404
    return item


def may_take_over(person: Person, handover: Handover) -> bool:
    """Whoever was named, else whoever of the team comes; never who left it."""
    if person.pk == handover.from_person_id:
        return False
    if handover.to_person_id is not None:
        return person.pk == handover.to_person_id
    return handover.team_id is not None and handover.team_id in scope(person).teams


def team_of(person: Person) -> Team | None:
    """The first team a person belongs to; sheets and days are kept under it."""
    return Team.objects.filter(pk__in=scope(person).teams).order_by("pk").first()


def roles_of(person: Person) -> set[str]:
    now = clock.now()
    held = RoleGrant.objects.filter(Q(until=None) | Q(until__gt=now), person=person, since__lte=now)
    return set(held.values_list("role__code", flat=True))


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
