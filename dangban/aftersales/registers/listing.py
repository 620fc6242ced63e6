"""Every register is read alike: by shop and key, the newest first; filtered, searched, exported and printed from one description."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db.models import DateTimeField, Model, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.http import Http404, QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from dangban.aftersales import access
from dangban.aftersales.models import (
    Case,
    CaseLine,
    CaseStep,
    CourierClaim,
    Dispute,
    Evidence,
    InboundParcel,
    Mistake,
    QualityAlarm,
    QualityNote,
)
from dangban.aftersales.rules import flow
from dangban.aftersales.rules.assessment.reasons import REASONS
from dangban.lib import clock, keys, text
from dangban.lib.days import typed_day
from dangban.orders.models import Order
from dangban.people.models import Person, Shop
from dangban.shops.models import Sku

PAGE = 50
MOST_COUNTED = 1000
MOST_ROWS = 20_000
# Where nothing says by when: behind all that is due.
_NEVER = Value(datetime(2999, 1, 1, tzinfo=UTC), output_field=DateTimeField())


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a column: words, an amount, a moment; with a link, a second line, a tone."""

    value: Any
    url: str = ""
    sub: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    title: Any
    kind: str = "text"
    width: int = 16
    # What the second line of its cells is called: a column of its own in a workbook.
    sub: Any = ""


@dataclass(frozen=True)
class Register:
    code: str
    label: Any
    heads: Sequence[Head]
    rows: Callable[[], QuerySet[Any]]
    line: Callable[[Any], list[Cell]]
    # By which moment it is ordered, and by which it may be narrowed.
    moment: str = "at"
    # Name of a filter in the address → its label, its field (or what a choice asks for) and choices.
    filters: Mapping[str, tuple[Any, str | Callable[[str], Q], Sequence[tuple[str, Any]]]] = field(default_factory=dict)
    # What is chosen by when it is due, or in these states, stands by that: the soonest first.
    due: str = ""
    waits: Sequence[str] = ()
    find: Callable[[str], Q] | None = None
    prepared: Callable[[list[Any]], None] | None = None
    # Shown as pictures rather than as lines.
    pictures: bool = False


@dataclass(frozen=True, slots=True)
class Filters:
    shop: int | None = None
    since: date | None = None
    until: date | None = None
    search: str = ""
    chosen: tuple[tuple[str, str], ...] = ()

    @classmethod
    def read(cls, given: QueryDict, register: Register) -> Filters:
        chosen = []
        for name, (_label, _field, choices) in register.filters.items():
            value = given.get(name, "")
            if value in {code for code, _words in choices}:
                chosen.append((name, value))
        return cls(
            shop=text.whole(given.get("shop", "")), since=typed_day(given.get("since", "")), until=typed_day(given.get("until", "")),
            search=given.get("q", "")[:80].replace("\x00", "").strip(), chosen=tuple(chosen),
        )

    def as_query(self, **changed: Any) -> dict[str, str]:
        chosen = dict(self.chosen)
        plain = {name: value for name, value in changed.items() if name in ("shop", "since", "until", "search")}
        chosen.update({name: value for name, value in changed.items() if name not in plain})
        held = replace(self, **plain)
        said = {"shop": held.shop, "since": held.since, "until": held.until, "q": held.search, **chosen}
        return {name: str(value) for name, value in said.items() if value}

    def by_due(self, register: Register) -> bool:
        chosen = dict(self.chosen)
        return bool(register.due) and ("due" in chosen or chosen.get("state") in register.waits)

    @property
    def narrows(self) -> bool:
        return bool(self.as_query())


@dataclass(frozen=True, slots=True)
class Page:
    lines: list[tuple[Any, list[Cell]]]
    next: str


