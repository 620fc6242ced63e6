"""What was changed here and stands, when a platform's file says otherwise.

We can't write to the platform: until somebody has changed it there, its files tell the old value. That
never undoes a change made here; it is shown with the change instead. A third value is the platform's
news: it is taken, and whoever follows the change is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from dangban.desk import actions as desk
from dangban.journal.actions import HasActor
from dangban.orders.changing import bells, wanted
from dangban.orders.models import ChangeRequest, Order
from dangban.orders.queries import history

LINES = "lines"


@dataclass(slots=True)
class Standing:
    """What stands of one order: column → its value here, the values before it, the change that made it."""

    ours: dict[str, Any] = field(default_factory=dict)
    stale: dict[str, list[Any]] = field(default_factory=dict)
    by: dict[str, ChangeRequest] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Difference:
    """A file said `said` of something that was changed here; `kept` where ours stays."""

    request: ChangeRequest
    name: str
    said: str
    kept: bool


def of(orders: Sequence[Order]) -> dict[int, Standing]:
    """What was changed here and still is so; one query for a group of orders."""
    known = {order.pk: order for order in orders}
    found: dict[int, Standing] = {}
    applied = ChangeRequest.objects.filter(order__in=known, applied_at__isnull=False)
    for request in applied.select_related("order", "follower", "shop").order_by("applied_at", "pk"):
        standing = found.setdefault(request.order_id, Standing())
        for name, after in request.after.items():
            if after == request.before.get(name):
                continue
            standing.stale.setdefault(name, []).append(request.before.get(name))
            standing.ours[name], standing.by[name] = after, request
    for pk, standing in found.items():
        for name in [one for one in standing.ours if one != LINES and getattr(known[pk], one) != standing.ours[one]]:
            del standing.ours[name]
    return found


def settle(standing: Standing | None, fields: dict[str, tuple[Any, Any]]) -> list[Difference]:
    """Take out of `fields` (column → known, said) what a file tells of before a change; and name what differs."""
    if standing is None:
        return []
    differences = []
    for name in [one for one in fields if one in standing.ours]:
        said = fields[name][1]
        kept = said in standing.stale[name]
        if kept:
            del fields[name]
        differences.append(Difference(standing.by[name], name, "" if said is None else str(said), kept))
    return differences


def settle_lines(standing: Standing | None, said: Iterable[tuple[Any, ...]]) -> Difference | None:
    """Of items that differ: whether the file tells those from before a change (title, pieces, variant, code)."""
    if standing is None or LINES not in standing.ours:
        return None
    told = sorted((str(line[3]), str(line[2]), line[1]) for line in said)
    for before in standing.stale[LINES]:
        if told == sorted(_shape(line) for line in before):
            return Difference(standing.by[LINES], LINES, "", True)
    return Difference(standing.by[LINES], LINES, "", False)


def closed_here(standing: Standing | None, said: str) -> Difference | None:
    """An order cancelled here that the platform's file has as it was."""
    if standing is None or standing.ours.get("status") != Order.Status.CLOSED:
        return None
    return Difference(standing.by["status"], "status", said, True)


def remember(differences: Sequence[Difference], *, by: HasActor, at: datetime) -> None:
    """Show each with its change; of a value that was taken from the platform its follower is told. Once each."""
    by_request: dict[int, tuple[ChangeRequest, dict[str, Difference]]] = {}
    for one in differences:
        by_request.setdefault(one.request.pk, (one.request, {}))[1][one.name] = one
    for request, some in by_request.values():
        told = request.differs | {name: one.said for name, one in some.items()}
        if told == request.differs:
            continue
        request.differs = told
        ChangeRequest.objects.filter(pk=request.pk).update(differs=told)
        bells.changed(request)
        taken = [name for name, one in some.items() if not one.kept]
        if taken and request.follower is not None:
            _tell(request, taken, by=by, at=at)


def note_of(difference: Difference) -> str:
    """For the list of notes of an import: no values, which may be personal."""
    facts = {"number": difference.request.order.platform_id, "field": history.field_label(difference.name)}
    if difference.kept:
        return _("Order %(number)s: %(field)s was changed here; the file still has the old one. Ours stays.") % facts
    return _("Order %(number)s: %(field)s was changed here, and by the platform to something else. Taken from the platform.") % facts


def shown(request: ChangeRequest, *, whole: bool) -> list[tuple[str, str]]:
    """What the platform says differently, in words."""
    said: Mapping[str, str] = request.differs
    return [
        (history.field_label(name), history.shown_value(name, value, whole=whole) or "–") for name, value in said.items()
    ]


def _shape(line: Sequence[Any]) -> tuple[str, str, int]:
    values = dict(zip(wanted.LINE, line, strict=True))
    return str(values["sku_code"]), str(values["variant"]), values["quantity"]


def _tell(request: ChangeRequest, names: Sequence[str], *, by: HasActor, at: datetime) -> None:
    assert request.follower is not None
    with translation.override(request.follower.language):
        title = _("The platform says otherwise than what was changed here: order %(number)s") % {"number": request.order.platform_id}
        fields = "、".join(history.field_label(name) for name in names)
    url = reverse("orders:change", args=[request.pk])
    desk.notify(request.follower, title, fields, by=by, url=url, shop=request.shop, at=at)
