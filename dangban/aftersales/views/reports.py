"""Reports of after-sales: a page for a month or any days, with the way to the cases, and as workbooks."""

from __future__ import annotations

import calendar
from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from dangban.aftersales import access, navigation
from dangban.aftersales.reports import figures
from dangban.aftersales.reports.figures import Line, Span
from dangban.aftersales.views.lists import reader
from dangban.journal.actions import record
from dangban.lib import clock, text
from dangban.lib.days import typed_day
from dangban.lib.errors import BadInput, NotAllowed
from dangban.lib.excel import Column
from dangban.lib.listing import chip_groups, taken_out


def labels() -> dict[str, str]:
    return {
        "reason": pgettext("report", "By reason"), "product": pgettext("report", "By product"), "shop": pgettext("report", "By shop"),
        "agent": pgettext("report", "By agent"), "courier": pgettext("report", "By courier"), "batch": pgettext("report", "By batch"),
    }  # fmt: skip


@require_safe
@login_required
def report(request: HttpRequest) -> HttpResponse:
    person = reader(request)
    span, shop, what = _asked(request)
    at = clock.now()
    here = _query(span, shop, what)
    lines = figures.by(person, what, span, shop)
    context = {
        "rooms": navigation.tabs(person, "reports"), "span": span, "shop": shop, "what": what, "summary": figures.summary(person, span, shop),
        "lines": lines, "most": max((line.cases for line in lines), default=0), "stays": figures.stays(person, span, shop), "ages": figures.ages(person, at, shop),
        "tabs_": [{"label": label, "url": reverse("aftersales:reports", query=here | {"by": code}), "current": code == what} for code, label in labels().items()],
        "chips": _chips(person, span, shop, what), "drill": _drill(span, what), "may_export": person.can("aftersales.export"),
        "export_url": reverse("aftersales:report-export", query=here), "months": _months(at, here), "log_url": reverse("aftersales:log", query=_days(span)),
    }  # fmt: skip
    return render(request, "aftersales/reports.html", context)


@require_safe
@login_required
def export(request: HttpRequest) -> HttpResponse:
    person = reader(request)
    if not person.can("aftersales.export"):
        raise NotAllowed(_("You may not take after-sales lists out as a file. Ask your leader."))
    span, shop, what = _asked(request)
    lines = figures.by(person, what, span, shop, "aftersales.export")
    with transaction.atomic():
        record("aftersales.register_exported", subject=person, by=person, change={"list": f"report-{what}", "rows": len(lines)}, at=clock.now())
    columns = [
        Column(labels()[what], width=34), Column(pgettext("report", "Cases"), "number", 10), Column(pgettext("report", "Pieces"), "number", 10),
        Column(pgettext("report", "Sold orders"), "number", 12), Column(pgettext("report", "Rate"), width=10),
        Column(pgettext("report", "Paid back"), "money", 14), Column(pgettext("report", "Cost"), "money", 14),
    ]  # fmt: skip
    return taken_out("xlsx", f"aftersales-{what}", columns, (_row(line) for line in lines))


def _row(line: Line) -> list[Any]:
    rate = f"{line.rate:.2%}" if line.rate is not None else ""
    return [line.name, line.cases, line.pieces, line.sold, rate, line.refunded_fen, line.cost_fen]


def _asked(request: HttpRequest) -> tuple[Span, int | None, str]:
    today = clock.business_day(clock.now())
    month = request.GET.get("month", "")
    what = request.GET.get("by", "reason")
    first = typed_day(f"{month}-01")
    if first is not None:
        span = Span(first, first.replace(day=calendar.monthrange(first.year, first.month)[1]))
    else:
        span = Span(typed_day(request.GET.get("since", "")) or today.replace(day=1), typed_day(request.GET.get("until", "")) or today)
    if span.since > span.until:
        raise BadInput(_("The last day lies before the first."), fields={"until": [_("The last day lies before the first.")]})
    return span, text.whole(request.GET.get("shop", "")), what if what in figures.BY else "reason"


def _days(span: Span) -> dict[str, str]:
    return {"since": span.since.isoformat(), "until": span.until.isoformat()}


def _query(span: Span, shop: int | None, what: str) -> dict[str, str]:
    return _days(span) | ({"shop": str(shop)} if shop is not None else {}) | {"by": what}


def _chips(person: Any, span: Span, shop: int | None, what: str) -> list[dict[str, Any]]:
    shops = [(one.pk, one.name) for one in access.visible_shops(person)]

    def address(**changed: Any) -> str:
        return reverse("aftersales:reports", query=_query(span, changed["shop"] or None, what))

    return chip_groups([("shop", _("Shop"), shops if len(shops) > 1 else [])], {"shop": shop}, address)


def _months(at: Any, here: dict[str, str]) -> list[dict[str, Any]]:
    """This month and the five before it."""
    first = clock.business_day(at).replace(day=1)
    found = []
    for _number in range(6):
        name = f"{first:%Y-%m}"
        kept = {key: value for key, value in here.items() if key not in ("since", "until")}
        found.append({"label": name, "url": reverse("aftersales:reports", query=kept | {"month": name}), "current": here["since"] == first.isoformat()})
        first = (first.replace(day=1) - (first - first.replace(day=1)) - date.resolution).replace(day=1)
    return found


def _drill(span: Span, what: str) -> Any:
    """Where a line leads: the log of its cases, or the register that holds them."""

    def url(line: Line) -> str:
        days = _days(span)
        if what in ("reason", "shop"):
            return reverse("aftersales:log", query=days | {what: line.key})
        if what in ("product", "batch"):
            return reverse("aftersales:log", query=days | {"q": line.name}) if line.key else ""
        return reverse("aftersales:log", query=days | {"q": line.name}) if line.key else ""

    return url


pages = [path("reports/", report, name="reports"), path("reports/export/", export, name="report-export")]