def list_page(
    person: Person, register: Register, filters: Filters, after: str = "", size: int = PAGE, permission: str = "aftersales.view"
) -> Page:
    key, soonest = keys.read(after), filters.by_due(register)
    moment = "due_by" if soonest else register.moment
    found: list[Any] = []
    for part in _parts(person, register, filters, permission):
        rows = part.annotate(due_by=Coalesce(register.due, _NEVER)) if soonest else part
        found += keys.behind(rows, moment, key, newest_first=not soonest)[: size + 1]
    ordered = sorted(found, key=lambda one: (getattr(one, moment), one.pk), reverse=not soonest)
    last = ordered[size - 1] if len(ordered) > size else None
    shown = ordered[:size]
    if register.prepared is not None:
        register.prepared(shown)
    return Page([(one, register.line(one)) for one in shown], keys.write(getattr(last, moment), last.pk) if last else "")


def count(person: Person, register: Register, filters: Filters) -> int:
    total = 0
    for part in _parts(person, register, filters):
        total += part.order_by()[: MOST_COUNTED - total].count() if total < MOST_COUNTED else 0
    return total


def every(person: Person, register: Register, filters: Filters, most: int = MOST_ROWS) -> list[list[Cell]]:
    """All lines of the filter that may be taken out, the newest first, up to what a file or a print holds."""
    lines: list[list[Cell]] = []
    after = ""
    while len(lines) < most:
        page = list_page(person, register, filters, after, min(1000, most - len(lines)), "aftersales.export")
        lines += [cells for _one, cells in page.lines]
        after = page.next
        if not after:
            break
    return lines


def in_words(person: Person, register: Register, filters: Filters) -> list[str]:
    """What a list was narrowed to, as it is written above its print."""
    shop = access.visible_shops(person).filter(pk=filters.shop).first() if filters.shop is not None else None
    told = [shop.name] if shop is not None else []
    for name, value in filters.chosen:
        label, _asked, choices = register.filters[name]
        told.append(f"{label} {dict(choices)[value]}")
    return [*told, *([f"“{filters.search}”"] if filters.search else [])]


def _parts(person: Person, register: Register, filters: Filters, permission: str = "aftersales.view") -> Iterator[QuerySet[Any]]:
    """One query for each shop, which goes along its index."""
    shops = Shop.objects.filter(access.where(person, permission, "pk")).order_by("pk")
    if filters.shop is not None:
        shops = shops.filter(pk=filters.shop)
    found = register.find(filters.search) if filters.search and register.find is not None else None
    for shop_id in shops.values_list("pk", flat=True):
        rows = register.rows().filter(shop=shop_id)
        for name, value in filters.chosen:
            asked = register.filters[name][1]
            rows = rows.filter(asked(value) if callable(asked) else Q(**{asked: _value(value)}))
        if filters.since is not None:
            rows = rows.filter(**{f"{register.moment}__gte": clock.day_span(filters.since)[0]})
        if filters.until is not None:
            rows = rows.filter(**{f"{register.moment}__lt": clock.day_span(filters.until)[1]})
        yield rows.filter(pk__in=register.rows().filter(found, shop=shop_id).values("pk")) if found is not None else rows


def _value(value: str) -> Any:
    return {"yes": True, "no": False}.get(value, value)


def get(person: Person, model: type[Model], pk: int) -> Any:
    """A line of a register, with what its page needs; 404 where this person may not know of it."""
    rows: Any = model._default_manager
    found = rows.filter(access.where(person), pk=pk).first()
    if found is None:
        raise Http404(model._meta.model_name)
    return found


# ---- What people type --------------------------------------------------------------------------------


def _cases(typed: str) -> list[int]:
    """Cases by their own number, the platform's, the order's, the customer's name."""
    numbered = re.fullmatch(r"SH0*(\d{1,12})", typed, re.IGNORECASE)
    if numbered:
        return [int(numbered[1])]
    orders = list(Order.objects.filter(Q(platform_id=typed) | Q(number_tail=typed)).values_list("pk", flat=True)[:PAGE])
    rows = Case.objects.filter(Q(platform_refund_id=typed) | Q(order__in=orders) | Q(customer__name=typed))
    return list(rows.values_list("pk", flat=True)[:200])


