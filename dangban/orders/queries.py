"""Reads of orders for pages: lists by key, one order with all that is known of it, figures for rules."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dangban.customers import identity
from dangban.customers.models import Handle
from dangban.desk.models import Deadline
from dangban.handbook.current import in_force_so_far as in_force
from dangban.handbook.decisions import Decision
from dangban.handbook.shapes import Flag, Legend
from dangban.lib import addresses, clock, masks, money, text
from dangban.orders import access, clauses, remarks, rules
from dangban.orders.models import Order, OrderLine, OrderWord, Remark, Requirement
from dangban.people.models import Person, Shop
from dangban.shops import queries as shop_queries
from dangban.shops import rules as shop_rules
from dangban.shops.models import Courier

PAGE = 50
MOST_COUNTED = 1000
MOST_FOUND = 2000
_FEW_SHOPS = 12


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; the same words as in its address."""

    shop: int | None = None
    status: str = ""
    refund: str = ""
    flag: str = ""
    since: date | None = None
    until: date | None = None
    search: str = ""
    wish: str = ""

    @classmethod
    def read(cls, given: Mapping[str, str]) -> Filters:
        """From an address; what makes no sense there is left out rather than failing."""
        return cls(
            shop=text.whole(given.get("shop", "")),
            status=given.get("status", "") if given.get("status") in Order.Status.values else "",
            refund=given.get("refund", "") if given.get("refund") in Order.Refund.values else "",
            flag=given.get("flag", "")[:20],
            since=_day(given.get("since", "")),
            until=_day(given.get("until", "")),
            search=given.get("q", "").strip()[:80],
            wish="open" if given.get("wish") == "open" else "",
        )

    def as_query(self, **changed: Any) -> dict[str, str]:
        """The address's query for these filters, with some of them changed; empty ones left out."""
        values = {
            "shop": self.shop,
            "status": self.status,
            "refund": self.refund,
            "flag": self.flag,
            "since": self.since,
            "until": self.until,
            "q": self.search,
            "wish": self.wish,
        } | changed
        return {name: str(value) for name, value in values.items() if value not in ("", None)}


def _day(written: str) -> date | None:
    try:
        day = date.fromisoformat(written)
    except ValueError:
        return None
    # Where the calendar begins and ends, reckoning with hours and time zones does too.
    return day if 2000 <= day.year < 2200 else None


@dataclass(frozen=True, slots=True)
class OrderRow:
    """A line of the order list."""

    pk: int
    platform_id: str
    shop_name: str
    platform: str
    status: str
    refund: str
    flag: Flag | None
    flag_code: str
    total_fen: int
    paid_fen: int
    quantity: int
    created_at: datetime
    buyer: str
    receiver: str
    phone: str
    province: str
    city: str
    courier: str
    tracking_number: str
    titles: str
    remark: str
    wishes: int

    @property
    def status_label(self) -> str:
        return str(Order.Status(self.status).label)

    @property
    def refund_label(self) -> str:
        return str(Order.Refund(self.refund).label)


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[OrderRow]
    next: str = ""
    first: bool = True


def legend(at: datetime | None = None) -> Legend:
    """The flags of the handbook in force; none where it has no legend."""
    rulebook = in_force(at)
    return rulebook[clauses.FLAGS] if rulebook.has(clauses.FLAGS) else Legend([])


def filtered(person: Person, filters: Filters) -> QuerySet[Order]:
    """Visible orders that pass the filters."""
    orders = access.visible_orders(person)
    exact = {"shop": filters.shop, "status": filters.status, "refund": filters.refund, "flag": filters.flag}
    orders = orders.filter(**{name: value for name, value in exact.items() if value not in ("", None)})
    if filters.since:
        orders = orders.filter(created_at__gte=clock.day_span(filters.since)[0])
    if filters.until:
        orders = orders.filter(created_at__lt=clock.day_span(filters.until)[1])
    if filters.wish:
        wishes = access.visible_requirements(person).filter(settled_at=None, order__isnull=False)
        orders = orders.filter(
            pk__in=list(wishes.order_by("-at").values_list("order", flat=True)[:MOST_FOUND])
        )
    return orders.filter(pk__in=found_ids(person, filters.search)) if filters.search else orders


