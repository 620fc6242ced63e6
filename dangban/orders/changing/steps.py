"""The steps of a change: laid down, ticked by whoever acts, each with its clock; the last one ends it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Count
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from dangban.desk import actions as desk
from dangban.desk import house
from dangban.desk.models import Deadline
from dangban.handbook.current import in_force_so_far as in_force
from dangban.handbook.shapes import Words
from dangban.journal.actions import HasActor, record
from dangban.lib import clock, text
from dangban.lib.actor import SYSTEM
from dangban.lib.errors import Conflict, NotAllowed
from dangban.orders import access, ticking
from dangban.orders.changing import applying, bells, rules
from dangban.orders.models import ChangeRequest, ChangeStep, Order, Parcel
from dangban.orders.unpaid.following import LEADS
from dangban.people.access import people_who_may
from dangban.people.models import Person
from dangban.workforce import queries as workforce

CLOCK = "orders.change_step"
WHO = {
    "agent": "orders.change", "order": "orders.settle", "warehouse": "stock.keep", "leader": "desk.approve",
    "finance": "orders.refund",
}  # fmt: skip


def lay_down(request: ChangeRequest, steps: Sequence[rules.Step]) -> None:
    """The steps still to do, after those that are done."""
    done = {step.code: step.position for step in request.steps.all()}
    start = max(done.values(), default=0)
    new = [step for step in steps if step.code not in done]
    ChangeStep.objects.bulk_create(
        ChangeStep(request=request, position=start + number, code=step.code, who=step.who, what=step.what.as_data())
        for number, step in enumerate(new, 1)
    )


def tick(step: ChangeStep, *, by: Person, note: str = "", at: datetime | None = None) -> ChangeRequest:
    """A step is done; with the last one the order is changed, unless it was already.

    Where the order has gone further meanwhile, the change is thought over by its new stage first:
    other steps, or too late.
    """
    from dangban.orders.changing import asking

    must_take(by, step)
    at = at or clock.now()
    note = text.refuse_unstorable(" ".join(note.split()), "note")[:200]
    with transaction.atomic():
        order, held = asking.lock_both(step.request)
        mine = ChangeStep.objects.select_related("done_by").filter(pk=step.pk).first()
        if mine is None:
            raise Conflict(_("The order has moved on; the steps are others now."))
        if mine.done_at is not None:
            raise Conflict(_("%(name)s did this already.") % {"name": mine.done_by})
        mine.done_at, mine.done_by, mine.note = at, by, note
        mine.save(update_fields=["done_at", "done_by", "note"])
        desk.meet_deadline(mine, CLOCK, by=by, at=at)
        change = {"field": held.field, "step": mine.what.get("zh", mine.code), "order": order.platform_id}
        record("orders.change_step_done", subject=order, by=by, shop=held.shop_id, change=change, at=at)
        if not overtaken(held, order, by=by, at=at):
            if not held.steps.filter(done_at=None).exists() and held.applied_at is None:
                applying.apply(held, order, by=by, at=at)
            go_on(held, by=by, at=at)
        bells.changed(held)
    return held


def overtaken(held: ChangeRequest, order: Order, *, by: HasActor, at: datetime) -> bool:
    """Whether the order has gone further than the steps were laid down for, and now nothing can be changed.

    Where its new stage still allows it, the open steps become those of that stage.
    """
    from dangban.orders.changing import asking

    stage = asking.stage_of(order)
    if held.applied_at is not None or not rules.is_later(stage, held.stage):
        return False
    verdict = asking.verdict_of(order, held.field, held.cause, at)
    if verdict.outcome not in ("yes", "steps"):
        with translation.override(settings.LANGUAGE_CODE):
            why = _("The order has moved on; it can't be changed any more.")
        end(held, ChangeRequest.Outcome.OVERTAKEN, why, by=by, at=at)
        return True
    for step in held.steps.filter(done_at=None):
        desk.cancel_deadlines(step, by=by, kinds=(CLOCK,), reason=stage, at=at)
        step.delete()
    lay_down(held, verdict.steps)
    held.stage, held.payer = stage, verdict.payer
    held.because = [reason.as_data() for reason in verdict.decision.because]
    held.version += 1
    held.save(update_fields=["stage", "payer", "because", "version"])
    record(
        "orders.change_replanned", subject=order, by=by, shop=held.shop_id, change={"field": held.field, "stage": stage},
        because=held.because, at=at,
    )  # fmt: skip
    return False


def parcel_left(parcel: Parcel, at: datetime) -> None:
    """A parcel left while changes of its order were open: other steps, or too late."""
    open_ones = ChangeRequest.objects.filter(order=parcel.order_id, settled_at=None, applied_at=None)
    for held in open_ones.select_related("shop", "follower", "order").order_by("pk"):
        order = Order.objects.get(pk=parcel.order_id)
        if not overtaken(held, order, by=SYSTEM, at=at):
            go_on(held, by=SYSTEM, at=at)
        bells.changed(held)


def go_on(held: ChangeRequest, *, by: HasActor, at: datetime) -> None:
    """The clock of the next step, or the end."""
    following = held.steps.filter(done_at=None).order_by("position").first()
    if following is None:
        if held.applied_at is not None:
            end(held, ChangeRequest.Outcome.DONE, "", by=by, at=at)
        return
    allowed = rules.seconds_for_a_step(in_force(at))
    if allowed is None:
        return
    owner = owner_of(following, held, at)
    desk.start_deadline(
        CLOCK, following, rule=allowed[1][0].path, allowed_seconds=allowed[0], by=by,
        because=[reason.as_data() for reason in allowed[1]], owner=owner, team=ticking.team_of(held.shop_id, owner),
        shop=held.shop, label=_clock_label(following, held), url=reverse("orders:change", args=[held.pk]),
        warn_seconds=int(house.warn_before(at).total_seconds()), at=at,
    )  # fmt: skip


def end(held: ChangeRequest, outcome: str, answer: str, *, by: HasActor, at: datetime) -> None:
    """Nothing more is to be done; who follows it is told unless they did it themselves."""
    from dangban.orders.changing import asking

    actor = by.actor
    held.settled_at, held.outcome, held.answer = at, outcome, answer
    held.settled_by_kind, held.settled_by_id, held.settled_by_name = actor.kind, actor.id, actor.name
    held.version += 1
    held.save(
        update_fields=["settled_at", "outcome", "answer", "settled_by_kind", "settled_by_id", "settled_by_name", "version"]
    )
    for step in held.steps.filter(done_at=None):
        desk.cancel_deadlines(step, by=by, kinds=(CLOCK,), reason=str(outcome), at=at)
    change = {"field": held.field, "outcome": outcome, "answer": answer, "order": held.order.platform_id}
    record("orders.change_ended", subject=held.order, by=by, shop=held.shop_id, change=change, at=at)
    follower = held.follower
    if follower is not None and (actor.kind, actor.id) != ("person", follower.pk):
        with translation.override(follower.language):
            said = _("%(outcome)s: %(what)s, order %(number)s") % {
                "outcome": held.get_outcome_display(), "what": held.get_field_display(), "number": held.order.platform_id,
            }  # fmt: skip
        url = reverse("orders:change", args=[held.pk])
        desk.notify(follower, said, answer, by=by, url=url, shop=held.shop, at=at)
    if outcome in (ChangeRequest.Outcome.TURNED_BACK, ChangeRequest.Outcome.OVERTAKEN) and follower is not None:
        with translation.override(follower.language):
            title = _("Tell the customer: %(what)s of order %(number)s was not possible") % {
                "what": asking.label(held), "number": held.order.platform_id,
            }  # fmt: skip
        url = reverse("orders:detail", args=[held.order_id])
        desk.write_task(title, body=answer, by=SYSTEM, owner=follower, shop=held.shop, subject=held, url=url, at=at)
    bells.changed(held)


def owner_of(step: ChangeStep, held: ChangeRequest, at: datetime) -> Person | None:
    """The agent who follows it for the agent's steps; for others who holds that work and has least of it."""
    follower = held.follower
    if step.who == "agent" and follower is not None and follower.is_active and follower.can(WHO["agent"], shop=held.shop_id):
        return follower
    if step.who == "order":
        return pick("orders.settle", held.shop_id, at, among="orders.change")
    return pick(WHO[step.who], held.shop_id, at) or pick("desk.approve", held.shop_id, at)


