"""The rows behind a figure: orders, enquiries, cases, conversations; so that nobody has to take it on trust."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from dangban.attendance.models import ShiftRecord
from dangban.backorders.models import Wait
from dangban.conversations.models import Assignment, Closure, Reception, Requeue, Transfer, Turn
from dangban.lib import clock, money
from dangban.lib.text import whole
from dangban.performance.measures import MEASURES, Measure
from dangban.performance.models import Asking, CaseFact, Deal, ImportedFigure
from dangban.performance.queries.values import binds
from dangban.quality.models import Commendation, Offence

PAGE = 50
# What is measured in time are the rounds that were answered and count, of each talk or only its first.
_TIMED: dict[str, dict[str, Any]] = {
    "response": {"counted": True, "answered_at__isnull": False},
    "first_response": {"counted": True, "answered_at__isnull": False, "first": True},
}
WHOSE_DEALS = {"rule": ("person", "counted_day"), "order": ("by_order", "created_day"), "payment": ("by_payment", "paid_day"), "order_first": ("by_first", "paid_day"), "remark": ("tagged_by", "paid_day")}
_OF_ORDERS = {"assisted": "by_payment", "chased": "chased_by"}
_ENQUIRIES = frozenset({"enquiries", "ordered_same", "ordered_final", "paid_same", "paid_next", "conversion", "paid_buyers", "enquiry_sales", "lost"})
# Steps of a conversation: whose they are, and which of them count.
_STEPS: dict[str, tuple[Any, str, dict[str, Any]]] = {
    "direct": (Assignment, "person", {"how__in": [Assignment.How.ROUTED, Assignment.How.TAKEN]}),
    "transferred_in": (Assignment, "person", {"how": Assignment.How.TRANSFERRED}),
    "transferred_out": (Transfer, "from_person", {"state__in": [Transfer.State.OFFERED, Transfer.State.ACCEPTED, Transfer.State.RETURNED]}),
    "silent": (Requeue, "person", {"why": Requeue.Why.SILENCE}),
}
_OF_CONVERSATIONS = (Closure, Assignment, Transfer, Requeue)
_OF_NO_SHOP = (ShiftRecord, Offence, Commendation)
_ENDED = frozenset({"long", "session", "invited", "invite_rate", "rated_rate", "satisfaction", "praise", "dissatisfied"})


@dataclass(frozen=True, slots=True)
class Behind:
    """One row: the day, what it is, what was counted of it, and where it stands."""

    day: date
    title: str
    counted: str
    url: str
    because: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[Behind]
    next: int | None


def behind(code: str, first: date, last: date, person: int | None, shops: Collection[int] | None, after: str = "") -> Page:
    """A page of what a figure was counted from, newest first; of shops as a whole where nobody is named."""
    measure = MEASURES[code]
    if person is not None and binds(last) == "chitu" and (found := _imported(measure, first, last, person)):
        return Page(found, None)
    rows, show = _rows(measure, first, last, person)
    if shops is not None and rows.model not in _OF_NO_SHOP:
        rows = rows.filter(**{f"{'conversation__' if rows.model in _OF_CONVERSATIONS else ''}shop__in": shops})
    if (cursor := whole(after)) is not None:
        rows = rows.filter(pk__lt=cursor)
    several = list(rows.order_by("-pk")[: PAGE + 1])
    return Page([show(row) for row in several[:PAGE]], several[PAGE - 1].pk if len(several) > PAGE else None)


def _rows(measure: Measure, first: date, last: date, person: int | None) -> tuple[QuerySet[Any], Any]:
    if measure.code in _ENQUIRIES:
        rows = Asking.objects.filter(day__gte=first, day__lte=last, person=person).select_related("customer")
        return (rows.filter(settled=1, ordered_final=0, paid_final=0) if measure.code == "lost" else rows), _asked
    if measure.code in ("recovered", "recovered_sales"):
        return _recovered(first, last, person), _deal
    if measure.source == "orders":
        return _deals(measure, first, last, person), _deal
    if measure.source == "people":
        return _of_people(measure, first, last, person)
    if measure.code in _STEPS:
        model, who, only = _STEPS[measure.code]
        steps = model.objects.filter(business_day__gte=first, business_day__lte=last, **only).select_related("conversation__customer")
        return (steps.filter(**{who: person}) if person is not None else steps), _step
    if measure.source == "aftersales":
        who = "saved_by" if measure.code in ("saved", "saved_sales") else "person"
        return CaseFact.objects.filter(day__gte=first, day__lte=last, **({who: person} if person is not None else {})), _case
    if measure.code in _ENDED:
        ended = Closure.objects.filter(business_day__gte=first, business_day__lte=last).select_related("conversation__customer")
        return (ended.filter(conversation__assignee=person) if person is not None else ended), _closed
    if measure.code in ("handled", "effective_rate", "lines", "characters"):
        said = Reception.objects.filter(business_day__gte=first, business_day__lte=last, mutual=True).select_related("customer")
        return (said.filter(person=person) if person is not None else said), _said
    turns = Turn.objects.filter(business_day__gte=first, business_day__lte=last, **_TIMED.get(measure.code, {})).select_related("customer")
    own = Q(answered_by=person) | Q(answered_by=None, owner=person)
    return (turns.filter(own) if person is not None else turns), _turn


def _deals(measure: Measure, first: date, last: date, person: int | None) -> QuerySet[Deal]:
    who, day = WHOSE_DEALS.get(measure.attribution, WHOSE_DEALS["rule"])
    who = _OF_ORDERS.get(measure.code.removesuffix("_sales"), who)
    if who in _OF_ORDERS.values() and measure.code != "pay_rate" and measure.attribution in ("", "payment"):
        day = "paid_day"
    rows = Deal.objects.filter(**{f"{day}__gte": first, f"{day}__lte": last}).select_related("order")
    if person is None:
        return rows.exclude(void__in=(Deal.Void.BRUSHED, Deal.Void.CANCELLED))
    rows = rows.filter(**{who: person})
    if measure.code in ("assisted", "assisted_sales"):
        rows = rows.exclude(person=None).exclude(person=person)
    return rows.exclude(void=Deal.Void.BRUSHED) if measure.code == "pay_rate" else rows.filter(void=Deal.Void.NONE)


def _recovered(first: date, last: date, person: int | None) -> QuerySet[Deal]:
    bought = Wait.objects.filter(state=Wait.State.BOUGHT, bought__isnull=False)
    orders = bought.filter(registered_by=person) if person is not None else bought
    deals = Deal.objects.filter(order__in=orders.values("bought"), created_day__gte=first, created_day__lte=last, void=Deal.Void.NONE)
    return deals.select_related("order")


def _of_people(measure: Measure, first: date, last: date, person: int | None) -> tuple[QuerySet[Any], Any]:
    """Shifts and conduct: of a person, never of a shop."""
    if measure.code in ("commendations", "anomalies"):
        good = Commendation.objects.filter(person=person, day__gte=first, day__lte=last, withdrawn_at=None)
        return (good.filter(kind=Commendation.Kind.PAGE_FAULT) if measure.code == "anomalies" else good), _praised
    if measure.code == "sanctions":
        return Offence.objects.filter(person=person, happened_on__gte=first, happened_on__lte=last, state=Offence.State.FINAL), _sanctioned
    shifts = ShiftRecord.objects.filter(person=person, day__gte=first, day__lte=last, state=ShiftRecord.State.JUDGED, leave_share__lt=1)
    if measure.code == "lates":
        shifts = shifts.filter(Q(late_minutes__gt=0) | Q(early_minutes__gt=0), excused=False)
    return (shifts.filter(absence_days__gt=0) if measure.code == "absences" else shifts), _shift


def _deal(row: Deal) -> Behind:
    told = money.show(row.paid_fen if row.paid_day else row.total_fen)
    if row.refunded_fen:
        told += " " + _("(refunded %(amount)s)") % {"amount": money.show(row.refunded_fen)}
    return Behind(row.paid_day or row.created_day, row.order.platform_id, told, reverse("orders:detail", args=[row.order_id]), row.because)


def _asked(row: Asking) -> Behind:
    came = _("paid") if row.paid_final else _("ordered") if row.ordered_final else _("lost") if row.settled else _("may still order")
    return Behind(row.day, str(row.customer), came, reverse("conversation", args=[row.conversation_id]), [])


def _case(row: CaseFact) -> Behind:
    told = _("solved in time") if row.solved_in_time else _("not solved in time")
    return Behind(row.day, _("Case %(number)s") % {"number": row.case_id}, told, reverse("aftersales:case", args=[row.case_id]), [])


def _turn(row: Turn) -> Behind:
    told = _("no answer") if row.milliseconds is None else _("answered after %(seconds)s s") % {"seconds": f"{row.milliseconds / 1000:.0f}"}
    title = f"{row.customer} {clock.local(row.opened_at):%H:%M:%S}"
    return Behind(row.business_day, title, told, reverse("conversation", args=[row.conversation_id]) + f"?seq={row.opened_seq}", [])


def _step(row: Any) -> Behind:
    title = str(row.conversation.customer)
    at = row.started_at if isinstance(row, Assignment) else row.at
    return Behind(row.business_day, title, f"{clock.local(at):%H:%M:%S}", reverse("conversation", args=[row.conversation_id]), row.because)


def _shift(row: ShiftRecord) -> Behind:
    told = _("absent") if row.absence_days else _("%(late)s min late, %(early)s min early") % {"late": row.late_minutes, "early": row.early_minutes}
    return Behind(row.day, f"{row.day:%m-%d}", told, reverse("attendance:record", args=[row.pk]), row.because)


def _sanctioned(row: Offence) -> Behind:
    return Behind(row.happened_on, _("Offence %(number)s") % {"number": row.pk}, "1", reverse("quality:offence", args=[row.pk]), [])


def _praised(row: Commendation) -> Behind:
    return Behind(row.day, str(row.get_kind_display()), "1", reverse("quality:commendations"), [])


def _said(row: Reception) -> Behind:
    return Behind(row.business_day, str(row.customer), _("%(count)s lines") % {"count": row.lines}, reverse("conversation", args=[row.conversation_id]), [])


def _closed(row: Closure) -> Behind:
    held = row.conversation
    return Behind(row.business_day, str(held.customer), _("%(count)s minutes") % {"count": row.served_ms // 60_000}, reverse("conversation", args=[held.pk]), [])


def _imported(measure: Measure, first: date, last: date, person: int) -> list[Behind]:
    rows = ImportedFigure.objects.filter(run__undone_at=None, measure=measure.code, person=person, first__gte=first, last__lte=last).select_related("run")
    return [
        Behind(row.last, _("%(file)s, line %(line)s") % {"file": row.run.file_name, "line": row.line}, f"{row.value.normalize():f}", reverse("performance:import", args=[row.run_id]), [])
        for row in rows.order_by("-last", "pk")[:PAGE]
    ]