def found_ids(person: Person, search: str) -> list[int]:
    """Ids of visible orders that a few characters may mean, at most 2,000 of each kind.

    An order or tracking number or its end, the end of a phone number, a buyer's name on the
    platform, words of a remark: one query by its own index each, for one query over all of them
    would read every order.
    """
    search = search.strip()
    visible = access.visible_orders(person)
    conditions = [Q(platform_id=search), Q(tracking_number=search)]
    if re.fullmatch(r"[0-9A-Za-z-]{6}", search):
        conditions.append(Q(number_tail=search))
    if re.fullmatch(r"\d{4}", search):
        conditions.append(Q(phone_tail=search))
    if re.fullmatch(r"\d{11}", search):
        conditions.append(Q(phone_tail=search[-4:], phone__contains=search))
    buyers = list(Handle.objects.filter(handle=search).values_list("customer", flat=True))
    if buyers:
        conditions.append(Q(customer__in=buyers))
    # Found first and looked through afterwards: asked together, the shop would be taken for the better index.
    found = {
        pk for one in conditions for pk in Order.objects.filter(one).values_list("pk", flat=True)[:MOST_FOUND]
    }
    found |= _by_words(search)
    return list(visible.filter(pk__in=found).values_list("pk", flat=True))


def _by_words(search: str) -> set[int]:
    words = [] if search.isascii() else text.bigrams(search)[:8]
    if not words:
        return set()
    hits = OrderWord.objects.filter(word=words[0])
    for word in words[1:]:
        hits = hits.filter(Exists(OrderWord.objects.filter(word=word, order=OuterRef("order"))))
    return set(hits.order_by("-order").values_list("order", flat=True)[:MOST_FOUND])


def list_page(person: Person, filters: Filters, after: str = "", size: int = PAGE) -> Page:
    """A page of the list, newest first; `after` is where the page before ended."""
    key = _read_key(after)
    found = _newest(person, filters, key, size + 1)
    following = _key(found[size - 1]) if len(found) > size else ""
    return Page(rows_of(found[:size]), following, first=not key)


def _newest(person: Person, filters: Filters, key: tuple[datetime, int] | None, size: int) -> list[Order]:
    """The newest orders that pass. With few shops each is asked by itself: an index gives each
    shop's orders in order of time, but none gives those of several shops so."""
    orders = filtered(person, filters).select_related("shop").order_by("-created_at", "-pk")
    if key:
        orders = orders.filter(Q(created_at__lt=key[0]) | Q(created_at=key[0], pk__lt=key[1]))
        # The same once more, as a bound that an index can use.
        orders = orders.filter(created_at__lte=key[0])
    shops = [] if filters.shop or filters.search else _shops(person)
    if not 1 < len(shops) <= _FEW_SHOPS:
        return list(orders[:size])
    each = [order for shop in shops for order in orders.filter(shop=shop)[:size]]
    return sorted(each, key=lambda order: (order.created_at, order.pk), reverse=True)[:size]


def _shops(person: Person) -> list[int]:
    return list(Shop.objects.filter(access.where(person, "orders.view", "pk")).values_list("pk", flat=True))


def count(person: Person, filters: Filters) -> int:
    """How many there are, counted no further than is worth showing."""
    return filtered(person, filters).order_by()[:MOST_COUNTED].count()


def _key(order: Order) -> str:
    return f"{clock.to_ms(order.created_at)}-{order.pk}"


def _read_key(after: str) -> tuple[datetime, int] | None:
    match = re.fullmatch(r"(\d{1,15})-(\d{1,18})", after)
    if not match:
        return None
    try:
        return clock.from_ms(int(match[1])), int(match[2])
    except ValueError:
        return None


