"""Giving a discount (改价): one's own to give, or asked for; carried out exactly once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q, Sum
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from dangban.campaigns.queries import Worked
from dangban.chat import hub
from dangban.customers.models import Customer
from dangban.desk import actions as desk
from dangban.desk.models import Approval
from dangban.handbook.actions import keep
from dangban.handbook.current import in_force_so_far as in_force
from dangban.handbook.decisions import Decision
from dangban.handbook.rulebook import Rules
from dangban.journal.actions import record
from dangban.lib import clock, money, text
from dangban.lib.actor import SYSTEM, Actor
from dangban.lib.errors import BadInput, Conflict, Refused
from dangban.orders import access, actions, bell
from dangban.orders.changing import asking
from dangban.orders.clauses import DISCOUNT_ANSWER_WITHIN, OFFER_HOLDS
from dangban.orders.models import ChangeRequest, Order, PriceOffer, Requirement
from dangban.orders.pricing import rules
from dangban.people.models import Person, Shop

KIND = "orders.price_offer"
State = PriceOffer.State
_MOST_FEN = 100_000_000


@dataclass(frozen=True, slots=True)
class Ask:
    """What somebody wants to take off, put in, and why."""

    off_fen: int = 0
    freight_free: bool = False
    gift: str = ""
    gift_fen: int = 0
    reason: str = ""


def discount(order: Order, ask: Ask, *, by: Person, at: datetime | None = None) -> PriceOffer:
    """Take something off an order: at once within one's own limit, else asked of who may.

    Refused below the lowest price whoever asks, and where the order's stage allows no other price.
    """
    access.require(by, "orders.change", order.shop_id)
    at = at or clock.now()
    ask = _checked(ask)
    with transaction.atomic():
        locked = asking.lock(order.pk)
        if PriceOffer.objects.filter(order=locked, state=State.ASKED).exists():
            raise Conflict(_("A discount on this order waits for its answer already."))
        verdict = asking.verdict_of(locked, ChangeRequest.Field.PRICE, ChangeRequest.Cause.WISH, at)
        asking.refuse(verdict)
        wanted = of_order(locked, ask)
        _not_below_nothing(wanted)
        decision = _decide(wanted, by, at)
        made = _write(locked.shop, locked.customer, locked, [], wanted, ask, decision, by, at)
        if made.state == State.OPEN:
            carry_out(made, locked, at=at)
    return made


def offer(
    shop: Shop, customer: Customer | None, worked: Worked, ask: Ask, *, by: Person, at: datetime | None = None
) -> PriceOffer:
    """Offer a price before there is an order; it holds for the handbook's hours from when it may be said."""
    access.require(by, "orders.change", shop.pk)
    at = at or clock.now()
    ask = _checked(ask)
    if worked.price is None:
        raise BadInput(_("Add goods with a price first."), fields={"off": [_("Add goods with a price first.")]})
    freight = worked.price.freight_fen
    wanted = rules.Discount(
        worked.price.goods_fen, worked.price.list_fen, ask.off_fen, ask.freight_free, freight, ask.gift_fen, bool(ask.gift)
    )
    _not_below_nothing(wanted)
    lines = [
        {"key": line.wanted.key, "title": line.title, "variant": line.variant, "pieces": line.wanted.pieces, "price_fen": line.price_fen}
        for line in worked.lines
    ]
    with transaction.atomic():
        return _write(shop, customer, None, lines, wanted, ask, _decide(wanted, by, at), by, at)


def use(made: PriceOffer, order: Order, *, by: Person, at: datetime | None = None) -> PriceOffer:
    """The customer has ordered: give what was offered. Once, while it holds, to the same customer in the same shop."""
    access.require(by, "orders.change", order.shop_id)
    at = at or clock.now()
    with transaction.atomic():
        locked = asking.lock(order.pk)
        held = _locked(made.pk)
        if held.state != State.OPEN or (held.holds_until is not None and held.holds_until <= at):
            raise Conflict(_("This offer is used or no longer holds."))
        if held.shop_id != locked.shop_id or held.customer_id is None or held.customer_id != locked.customer_id:
            raise Refused(_("This offer was made to another customer."), code="not-theirs")
        if held.order_id is not None:
            raise Conflict(_("This offer is used or no longer holds."))
        if held.off_fen >= locked.total_fen:
            raise Refused(_("The order costs less than what was offered off. Work it out anew."), code="cheaper")
        _still_theirs_to_give(held, locked)
        held.order = locked
        carry_out(held, locked, at=at)
    return held


