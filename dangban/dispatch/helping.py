"""Too much to do: agents are called to help through the supervisor, and an order agent stands in for the keeper."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import close_old_connections, transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from dangban.desk import actions as desk
from dangban.desk.ports import InboxItem
from dangban.dispatch import access, bell, rules
from dangban.dispatch.models import Help, Helper
from dangban.handbook.current import in_force_so_far as in_force
from dangban.handbook.decisions import Decision
from dangban.journal.actions import record
from dangban.lib import clock
from dangban.lib.actor import SYSTEM
from dangban.lib.errors import BadInput, Conflict, NotAllowed, Refused
from dangban.lib.text import refuse_unstorable
from dangban.people import actions as people
from dangban.people.access import people_who_may
from dangban.people.models import Person, Role, RoleGrant, Shop
from dangban.workforce import queries as workforce

# The role that somebody gets for the time they help.
ROLE = {Help.Place.WAREHOUSE: "warehouse", Help.Place.DESK: "order-agent"}
LONGEST = timedelta(hours=12)
# A keeper on leave is away for longer than an afternoon.
LONGEST_AWAY = timedelta(days=31)
LEADS = (Person.Level.LEADER, Person.Level.DEPUTY, Person.Level.SUPERVISOR, Person.Level.MANAGER)


def call(
    shop: Shop, place: str, *, people_wanted: int, why: str, until: datetime, by: Person, at: datetime | None = None
) -> Help:
    """The warehouse or the order desk is short of hands: whoever assigns people for the shop is asked."""
    access.require_either(by, shop.pk)
    at = at or clock.now()
    why = _checked(place, why, until, at)
    if not 1 <= people_wanted <= 20:
        message = _("Ask for 1 to 20 people.")
        raise BadInput(message, fields={"people": [message]})
    decision = rules.helping(str(Help.Place(place).label), in_force(at))
    if decision.outcome == "refused":
        raise Refused(_("The handbook does not let agents be called to help."), decision=decision)
    with transaction.atomic():
        if Help.objects.filter(shop=shop, place=place, kind=Help.Kind.HELP, closed_at=None, until__gt=at).exists():
            raise Conflict(_("Help was called for this place already."))
        asked = Help.objects.create(
            kind=Help.Kind.HELP, place=place, shop=shop, people=people_wanted, why=why, until=until,
            because=[one.as_data() for one in decision.because], by=by, at=at,
        )  # fmt: skip
        record("dispatch.help_called", subject=asked, by=by, shop=shop.pk, change={"place": place, "people": people_wanted, "reason": why}, at=at)
        seeing = people_who_may("desk.assign", shop.pk).filter(pk__in=people_who_may(access.VIEW, shop.pk))
        desk_people = list(seeing.exclude(pk=by.pk))
        for person in desk_people:
            with translation.override(person.language):
                title = _("%(place)s of %(shop)s is short of %(count)s people") % {
                    "place": asked.get_place_display(), "shop": shop.name, "count": people_wanted,
                }  # fmt: skip
            desk.notify(person, title, why, by=by, url=reverse("dispatch:help"), shop=shop, at=at)
        bell.desk_changed(shop.pk)
    return asked


def assign(asked: Help, person: Person, *, by: Person, at: datetime | None = None) -> Helper:
    """The supervisor gives an agent to the place until the time said; with the permission and a task that says so."""
    access.require(by, "desk.assign", asked.shop_id)
    at = at or clock.now()
    if not person.is_active or not person.can("conversations.serve", shop=asked.shop_id):
        message = _("%(name)s does not serve this shop.") % {"name": person.name}
        raise BadInput(message, fields={"person": [message]})
    with transaction.atomic():
        held = Help.objects.select_for_update(of=("self",)).select_related("shop").get(pk=asked.pk)
        if held.closed_at is not None or held.until <= at:
            raise Conflict(_("This call for help is over."))
        if held.helpers.filter(ended_at=None).count() >= held.people:
            raise Conflict(_("Enough people help already."))
        helper = _give(held, person, by, at)
        with translation.override(person.language):
            title = _("Help at the %(place)s of %(shop)s until %(when)s") % {
                "place": held.get_place_display(), "shop": held.shop.name, "when": f"{clock.local(held.until):%H:%M}",
            }  # fmt: skip
        url = reverse("dispatch:pack") if held.place == Help.Place.WAREHOUSE else reverse("dispatch:audit")
        desk.write_task(title, body=held.why, by=by, owner=person, shop=held.shop, subject=helper, url=url, due_at=held.until, at=at)
    return helper


def stand_in(shop: Shop, *, until: datetime, why: str, by: Person, at: datetime | None = None) -> Helper:
    """An order agent takes the warehouse for the time its keeper isn't there, where the handbook lets them."""
    access.require(by, access.AUDIT, shop.pk)
    at = at or clock.now()
    why = _checked(Help.Place.WAREHOUSE, why, until, at)
    decision = standing_in(shop, by, at)
    if decision.outcome == "keeper":
        raise Refused(_("A warehouse keeper is on duty. Nobody needs to stand in."), decision=decision)
    if decision.outcome == "refused":
        raise Refused(_("The handbook does not let anybody stand in for the warehouse keeper."), decision=decision)
    if by.can(access.PACK, shop=shop.pk):
        raise Conflict(_("You may work in this warehouse already."))
    with transaction.atomic():
        held = Help.objects.create(
            kind=Help.Kind.STAND_IN, place=Help.Place.WAREHOUSE, shop=shop, why=why, until=until, by=by, at=at,
            because=[one.as_data() for one in decision.because],
        )  # fmt: skip
        return _give(held, by, by, at)