# Of these any part is typed; of numbers and names the whole.
_PARTS = ("goods", "fault", "courier", "reference")


def _by_case(letters: str, *more: str) -> Callable[[str], Q]:
    """By the line's own number as people read it (`letters` and digits), by its case and order, and by `more`."""

    def find(typed: str) -> Q:
        own = re.fullmatch(rf"{letters}0*(\d{{1,12}})", typed, re.IGNORECASE)
        if own:
            return Q(pk=int(own[1]))
        q = Q(case__in=_cases(typed))
        for name in more:
            q |= Q(**{f"{name}__icontains" if name in _PARTS else name: typed})
        return q

    return find


# ---- The registers -----------------------------------------------------------------------------------


def _case_cell(case: Case | None, sub: str = "") -> Cell:
    return Cell(case.number, reverse("aftersales:case", args=[case.pk]), sub) if case is not None else Cell("", sub=sub)


def _order_cell(order: Order | None) -> Cell:
    return Cell(order.platform_id, reverse("orders:detail", args=[order.pk])) if order is not None else Cell("")


def _mistake(one: Mistake) -> list[Cell]:
    return [
        Cell(str(one), reverse("aftersales:mistake", args=[one.pk]), one.shop.name),
        Cell(one.get_kind_display(), tone="" if one.void_at is None else "void"),
        _case_cell(one.case), _order_cell(one.order), Cell(one.goods), Cell(one.pieces),
        Cell(one.get_borne_by_display(), sub=one.person.name if one.person else "", tone="bad" if one.borne_by == "agent" else ""),
        Cell(one.packed_by.name if one.packed_by else ""), Cell(one.remarked_by), Cell(one.freight_fen), Cell(one.at),
    ]  # fmt: skip


MISTAKES = Register(
    "mistakes", pgettext_lazy("register", "Mistakes"),
    (
        Head(pgettext_lazy("register", "No."), sub=pgettext_lazy("register", "Shop")), Head(pgettext_lazy("register", "Kind"), width=10), Head(pgettext_lazy("register", "Case")),
        Head(pgettext_lazy("register", "Order"), width=22), Head(pgettext_lazy("register", "Goods"), width=34), Head(pgettext_lazy("register", "Pieces"), "number", 8),
        Head(pgettext_lazy("register", "Borne by"), width=12, sub=pgettext_lazy("register", "Agent")), Head(pgettext_lazy("register", "Packed by"), width=12), Head(pgettext_lazy("register", "Remark by"), width=12),
        Head(pgettext_lazy("register", "Freight"), "money", 12), Head(pgettext_lazy("register", "Since"), "when", 20),
    ),
    lambda: Mistake.objects.filter(void_at=None).select_related("shop", "case", "order", "person", "packed_by"), _mistake,
    filters={
        "kind": (pgettext_lazy("register", "Kind"), "kind", Mistake.Kind.choices),
        "borne": (pgettext_lazy("register", "Borne by"), "borne_by", Mistake.BorneBy.choices),
    },
    find=_by_case("CC", "goods", "person__name", "packed_by__name", "remarked_by", "order__platform_id", "order__number_tail"),
)  # fmt: skip


def _claim(one: CourierClaim) -> list[Cell]:
    late = one.is_open and one.due_at is not None and one.due_at < clock.now()
    tone = {"draft": "warn", "filed": "info", "granted": "accent", "paid": "ok", "refused": "bad"}.get(one.state, "")
    return [
        Cell(str(one), reverse("aftersales:claim", args=[one.pk]), one.shop.name), Cell(one.get_kind_display()), Cell(one.courier, sub=one.number),
        _case_cell(one.case), _order_cell(one.order), Cell(one.get_state_display(), tone=tone), Cell(one.amount_fen), Cell(one.granted_fen), Cell(one.paid_fen, sub=one.bill),
        Cell(one.at), Cell(one.due_at, tone="bad" if late else ""),
    ]  # fmt: skip


