"""What is worth saying to the customer now: notes on the goods talked of, how far couriers go, freight collect."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from dangban.chat.models import Message
from dangban.conversations.models import Conversation, Enquiry
from dangban.customers.models import Address
from dangban.handbook.current import in_force
from dangban.handbook.decisions import Decision
from dangban.handbook.rulebook import Rules
from dangban.orders.models import Order, OrderLine
from dangban.orders.queries import delivery
from dangban.shops import ports as shop_ports
from dangban.shops import queries as shops
from dangban.shops import rules as shop_rules
from dangban.shops.clauses import COLOUR_NOTE
from dangban.shops.models import Product, Sku
from dangban.shops.ports import StockNote

# Customers' words for how a colour looks, and the sign by which a note is about colours.
_ASKS_COLOUR = re.compile(r"色差|颜色|偏色|掉色|褪色|显色|实物图|[深浅]色|什么色|哪个色")  # han
_COLOUR = "色"  # han
_HEARD = 12
_OPEN = (Order.Status.UNPAID, Order.Status.PAID)


@dataclass(frozen=True, slots=True)
class Note:
    """What must be said of a product before it is bought, and whether this customer has heard it lately."""

    title: str
    text: str
    answers: bool
    said_at: datetime | None
    decision: Decision


@dataclass(frozen=True, slots=True)
class Reach:
    """Where the customer's parcel goes, which couriers don't go there, and a line to say so."""

    place: str
    going: list[str]
    beyond: list[str]
    line: str


@dataclass(frozen=True, slots=True)
class OutOfStock:
    """Goods talked of that are not there, and a line to say so."""

    name: str
    code: str
    stock: StockNote
    line: str


@dataclass(frozen=True, slots=True)
class Saying:
    notes: list[Note]
    out: list[OutOfStock]
    reach: Reach | None
    collect: shops.Collect
    collect_line: str


def saying(conversation: Conversation, at: datetime) -> Saying:
    """About fifteen queries."""
    rules = in_force(at)
    # All of the customer's, few as they are: asked for with the shop, the orders of the whole shop would be read.
    theirs = Order.objects.filter(customer=conversation.customer_id, status__in=_OPEN).order_by("-created_at", "-pk")
    open_order = next((order for order in theirs if order.shop_id == conversation.shop_id), None)
    collect = shops.collect(conversation.shop_id, rules)
    # What is said to a customer is in the company's language, whoever reads the page.
    with translation.override(settings.LANGUAGE_CODE):
        reach = _reach(conversation, open_order)
        collect_line = _collect_line(collect.couriers)
        out = _out_of_stock(conversation, open_order)
    return Saying(_notes(conversation, open_order, at, rules), out, reach, collect, collect_line)


def _out_of_stock(conversation: Conversation, order: Order | None) -> list[OutOfStock]:
    """Of the SKUs shown as a card or in the open order: those of which the warehouse has none."""
    ids = {payload.get("sku") for payload in _cards(conversation)}
    if order is not None and order.status == Order.Status.UNPAID:
        ids |= set(OrderLine.objects.filter(order=order).values_list("sku", flat=True))
    skus = Sku.objects.filter(pk__in=[pk for pk in ids if isinstance(pk, int)], shop=conversation.shop_id)
    found = list(skus.select_related("product").order_by("pk"))
    stock = shop_ports.stock_of([sku.pk for sku in found])
    return [_out(sku, stock[sku.pk]) for sku in found if sku.pk in stock and stock[sku.pk].is_out]


def _out(sku: Sku, stock: StockNote) -> OutOfStock:
    name = " ".join(part for part in (sku.product.title, sku.name) if part)
    if stock.expected_on:
        line = _("%(name)s is out of stock; more are expected on %(day)s. Would you like to wait, or see something similar?")
    else:
        line = _("%(name)s is out of stock, and we have no date yet. May I show you something similar?")
    day = stock.expected_on.strftime("%m-%d") if stock.expected_on else ""
    return OutOfStock(name, sku.code, stock, line % {"name": name, "day": day})


def _cards(conversation: Conversation) -> list[dict[str, Any]]:
    """What the cards of this session show."""
    cards = Message.objects.filter(thread=conversation.thread_id, seq__gte=conversation.first_seq, kind=Message.Kind.CARD)
    return list(cards.values_list("payload", flat=True))


def _notes(conversation: Conversation, order: Order | None, at: datetime, rules: Rules) -> list[Note]:
    """Those still to be said first; while the customer asks about colours, what answers that before all."""
    products = _talked_of(conversation, order)
    if not products:
        return []
    asks = _asks_colour(conversation)
    heard = _said(conversation, [product.must_say for product in products], at, rules)
    notes = [
        Note(
            product.title,
            product.must_say,
            asks and _COLOUR in product.must_say,
            heard.get(product.must_say),
            shop_rules.must_say(heard.get(product.must_say), at, rules),
        )
        for product in products
    ]
    return sorted(notes, key=lambda note: (not note.answers, note.decision.outcome != "say"))


def _talked_of(conversation: Conversation, order: Order | None) -> list[Product]:
    """The goods of this session that something must be said of: shown as a card, enquired about, or ordered."""
    ids = {payload.get("product") for payload in _cards(conversation)}
    ids |= set(Enquiry.objects.filter(conversation=conversation).values_list("product", flat=True))
    if order is not None:
        ids |= set(OrderLine.objects.filter(order=order).values_list("sku__product", flat=True))
    known = [pk for pk in ids if isinstance(pk, int)]
    found = Product.objects.filter(pk__in=known, shop=conversation.shop_id).exclude(must_say="").order_by("pk")
    return list({product.must_say: product for product in found}.values())


def _asks_colour(conversation: Conversation) -> bool:
    lines = Message.objects.filter(
        thread=conversation.thread_id, seq__gte=conversation.first_seq, author="customer", kind=Message.Kind.TEXT
    )
    return any(_ASKS_COLOUR.search(body) for body in lines.order_by("-seq").values_list("body", flat=True)[:_HEARD])


def _said(conversation: Conversation, texts: Iterable[str], at: datetime, rules: Rules) -> dict[str, datetime]:
    """When an agent of this shop last said each of these to this customer, as far back as the rule looks."""
    texts = list(texts)
    if not rules.has(COLOUR_NOTE):
        return {}
    holds = Q(pk__in=[])
    for text in texts:
        holds |= Q(body__contains=text)
    lines = Message.objects.filter(
        holds, thread__customer=conversation.customer_id, thread__shop=conversation.shop_id,
        author="agent", internal=False, at__gt=at - rules[COLOUR_NOTE],
    ).order_by("at")  # fmt: skip
    said: dict[str, datetime] = {}
    for body, said_at in lines.values_list("body", "at"):
        said |= {text: said_at for text in texts if text in body}
    return said


def _reach(conversation: Conversation, order: Order | None) -> Reach | None:
    """Only where some courier of the shop does not go, or the place is remote."""
    province, city = (order.province, order.city) if order is not None else ("", "")
    if not province:
        last = Address.objects.filter(customer=conversation.customer_id).order_by("-last_used_at").first()
        province, city = (last.province, last.city) if last is not None else ("", "")
    if not province:
        return None
    found = delivery.delivery_to(conversation.shop, province, city)
    if not found.beyond and not found.is_remote:
        return None
    going = [offer.name for offer in found.offers]
    place = " ".join(dict.fromkeys(part for part in (province, city) if part))
    return Reach(place, going, found.beyond, _reach_line(place, going, found.beyond))


def _reach_line(place: str, going: list[str], beyond: list[str]) -> str:
    facts = {"place": place, "going": "、".join(going), "beyond": "、".join(beyond)}
    if not going:
        return _("I am sorry, none of our couriers goes to %(place)s at present.") % facts
    if not beyond:
        return _("To %(place)s we can send with %(going)s; it takes a little longer.") % facts
    return _("To %(place)s we can send with %(going)s; %(beyond)s does not go there. Is that all right?") % facts


def _collect_line(couriers: list[str]) -> str:
    if not couriers:
        return _("If something comes back, please pay its freight first; we can't take parcels freight collect.")
    return _("If something comes back freight collect, please send it with %(couriers)s; we can't take others.") % {
        "couriers": "、".join(couriers)
    }
