"""The clock of a wish: by when the order desk ticks it, who sees to that, and what ends it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db.models import Count
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from dangban.desk import actions as desk
from dangban.desk import house
from dangban.desk.models import Deadline
from dangban.handbook.actions import keep
from dangban.handbook.current import in_force_so_far as in_force
from dangban.handbook.decisions import Because
from dangban.journal.actions import HasActor
from dangban.lib import clock
from dangban.orders import rules
from dangban.orders.models import Order, Requirement
from dangban.people.access import members_of, people_who_may
from dangban.people.models import Person, Team
from dangban.shops import queries as shops
from dangban.workforce.models import DutyPeriod

KIND = "orders.requirement"
_LEADS = (Person.Level.LEADER, Person.Level.DEPUTY, Person.Level.SUPERVISOR, Person.Level.MANAGER)


def start(requirement: Requirement, *, by: HasActor, at: datetime) -> Deadline | None:
    """Set a wish's clock going; call it inside the transaction that puts the wish.

    Without an agreed time it follows the next cut-off, which only an order has. `due_at` of the
    wish is filled in. A clock that runs already goes on, under the order the wish hangs on now.
    """
    if requirement.order is not None and rules.is_over(requirement.order.status, requirement.order.refund):
        cancel(requirement, by=by, reason=str(requirement.order.get_status_display()), at=at)
        return None
    label, url = _label(requirement), _address(requirement)
    running = desk.rename_deadline(requirement, KIND, label=label, url=url)
    if running is not None:
        return running
    because = _decide(requirement, by=by, at=at)
    if requirement.due_at is None:
        return None
    # From the full second, so that the clock runs out when the cut-off says and not just before.
    since = at.replace(microsecond=0)
    owner = who_ticks(requirement.shop_id, requirement.due_at, at)
    return desk.start_deadline(
        KIND,
        requirement,
        rule=because[0].path if because else KIND,
        allowed_seconds=max(1, int((requirement.due_at - since).total_seconds())),
        because=[reason.as_data() for reason in because],
        by=by,
        owner=owner,
        team=team_of(requirement.shop_id, owner),
        shop=requirement.shop,
        label=label,
        url=url,
        warn_seconds=int(house.warn_before(at).total_seconds()),
        at=since,
    )


def meet(requirement: Requirement, *, by: HasActor, at: datetime) -> None:
    desk.meet_deadline(requirement, KIND, by=by, at=at)


def cancel(requirement: Requirement, *, by: HasActor, reason: str, at: datetime) -> None:
    desk.cancel_deadlines(requirement, by=by, kinds=(KIND,), reason=reason, at=at)


def end_with(orders: Sequence[Order], *, by: HasActor, at: datetime) -> int:
    """Orders have left or were closed: end the clocks of wishes that can't be met any more."""
    gone = [
        order.pk
        for order in orders
        if rules.has_left(order.status) or rules.is_over(order.status, order.refund)
    ]
    if not gone:
        return 0
    wishes = (
        Requirement.objects.filter(order__in=gone, settled_at=None).select_related("order").order_by("pk")
    )
    return sum(end_if_gone(wish, by=by, at=at) for wish in wishes)


def end_if_gone(requirement: Requirement, *, by: HasActor, at: datetime) -> bool:
    """End the clock of one wish if its order's stage leaves nothing to tick."""
    order = requirement.order
    if order is None or not rules.ends_tick(requirement.kind, order.status, order.refund):
        return False
    cancel(requirement, by=by, reason=str(order.get_status_display()), at=at)
    return True


def who_ticks(shop_id: int, due: datetime, at: datetime) -> Person | None:
    """Somebody of the order desk, who is on duty before it is due and has least to tick already.

    Those who also flag and remark are the order desk; whoever only ticks (the warehouse) comes
    after them, whoever leads comes last.
    """
    may_tick = list(people_who_may("orders.settle", shop_id))
    if not may_tick:
        return None
    ids = [person.pk for person in may_tick]
    desk_people = set(people_who_may("orders.flag", shop_id).values_list("pk", flat=True))
    duty = DutyPeriod.objects.filter(person__in=ids, starts_at__lt=due, ends_at__gt=at, ended_at=None)
    on_duty = set(duty.values_list("person", flat=True))
    waiting = Deadline.objects.filter(kind=KIND, owner__in=ids, met_at=None, cancelled_at=None)
    load = dict(waiting.values("owner").annotate(n=Count("pk")).values_list("owner", "n"))

    def order_of(person: Person) -> tuple[bool, bool, bool, int, int]:
        far = person.pk not in desk_people
        return (person.level in _LEADS, far, person.pk not in on_duty, load.get(person.pk, 0), person.pk)

    return min(may_tick, key=order_of)


def also_told(deadline: Deadline) -> list[Person]:
    """Whoever gave the customer their word learns that it was not kept."""
    put_by = Person.objects.filter(
        pk__in=Requirement.objects.filter(pk=deadline.subject_id).values("by"), is_active=True
    )
    return list(put_by)


def _decide(requirement: Requirement, *, by: HasActor, at: datetime) -> tuple[Because, ...]:
    """Where no time was agreed, the next cut-off sets it: the decision is kept, its reasons returned."""
    if requirement.due_at is not None or requirement.order is None:
        return ()
    profile = shops.profile(requirement.shop)
    decided = rules.tick_by(clock.local(at), profile.cut_off if profile else None, in_force(at))
    if decided is None:
        return ()
    requirement.due_at = decided.at
    requirement.save(update_fields=["due_at"])
    if decided.decision.because:
        keep(decided.decision, subject=requirement, by=by, shop=requirement.shop_id, at=at)
    return decided.decision.because


def team_of(shop_id: int, owner: Person | None) -> Team | None:
    """The owner's team among those that serve the shop, else the first of them."""
    teams = list(Team.objects.filter(teamshop__shop=shop_id).order_by("pk"))
    if owner is None or len(teams) < 2:
        return teams[0] if teams else None
    return next((team for team in teams if members_of([team.pk]).filter(pk=owner.pk).exists()), teams[0])


def _label(requirement: Requirement) -> str:
    """Its kind and order; the customer's own words stay with the wish, where they can be erased."""
    # Read by whoever has the clock then, not by who starts it.
    with translation.override(settings.LANGUAGE_CODE):
        kind = str(Requirement.Kind(requirement.kind).label)
        if requirement.order is None:
            return _("Tick the wish “%(kind)s”; the order is still to come") % {"kind": kind}
        return _("Tick the wish “%(kind)s” on order %(number)s") % {
            "kind": kind,
            "number": requirement.order.platform_id,
        }


def _address(requirement: Requirement) -> str:
    if requirement.order_id is None:
        return reverse("customers:profile", args=[requirement.customer_id])
    return reverse("orders:detail", args=[requirement.order_id]) + f"#requirement-{requirement.pk}"
