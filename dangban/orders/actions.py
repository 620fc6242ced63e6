"""What people do with orders: flag them, remark on them, note and settle customers' wishes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from dangban.customers.models import Customer
from dangban.handbook.current import in_force_so_far as in_force
from dangban.handbook.rulebook import Rules
from dangban.handbook.shapes import Flag, Legend
from dangban.journal.actions import HasActor, record
from dangban.lib import clock, text
from dangban.lib.errors import BadInput, Conflict
from dangban.orders import access, bell, clauses, events, remarks, rules, ticking
from dangban.orders.models import FlagChange, Order, OrderWord, Remark, Requirement
from dangban.orders.queries import delivery
from dangban.orders.queries import wishes as order_wishes
from dangban.people.models import Person, Shop

_LONGEST_PART = 120
# The platforms keep a remark of up to 1,000 bytes.
_LONGEST_REMARK = 1000


def set_flag(order: Order, flag: str, *, by: HasActor, at: datetime | None = None) -> Order:
    """Plant a flag of the legend (插旗), or take it away with an empty one. The same again changes nothing."""
    access.require(by, "orders.flag", order.shop_id)
    at = at or clock.now()
    rulebook = in_force(at)
    if flag:
        _flag_of(rulebook, flag)
    with transaction.atomic():
        order = _locked(order)
        return _plant(order, flag, rulebook, by=by, at=at)


def add_remark(
    order: Order,
    *,
    by: HasActor,
    parts: Mapping[str, str],
    flag: str | None = None,
    at: datetime | None = None,
) -> Remark:
    """Write a remark (备注) in the format that the legend gives for a flag, and plant that flag.

    Without a flag the order's own flag gives the format; without any, the parts stand as they come.
    """
    access.require(by, "orders.flag", order.shop_id)
    at = at or clock.now()
    with transaction.atomic():
        return _remark(_locked(order), parts, flag, by=by, at=at)


def put_requirement(
    order: Order | None,
    kind: str,
    wish: str,
    *,
    by: Person,
    customer: Customer | None = None,
    shop: Shop | None = None,
    thread_id: int | None = None,
    message_seq: int | None = None,
    due_at: datetime | None = None,
    at: datetime | None = None,
) -> Requirement:
    """Note what a customer asked for, so that the order desk must tick or answer it before dispatch.

    On an order it also plants the legend's flag for requirements and writes the remark; what
    contradicts the order (another quantity, another colour, a courier that doesn't go there) is
    kept with it as warnings. Without an order it waits for the customer's next one. Its clock runs
    until the time agreed (`due_at`), else until some time before the shop's next cut-off.
    """
    at = at or clock.now()
    wish = _clean_wish(kind, wish)
    if due_at is not None and due_at <= at:
        message = _("Choose a time to come.")
        raise BadInput(message, fields={"due_at": [message]})
    shop = order.shop if order is not None else shop
    customer = customer or (order.customer if order is not None else None)
    if shop is None or customer is None:
        raise BadInput(_("Say which customer this is for: the order's buyer is not known."))
    access.require(by, "orders.flag", shop.pk)
    with transaction.atomic():
        remark = None
        if order is not None:
            order = _locked(order)
            remark = _remark(order, _parts_for(kind, wish), flag_for("requirement", at), by=by, at=at)
        requirement = Requirement.objects.create(
            order=order,
            customer=customer,
            shop=shop,
            kind=kind,
            text=wish,
            thread_id=thread_id,
            message_seq=message_seq,
            remark=remark,
            by=by,
            at=at,
            due_at=due_at,
            warnings=_warnings(order, kind, wish) if order is not None else [],
        )
        ticking.start(requirement, by=by, at=at)
        _journal_put(requirement)
        bell.wish_changed(requirement)
        if order is not None:
            events.changed(order, ("wishes",), at)
    return requirement


def settle_requirement(
    requirement: Requirement, *, fulfilled: bool, by: Person, answer: str = "", at: datetime | None = None
) -> Requirement:
    """Tick a wish, or answer why it can't be met. Conflict if somebody settled it meanwhile."""
    access.require(by, "orders.settle", requirement.shop_id)
    at = at or clock.now()
    answer = text.refuse_unstorable(answer.strip(), "answer")[:200]
    if not fulfilled and not answer:
        message = _("Say why it can't be met, so that the customer can be told.")
        raise BadInput(message, fields={"answer": [message]})
    with transaction.atomic():
        locked = _settle(requirement, fulfilled, answer, by, at)
        ticking.meet(locked, by=by, at=at)
        change = {"fulfilled": fulfilled, "kind": locked.kind}
        _journal_settlement("orders.requirement_settled", locked, change, by, at)
    return locked


def withdraw_requirement(
    requirement: Requirement, *, by: Person, why: str, at: datetime | None = None
) -> Requirement:
    """The customer no longer wants it: by whoever noted it, or the order desk, who say why."""
    if by.pk != requirement.by_id:
        access.require(by, "orders.settle", requirement.shop_id)
    access.require(by, "orders.view", requirement.shop_id)
    at = at or clock.now()
    why = text.refuse_unstorable(why.strip(), "answer")[:200]
    if not why:
        message = _("Say why the customer no longer wants it.")
        raise BadInput(message, fields={"answer": [message]})
    with transaction.atomic():
        locked = _settle(requirement, None, why, by, at)
        ticking.cancel(locked, by=by, reason=pgettext("wish", "Withdrawn"), at=at)
        _journal_settlement("orders.requirement_withdrawn", locked, {"kind": locked.kind}, by, at)
    return locked


def hang_on_order(
    requirement: Requirement, order: Order, *, by: Person, at: datetime | None = None
) -> Requirement:
    """Move a wish that waited for an order to the one it is about."""
    access.require(by, "orders.flag", order.shop_id)
    at = at or clock.now()
    with transaction.atomic():
        locked = Requirement.objects.select_for_update().get(pk=requirement.pk)
        if locked.order_id is not None or locked.shop_id != order.shop_id:
            raise Conflict(_("This wish hangs on another order already."))
        locked.order = _locked(order)
        locked.remark = _remark(
            locked.order, _parts_for(locked.kind, locked.text), flag_for("requirement", at), by=by, at=at
        )
        locked.warnings = _warnings(locked.order, locked.kind, locked.text)
        locked.save(update_fields=["order", "remark", "warnings"])
        ticking.start(locked, by=by, at=at)
        record(
            "orders.requirement_moved",
            subject=locked,
            by=by,
            shop=locked.shop_id,
            change={"order": order.platform_id, "due_at": _told(locked.due_at)},
            at=at,
        )
        bell.wish_changed(locked)
        events.changed(locked.order, ("wishes",), at)
    return locked


def log_export(by: Person, filters: Mapping[str, str], count: int, shops: list[int]) -> None:
    """Record that orders left the house as a file."""
    with transaction.atomic():
        record(
            "orders.exported",
            subject=by,
            by=by,
            shop=shops[0] if len(shops) == 1 else None,
            change={"filters": dict(filters), "rows": count, "shops": shops},
        )


# ---- Parts -----------------------------------------------------------------------------------


def _locked(order: Order) -> Order:
    return Order.objects.select_for_update(of=("self",)).select_related("shop", "customer").get(pk=order.pk)


def _journal_put(put: Requirement) -> None:
    number = put.order.platform_id if put.order is not None else None
    record(
        "orders.requirement_put",
        subject=put,
        by=put.by,
        shop=put.shop_id,
        change={"kind": put.kind, "order": number, "due_at": _told(put.due_at)},
        personal={"text": put.text},
        at=put.at,
    )


def _settle(
    requirement: Requirement, fulfilled: bool | None, answer: str, by: Person, at: datetime
) -> Requirement:
    locked = Requirement.objects.select_for_update().get(pk=requirement.pk)
    if locked.settled_at is not None:
        raise Conflict(_("%(name)s settled this already.") % {"name": locked.settled_by})
    locked.settled_at, locked.settled_by = at, by
    locked.fulfilled, locked.answer = fulfilled, answer
    locked.save(update_fields=["settled_at", "settled_by", "fulfilled", "answer"])
    bell.wish_changed(locked)
    return locked


def _journal_settlement(
    verb: str, settled: Requirement, change: dict[str, Any], by: Person, at: datetime
) -> None:
    personal = {"answer": settled.answer} if settled.answer else None
    record(verb, subject=settled, by=by, shop=settled.shop_id, change=change, personal=personal, at=at)


def _told(due_at: datetime | None) -> str | None:
    return due_at.isoformat(timespec="seconds") if due_at is not None else None


def _legend(rulebook: Rules) -> Legend:
    return rulebook[clauses.FLAGS] if rulebook.has(clauses.FLAGS) else Legend([])


def _flag_of(rulebook: Rules, code: str) -> Flag:
    flag = _legend(rulebook).of(code)
    if flag is None:
        message = _("The handbook's legend has no flag “%(code)s”.") % {"code": code}
        raise BadInput(message, fields={"flag": [message]})
    return flag


def _plant(order: Order, code: str, rulebook: Rules, *, by: HasActor, at: datetime) -> Order:
    if order.flag == code:
        return order
    before, order.flag = order.flag, code
    order.version += 1
    order.save(update_fields=["flag", "version"])
    because = [rulebook.because(clauses.FLAGS, flag=code).as_data()] if code else []
    actor = by.actor
    FlagChange.objects.create(
        order=order,
        before=before,
        flag=code,
        by_kind=actor.kind,
        by_id=actor.id,
        by_name=actor.name,
        at=at,
        because=because,
    )
    record(
        "orders.flag_set",
        subject=order,
        by=by,
        shop=order.shop_id,
        change={"flag": [before, code]},
        because=because,
        at=at,
    )
    bell.order_changed(order)
    return order


def _remark(
    order: Order, parts: Mapping[str, str], code: str | None, *, by: HasActor, at: datetime
) -> Remark:
    rulebook = in_force(at)
    code = order.flag if code is None else code
    form = remarks.format_of(_flag_of(rulebook, code) if code else None, rulebook)
    kept = _clean_parts(parts)
    if not kept and (form.content or not code):
        raise BadInput(_("Fill in at least one part of the remark."))
    actor = by.actor
    written = remarks.write(form, kept, actor.name, clock.local(at))
    if len(written.encode()) > _LONGEST_REMARK:
        raise BadInput(
            _("The remark is longer than the platforms keep (%(most)s bytes); shorten it.")
            % {"most": _LONGEST_REMARK}
        )
    if code:
        _plant(order, code, rulebook, by=by, at=at)
    remark = Remark.objects.create(
        order=order,
        flag=code or "",
        text=written,
        parts=kept,
        by_kind=actor.kind,
        by_id=actor.id,
        by_name=actor.name,
        at=at,
    )
    _index(order, written)
    record(
        "orders.remark_added",
        subject=order,
        by=by,
        shop=order.shop_id,
        change={"remark": remark.pk, "flag": code},
        personal={"text": written},
        at=at,
    )
    bell.order_changed(order)
    return remark


def _clean_parts(parts: Mapping[str, str]) -> dict[str, str]:
    kept = {}
    for name, value in parts.items():
        value = text.refuse_unstorable(value.strip(), name)
        if name not in clauses.PARTS.options:
            raise BadInput(_("A remark has no part “%(name)s”.") % {"name": name})
        if len(value) > _LONGEST_PART:
            message = _("At most %(most)s characters.") % {"most": _LONGEST_PART}
            raise BadInput(message, fields={name: [message]})
        if value and name not in remarks.SIGNATURE:
            kept[name] = value
    return kept


def _index(order: Order, written: str) -> None:
    known = set(OrderWord.objects.filter(order=order).values_list("word", flat=True))
    OrderWord.objects.bulk_create(
        OrderWord(order=order, word=word[:64]) for word in text.bigrams(written) if word[:64] not in known
    )


def _clean_wish(kind: str, wish: str) -> str:
    wish = text.refuse_unstorable(" ".join(wish.split()), "text")
    if kind not in Requirement.Kind.values:
        raise BadInput(_("“%(kind)s” is not a kind of wish.") % {"kind": kind})
    if not wish:
        message = _("Say what the customer wants.")
        raise BadInput(message, fields={"text": [message]})
    if len(wish) > _LONGEST_PART:
        message = _("At most %(most)s characters; the whole line stays in the conversation.") % {
            "most": _LONGEST_PART
        }
        raise BadInput(message, fields={"text": [message]})
    return wish


def _parts_for(kind: str, wish: str) -> dict[str, str]:
    """Where in a remark a wish belongs."""
    place = {"courier": "courier", "gift": "gift", "address": "address", "quantity": "other"}.get(
        kind, "other"
    )
    # What goes to the platform is written in the company's language, whoever writes it.
    with translation.override(settings.LANGUAGE_CODE):
        label = str(Requirement.Kind(kind).label)
    return {place: wish if place != "other" or kind == "other" else f"{label}: {wish}"}


def flag_for(purpose: str, at: datetime) -> str | None:
    """The legend's flag for a purpose, if it has one."""
    flag = _legend(in_force(at)).serving(purpose)
    return flag.code if flag is not None else None


def _warnings(order: Order, kind: str, wish: str) -> list[dict[str, Any]]:
    found = rules.compare_with_ordered(kind, wish, order_wishes.items(order))
    if kind in ("courier", "address"):
        found += _delivery_warnings(order, kind, wish)
    if order.status in (Order.Status.SENT, Order.Status.SIGNED, Order.Status.DONE, Order.Status.CLOSED):
        found.append(rules.Notice("dispatched", {"status": str(order.get_status_display())}))
    return [asdict(one) for one in found]


def _delivery_warnings(order: Order, kind: str, wish: str) -> list[rules.Notice]:
    going = delivery.delivery_of_wish(order, wish) if kind == "address" else delivery.delivery(order)
    names = "、".join(offer.name for offer in going.offers) or "–"
    found = []
    if going.is_remote:
        found.append(rules.Notice("remote", {"couriers": names}))
    if kind == "courier":
        asked = delivery.courier_named(order.shop, wish)
        if asked and order.province and all(offer.name != asked for offer in going.offers):
            found.append(rules.Notice("courier-unreachable", {"courier": asked, "couriers": names}))
    return found
