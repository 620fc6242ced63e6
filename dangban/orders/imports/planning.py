"""What a file would change: read and compared with what is known, nothing written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from dangban.handbook.current import in_force_so_far as in_force
from dangban.lib import clock
from dangban.lib.pace import Pace
from dangban.orders import clauses, rules
from dangban.orders.changing import standing
from dangban.orders.models import Order, OrderLine
from dangban.orders.reading import ReadOrder
from dangban.shops import runs
from dangban.shops.models import ImportRun
from dangban.shops.runs import Refusal, Tally

_SAMPLES = 30
# New orders whose remark is shown taken apart.
_REMARKS = 10
_LINE = ("title", "quantity", "variant", "sku_code", "platform_line_id", "price_fen")


@dataclass(slots=True)
class Change:
    """An order known already, and what the file says differently."""

    order: Order
    read: ReadOrder
    fields: dict[str, tuple[Any, Any]]
    lines: bool = False
    flag: str | None = None
    # What the platform says it paid back, where that becomes another and a case here has paid back too.
    platform_fen: int | None = None



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


class Planning:
    """One run: what was planned and refused so far."""

    def __init__(self, run: ImportRun) -> None:
        self.run = run
        self.shop = run.shop
        self.actor = runs.actor_of(run)
        self.now = clock.now()
        self.tally = Tally()
        self.pace = Pace()

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
                elif not read.status_derived and not knows_no_signing(order.status, said["status"]):
                    plan.refusals += self._older(order, read)
                    continue
                del said["status"]
            platform_fen = said.get("refunded_fen") if order.settled_fen else None
            if order.settled_fen:
                rules.keep_settled(said, order.paid_fen, order.settled_fen, order.settled_aside_fen)
            change = Change(order, read, rules.news(known, said))
            change.platform_fen = platform_fen if platform_fen != order.platform_refunded_fen else None
            change.lines = rules.lines_differ(lines.get(order.pk, []), _plain(read.lines))
            self._keep_ours(plan, change, stands.get(order.pk))
            change.flag = self._flag(read, order.flag)
            if change.fields or change.lines or change.flag is not None or change.platform_fen is not None:
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
                name: [shown(before), shown(after)] for name, (before, after) in change.fields.items()
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


def knows_no_signing(known: str, said: str) -> bool:
    """The courier has told that it was signed for; most platforms go on calling such an order dispatched."""
    return known == Order.Status.SIGNED and said == Order.Status.SENT


def _plain(lines: Iterable[Any]) -> list[tuple[Any, ...]]:
    return [tuple(getattr(line, name) for name in _LINE) for line in lines]


def _lines_of(orders: Sequence[Order]) -> dict[int, list[tuple[Any, ...]]]:
    found: dict[int, list[tuple[Any, ...]]] = {}
    for order_id, *rest in (
        OrderLine.objects.filter(order__in=orders).order_by("order", "position").values_list("order", *_LINE)
    ):
        found.setdefault(order_id, []).append(tuple(rest))
    return found


def shown(value: Any) -> str:
    if isinstance(value, datetime):
        return clock.local(value).strftime("%Y-%m-%d %H:%M:%S")
    return "" if value is None else str(value)