_DUE_CHOICES = (("late", pgettext_lazy("case", "Overdue")), ("day", pgettext_lazy("register", "Within a day")))


def _due(value: str) -> Q:
    now = clock.now()
    return Q(due_at__lt=now) if value == "late" else Q(due_at__gte=now, due_at__lt=now + timedelta(days=1))


CLAIMS = Register(
    "claims", pgettext_lazy("register", "Claims on couriers"),
    (
        Head(pgettext_lazy("register", "No."), sub=pgettext_lazy("register", "Shop")), Head(pgettext_lazy("register", "Kind"), width=10), Head(pgettext_lazy("register", "Courier"), width=14, sub=pgettext_lazy("register", "Tracking number")),
        Head(pgettext_lazy("register", "Case")), Head(pgettext_lazy("register", "Order"), width=22), Head(pgettext_lazy("register", "State"), width=10),
        Head(pgettext_lazy("register", "Claimed"), "money", 12), Head(pgettext_lazy("register", "Granted"), "money", 12), Head(pgettext_lazy("register", "Paid"), "money", 12, sub=pgettext_lazy("register", "Bill")),
        Head(pgettext_lazy("register", "Since"), "when", 20), Head(pgettext_lazy("register", "Due"), "when", 20),
    ),
    lambda: CourierClaim.objects.select_related("shop", "case", "order"), _claim,
    filters={
        "state": (pgettext_lazy("register", "State"), "state", CourierClaim.State.choices),
        "due": (pgettext_lazy("register", "Due"), _due, _DUE_CHOICES),
        "kind": (pgettext_lazy("register", "Kind"), "kind", (("lost", pgettext_lazy("claim", "Lost")), ("damaged", pgettext_lazy("claim", "Damaged")))),
    },
    find=_by_case("LP", "number", "courier", "reference"), due="due_at", waits=("draft", "filed", "granted"),
)  # fmt: skip


def _quality(one: QualityNote) -> list[Cell]:
    known = {True: _("confirmed"), False: _("not confirmed"), None: _("not looked at")}[one.confirmed]
    return [
        Cell(one.product.title, sub=one.sku.code), Cell(one.sku.name), Cell(one.batch.number if one.batch else ""),
        Cell(str(REASONS[one.reason].label), sub=one.fault), Cell(one.pieces), _case_cell(one.case), Cell(known, tone={True: "bad", False: "ok", None: ""}[one.confirmed]),
        Cell(one.at),
    ]  # fmt: skip


QUALITY = Register(
    "quality", pgettext_lazy("register", "Faults of goods"),
    (
        Head(pgettext_lazy("register", "Goods"), width=34, sub=pgettext_lazy("register", "SKU")), Head(pgettext_lazy("register", "Variant"), width=18), Head(pgettext_lazy("register", "Batch"), width=14),
        Head(pgettext_lazy("register", "Fault"), width=20, sub=pgettext_lazy("register", "More closely")), Head(pgettext_lazy("register", "Pieces"), "number", 8), Head(pgettext_lazy("register", "Case")),
        Head(pgettext_lazy("register", "Inspection"), width=14), Head(pgettext_lazy("register", "Since"), "when", 20),
    ),
    lambda: QualityNote.objects.filter(void_at=None).select_related("product", "sku", "batch", "case"), _quality,
    filters={
        "reason": (pgettext_lazy("register", "Fault"), "reason", (("quality", _("Quality")), ("described", _("Not as described")))),
        "confirmed": (pgettext_lazy("register", "Inspection"), "confirmed", (("yes", _("confirmed")), ("no", _("not confirmed")))),
    },
    find=lambda typed: Q(product__title__icontains=typed) | Q(sku__code=typed) | Q(batch__number=typed) | Q(fault__icontains=typed) | Q(case__in=_cases(typed)),
)  # fmt: skip