def withdraw(made: PriceOffer, *, by: Person, at: datetime | None = None) -> PriceOffer:
    """The asker no longer needs it; nobody has to answer."""
    at = at or clock.now()
    with transaction.atomic():
        held = _locked_to_end(made.pk)
        if held.asked_by_id != by.pk:
            access.require(by, "orders.discount", held.shop_id)
        if held.state not in (State.ASKED, State.OPEN):
            raise Conflict(_("This discount is settled already."))
        _close(held, State.WITHDRAWN, pgettext("discount", "withdrawn"), by=by.actor, at=at)
    return held


def settled(approval: Approval, by: Actor, at: datetime) -> None:
    """The answer of who was asked: carried out in its transaction, or told. Whoever grants must be able to."""
    held = _locked_by_approval(approval)
    if held.state != State.ASKED:
        raise Conflict(_("This discount is settled already."))
    held.answered_at, held.answered_by, held.answer = at, approval.settled_by, approval.answer
    if not approval.granted:
        held.state = State.REFUSED
        held.save(update_fields=["state", "answered_at", "answered_by", "answer"])
        _told(held)
        return
    holder = approval.settled_for or approval.settled_by
    assert holder is not None
    decision = rules.granting(_as_asked(held), holder.level, in_force(at))
    if decision.outcome != "may":
        raise Refused(_("This is beyond your limit, too. Somebody above you answers it."), decision=decision, code="beyond")
    held.state = State.OPEN
    held.holds_until = _holds(at)
    held.save(update_fields=["state", "holds_until", "answered_at", "answered_by", "answer"])
    keep(decision, subject=held, by=by, shop=held.shop_id, at=at)
    if held.order is not None:
        carry_out(held, held.order, at=at)
    _told(held)


def expire(at: datetime) -> int:
    """Asked and not answered in time, offered and not used: over; who asked is told that nobody answered."""
    late = PriceOffer.objects.filter(state=State.ASKED, answer_by__lte=at).values_list("pk", flat=True)
    stale = PriceOffer.objects.filter(state=State.OPEN, holds_until__lte=at).values_list("pk", flat=True)
    return sum(_expire(pk, at) for pk in [*late[:50], *stale[:50]])


def carry_out(held: PriceOffer, order: Order, *, at: datetime) -> None:
    """Write it on the order, exactly once: by the change that the order's stage allows. Call it on locked rows."""
    if held.used_at is not None:
        raise Conflict(_("This discount is settled already."))
    by = held.asked_by
    if held.off_fen or (held.freight_free and order.freight_fen):
        typed = {"off_fen": str(held.off_fen), "freight_free": "yes" if held.freight_free else ""}
        asked = asking.Asked(ChangeRequest.Field.PRICE, typed, note=held.reason)
        held.change = asking.ask(order, asked, by=by, at=at)
    if held.gift and order.customer_id is not None:
        actions.put_requirement(order, Requirement.Kind.GIFT, held.gift, by=by, at=at)
    held.state, held.used_at = State.USED, at
    held.save(update_fields=["state", "used_at", "change", "order"])
    change = {"order": order.platform_id, "off_fen": held.off_fen, "gift": held.gift, "freight_free": held.freight_free}
    record("orders.discount_given", subject=order, by=by, shop=held.shop_id, change=change, because=held.because, at=at)
    _told(held)


def of_order(order: Order, ask: Ask) -> rules.Discount:
    """What would come off this order; its list price is that of its items, where they say one."""
    prices = [line.price_fen * line.quantity for line in order.lines.all() if line.price_fen is not None]
    goods = max(0, order.total_fen - order.freight_fen - order.refunded_fen)
    listed = max(sum(prices), goods) if prices else goods
    money_off, gifts = _given(order)
    return rules.Discount(
        goods, listed, ask.off_fen, ask.freight_free, order.freight_fen, ask.gift_fen, bool(ask.gift), money_off, gifts
    )


def preview(wanted: rules.Discount, by: Person, at: datetime) -> Decision:
    return rules.deciding(wanted, by.level, in_force(at))


# ---- Parts -----------------------------------------------------------------------------------


def _checked(ask: Ask) -> Ask:
    gift = text.refuse_unstorable(" ".join(ask.gift.split()), "gift")[:100]
    reason = text.refuse_unstorable(" ".join(ask.reason.split()), "reason")[:200]
    if not 0 <= ask.off_fen <= _MOST_FEN or not 0 <= ask.gift_fen <= _MOST_FEN:
        raise BadInput(_("An amount from 0."), fields={"off": [_("An amount from 0.")]})
    if not (ask.off_fen or ask.freight_free or gift):
        message = _("Say what comes off: money, the freight or a gift.")
        raise BadInput(message, fields={"off": [message]})
    if not reason:
        raise BadInput(_("Say why."), fields={"reason": [_("Say why.")]})
    return Ask(ask.off_fen, ask.freight_free, gift, ask.gift_fen if gift else 0, reason)


