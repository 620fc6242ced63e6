"""Taking in orders from a platform's file: page and command line come through here.

A file is read whole, planned against what is known in small groups, and written in transactions
short enough not to be noticed. Nothing is refused without a line number and a reason; the same
file again changes nothing and says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from dangban.customers import recognising
from dangban.handbook.current import in_force_so_far as in_force
from dangban.journal.actions import record
from dangban.lib import clock, tables, text
from dangban.lib.actor import Actor
from dangban.lib.errors import BadInput
from dangban.lib.pace import Pace
from dangban.orders import bell, clauses, events, formats, parcel_numbers, rules, ticking
from dangban.orders.changing import standing
from dangban.orders.figures import keep_figures
from dangban.orders.models import FlagChange, Order, OrderChange, OrderLine, OrderWord, Requirement
from dangban.orders.reading import Reader, ReadOrder
from dangban.orders.unpaid import following
from dangban.people.models import Shop
from dangban.shops import runs
from dangban.shops.models import ImportRun, Sku
from dangban.shops.runs import Refusal, Tally

# Below this many rows a file is read while its page is loading; above, in the background.
QUICK_ROWS = 1500
_PLANNED_AT_ONCE = 250
_BUYERS_AT_ONCE = 100
_SAMPLES = 30
# New orders whose remark is shown taken apart.
_REMARKS = 10
# What a parcel is made by, beside its items.
_SENT = frozenset({*rules.RECEIVER, "courier", "buyer_message"})
_PERSONAL = frozenset({*rules.RECEIVER, "buyer_message", "platform_remark", "invoice_title"})


@dataclass(slots=True)
class Change:
    """An order known already, and what the file says differently."""

    order: Order
    read: ReadOrder
    fields: dict[str, tuple[Any, Any]]
    lines: bool = False
    flag: str | None = None


@dataclass(slots=True)
class Plan:
    """What a group of orders will do to the database."""

    create: list[ReadOrder] = field(default_factory=list)
    change: list[Change] = field(default_factory=list)
    unchanged: int = 0
    refusals: list[Refusal] = field(default_factory=list)
    same: list[Order] = field(default_factory=list)
    # Where the file differs from what was changed here.
    differs: list[standing.Difference] = field(default_factory=list)


def take_in(run: ImportRun) -> None:
    """Carry out a run: read its file, write what is new (unless it is a trial), keep the result."""
    OrderImport(run).go()


def recognise(shop: Shop, table: tables.Table) -> formats.Recognised:
    """The format of a table; BadInput where there is none or it belongs to another platform."""
    try:
        recognised = formats.recognise(table.headers)
    except formats.Unrecognised as unknown:
        raise BadInput(str(unknown)) from unknown
    if shop.platform not in recognised.format.platforms:
        raise BadInput(
            _(
                "This is a file of the kind “%(title)s”, but %(shop)s is a shop on %(platform)s. Choose the shop it belongs to."
            )
            % {"title": recognised.format.title, "shop": shop.name, "platform": shop.get_platform_display()}
        )
    return recognised


class OrderImport:
    """One run: what was planned, written and refused so far."""

    def __init__(self, run: ImportRun) -> None:
        self.run = run
        self.shop = run.shop
        self.actor = runs.actor_of(run)
        self.now = clock.now()
        self.tally = Tally()
        self.pace = Pace()

    def go(self) -> None:
        table = tables.read(runs.contents(self.run), self.run.file_name)
        recognised = recognise(self.shop, table)
        self.run.format = recognised.format.code
        reader = Reader(table, recognised)
        orders = reader.orders()
        self.tally.rows = reader.rows
        self._refuse([Refusal(one.line, one.reference, one.reason, one.row) for one in reader.refusals])
        self.tally.notes = self._notes(recognised, table, reader)
        for start in range(0, len(orders), _PLANNED_AT_ONCE):
            self._group(orders[start : start + _PLANNED_AT_ONCE])
        self.tally.rows_done = self.tally.rows
        runs.finish(self.run, self.tally, verb="orders.file_taken_in")

    def _notes(self, recognised: formats.Recognised, table: tables.Table, reader: Reader) -> list[str]:
        notes = []
        if recognised.unknown:
            names = "、".join(recognised.unknown[:12])
            notes.append(_("Columns that were not understood and left out: %(names)s") % {"names": names})
        for line, why in table.skipped:
            notes.append(_("Line %(line)s was left out: %(why)s") % {"line": line, "why": why})
        if not reader.rows:
            notes.append(_("The file has headers but no orders."))
        return notes

    def _refuse(self, refusals: Sequence[Refusal]) -> None:
        self.tally.refused += len(refusals)
        runs.keep_refusals(self.run, refusals)

    def _group(self, orders: Sequence[ReadOrder]) -> None:
        plan = self.plan(orders)
        self._refuse(plan.refusals)
        self.tally.unchanged += plan.unchanged
        self._sample(plan)
        for one in plan.differs:
            self._note(standing.note_of(one))
        if self.run.dry_run:
            self.tally.created += len(plan.create)
            self.tally.updated += len(plan.change)
        else:
            self._write(plan)
        self.tally.rows_done += sum(len(order.lines_from) for order in orders)
        runs.move(self.run, self.tally)

    # ---- planning ----------------------------------------------------------------------------

    def plan(self, orders: Sequence[ReadOrder]) -> Plan:
        """Compare a group with what is known; reads only."""
        known = {
            order.platform_id: order
            for order in Order.objects.filter(
                shop=self.shop, platform_id__in=[one.platform_id for one in orders]
            )
        }
        plan = Plan()
        maybe = []
        for read in orders:
            order = known.get(read.platform_id)
            if order is None:
                plan.create.append(read)
            elif order.source_digest == read.digest():
                plan.unchanged += 1
                plan.same.append(order)
            else:
                maybe.append((order, read))
        self._plan_changes(plan, maybe)
        return plan

    def _plan_changes(self, plan: Plan, pairs: list[tuple[Order, ReadOrder]]) -> None:
        lines = _lines_of([order for order, _read in pairs])
        stands = standing.of([order for order, _read in pairs])
        for order, read in pairs:
            known = {name: getattr(order, name) for name in rules.FOLLOWED}
            said = dict(read.said)
            if rules.is_step_back(order.status, said["status"]):
                cancelled = standing.closed_here(stands.get(order.pk), said["status"])
                if cancelled is not None:
                    plan.differs.append(cancelled)
                elif not read.status_derived and not _knows_no_signing(order.status, said["status"]):
                    plan.refusals += self._older(order, read)
                    continue
                del said["status"]
            if order.settled_fen:
                rules.keep_settled(said, order.paid_fen, order.settled_fen, order.settled_aside_fen)
            change = Change(order, read, rules.news(known, said))
            change.lines = rules.lines_differ(lines.get(order.pk, []), _plain(read.lines))
            self._keep_ours(plan, change, stands.get(order.pk))
            change.flag = self._flag(read, order.flag)
            if change.fields or change.lines or change.flag is not None:
                plan.change.append(change)
            else:
                plan.unchanged += 1

    def _keep_ours(self, plan: Plan, change: Change, stands: standing.Standing | None) -> None:
        """What was changed here is not undone by a file that tells of before; what differs is shown."""
        found = standing.settle(stands, change.fields)
        items = standing.settle_lines(stands, _plain(change.read.lines)) if change.lines else None
        if items is not None:
            change.lines = not items.kept
            found.append(items)
        plan.differs += found

    def _older(self, order: Order, read: ReadOrder) -> list[Refusal]:
        reason = _(
            "This file is older than what is known: it says “%(said)s”, the order is already “%(known)s”"
        ) % {
            "said": Order.Status(read.said["status"]).label,
            "known": order.get_status_display(),
        }
        return [Refusal(line, read.platform_id, reason, {}) for line in read.lines_from]

    @cached_property
    def legend(self) -> Any:
        rulebook = in_force(self.now)
        return rulebook[clauses.FLAGS] if rulebook.has(clauses.FLAGS) else ()

    def _flag(self, read: ReadOrder, known: str) -> str | None:
        """The flag to plant; None to leave things as they are. No flag in the file takes none away."""
        written = read.said.get("flag", "")
        if not written:
            return None
        code = rules.flag_of(self.legend, written)
        if code is None:
            self._note(
                _("The flag “%(flag)s” is not in the handbook's legend; it was left out.") % {"flag": written}
            )
            return None
        return code if code != known else None

    def _note(self, note: str) -> None:
        if note not in self.tally.notes and len(self.tally.notes) < 50:
            self.tally.notes.append(note)

    def _sample(self, plan: Plan) -> None:
        for change in plan.change[: _SAMPLES - sum(one["pk"] is not None for one in self.tally.samples)]:
            fields = {
                name: [_shown(before), _shown(after)] for name, (before, after) in change.fields.items()
            }
            self.tally.samples.append(
                {
                    "order": change.order.platform_id,
                    "pk": change.order.pk,
                    "flag": change.order.flag if change.flag is None else change.flag,
                    "fields": fields,
                }
            )
        remarked = [read for read in plan.create if read.said.get("platform_remark")]
        for read in remarked[: _REMARKS - sum(one["pk"] is None for one in self.tally.samples)]:
            fields = {"platform_remark": ["", read.said["platform_remark"]]}
            flag = self._flag(read, "") or ""
            self.tally.samples.append({"order": read.platform_id, "pk": None, "flag": flag, "fields": fields})

    # ---- writing -----------------------------------------------------------------------------

    def _write(self, plan: Plan) -> None:
        """Buyers, then orders, then what the orders add up to: each in transactions of its own."""
        buyers = self._recognise(plan.create)
        touched: list[Order] = plan.same if self._mends else []
        for some in self.pace.chunks(plan.create):
            self.tally.created += self._create(some, buyers, touched)
        for changes in self.pace.chunks(plan.change):
            self.tally.updated += self._update(changes, touched)
        if plan.differs:
            with transaction.atomic():
                standing.remember(plan.differs, by=self.actor, at=self.now)
        self._add_up(touched)

    @cached_property
    def _mends(self) -> bool:
        """Whether the run before broke off, perhaps between an order and what it adds up to."""
        before = ImportRun.objects.filter(
            shop=self.shop, kind=ImportRun.Kind.ORDERS, dry_run=False, pk__lt=self.run.pk
        )
        last = before.order_by("-pk").values_list("finished_at", "failed").first()
        return last is not None and (last[0] is None or bool(last[1]))

    def _recognise(self, reads: Sequence[ReadOrder]) -> dict[str, int | None]:
        """The customer behind each order, by the order's number."""
        found: dict[str, int | None] = {}
        for start in range(0, len(reads), _BUYERS_AT_ONCE):
            some = reads[start : start + _BUYERS_AT_ONCE]
            with transaction.atomic():
                recognised = recognising.recognise(self.shop, [_seen(read) for read in some], at=self.now)
            found |= {read.platform_id: pk for read, pk in zip(some, recognised.ids, strict=True)}
        return found

    def _create(
        self, reads: Sequence[ReadOrder], buyers: Mapping[str, int | None], touched: list[Order]
    ) -> int:
        try:
            with transaction.atomic(), self.pace.measured(len(reads)):
                orders = self._insert(reads, buyers)
        except IntegrityError:
            # Another import brought one of them in the meantime: look again.
            again = self.plan(reads)
            if len(again.create) == len(reads):
                raise
            self.tally.unchanged += again.unchanged
            self._refuse(again.refusals)
            made = self._create(again.create, buyers, touched) if again.create else 0
            self.tally.updated += self._update(again.change, touched) if again.change else 0
            return made
        touched += orders
        return len(reads)

    def _insert(self, reads: Sequence[ReadOrder], buyers: Mapping[str, int | None]) -> list[Order]:
        orders = Order.objects.bulk_create(self._order(read, buyers[read.platform_id]) for read in reads)
        skus = self._skus(reads)
        OrderLine.objects.bulk_create(
            _line(order, position, line, skus)
            for order, read in zip(orders, reads, strict=True)
            for position, line in enumerate(read.lines, 1)
        )
        OrderWord.objects.bulk_create(_words(orders))
        self._plant([(order, "", order.flag) for order in orders if order.flag])
        bring_wishes_home(orders, by=self.actor, at=self.now)
        following.follow(orders)
        parcel_numbers.bring(orders, self.now)
        events.came(orders, self.now)
        bell.shop_loaded(self.shop.pk)
        return orders

    def _order(self, read: ReadOrder, customer_id: int | None) -> Order:
        said = {name: value for name, value in read.said.items() if name in rules.FOLLOWED}
        return Order(
            shop=self.shop,
            platform_id=read.platform_id,
            number_tail=read.platform_id[-6:],
            customer_id=customer_id,
            business_day=clock.business_day(read.said["created_at"]),
            phone_tail=text.tail(said.get("phone", "")),
            imported_at=self.now,
            source_digest=read.digest(),
            flag=self._flag(read, "") or "",
            **said,
        )

    def _update(self, changes: Sequence[Change], touched: list[Order]) -> int:
        with transaction.atomic(), self.pace.measured(len(changes)):
            fresh = self._still_as_planned(changes)
            for change in fresh:
                self._apply(change)
            OrderChange.objects.bulk_create(row for change in fresh for row in self._change_rows(change))
            self._plant(
                [
                    (change.order, change.order.flag, change.flag)
                    for change in fresh
                    if change.flag is not None
                ]
            )
            for change in fresh:
                self._save(change)
                self._tell(change)
            self._replace_lines([change for change in fresh if change.lines])
            for change in fresh:
                sent = [name for name in change.fields if name in _SENT]
                events.changed(change.order, [*sent, "lines"] if change.lines else sent, self.now)
            turned = [change.order for change in fresh if {"status", "refund"} & change.fields.keys()]
            ticking.end_with(turned, by=self.actor, at=self.now)
            following.follow(turned)
            following.end(turned, by=self.actor, at=self.now)
            numbered = [change.order for change in fresh if {"tracking_number", "status"} & change.fields.keys()]
            parcel_numbers.bring(numbered, self.now)
            events.came(turned, self.now)
            bell.shop_loaded(self.shop.pk)
        touched += [change.order for change in fresh]
        return len(fresh)

    def _still_as_planned(self, changes: Sequence[Change]) -> list[Change]:
        """Those whose order nobody touched since the plan; the others are planned anew."""
        rows = Order.objects.select_for_update().filter(pk__in=[change.order.pk for change in changes])
        versions = dict(rows.values_list("pk", "version"))
        fresh = [change for change in changes if versions[change.order.pk] == change.order.version]
        stale = [change.read for change in changes if versions[change.order.pk] != change.order.version]
        return fresh + (self.plan(stale).change if stale else [])

    def _apply(self, change: Change) -> None:
        order = change.order
        for name, (_before, after) in change.fields.items():
            setattr(order, name, after)
        if "phone" in change.fields:
            order.phone_tail = text.tail(order.phone)
        if "created_at" in change.fields:
            order.business_day = clock.business_day(order.created_at)
        order.source_digest = change.read.digest()

    def _save(self, change: Change) -> None:
        order = change.order
        if change.flag is not None:
            order.flag = change.flag
        order.version += 1
        extra = ("phone_tail", "business_day", "source_digest", "flag", "version")
        order.save(update_fields=[*change.fields, *extra])
        if {"platform_remark", "buyer_message"} & set(change.fields):
            refresh_words(order)

    def _change_rows(self, change: Change) -> Iterable[OrderChange]:
        for name, (before, after) in change.fields.items():
            yield OrderChange(
                order=change.order,
                run=self.run,
                field=name,
                before=_shown(before),
                after=_shown(after),
                at=self.now,
            )
        if change.lines:
            yield OrderChange(order=change.order, run=self.run, field="lines", at=self.now)

    def _tell(self, change: Change) -> None:
        told: dict[str, Any] = {"run": self.run.pk}
        personal: dict[str, Any] = {}
        for name, (before, after) in change.fields.items():
            (personal if name in _PERSONAL else told)[name] = [_shown(before), _shown(after)]
        if change.lines:
            told["lines"] = len(change.read.lines)
        record(
            "orders.order_changed_on_platform",
            subject=change.order,
            by=self.actor,
            shop=self.shop.pk,
            change=told,
            personal=personal or None,
            at=self.now,
        )

    def _plant(self, planted: Sequence[tuple[Order, str, str | None]]) -> None:
        FlagChange.objects.bulk_create(
            FlagChange(
                order=order,
                before=before,
                flag=flag or "",
                by_kind=self.actor.kind,
                by_id=self.actor.id,
                by_name=self.actor.name,
                at=self.now,
            )
            for order, before, flag in planted
        )

    def _replace_lines(self, changes: Sequence[Change]) -> None:
        orders = [change.order for change in changes]
        if not orders:
            return
        skus = self._skus([change.read for change in changes])
        said = {
            (change.order.pk, position): _line(change.order, position, line, skus)
            for change in changes
            for position, line in enumerate(change.read.lines, 1)
        }
        # Parcels and slips point at lines: each keeps its row, those of a parcel are never taken away.
        known = OrderLine.objects.filter(order__in=orders)
        there = {(line.order_id, line.position): line for line in known}
        known.exclude(pk__in=[line.pk for key, line in there.items() if key in said]).filter(parcel_lines=None).delete()
        kept = []
        for key in said.keys() & there.keys():
            said[key].pk = there[key].pk
            kept.append(said[key])
        OrderLine.objects.bulk_update(kept, _LINE_COLUMNS)
        OrderLine.objects.bulk_create(line for key, line in said.items() if key not in there)

    def _skus(self, reads: Sequence[ReadOrder]) -> dict[str, int]:
        codes = {line.sku_code for read in reads for line in read.lines if line.sku_code}
        if not codes:
            return {}
        return dict(Sku.objects.filter(shop=self.shop, code__in=codes).values_list("code", "pk"))

    def _add_up(self, orders: Sequence[Order]) -> None:
        """Keep the addresses that orders went to and what each customer bought."""
        known = [order for order in orders if order.customer_id is not None]
        for start in range(0, len(known), _BUYERS_AT_ONCE):
            some = known[start : start + _BUYERS_AT_ONCE]
            with transaction.atomic():
                recognising.remember_addresses(_delivery(order) for order in some)
            with transaction.atomic():
                keep_figures(
                    self.shop, {order.customer_id for order in some if order.customer_id}, at=self.now
                )
                bell.shop_loaded(self.shop.pk)


