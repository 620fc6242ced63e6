"""The customer asks for after-sales by the link to their order, shows what is wrong, tells the parcel's number, thinks better of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Sum
from django.http import Http404
from django.utils import translation
from django.utils.translation import gettext as _

from dangban.aftersales import actions, facts
from dangban.aftersales.actions import deciding
from dangban.aftersales.clauses.parcels import RETURN_NUMBER_BY
from dangban.aftersales.evidence import arriving, file_evidence
from dangban.aftersales.inbound import announce
from dangban.aftersales.models import Case, CaseLine, Evidence, InboundParcel
from dangban.handbook.current import in_force_so_far as in_force
from dangban.lib.actor import SYSTEM
from dangban.lib.errors import BadInput, Refused
from dangban.lib.text import refuse_unstorable
from dangban.orders.changing.asking import lock
from dangban.orders.models import Order, OrderLine
from dangban.orders.self_service import links
from dangban.people.models import Person
from dangban.shops.models import Sku

# What has left; before that an order is cancelled or changed, not sent back.
HAS_LEFT = (Order.Status.PART, Order.Status.SENT, Order.Status.SIGNED, Order.Status.DONE)
REASONS = ("quality", "described", "wrong", "missing", "damaged", "lost", "dislike", "size", "colour", "mistaken")
WANTED = ("return", "exchange", "refund", "reship", "adjust", "repair")
CONDITIONS = ("used", "washed", "tag_cut", "packaging_missing", "accessories_missing")
# Of one case, by the customer.
MOST_FILES = 30
# Here the customer may still think better of it without asking anybody.
MAY_WITHDRAW = ("opened", "evidence", "assessed", "approval", "returning")
_SHOWS = ("opened", "evidence", "assessed", "approval", "refused", "returning", "on_way", "disputed")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the customer typed: pieces by line, why, what they would like, what holds of the goods."""

    pieces: Mapping[int, int]
    reason: str
    wanted: str
    note: str = ""
    instead: Mapping[int, int] = field(default_factory=dict)
    told: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Askable:
    line: OrderLine
    left: int
    others: list[Sku]


def askable(order: Order) -> list[Askable]:
    """The goods of an order of which something may still be asked for, with how many pieces."""
    if order.status not in HAS_LEFT:
        return []
    rows = CaseLine.objects.filter(order_line__order=order).exclude(case__state="withdrawn")
    asked = dict(rows.order_by().values("order_line").annotate(n=Sum("quantity")).values_list("order_line", "n"))
    lines = list(order.lines.select_related("sku").order_by("position", "pk"))
    skus = Sku.objects.filter(product__in=[line.sku.product_id for line in lines if line.sku]).order_by("name", "pk")
    by_product: dict[int, list[Sku]] = {}
    for sku in skus:
        by_product.setdefault(sku.product_id, []).append(sku)
    return [
        Askable(line, line.quantity - asked.get(line.pk, 0), by_product.get(line.sku.product_id, []) if line.sku else [])
        for line in lines
        if line.quantity > asked.get(line.pk, 0)
    ]


def own_cases(order: Order) -> list[Case]:
    return list(Case.objects.filter(order=order).select_related("shop").order_by("-pk"))


def get_case(order: Order, pk: int) -> Case:
    """A case of this very order; any other is unknown."""
    found = Case.objects.filter(order=order, pk=pk).select_related("shop", "order", "customer", "owner").first()
    if found is None:
        raise Http404("case")
    return found


def ask(order: Order, claims: links.Claims, asked: Asked, sent: Sequence[UploadedFile], *, at: datetime) -> Case:
    """Open a case as the customer's own, with what they show. Judged at once where nothing has to be found out first.

    BadInput for goods that were asked for already, and for files that show nothing; then nothing is kept.
    """
    by = links.customer_of(order)
    _check(asked)
    with arriving.taken_in(sent) as files, transaction.atomic():
        locked = lock(order.pk)
        links.count_sent(locked, claims, at)
        case = actions.open_case(
            locked.shop, asked.wanted, asked.reason, by=by, source=Case.Source.CUSTOMER, order=locked, lines=_wanted(locked, asked),
            note=asked.note, facts=dict(asked.told), owner=_owner(locked, claims), at=at,
        )  # fmt: skip
        for one in files:
            file_evidence(case, one.path, one.name, by=by, at=at)
        judge(case, at)
    return Case.objects.get(pk=case.pk)