def _not_below_nothing(wanted: rules.Discount) -> None:
    if wanted.goods_fen < 0:
        message = _("More than it costs: %(price)s.") % {"price": money.show(wanted.basket_fen)}
        raise BadInput(message, fields={"off": [message]})


def _given(order: Order) -> tuple[int, int]:
    """Money that has come off this order, and the worth of the gifts put in."""
    used = order.price_offers.filter(state=State.USED)
    found = used.aggregate(
        off=Sum("off_fen", filter=Q(change__applied_at__isnull=False), default=0), gifts=Sum("gift_fen", default=0)
    )
    return found["off"], found["gifts"]


def _still_theirs_to_give(held: PriceOffer, order: Order) -> None:
    """The basket of the order is another than the one it was offered on, and something may have come off already."""
    level = held.asked_by.level if held.authority == "own" else held.authority
    wanted = of_order(order, Ask(held.off_fen, held.freight_free, held.gift, held.gift_fen))
    rulebook = in_force(held.asked_at)
    decision = rules.deciding(wanted, level, rulebook)
    _refuse(decision, wanted, rulebook)
    if decision.outcome != "own":
        message = _("On this order the offer would go beyond who made it. Ask for the discount on the order itself.")
        raise Refused(message, decision=decision, code="beyond")


def _decide(wanted: rules.Discount, by: Person, at: datetime) -> Decision:
    decision = preview(wanted, by, at)
    _refuse(decision, wanted, in_force(at))
    return decision


def _refuse(decision: Decision, wanted: rules.Discount, rulebook: Rules) -> None:
    if decision.outcome == "floor":
        least = money.show(rules.floor_fen(wanted.list_fen, rulebook))
        raise Refused(_("Nobody may sell this below %(price)s.") % {"price": least}, decision=decision, code="floor")
    if decision.outcome == "nobody":
        raise Refused(_("This is more than anybody may grant."), decision=decision, code="nobody")


def _write(
    shop: Shop, customer: Customer | None, order: Order | None, lines: Sequence[dict[str, Any]], wanted: rules.Discount, ask: Ask,
    decision: Decision, by: Person, at: datetime,
) -> PriceOffer:  # fmt: skip
    own = decision.outcome == "own"
    made = PriceOffer.objects.create(
        shop=shop, customer=customer, order=order, basket=list(lines), list_fen=wanted.list_fen, before_fen=wanted.basket_fen + wanted.freight_fen,
        off_fen=ask.off_fen, freight_free=ask.freight_free, freight_fen=wanted.freight_fen, gift=ask.gift, gift_fen=ask.gift_fen,
        price_fen=max(0, wanted.price_fen), reason=ask.reason, because=[one.as_data() for one in decision.because], asked_by=by, asked_at=at,
        authority=decision.outcome, state=State.OPEN if own else State.ASKED, holds_until=_holds(at) if own else None,
        answer_by=None if own else _answer_by(at),
    )  # fmt: skip
    keep(decision, subject=made, by=by, shop=shop.pk, at=at)
    change = {"authority": decision.outcome, "off_fen": ask.off_fen, "gift": ask.gift, "freight_free": ask.freight_free}
    record("orders.discount_asked", subject=made, by=by, shop=shop.pk, change=change, because=made.because, at=at)
    if not own:
        made.approval = _ask_for(made, by, at)
        made.save(update_fields=["approval"])
    _told(made)
    return made


def _ask_for(made: PriceOffer, by: Person, at: datetime) -> Approval:
    with translation.override(settings.LANGUAGE_CODE):
        title = _("%(off)s off %(price)s: %(reason)s") % {
            "off": what(made), "price": money.show(made.before_fen), "reason": made.reason,
        }  # fmt: skip
        facts = {
            _("Price now"): money.show(made.before_fen), _("Price then"): money.show(made.price_fen),
            pgettext("discount", "Comes off"): what(made), _("List price"): money.show(made.list_fen),
        }  # fmt: skip
        if made.order is not None:
            facts[_("Order")] = made.order.platform_id
        elif made.basket:
            facts[_("Goods")] = "、".join(f"{line['title']} {line['variant']} ×{line['pieces']}" for line in made.basket)[:200]
    return desk.ask_approval(
        KIND, made, title=title, needs=rules.NEEDS[made.authority], by=by, shop=made.shop, facts=facts, because=made.because,
        answer_by=made.answer_by, at=at,
    )  # fmt: skip