def _alarm(one: QualityAlarm) -> list[Cell]:
    return [
        Cell(one.product.title, reverse("aftersales:alarm", args=[one.pk])), Cell(str(REASONS[one.reason].label), sub=one.fault), Cell(one.times), Cell(one.owner.name),
        Cell(_("open") if one.ended_at is None else _("ended"), tone="bad" if one.ended_at is None else "ok"), Cell(one.answer), Cell(one.raised_at),
    ]  # fmt: skip


ALARMS = Register(
    "alarms", pgettext_lazy("register", "Alarms"),
    (
        Head(pgettext_lazy("register", "Goods"), width=34), Head(pgettext_lazy("register", "Fault"), width=20, sub=pgettext_lazy("register", "More closely")), Head(pgettext_lazy("register", "Times"), "number", 8),
        Head(pgettext_lazy("register", "Seen to by"), width=12), Head(pgettext_lazy("register", "State"), width=10), Head(pgettext_lazy("register", "What was done"), width=34),
        Head(pgettext_lazy("register", "Since"), "when", 20),
    ),
    lambda: QualityAlarm.objects.select_related("product", "owner"), _alarm, moment="raised_at",
    filters={"state": (pgettext_lazy("register", "State"), "ended_at__isnull", (("yes", _("open")), ("no", _("ended"))))},
    find=lambda typed: Q(product__title__icontains=typed) | Q(fault__icontains=typed),
)  # fmt: skip


def _undeliverable(one: InboundParcel) -> list[Cell]:
    held = [parcel_case.case for parcel_case in one.parcel_cases.all()]
    return [
        Cell(one.number, reverse("aftersales:parcel", args=[one.pk]), one.courier), Cell(one.get_origin_display()), Cell(one.get_state_display()),
        _order_cell(one.order), _case_cell(held[0] if held else None), Cell(one.arrived_at), Cell(one.note),
    ]  # fmt: skip


UNDELIVERABLE = Register(
    "undeliverable", pgettext_lazy("register", "Undeliverable returns"),
    (
        Head(pgettext_lazy("register", "Parcel"), width=22, sub=pgettext_lazy("register", "Courier")), Head(pgettext_lazy("register", "Kind"), width=14), Head(pgettext_lazy("register", "State"), width=12),
        Head(pgettext_lazy("register", "Order"), width=22), Head(pgettext_lazy("register", "Case")), Head(pgettext_lazy("register", "Arrived"), "when", 20),
        Head(pgettext_lazy("register", "Note"), width=34),
    ),
    lambda: InboundParcel.objects.filter(origin__in=("undeliverable", "refused"), arrived_at__isnull=False).select_related("order").prefetch_related("parcel_cases__case"),
    _undeliverable, moment="arrived_at",
    filters={"origin": (pgettext_lazy("register", "Kind"), "origin", (("undeliverable", pgettext_lazy("inbound", "Undeliverable")), ("refused", pgettext_lazy("inbound", "Refused by the customer"))))},
    find=lambda typed: Q(number=typed.upper()) | Q(order__platform_id=typed) | Q(order__number_tail=typed) | Q(parcel_cases__case__in=_cases(typed)),
)  # fmt: skip


def _log_prepared(cases: list[Case]) -> None:
    """The goods and the steps of these cases, in two queries."""
    ids = [one.pk for one in cases]
    goods: dict[int, list[str]] = {}
    for line in CaseLine.objects.filter(case__in=ids).order_by("pk"):
        goods.setdefault(line.case_id, []).append(f"{line.title} ×{line.quantity}")
    steps: dict[int, list[str]] = {}
    for case_id, state in CaseStep.objects.filter(case__in=ids).order_by("pk").values_list("case", "state"):
        held = steps.setdefault(case_id, [])
        label = str(flow.STATES[state].label)
        if not held or held[-1] != label:
            held.append(label)
    for one in cases:
        one.log_goods, one.log_steps = "、".join(goods.get(one.pk, ())), " → ".join(steps.get(one.pk, ()))  # type: ignore[attr-defined]  # han


