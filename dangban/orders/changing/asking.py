"""Asking for a change of an order, and ending it: at once, when its steps are done, or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from dangban.handbook.actions import keep
from dangban.handbook.current import in_force_so_far as in_force
from dangban.handbook.shapes import Flag
from dangban.journal.actions import HasActor, record
from dangban.lib import clock, text
from dangban.lib.errors import BadInput, Conflict, Refused
from dangban.orders import access, actions, ports
from dangban.orders.changing import applying, bells, rules, steps, wanted
from dangban.orders.models import ChangeRequest, Order
from dangban.orders.queries import marks
from dangban.people.models import Person

Field = ChangeRequest.Field
Outcome = ChangeRequest.Outcome
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody typed: the field, its new values, whose cause it is and what the page had shown."""

    field: str
    typed: Mapping[str, str]
    cause: str = ChangeRequest.Cause.WISH
    note: str = ""
    seen: str = ""


def ask(
    order: Order, asked: Asked, *, by: HasActor, follower: Person | None = None, at: datetime | None = None
) -> ChangeRequest:
    """Change an order (改单): at once where its stage allows that, else lay down the steps it takes.

    Refused with 依据 where the stage does not allow it. Conflict if somebody changed the same part
    since the page was drawn, or a change of it is under way. Locks the order.
    """
    access.require(by, "orders.change", order.shop_id)
    at = at or clock.now()
    if asked.field not in Field.values or asked.cause not in ChangeRequest.Cause.values:
        raise BadInput(_("Choose what is to be changed."), fields={"field": [_("Choose what is to be changed.")]})
    note = text.refuse_unstorable(" ".join(asked.note.split()), "note")[:_LONGEST]
    with transaction.atomic():
        locked = lock(order.pk)
        _not_meanwhile(locked, asked)
        _not_of_a_case(locked, asked.field)
        verdict = verdict_of(locked, asked.field, asked.cause, at)
        refuse(verdict)
        typed = {**asked.typed, "note": asked.typed.get("note", note)}
        becomes = wanted.work_out(locked, asked.field, typed, stage=verdict.stage)
        request = _write(locked, asked, note, verdict, becomes, by, follower, at)
        _remark(request, locked, by=by, at=at)
        if verdict.outcome == "yes":
            applying.apply(request, lock(locked.pk), by=by, at=at)
        steps.go_on(request, by=by, at=at)
        bells.changed(request)
    return request


def _not_of_a_case(order: Order, field: str) -> None:
    """What goods are sent for a case, and for how much, is settled there, and the case goes on with it."""
    if not order.is_sale and field not in (Field.ADDRESS, Field.COURIER):
        message = _("This order sends goods for an after-sales case. Call it off there, or order other goods there.")
        raise Refused(message, code="of-a-case")


def withdraw(request: ChangeRequest, *, why: str, by: Person, at: datetime | None = None) -> ChangeRequest:
    """The customer thought better of it: by who asked, follows it or leads. What was applied is changed anew."""
    if by.pk not in (request.follower_id, request.asked_by_id if request.asked_by_kind == "person" else None):
        access.require(by, "desk.assign", request.shop_id)
    access.require(by, "orders.view", request.shop_id)
    at = at or clock.now()
    why = _reason(why)
    with transaction.atomic():
        order, held = lock_both(request)
        if held.applied_at is not None:
            raise Refused(_("The order is changed already. Ask for another change instead."), code="applied")
        steps.end(held, Outcome.WITHDRAWN, why, by=by, at=at)
        _mark(order, held, _("%(what)s withdrawn: %(why)s") % {"what": label(held), "why": why}, by=by, at=at)
    return held


def turn_back(
    request: ChangeRequest, *, why: str, by: Person, courier: str = "", number: str = "", at: datetime | None = None
) -> ChangeRequest:
    """It can't be done: the slip is not found, the parcel has left. Whoever follows it tells the customer.

    With the tracking number from the stub the order is dispatched in the same act.
    """
    from dangban.orders import parcels

    steps.must_act(by, request)
    at = at or clock.now()
    why = _reason(why)
    with transaction.atomic():
        order, held = lock_both(request)
        if held.applied_at is not None:
            raise Refused(_("The order is changed already. Ask for another change instead."), code="applied")
        steps.end(held, Outcome.TURNED_BACK, why, by=by, at=at)
        _mark(order, held, _("%(what)s not possible: %(why)s") % {"what": label(held), "why": why}, by=by, at=at)
        if number.strip():
            parcels.send(order, courier or order.courier, number, by=by, at=at)
    return held


def verdict_of(order: Order, field: str, cause: str, at: datetime) -> rules.Verdict:
    """What the order's stage allows now."""
    signed = order.status in (Order.Status.SIGNED, Order.Status.DONE)
    return rules.allowed(field, stage_of(order), signed, cause, in_force(at))


def stage_of(order: Order) -> str:
    return rules.stage_of(order.status, order.refund, ports.preparation([order.pk]).get(order.pk, ""))


