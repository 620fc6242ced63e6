"""A plan is written in transactions short enough not to be noticed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError, QuerySet

from dangban.customers import recognising
from dangban.journal.actions import record
from dangban.lib import clock, text
from dangban.orders import bell, events, parcel_numbers, rules, ticking
from dangban.orders.changing import standing
from dangban.orders.figures import keep_figures
from dangban.orders.imports.planning import Change, Plan, Planning, shown
from dangban.orders.imports.wishes import bring_wishes_home
from dangban.orders.imports.words import refresh_words, words
from dangban.orders.models import FlagChange, Order, OrderChange, OrderLine, OrderWord
from dangban.orders.reading import ReadOrder
from dangban.orders.unpaid import following
from dangban.shops import runs
from dangban.shops.models import ImportRun, Sku
from dangban.shops.runs import Refusal

_BUYERS_AT_ONCE = 100
# What a parcel is made by, beside its items.
_SENT = frozenset({*rules.RECEIVER, "courier", "buyer_message"})
_PERSONAL = frozenset({*rules.RECEIVER, "buyer_message", "platform_remark", "invoice_title"})
_LINE_COLUMNS = ("platform_line_id", "sku", "sku_code", "title", "variant", "quantity", "price_fen")


class Writing(Planning):
    """One run: what was written, beside what was planned."""

    def _refuse(self, refusals: Sequence[Refusal]) -> None:
        self.tally.refused += len(refusals)
        runs.keep_refusals(self.run, refusals)

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
        OrderWord.objects.bulk_create(words(orders))
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
        rows = Order.objects.select_for_update().filter(pk__in=[change.order.pk for change in changes]).order_by("pk")
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
        if change.platform_fen is not None:
            order.platform_refunded_fen = change.platform_fen

    def _save(self, change: Change) -> None:
        order = change.order
        if change.flag is not None:
            order.flag = change.flag
        order.version += 1
        extra = ("phone_tail", "business_day", "source_digest", "flag", "version", "platform_refunded_fen")
        order.save(update_fields=[*change.fields, *extra])
        if {"platform_remark", "buyer_message"} & set(change.fields):
            refresh_words(order)

    def _change_rows(self, change: Change) -> Iterable[OrderChange]:
        for name, (before, after) in change.fields.items():
            yield OrderChange(
                order=change.order,
                run=self.run,
                field=name,
                before=shown(before),
                after=shown(after),
                at=self.now,
            )
        if change.lines:
            yield OrderChange(order=change.order, run=self.run, field="lines", at=self.now)

    def _tell(self, change: Change) -> None:
        told: dict[str, Any] = {"run": self.run.pk}
        personal: dict[str, Any] = {}
        for name, (before, after) in change.fields.items():
            (personal if name in _PERSONAL else told)[name] = [shown(before), shown(after)]
        if change.lines:
            told["lines"] = len(change.read.lines)
        if change.platform_fen is not None and "refunded_fen" not in change.fields:
            told["refunded_fen"] = shown(change.platform_fen)
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
        # Parcels, slips and cases point at lines: each keeps its row, those that one points at are never taken away.
        known = OrderLine.objects.filter(order__in=orders)
        there = {(line.order_id, line.position): line for line in known}
        _take_away(known.exclude(pk__in=[line.pk for key, line in there.items() if key in said]).filter(parcel_lines=None))
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


def _seen(read: ReadOrder) -> recognising.Seen:
    said = read.said
    return recognising.Seen(
        said.get("buyer", ""), said.get("phone", ""), said.get("receiver", ""), said["created_at"]
    )



def _take_away(lines: QuerySet[OrderLine]) -> None:
    """Lines that the platform no longer has, except those that something else still speaks of."""
    try:
        with transaction.atomic():
            lines.delete()
    except ProtectedError:
        for line in lines:
            with suppress(ProtectedError), transaction.atomic():
                line.delete()


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