def name_stand_in(shop: Shop, person: Person, *, until: datetime, why: str, by: Person, at: datetime | None = None) -> Helper:
    """Whoever assigns people, or the keeper who goes away, gives the warehouse to an order agent until the time said.

    They know that the keeper is away, so the roster is not asked. Who stands in can't pass it on.
    """
    if not may_name(by, shop.pk):
        raise NotAllowed(_("Who stands in for the warehouse is named by its keeper, or by whoever assigns people."))
    at = at or clock.now()
    why = _checked(Help.Place.WAREHOUSE, why, until, at, LONGEST_AWAY)
    decision = rules.standing_in(False, in_force(at), named=True)
    if decision.outcome == "refused":
        raise Refused(_("The handbook does not let anybody stand in for the warehouse keeper."), decision=decision)
    if person.pk == by.pk or not person.is_active or not person.can(access.AUDIT, shop=shop.pk):
        message = _("Choose an order agent of this shop.")
        raise BadInput(message, fields={"person": [message]})
    if person.can(access.PACK, shop=shop.pk):
        raise Conflict(_("%(name)s may work in this warehouse already.") % {"name": person.name})
    with transaction.atomic():
        held = Help.objects.create(
            kind=Help.Kind.STAND_IN, place=Help.Place.WAREHOUSE, shop=shop, why=why, until=until, by=by, at=at,
            because=[one.as_data() for one in decision.because],
        )  # fmt: skip
        helper = _give(held, person, by, at)
        _tell_of_it(helper, at)
    return helper


def may_name(by: Person, shop_id: int) -> bool:
    """Who assigns people for the shop; the keeper, but not somebody who keeps only for a time."""
    if by.can("desk.assign", shop=shop_id):
        return True
    return by.can("stock.keep", shop=shop_id) and not Helper.objects.filter(person=by, help__shop=shop_id, ended_at=None).exists()


def stand_in_candidates(shop_id: int, by: Person, at: datetime) -> list[Person]:
    """Order agents of the shop who do not keep the warehouse anyway; those on duty first."""
    on_duty = workforce.people_on_duty(at)
    have = set(people_who_may(access.PACK, shop_id).values_list("pk", flat=True)) | {by.pk}
    found = [one for one in people_who_may(access.AUDIT, shop_id).order_by("name", "pk") if one.pk not in have]
    return sorted(found, key=lambda one: one.pk not in on_duty)


def _tell_of_it(helper: Helper, at: datetime) -> None:
    """The person finds a task that lasts as long as the right does: goods, picking, and the couriers are theirs."""
    held, person = helper.help, helper.person
    with translation.override(person.language):
        wall = clock.local(held.until)
        until = f"{wall:%H:%M}" if clock.business_day(held.until) == clock.business_day(at) else f"{wall:%m-%d %H:%M}"
        title = _("You stand in for the warehouse of %(shop)s until %(when)s") % {"shop": held.shop.name, "when": until}
        body = _("Stock, picking and packing, and asking the couriers to come. %(why)s") % {"why": held.why}
    url = reverse("dispatch:pack")
    desk.write_task(title, body=body, by=helper.by.actor, owner=person, shop=held.shop, subject=helper, url=url, due_at=held.until, at=at)


def standing_in(shop: Shop, by: Person, at: datetime) -> Decision:
    on_duty = workforce.people_on_duty(at)
    keepers = people_who_may("stock.keep", shop.pk).exclude(level__in=LEADS).exclude(pk=by.pk)
    return rules.standing_in(any(keeper.pk in on_duty for keeper in keepers), in_force(at))