def _log(one: Any) -> list[Cell]:
    return [
        Cell(one.number, reverse("aftersales:case", args=[one.pk]), one.shop.name), Cell(one.get_kind_display()),
        Cell(str(REASONS[one.reason].label) if one.reason in REASONS else one.reason), _order_cell(one.order), Cell(one.log_goods), Cell(one.owner.name),
        Cell(one.log_steps), Cell(one.refunded_fen), Cell(one.cost_fen), Cell(one.opened_at), Cell(one.closed_at),
    ]  # fmt: skip


LOG = Register(
    "log", pgettext_lazy("register", "Log of cases"),
    (
        Head(pgettext_lazy("register", "Case"), sub=pgettext_lazy("register", "Shop")), Head(pgettext_lazy("register", "What is asked"), width=12), Head(pgettext_lazy("register", "Why"), width=12),
        Head(pgettext_lazy("register", "Order"), width=22), Head(pgettext_lazy("register", "Goods"), width=34), Head(pgettext_lazy("register", "Seen to by"), width=12),
        Head(pgettext_lazy("register", "Its way"), width=50), Head(pgettext_lazy("register", "Paid back"), "money", 12), Head(pgettext_lazy("register", "Cost"), "money", 12),
        Head(pgettext_lazy("register", "Asked"), "when", 20), Head(pgettext_lazy("register", "Ended"), "when", 20),
    ),
    lambda: Case.objects.select_related("shop", "order", "owner"), _log, moment="opened_at",
    filters={
        "kind": (pgettext_lazy("register", "What is asked"), "kind", Case.Kind.choices),
        "reason": (pgettext_lazy("register", "Why"), "reason", tuple((one.code, one.label) for one in REASONS.values())),
    },
    find=lambda typed: Q(pk__in=_cases(typed)) | Q(owner__name=typed) | Q(order__courier=typed) | Q(lines__sku__product__title=typed) | Q(lines__batch__number=typed),
    prepared=_log_prepared,
)  # fmt: skip


def _evidence(one: Evidence) -> list[Cell]:
    problem = str(REASONS[one.problem].label) if one.problem in REASONS else one.problem
    return [
        Cell(one.get_kind_display(), reverse("aftersales:evidence-piece", args=[one.pk])), _case_cell(one.case), _order_cell(one.order),
        Cell(one.customer.name if one.customer else ""), Cell(one.sku.product.title if one.sku else "", sub=one.sku.code if one.sku else ""),
        Cell(one.batch.number if one.batch else ""), Cell(problem), Cell(one.sha256), Cell(one.taken_at), Cell(one.at, sub=one.by_name),
    ]  # fmt: skip


def _of_evidence(typed: str) -> Q:
    """By product, batch, customer, order or case; each by its own index."""
    skus = Sku.objects.filter(Q(code=typed) | Q(product__title__icontains=typed)).values("pk")[:500]
    orders = Order.objects.filter(Q(platform_id=typed) | Q(number_tail=typed)).values("pk")[:PAGE]
    return Q(sku__in=skus) | Q(batch__number=typed) | Q(customer__name=typed) | Q(order__in=orders) | Q(case__in=_cases(typed))


