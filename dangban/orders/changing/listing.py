"""Changes of orders for pages: the work list, one order's changes, and what holds a parcel up."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404

from dangban.desk.models import Deadline
from dangban.handbook.shapes import Words
from dangban.lib import clock
from dangban.orders import access
from dangban.orders.changing import applying, rules, standing, steps
from dangban.orders.models import ChangeRequest, ChangeStep, Order
from dangban.people.models import Person

PAGE = 50


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step as it is shown: who takes it, whether the reader may, its clock."""

    pk: int
    what: Words
    who: str
    done_at: datetime | None
    done_by: str
    note: str
    may_tick: bool
    clock: Deadline | None


@dataclass(frozen=True, slots=True)
class Row:
    """A change with what becomes another, its steps and what the platform says differently."""

    request: ChangeRequest
    changes: list[tuple[str, str, str]]
    steps: list[StepRow]
    differs: list[tuple[str, str]]
    may_end: bool

    @property
    def is_open(self) -> bool:
        return self.request.settled_at is None

    @property
    def waits(self) -> bool:
        """Not on the order yet."""
        return self.is_open and self.request.applied_at is None


def held(order_ids: Collection[int]) -> dict[int, list[ChangeRequest]]:
    """Orders whose parcel is to become another, with what is asked for: not to be packed until it is settled."""
    waiting = ChangeRequest.objects.filter(
        order__in=order_ids, field__in=rules.CONCERNS_PARCEL, settled_at=None, applied_at=None
    )
    found: dict[int, list[ChangeRequest]] = {}
    for request in waiting.order_by("pk"):
        found.setdefault(request.order_id, []).append(request)
    return found


def visible(person: Person) -> QuerySet[ChangeRequest]:
    return ChangeRequest.objects.filter(access.where(person, "orders.view"))


def get(person: Person, pk: int) -> ChangeRequest:
    found = visible(person).select_related("order__shop", "order__customer", "shop", "follower").filter(pk=pk).first()
    if found is None:
        raise Http404("change")
    return found


def get_step(person: Person, pk: int) -> ChangeStep:
    steps = ChangeStep.objects.select_related("request__order", "request__shop")
    found = steps.filter(access.where(person, "orders.view", "request__shop"), pk=pk).first()
    if found is None:
        raise Http404("step")
    return found


def of_order(person: Person, order: Order, limit: int = 20) -> list[Row]:
    """The changes of one order, the newest first."""
    found = ChangeRequest.objects.filter(order=order).select_related("order", "shop", "follower").order_by("-pk")
    return rows_of(person, list(found[:limit]))


def page(person: Person, which: str, shop: int | None, after: str, size: int = PAGE) -> tuple[list[Row], str]:
    """The open ones, the longest waiting first; or all that ended, the newest first."""
    found = visible(person).select_related("order", "shop", "follower")
    if shop is not None:
        found = found.filter(shop=shop)
    key = re.fullmatch(r"(\d{1,15})-(\d{1,18})", after)
    at, pk = (clock.from_ms(int(key[1])), int(key[2])) if key else (None, 0)
    if which == "ended":
        found = found.filter(settled_at__isnull=False).order_by("-asked_at", "-pk")
        if at is not None:
            found = found.filter(Q(asked_at__lt=at) | Q(asked_at=at, pk__lt=pk))
    else:
        found = found.filter(settled_at=None).order_by("asked_at", "pk")
        if at is not None:
            found = found.filter(Q(asked_at__gt=at) | Q(asked_at=at, pk__gt=pk))
    rows = list(found[: size + 1])
    following = f"{clock.to_ms(rows[size - 1].asked_at)}-{rows[size - 1].pk}" if len(rows) > size else ""
    return rows_of(person, rows[:size]), following


def count(person: Person) -> int:
    return visible(person).filter(settled_at=None).order_by()[:1000].count()


def rows_of(person: Person, requests: Sequence[ChangeRequest]) -> list[Row]:
    """Two queries for the steps of all and their clocks."""
    by_request: dict[int, list[ChangeStep]] = {}
    found = ChangeStep.objects.filter(request__in=requests).select_related("done_by").order_by("request", "position")
    known = {request.pk: request for request in requests}
    for step in found:
        step.request = known[step.request_id]
        by_request.setdefault(step.request_id, []).append(step)
    clocks = _clocks([step.pk for some in by_request.values() for step in some if step.done_at is None])
    return [_row(person, request, by_request.get(request.pk, []), clocks) for request in requests]


def _row(person: Person, request: ChangeRequest, some: list[ChangeStep], clocks: dict[int, Deadline]) -> Row:
    whole = access.may(person, "customers.reveal", request.shop_id)
    is_open = request.settled_at is None
    shown = [
        StepRow(
            step.pk, Words(**step.what), str(step.get_who_display()), step.done_at, step.done_by.name if step.done_by else "",
            step.note, is_open and step.done_at is None and steps.may_take(person, step), clocks.get(step.pk),
        )
        for step in some
    ]  # fmt: skip
    leads = person.can("desk.assign", shop=request.shop_id)
    mine = person.pk == request.follower_id or any(step.may_tick for step in shown)
    may_end = is_open and request.applied_at is None and (leads or mine)
    return Row(request, applying.shown_changes(request, whole=whole), shown, standing.shown(request, whole=whole), may_end)


def _clocks(ids: Sequence[int]) -> dict[int, Deadline]:
    if not ids:
        return {}
    found = Deadline.objects.filter(
        subject_kind=ChangeStep._meta.label_lower, subject_id__in=ids, met_at=None, cancelled_at=None
    )
    return {one.subject_id: one for one in found.select_related("owner")}


def verdicts(order: Order, stage: str, rulebook: Any) -> dict[str, rules.Verdict]:
    """What each change of this order would be now."""
    signed = order.status in (Order.Status.SIGNED, Order.Status.DONE)
    return rules.matrix(signed, stage, rulebook)