def rows_of(orders: Sequence[Order]) -> list[OrderRow]:
    """List lines for these orders: their items, buyers, latest remarks and open wishes, four queries."""
    pks = [order.pk for order in orders]
    titles = _titles(pks)
    buyers = _buyers({order.customer_id for order in orders if order.customer_id})
    remarks = _latest_remarks(pks)
    wishes = dict(
        Requirement.objects.filter(order__in=pks, settled_at=None)
        .values("order")
        .annotate(n=Count("pk"))
        .values_list("order", "n")
    )
    flags = legend()
    return [
        OrderRow(
            pk=order.pk,
            platform_id=order.platform_id,
            shop_name=order.shop.name,
            platform=order.shop.platform,
            status=order.status,
            refund=order.refund,
            flag=flags.of(order.flag),
            flag_code=order.flag,
            total_fen=order.total_fen,
            paid_fen=order.paid_fen,
            quantity=order.quantity,
            created_at=order.created_at,
            buyer=buyers.get(order.customer_id or 0, ""),
            receiver=order.receiver,
            phone=order.phone,
            province=order.province,
            city=order.city,
            courier=order.courier,
            tracking_number=order.tracking_number,
            titles=titles.get(order.pk, ""),
            remark=remarks.get(order.pk) or order.platform_remark,
            wishes=wishes.get(order.pk, 0),
        )
        for order in orders
    ]


def _titles(orders: Sequence[int]) -> dict[int, str]:
    found: dict[int, list[str]] = {}
    lines = OrderLine.objects.filter(order__in=orders).order_by("order", "position")
    for order, title, variant, pieces in lines.values_list("order", "title", "variant", "quantity"):
        found.setdefault(order, []).append(
            f"{title} {variant}".strip() + (f" ×{pieces}" if pieces != 1 else "")
        )
    return {order: " + ".join(parts) for order, parts in found.items()}


def _buyers(customers: Iterable[int]) -> dict[int, str]:
    handles = Handle.objects.filter(customer__in=set(customers)).order_by("-pk")
    return dict(handles.values_list("customer", "handle"))


def _latest_remarks(orders: Sequence[int]) -> dict[int, str]:
    return dict(Remark.objects.filter(order__in=orders).order_by("pk").values_list("order", "text"))


# A wish that names a courier in order not to have it.
_AVOIDS = re.compile(r"不要|别|不发|不用|拒绝")  # han


@dataclass(frozen=True, slots=True)
class Delivery:
    """Where an order goes: whether that is remote, and which couriers go there."""

    is_remote: bool
    offers: list[shop_rules.Offer]
    because: list[Any] = field(default_factory=list)
    # Couriers of the shop that do not go there.
    beyond: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The courier a customer asked for, which does not go to their address, and what the handbook says then."""

    courier: str
    others: list[str]
    decision: Decision
    post: str = ""


def delivery(order: Order) -> Delivery:
    """What the shop's lists and the handbook say of an order's address."""
    return delivery_to(order.shop, order.province, order.city)


def chosen_courier(order: Order, going: Delivery) -> Chosen | None:
    """Of an order not sent yet: a courier asked for that does not go there. None where all is well."""
    if not order.province or order.status not in (Order.Status.UNPAID, Order.Status.PAID):
        return None
    wishes = Requirement.objects.filter(order=order, kind=Requirement.Kind.COURIER, settled_at=None)
    said = [wish for wish in wishes.order_by("pk").values_list("text", flat=True) if not _AVOIDS.search(wish)]
    # What a file names may be a courier that the shop's list knows nothing of.
    named = [courier_named(order.shop, wish) for wish in said or [order.courier]]
    found = (unreached(asked, going) for asked in dict.fromkeys(named) if asked)
    return next((one for one in found if one is not None), None)


def unreached(asked: str, going: Delivery) -> Chosen | None:
    """What the handbook says where a courier does not go; None where it does."""
    decision = shop_rules.chosen_courier(asked, going.offers, in_force())
    if decision.outcome == "goes":
        return None
    return Chosen(asked, [offer.name for offer in going.offers], decision, shop_rules.post_among(going.offers))


def delivery_to(shop: Shop, province: str, city: str) -> Delivery:
    rulebook = in_force()
    if not province:
        return Delivery(False, [])
    areas, rule_paths = shop_queries.remote_areas(shop, rulebook)
    closed = shop_queries.closed_areas(rulebook)
    carriers = shop_queries.carriers(shop)
    offers = shop_rules.couriers_reaching(province, city, carriers, closed_areas=closed)
    going = {offer.name for offer in offers}
    beyond = [carrier.name for carrier in carriers if carrier.name not in going]
    because = [rulebook.because(rule, province=province, city=city) for rule in rule_paths]
    return Delivery(shop_rules.is_remote(province, city, areas), offers, because, beyond)


def delivery_of_wish(order: Order, wish: str) -> Delivery:
    """The same for an address that a customer wrote; where it names no province, the order's own counts."""
    parsed = addresses.parse(wish)
    if not parsed.province:
        return delivery(order)
    return delivery_to(order.shop, parsed.province, parsed.city)