def lock(pk: int) -> Order:
    """Always before the request's own row: packing locks the order, too."""
    found = Order.objects.select_for_update(of=("self",)).select_related("shop", "customer")
    return found.get(pk=pk)


def lock_both(request: ChangeRequest) -> tuple[Order, ChangeRequest]:
    order = lock(request.order_id)
    held = ChangeRequest.objects.select_for_update(of=("self",)).select_related("shop", "follower", "order").get(pk=request.pk)
    if held.settled_at is not None:
        raise Conflict(_("%(name)s ended this change already: %(outcome)s.") % {
            "name": held.settled_by_name, "outcome": held.get_outcome_display(),
        })  # fmt: skip
    return order, held


def label(request: ChangeRequest) -> str:
    """“Change of delivery details”, in the company's language where it goes to the platform."""
    with translation.override(settings.LANGUAGE_CODE):
        if request.field == Field.CANCEL:
            return str(Field.CANCEL.label)
        return _("Change of %(field)s") % {"field": request.get_field_display()}


# ---- Parts -----------------------------------------------------------------------------------


def _reason(why: str) -> str:
    why = text.refuse_unstorable(" ".join(why.split()), "why")[:_LONGEST]
    if not why:
        raise BadInput(_("Say why."), fields={"why": [_("Say why.")]})
    return why


def _not_meanwhile(order: Order, asked: Asked) -> None:
    under_way = ChangeRequest.objects.filter(order=order, field=asked.field, settled_at=None).first()
    if under_way is not None:
        raise Conflict(
            _("%(name)s has this change under way already; see its steps.") % {"name": under_way.asked_by_name},
            code="under-way",
        )
    if asked.seen and asked.seen != wanted.seen(order, asked.field):
        last = ChangeRequest.objects.filter(order=order, field=asked.field, applied_at__isnull=False).order_by("-pk").first()
        who = last.asked_by_name if last is not None else _("The platform")
        raise Conflict(
            _("%(name)s changed this meanwhile. Look at what it is now; what you typed is kept below.") % {"name": who},
            code="meanwhile",
        )


_REFUSALS = {
    "customer": lambda: _("Only the customer does this, on the platform. Tell them how."),
    "no": lambda: _("The order is too far for this change. Nothing was changed."),
}


def refuse(verdict: rules.Verdict) -> None:
    """Say no with 依据 where the stage does not allow it."""
    if verdict.outcome in _REFUSALS:
        raise Refused(_REFUSALS[verdict.outcome](), decision=verdict.decision, code=f"change-{verdict.outcome}")


def _write(
    order: Order, asked: Asked, note: str, verdict: rules.Verdict, becomes: wanted.Wanted, by: HasActor,
    follower: Person | None, at: datetime,
) -> ChangeRequest:  # fmt: skip
    actor = by.actor
    follower = follower or (by if isinstance(by, Person) else steps.pick("orders.change", order.shop_id, at))
    request = ChangeRequest.objects.create(
        order=order, shop=order.shop, field=asked.field, cause=asked.cause, stage=verdict.stage, payer=verdict.payer,
        before=becomes.before, after=becomes.after, money_fen=becomes.money_fen, note=note, follower=follower,
        because=[reason.as_data() for reason in verdict.decision.because], asked_by_kind=actor.kind,
        asked_by_id=actor.id, asked_by_name=actor.name, asked_at=at,
    )  # fmt: skip
    steps.lay_down(request, verdict.steps)
    keep(verdict.decision, subject=request, by=by, shop=order.shop_id, at=at)
    change = {"field": asked.field, "stage": verdict.stage, "order": order.platform_id, "money_fen": becomes.money_fen}
    because: list[Any] = request.because
    record(
        "orders.change_asked", subject=order, by=by, shop=order.shop_id, change=change, because=because,
        personal=applying.personal_part(request), at=at,
    )  # fmt: skip
    return request


def _remark(request: ChangeRequest, order: Order, *, by: HasActor, at: datetime) -> None:
    """Who handles it, remarks it: with the legend's flag for changed details, where it has one."""
    _mark(order, request, f"{label(request)}：{applying.summary(request)}", by=by, at=at)


def _mark(order: Order, request: ChangeRequest, said: str, *, by: HasActor, at: datetime) -> None:
    if isinstance(by, Person) and not by.can("orders.flag", shop=order.shop_id):
        by = by.actor
    flag = _flag_of(request, at)
    part = "reason" if flag is not None and "reason" in flag.remark else "other"
    actions.add_remark(order, by=by, parts={part: said[:120]}, flag=flag.code if flag else None, at=at)


def _flag_of(request: ChangeRequest, at: datetime) -> Flag | None:
    """A price has a flag of its own in some legends; what has left is a matter of after-sale."""
    legend = marks.legend(at)
    purposes = ["price"] if request.field == Field.PRICE else []
    purposes.append("aftersale" if request.stage == "dispatched" else "change")
    return next((flag for flag in map(legend.serving, purposes) if flag is not None), None)