def what(made: PriceOffer) -> str:
    """“5.00, freight free, a gift”."""
    parts = [money.show(made.off_fen)] if made.off_fen else []
    if made.freight_free:
        parts.append(pgettext("discount", "freight free"))
    if made.gift:
        parts.append(_("gift: %(gift)s") % {"gift": made.gift})
    return "、".join(parts)


def line(made: PriceOffer) -> str:
    """What is said to the customer, in the shop's language."""
    with translation.override(settings.LANGUAGE_CODE):
        said = _("I can give you %(off)s off: you pay %(price)s.") % {"off": what(made), "price": money.show(made.price_fen)}
        if made.holds_until is not None:
            until = clock.local(made.holds_until).strftime("%m-%d %H:%M")
            said += _("This holds until %(until)s.") % {"until": until}
        return said


def _holds(at: datetime) -> datetime | None:
    rulebook = in_force(at)
    return at + rulebook[OFFER_HOLDS] if rulebook.has(OFFER_HOLDS) else None


def _answer_by(at: datetime) -> datetime:
    rulebook = in_force(at)
    return at + (rulebook[DISCOUNT_ANSWER_WITHIN] if rulebook.has(DISCOUNT_ANSWER_WITHIN) else timedelta(hours=1))


def _as_asked(held: PriceOffer) -> rules.Discount:
    basket = held.before_fen - held.freight_fen
    money_off, gifts = _given(held.order) if held.order is not None else (0, 0)
    return rules.Discount(
        basket, held.list_fen, held.off_fen, held.freight_free, held.freight_fen, held.gift_fen, bool(held.gift), money_off, gifts
    )


def _locked(pk: int) -> PriceOffer:
    found = PriceOffer.objects.select_for_update(of=("self",))
    return found.select_related("shop", "asked_by", "order__shop", "order__customer", "approval").get(pk=pk)


def _locked_by_approval(approval: Approval) -> PriceOffer:
    """The order's row first, as every change of it begins."""
    made = PriceOffer.objects.get(approval=approval)
    if made.order_id is not None:
        asking.lock(made.order_id)
    return _locked(made.pk)


def _locked_to_end(pk: int) -> PriceOffer:
    """The approval's row first, as its answer begins with that."""
    approval = PriceOffer.objects.values_list("approval", flat=True).get(pk=pk)
    if approval is not None:
        Approval.objects.select_for_update(no_key=True).get(pk=approval)
    return _locked(pk)


def _expire(pk: int, at: datetime) -> int:
    with transaction.atomic():
        held = _locked_to_end(pk)
        waits = held.state == State.ASKED and held.answer_by is not None and held.answer_by <= at
        held_out = held.state == State.OPEN and held.holds_until is not None and held.holds_until <= at
        if not waits and not held_out:
            return 0
        with translation.override(settings.LANGUAGE_CODE):
            why = _("not answered in time") if waits else _("not used in time")
        _close(held, State.EXPIRED, why, by=SYSTEM, at=at)
        if waits:
            with translation.override(held.asked_by.language):
                title = _("Nobody answered in time: %(off)s off") % {"off": what(held)}
            desk.notify(held.asked_by, title, held.reason, by=SYSTEM, url=page_of(held), shop=held.shop, at=at)
    return 1


def _close(held: PriceOffer, state: str, why: str, *, by: Actor, at: datetime) -> None:
    if held.approval is not None and held.state == State.ASKED and not desk.withdraw_approval(held.approval, why, by=by, at=at):
        raise Conflict(_("This discount is settled already."))
    held.state, held.answered_at, held.answer = state, at, why
    held.save(update_fields=["state", "answered_at", "answer"])
    change = {"outcome": state, "off_fen": held.off_fen}
    record("orders.discount_ended", subject=held, by=by, shop=held.shop_id, change=change, at=at)
    _told(held)


def page_of(held: PriceOffer) -> str:
    if held.order_id is not None:
        return reverse("orders:price", args=[held.order_id])
    return reverse("orders:prices")


def _told(held: PriceOffer) -> None:
    hub.changed("prices", held.shop_id, shop_id=held.shop_id)
    if held.order is not None:
        bell.order_changed(held.order)
    elif held.customer_id is not None:
        hub.changed("customer", held.customer_id, shop_id=held.shop_id)