def courier_named(shop: Shop, wish: str) -> str:
    """The courier of this shop that a wish speaks of, if any."""
    folded = text.normalise(wish)
    names = Courier.objects.filter(shop=shop, stopped_on=None).values_list("name", flat=True)
    return next((name for name in names if shop_rules.short_name(name) in folded), "")


def items(order: Order) -> list[rules.Item]:
    """What was ordered, as far as a wish may be compared with it."""
    lines = order.lines.order_by("position").values_list("title", "variant", "sku_code", "quantity")
    return [rules.Item(*line) for line in lines]


def warning_words(warnings: Iterable[Mapping[str, Any]]) -> list[str]:
    """Stored warnings in the reader's language."""
    return [_warning(one["code"], one.get("facts", {})) for one in warnings]


def _warning(code: str, facts: Mapping[str, Any]) -> str:
    match code:
        case "quantity-differs":
            return _("The customer speaks of %(wanted)s pieces; %(ordered)s were ordered.") % facts
        case "colour-differs":
            return _("The customer names %(wanted)s; ordered was %(ordered)s.") % facts
        case "remote":
            return _("Remote address. Couriers that go there: %(couriers)s.") % facts
        case "courier-unreachable":
            return _("%(courier)s does not go to this address. Couriers that do: %(couriers)s.") % facts
        case "dispatched":
            return _("The order has already left (%(status)s).") % facts
    return code


def handle_of(order: Order) -> str:
    """The name its buyer goes by on the order's platform."""
    if order.customer_id is None:
        return ""
    platform = identity.namespace(order.shop.platform)
    handles = Handle.objects.filter(customer=order.customer_id)
    own = handles.filter(platform=platform).values_list("handle", flat=True).first()
    return own or handles.values_list("handle", flat=True).first() or ""


@dataclass(frozen=True, slots=True)
class RequirementRow:
    """A wish on an order with what is to be looked at, in the reader's language."""

    pk: int
    kind: str
    text: str
    by: str
    at: datetime
    settled_at: datetime | None
    settled_by: str
    fulfilled: bool | None
    answer: str
    warnings: list[str]
    by_id: int
    clock: Deadline | None


def requirement_rows(order: Order, *, whole: bool) -> list[RequirementRow]:
    """The wishes on an order, open ones first, each with its clock. `whole`: nothing personal is masked."""
    found = list(order.requirements.select_related("by", "settled_by").order_by("-pk"))
    clocks = clocks_of(found)
    rows = [
        RequirementRow(
            one.pk,
            str(one.get_kind_display()),
            one.text if whole else masks.scrub(one.text),
            _("the customer") if one.by_customer else one.by.name,
            one.at,
            one.settled_at,
            one.settled_by.name if one.settled_by else "",
            one.fulfilled,
            one.answer,
            warning_words(one.warnings),
            one.by_id,
            clocks.get(one.pk),
        )
        for one in found
    ]
    return sorted(rows, key=lambda row: row.settled_at is not None)


def clocks_of(requirements: Sequence[Requirement]) -> dict[int, Deadline]:
    """The clock of each of these wishes with its owner, running or met; one query, none without wishes."""
    if not requirements:
        return {}
    found = Deadline.objects.filter(
        subject_kind=Requirement._meta.label_lower,
        subject_id__in=[one.pk for one in requirements],
        cancelled_at=None,
    )
    return {one.subject_id: one for one in found.select_related("owner").order_by("pk")}


@dataclass(frozen=True, slots=True)
class Event:
    """One line of an order's history."""

    at: datetime
    kind: str
    who: str
    text: str
    flag: Flag | None = None
    because: list[Any] = field(default_factory=list)