def _knows_no_signing(known: str, said: str) -> bool:
    """The courier has told that it was signed for; most platforms go on calling such an order dispatched."""
    return known == Order.Status.SIGNED and said == Order.Status.SENT


def bring_wishes_home(orders: Sequence[Order], *, by: Actor, at: datetime) -> None:
    """Wishes noted before there was an order move to the customer's first order that comes in."""
    by_customer: dict[int, Order] = {}
    for order in sorted(orders, key=lambda order: order.created_at):
        if order.customer_id is not None and order.status != Order.Status.CLOSED:
            by_customer.setdefault(order.customer_id, order)
    waiting = Requirement.objects.filter(
        order=None, settled_at=None, shop__in={order.shop_id for order in orders}, customer__in=by_customer
    )
    for wish in waiting.select_for_update(of=("self",)).select_related("shop").order_by("pk"):
        order = by_customer[wish.customer_id]
        if order.created_at >= wish.at:
            wish.order = order
            wish.save(update_fields=["order"])
            if not ticking.end_if_gone(wish, by=by, at=at):
                ticking.start(wish, by=by, at=at)
            change = {"order": order.platform_id}
            record("orders.requirement_moved", subject=wish, by=by, shop=wish.shop_id, change=change, at=at)


def refresh_words(order: Order) -> None:
    """Index an order's remarks and messages anew."""
    OrderWord.objects.filter(order=order).delete()
    OrderWord.objects.bulk_create(_words([order], remarks=list(order.remarks.values_list("text", flat=True))))