def pick(permission: str, shop_id: int, at: datetime, among: str = "") -> Person | None:
    """Who may, is on duty, does not lead, and has fewest such steps."""
    may = list(people_who_may(permission, shop_id))
    if among:
        also = set(people_who_may(among, shop_id).values_list("pk", flat=True))
        may = [person for person in may if person.pk in also] or may
    if not may:
        return None
    on_duty = workforce.people_on_duty(at)
    clocks = Deadline.objects.filter(kind=CLOCK, owner__in=may, met_at=None, cancelled_at=None)
    load = dict(clocks.values("owner").annotate(n=Count("pk")).values_list("owner", "n"))
    return min(may, key=lambda one: (one.level in LEADS, one.pk not in on_duty, load.get(one.pk, 0), one.pk))


def may_take(person: Person, step: ChangeStep) -> bool:
    shop = step.request.shop_id
    return person.can(WHO[step.who], shop=shop) or person.can("desk.assign", shop=shop)


def must_take(by: Person, step: ChangeStep) -> None:
    access.require(by, "orders.view", step.request.shop_id)
    if not may_take(by, step):
        who = str(ChangeStep.Who(step.who).label)
        raise NotAllowed(_("%(who)s ticks this step, or who leads.") % {"who": who})


def must_act(by: Person, request: ChangeRequest) -> None:
    """Whoever has a step of it, follows it, or leads."""
    access.require(by, "orders.view", request.shop_id)
    if by.pk == request.follower_id or by.can("desk.assign", shop=request.shop_id):
        return
    if not any(may_take(by, step) for step in request.steps.select_related("request")):
        raise NotAllowed(_("You have no step of this change."))


def _clock_label(step: ChangeStep, held: ChangeRequest) -> str:
    """Read by whoever has the clock then, so in the company's language."""
    with translation.override(settings.LANGUAGE_CODE):
        return _("%(field)s of order %(number)s: %(step)s") % {
            "field": held.get_field_display(), "number": held.order.platform_id, "step": Words(**step.what).in_language(settings.LANGUAGE_CODE),
        }  # fmt: skip