def _give(held: Help, person: Person, by: Person, at: datetime) -> Helper:
    role = Role.objects.get(code=ROLE[Help.Place(held.place)])
    # The rule gives the right, for this shop and this time; nobody deals it out by hand.
    grant = people.grant_role(person, role, by=SYSTEM, at=at, shop=held.shop, until=held.until)
    helper = Helper.objects.create(help=held, person=person, grant=grant, by=by, at=at)
    change = {"person": person.name, "role": role.name, "until": held.until.isoformat(timespec="minutes")}
    verb = "dispatch.stood_in" if held.kind == Help.Kind.STAND_IN else "dispatch.help_given"
    record(verb, subject=held, by=by, shop=held.shop_id, change=change, because=held.because, at=at)
    bell.desk_changed(held.shop_id)
    return helper


def end(asked: Help, *, by: Person, at: datetime | None = None) -> None:
    """It is enough: whoever helps goes back, and the permission with them."""
    if not may_end(asked, by):
        access.require(by, "desk.assign", asked.shop_id)
    at = at or clock.now()
    with transaction.atomic():
        held = Help.objects.select_for_update(of=("self",)).get(pk=asked.pk)
        if held.closed_at is not None:
            raise Conflict(_("This call for help is over."))
        held.closed_at = at
        held.save(update_fields=["closed_at"])
        for helper in held.helpers.filter(ended_at=None).select_related("grant__person"):
            open_still = RoleGrant.objects.filter(pk=helper.grant_id, until__gt=at).exists()
            if open_still:
                people.revoke_role(helper.grant, by=SYSTEM, at=at)
            desk.settle_tasks(helper, by=by, at=at)
            helper.ended_at = at
            helper.save(update_fields=["ended_at"])
        record("dispatch.help_ended", subject=held, by=by, shop=held.shop_id, change={"place": held.place}, at=at)
        bell.desk_changed(held.shop_id)


def may_end(asked: Help, by: Person) -> bool:
    """Whoever asked for it; of a stand-in also who stands in, and who may name one."""
    if asked.by_id == by.pk or by.can("desk.assign", shop=asked.shop_id):
        return True
    if asked.kind != Help.Kind.STAND_IN:
        return False
    return may_name(by, asked.shop_id) or asked.helpers.filter(person=by, ended_at=None).exists()


def look_round() -> None:
    """Helps whose time is over are over; the permission ended by itself."""
    close_old_connections()
    close_over(clock.now())


def close_over(at: datetime) -> int:
    over = list(Help.objects.filter(closed_at=None, until__lte=at).values_list("pk", "shop"))
    with transaction.atomic():
        Help.objects.filter(pk__in=[pk for pk, _shop in over]).update(closed_at=at)
        Helper.objects.filter(help__in=[pk for pk, _shop in over], ended_at=None).update(ended_at=at)
        bell.desks_changed(shop for _pk, shop in over)
    return len(over)


def candidates(asked: Help, at: datetime) -> list[Person]:
    """Agents of the shop who are on duty and have not the right anyway, the most junior first."""
    on_duty = workforce.people_on_duty(at)
    permission = access.PACK if asked.place == Help.Place.WAREHOUSE else access.AUDIT
    have = set(people_who_may(permission, asked.shop_id).values_list("pk", flat=True))
    serving = people_who_may("conversations.serve", asked.shop_id).exclude(level__in=LEADS).order_by("name", "pk")
    found = [one for one in serving if one.pk not in have]
    return sorted(found, key=lambda one: one.pk not in on_duty)


class Calls:
    """What waits for whoever assigns people: places that are short of hands."""

    def items(self, person: Person, at: datetime) -> Iterable[InboxItem]:
        if not (person.can("desk.assign") and access.works_here(person)):
            return []
        calls = access.visible_help(person).filter(kind=Help.Kind.HELP, closed_at=None, until__gt=at).select_related("shop")
        return [
            InboxItem(
                key=f"dispatch.help:{one.pk}", kind="dispatch", url=reverse("dispatch:help"), due_at=one.until, since=one.at,
                label=_("%(place)s of %(shop)s is short of %(count)s people")
                % {"place": one.get_place_display(), "shop": one.shop.name, "count": one.people},
                detail=one.why, shop_id=one.shop_id,
            )
            for one in calls
            if person.can("desk.assign", shop=one.shop_id) and one.helpers.filter(ended_at=None).count() < one.people
        ]  # fmt: skip

    def count(self, person: Person, at: datetime) -> int:
        return len(list(self.items(person, at)))


def _checked(place: str, why: str, until: datetime, at: datetime, longest: timedelta = LONGEST) -> str:
    why = refuse_unstorable(why.strip(), "why")[:200]
    faults: dict[str, list[str]] = {}
    if place not in Help.Place.values:
        raise NotAllowed(_("There is no such place."))
    if not why:
        faults["why"] = [_("Say why.")]
    if not at < until <= at + longest:
        hours = _("Choose a time within the next twelve hours.")
        faults["until"] = [hours if longest == LONGEST else _("Choose a time within the next month.")]
    if faults:
        raise BadInput(next(iter(faults.values()))[0], fields=faults)
    return why