def history(order: Order, *, whole: bool) -> list[Event]:
    """Flags, remarks and changes on the platform, newest first. `whole`: nothing personal is masked."""
    flags = legend()
    events = [
        Event(
            change.at,
            "flag",
            change.by_name,
            _flag_words(flags, change.flag),
            flags.of(change.flag),
            change.because,
        )
        for change in order.flag_changes.all()
    ]
    events += [
        Event(one.at, "remark", one.by_name, one.text if whole else masks.scrub(one.text), flags.of(one.flag))
        for one in order.remarks.all()
    ]
    events += [
        Event(one.at, "change", "", change_words(one.field, one.before, one.after, whole=whole))
        for one in order.changes.all()
    ]
    return sorted(events, key=lambda event: event.at, reverse=True)


def _flag_words(flags: Legend, code: str) -> str:
    flag = flags.of(code)
    if flag is not None:
        return str(flag.meaning)
    return code or _("no flag")


def change_words(name: str, before: str, after: str, *, whole: bool) -> str:
    """“Status: Awaiting dispatch → Dispatched”."""
    label = field_label(name)
    if name == "lines":
        return _("%(label)s changed") % {"label": label}
    shown = [shown_value(name, value, whole=whole) or "–" for value in (before, after)]
    return f"{label}: {shown[0]} → {shown[1]}"


def shown_value(name: str, value: str, *, whole: bool = False) -> str:
    """A stored value of a field in words; masked unless `whole`."""
    if name.endswith("_fen") and value:
        return money.show(int(value))
    if name == "status" and value in Order.Status.values:
        return str(Order.Status(value).label)
    if name == "refund" and value in Order.Refund.values:
        return str(Order.Refund(value).label)
    return value if whole else rules.masked(name, value)


def field_label(name: str) -> str:
    """What a field is called on the pages."""
    return str(_LABELS.get(name, name))


_LABELS = {
    "status": gettext_lazy("Status"),
    "refund": gettext_lazy("Refund"),
    "total_fen": gettext_lazy("Total"),
    "paid_fen": gettext_lazy("Paid"),
    "freight_fen": gettext_lazy("Freight"),
    "refunded_fen": gettext_lazy("Refunded amount"),
    "quantity": gettext_lazy("Pieces"),
    "created_at": gettext_lazy("Placed"),
    "paid_at": gettext_lazy("Paid at"),
    "dispatched_at": gettext_lazy("Dispatched at"),
    "signed_at": gettext_lazy("Signed at"),
    "completed_at": gettext_lazy("Completed at"),
    "receiver": gettext_lazy("Receiver"),
    "phone": gettext_lazy("Phone"),
    "province": gettext_lazy("Province"),
    "city": gettext_lazy("City"),
    "district": gettext_lazy("District"),
    "address": gettext_lazy("Address"),
    "postcode": gettext_lazy("Postcode"),
    "courier": gettext_lazy("Courier"),
    "tracking_number": gettext_lazy("Tracking number"),
    "buyer_message": gettext_lazy("Buyer's message"),
    "platform_remark": gettext_lazy("Remark on the platform"),
    "close_reason": gettext_lazy("Why it was closed"),
    "invoice_title": gettext_lazy("Invoice title"),
    "lines": gettext_lazy("Items"),
}


def remark_start(order: Order, flag: Flag | None, *, whole: bool) -> dict[str, str]:
    """What a new remark of this flag begins with: the parts of the last one in the same format.

    Unless `whole`, parts with something personal in them are left out: masked they would be kept so.

    Remarks of the house know their parts; one that came from the platform is taken apart.
    """
    parts = _last_parts(order, flag) if flag is not None else {}
    return {name: part for name, part in parts.items() if whole or masks.scrub(part) == part}


def _last_parts(order: Order, flag: Flag) -> dict[str, str]:
    last = order.remarks.order_by("-pk").first()
    if last is not None:
        return dict(last.parts) if last.flag == flag.code else {}
    if order.flag != flag.code:
        return {}
    found = remarks.read(remarks.format_of(flag, in_force()), order.platform_remark)
    return found[-1].parts if found else {}


def waiting_wishes(order: Order) -> list[Requirement]:
    """Wishes of the order's buyer that hang on no order yet."""
    if order.customer_id is None:
        return []
    waiting = Requirement.objects.filter(
        order=None, settled_at=None, shop=order.shop_id, customer=order.customer_id
    )
    return list(waiting.select_related("by").order_by("pk"))