def judge(case: Case, at: datetime) -> None:
    """Judge a case by itself, if it waits for that and nothing has to be found out first. Nobody is refused by it."""
    held = actions.locked(case.pk)
    if held.state == "opened" and in_force(at).version is not None and not facts.unknown(facts.collect(held)):
        deciding.assess(held, {}, by=SYSTEM, at=at)


def show(order: Order, claims: links.Claims, case: Case, sent: Sequence[UploadedFile], words: str, *, at: datetime) -> list[Evidence]:
    """More photos or films for a case; one that waited for them goes on."""
    if not sent:
        raise BadInput(_("Choose a file first."), fields={"files": [_("Choose a file first.")]})
    by = links.customer_of(order)
    with arriving.taken_in(sent) as files, transaction.atomic():
        links.count_sent(lock(order.pk), claims, at)
        held = actions.locked(case.pk)
        if held.state not in _SHOWS:
            raise Refused(_("Nothing more is needed here just now. If something is wrong, please write to us."), code="evidence")
        if Evidence.objects.filter(case=held, by_kind="customer").count() + len(files) > MOST_FILES:
            raise Refused(_("We have many files from you already. Please write to us."), code="evidence")
        filed = [file_evidence(held, one.path, one.name, by=by, text_said=words, at=at) for one in files]
        judge(held, at)
    return filed


def may_announce(case: Case, at: datetime) -> bool:
    rules = in_force(at)
    by_agent = rules.has(RETURN_NUMBER_BY) and rules[RETURN_NUMBER_BY] == "agent"
    return case.state == "returning" and not by_agent


def send_back(order: Order, claims: links.Claims, case: Case, courier: str, number: str, *, at: datetime) -> InboundParcel:
    """The goods are on their way: by whom, under which number."""
    with transaction.atomic():
        links.count_sent(lock(order.pk), claims, at)
        if not may_announce(case, at):
            raise Refused(_("We are not waiting for a parcel here just now. Please write to us."), code="returning")
        return announce(case, courier, number, by=links.customer_of(order), at=at)


def withdraw(order: Order, claims: links.Claims, case: Case, *, at: datetime) -> Case:
    with transaction.atomic():
        links.count_sent(lock(order.pk), claims, at)
        held = actions.locked(case.pk)
        if held.state not in MAY_WITHDRAW or held.parcel_cases.exists():
            raise Refused(_("This request has gone too far to be taken back here. Please write to us."), code="withdraw")
        with translation.override(settings.LANGUAGE_CODE):
            why = _("by the customer, on the order's page")
        return deciding.withdraw(held, why, by=links.customer_of(order), at=at)


def _check(asked: Asked) -> None:
    wrong: dict[str, list[str]] = {}
    if asked.reason not in REASONS:
        wrong["reason"] = [_("Choose what it is about.")]
    if asked.wanted not in WANTED:
        wrong["wanted"] = [_("Choose what you would like.")]
    if not asked.pieces:
        wrong["lines"] = [_("Say of which goods, and how many.")]
    refuse_unstorable(asked.note, "note")
    if wrong:
        raise BadInput(next(iter(wrong.values()))[0], fields=wrong)


def _wanted(order: Order, asked: Asked) -> list[actions.Wanted]:
    """Locked with the order: the same pieces are not asked for twice."""
    left = {one.line.pk: one for one in askable(order)}
    shares = facts.paid_shares(order)
    wanted = []
    for pk, pieces in asked.pieces.items():
        one = left.get(pk)
        if one is None or pieces > one.left:
            message = _("You have asked for these goods already. See how it stands below, or write to us.")
            raise BadInput(message, fields={"lines": [message]})
        instead = next((sku for sku in one.others if sku.pk == asked.instead.get(pk)), None) if asked.wanted == "exchange" else None
        paid = facts.paid_for(one.line, pieces, shares)
        wanted.append(actions.Wanted(one.line, pieces, paid, instead=instead, gift=not one.line.price_fen))
    return wanted


def _owner(order: Order, claims: links.Claims) -> Person | None:
    """Who gave the link, if they handle the shop's cases; else the room finds somebody."""
    given_by = Person.objects.filter(pk=claims.given_by, is_active=True).first()
    return given_by if given_by is not None and given_by.can("aftersales.handle", shop=order.shop_id) else None