EVIDENCE = Register(
    "evidence", pgettext_lazy("register", "Evidence"),
    (
        Head(pgettext_lazy("register", "Kind"), width=12), Head(pgettext_lazy("register", "Case")), Head(pgettext_lazy("register", "Order"), width=22),
        Head(pgettext_lazy("register", "Customer")), Head(pgettext_lazy("register", "Goods"), width=34, sub=pgettext_lazy("register", "SKU")), Head(pgettext_lazy("register", "Batch"), width=14),
        Head(pgettext_lazy("register", "Problem"), width=14), Head(pgettext_lazy("register", "Hash (SHA-256)"), width=66),
        Head(pgettext_lazy("register", "Taken"), "when", 20), Head(pgettext_lazy("register", "Filed"), "when", 20, sub=pgettext_lazy("register", "Filed by")),
    ),
    lambda: Evidence.objects.select_related("case", "order", "customer", "sku__product", "batch"), _evidence,
    filters={
        "kind": (pgettext_lazy("register", "Kind"), "kind", Evidence.Kind.choices),
        "problem": (pgettext_lazy("register", "Problem"), "problem", tuple((one.code, one.label) for one in REASONS.values())),
    },
    find=_of_evidence, pictures=True,
)  # fmt: skip


def _dispute(one: Dispute) -> list[Cell]:
    asked = one.waits_for_us
    late = asked and one.due_at is not None and one.due_at < clock.now()
    state = str(one.get_result_display()) if one.ruled_at else pgettext("dispute", "To be answered") if asked else pgettext("dispute", "To be ruled")
    tone = {"won": "ok", "lost": "bad", "partly": "warn"}.get(one.result, "") if one.ruled_at else "warn" if asked else "info"
    return [
        Cell(str(one), reverse("aftersales:dispute", args=[one.pk]), one.platform_number), Cell(one.get_about_display()), _case_cell(one.case), _order_cell(one.case.order),
        Cell(state, tone=tone), Cell(one.asked_fen), Cell(one.ruled_fen), Cell(one.cause, sub=one.lesson),
        Cell(one.opened_at), Cell(one.due_at, tone="bad" if late else ""),
    ]  # fmt: skip


# What waits for our evidence: the case is before the platform and was not answered since.
_ASKED = Q(ruled_at=None, case__state="disputed")


def _dispute_state(value: str) -> Q:
    """An open dispute whose case the platform has ended meanwhile still waits for its ruling to be entered."""
    return _ASKED if value == "open" else Q(ruled_at=None) & ~Q(case__state="disputed") if value == "ruling" else Q(result=value)


DISPUTES = Register(
    "disputes", pgettext_lazy("register", "Disputes"),
    (
        Head(pgettext_lazy("register", "No."), sub=pgettext_lazy("register", "Platform number")), Head(pgettext_lazy("register", "About"), width=12), Head(pgettext_lazy("register", "Case")),
        Head(pgettext_lazy("register", "Order"), width=22), Head(pgettext_lazy("register", "State"), width=14), Head(pgettext_lazy("register", "Asked for"), "money", 12),
        Head(pgettext_lazy("register", "To the customer"), "money", 12), Head(pgettext_lazy("register", "Cause and lesson"), width=40, sub=pgettext_lazy("dispute", "Lesson")),
        Head(pgettext_lazy("register", "Since"), "when", 20), Head(pgettext_lazy("register", "Answer by"), "when", 20),
    ),
    lambda: Dispute.objects.select_related("case__order"), _dispute, moment="opened_at",
    filters={
        "about": (pgettext_lazy("register", "About"), "about", Dispute.About.choices),
        "state": (
            pgettext_lazy("register", "State"), _dispute_state,
            (("open", pgettext_lazy("dispute", "To be answered")), ("ruling", pgettext_lazy("dispute", "To be ruled")), *Dispute.Result.choices),
        ),
        "due": (pgettext_lazy("register", "Answer by"), lambda value: _ASKED & _due(value), _DUE_CHOICES),
    },
    find=_by_case("JF", "platform_number"), due="due_at", waits=("open",),
)  # fmt: skip

REGISTERS = {one.code: one for one in (MISTAKES, CLAIMS, QUALITY, ALARMS, UNDELIVERABLE, LOG, EVIDENCE, DISPUTES)}