def _words(orders: Sequence[Order], remarks: Sequence[str] = ()) -> Iterable[OrderWord]:
    for order in orders:
        written = " ".join(part for part in (order.platform_remark, order.buyer_message, *remarks) if part)
        if written:
            for word in text.bigrams(written):
                yield OrderWord(word=word[:64], order=order)


def _seen(read: ReadOrder) -> recognising.Seen:
    said = read.said
    return recognising.Seen(
        said.get("buyer", ""), said.get("phone", ""), said.get("receiver", ""), said["created_at"]
    )


def _line(order: Order, position: int, line: Any, skus: Mapping[str, int]) -> OrderLine:
    return OrderLine(
        order=order,
        position=position,
        platform_line_id=line.platform_line_id,
        sku_id=skus.get(line.sku_code),
        sku_code=line.sku_code,
        title=line.title,
        variant=line.variant,
        quantity=line.quantity,
        price_fen=line.price_fen,
    )


_LINE_COLUMNS = ("platform_line_id", "sku", "sku_code", "title", "variant", "quantity", "price_fen")
_LINE = ("title", "quantity", "variant", "sku_code", "platform_line_id", "price_fen")


def _plain(lines: Iterable[Any]) -> list[tuple[Any, ...]]:
    return [tuple(getattr(line, name) for name in _LINE) for line in lines]


def _lines_of(orders: Sequence[Order]) -> dict[int, list[tuple[Any, ...]]]:
    found: dict[int, list[tuple[Any, ...]]] = {}
    for order_id, *rest in (
        OrderLine.objects.filter(order__in=orders).order_by("order", "position").values_list("order", *_LINE)
    ):
        found.setdefault(order_id, []).append(tuple(rest))
    return found


def _delivery(order: Order) -> recognising.Delivery:
    return recognising.Delivery(
        customer_id=order.customer_id or 0,
        receiver=order.receiver,
        phone=order.phone,
        province=order.province,
        city=order.city,
        district=order.district,
        detail=order.address,
        postcode=order.postcode,
        at=order.created_at,
    )


def _shown(value: Any) -> str:
    if isinstance(value, datetime):
        return clock.local(value).strftime("%Y-%m-%d %H:%M:%S")
    return "" if value is None else str(value)
