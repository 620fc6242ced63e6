"""The figures of service: by person, by day, what each means, and the conversations behind every one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from dangban.conversations import access, queries
from dangban.conversations.queries import MEASURES, Figure, Numbers, inbox
from dangban.conversations.queries.finding import number
from dangban.conversations.queries.pages import Days
from dangban.conversations.views.answers import needs, who
from dangban.lib import excel
from dangban.lib.errors import NotAllowed
from dangban.people.access import visible_shops
from dangban.people.models import Person, Shop, Team

agents = needs("conversations.serve", "conversations.supervise")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_DAYS = 31


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose figures of which days, as the address says."""

    days: Days
    by: str
    team: Team | None
    shop: Shop | None
    who: Person | None

    @property
    def query(self) -> dict[str, str]:
        chosen = {"team": self.team, "shop": self.shop, "who": self.who}
        named = {name: str(row.pk) for name, row in chosen.items() if row is not None}
        return self.days.query | named | ({"by": self.by} if self.by != "person" else {})


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table: a person or a day."""

    label: str
    numbers: Numbers
    person: Person | None = None
    day: date | None = None


@require_GET
@agents
def numbers(request: HttpRequest) -> HttpResponse:
    reader = who(request)
    asked = _asked(request, reader)
    rows, total = _table(reader, asked)
    exports = asked.who == reader or reader.can("conversations.export")
    if request.GET.get("format") == "xlsx":
        if not exports:
            raise NotAllowed(_("Your role does not include taking figures of others out of the house."))
        return _sheet(asked, rows, total)
    context = {
        "asked": asked,
        "rows": rows,
        "total": total,
        "measures": MEASURES,
        "teams": queries.teams_of(reader),
        "shops": visible_shops(reader),
        "supervises": reader.can("conversations.supervise"),
        "exports": exports,
    }
    return render(request, "conversations/numbers.html", context)


def _asked(request: HttpRequest, reader: Person) -> Asked:
    given = request.GET
    team = next((one for one in queries.teams_of(reader) if str(one.pk) == given.get("team", "")), None)
    shop = next((one for one in visible_shops(reader) if str(one.pk) == given.get("shop", "")), None)
    named = access.visible_colleagues(reader).filter(pk=number(given, "who") or 0).first()
    by = "day" if given.get("by") == "day" else "person"
    if not reader.can("conversations.supervise"):
        # Everybody reads their own figures, day by day.
        named, by, team = reader, "day", None
    return Asked(Days.asked(given), by, team, shop, named)


def _table(reader: Person, asked: Asked) -> tuple[list[Line], Numbers]:
    since, until = asked.days.since, asked.days.until
    if asked.by == "day":
        total = queries.numbers(reader, since, until, who=asked.who, team=asked.team, shop=asked.shop)
        first = max(since, until - timedelta(days=MOST_DAYS - 1))
        by_day = queries.numbers_by_day(reader, first, until, who=asked.who, team=asked.team, shop=asked.shop)
        return [Line(f"{day:%m-%d}", made, day=day) for day, made in by_day.items()], total
    total, found = queries.numbers_with_people(reader, since, until, team=asked.team, shop=asked.shop)
    if asked.who is not None:
        total = queries.numbers(reader, since, until, who=asked.who, team=asked.team, shop=asked.shop)
    people = Person.objects.filter(pk__in=found).order_by("name", "pk")
    return [Line(one.name, found[one.pk], person=one) for one in people], total


def _sheet(asked: Asked, rows: list[Line], total: Numbers) -> HttpResponse:
    """What is shown, with numerators and denominators, so that sums can be checked."""
    columns = [excel.Column(_("Day") if asked.by == "day" else _("Person"), width=16)]
    for measure in MEASURES.values():
        columns.append(excel.Column(str(measure.label), "text", 14))
        if measure.denominator:
            columns += [
                excel.Column(_("%(measure)s: counted") % {"measure": measure.label}, "number", 12),
                excel.Column(_("%(measure)s: out of") % {"measure": measure.label}, "number", 12),
            ]
    lines = [_cells(line.day.isoformat() if line.day else line.label, line.numbers) for line in rows]
    lines.append(_cells(_("Together"), total))
    response = HttpResponse(excel.xlsx(columns, lines, sheet=_("Figures")), content_type=XLSX)
    name = f"figures-{asked.days.since:%Y%m%d}-{asked.days.until:%Y%m%d}.xlsx"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _cells(label: str, shown: Numbers) -> list[Any]:
    cells: list[Any] = [label]
    for name in MEASURES:
        figure = shown[name]
        cells.append(written(figure))
        if figure.denominator is not None:
            cells += [figure.numerator, figure.denominator]
    return cells


def written(figure: Figure) -> str:
    """As a cell of text: seconds with one place, a share as a percentage, missing as a dash."""
    if figure.value is None:
        return "–"
    if figure.measure.unit == "seconds":
        return f"{figure.value:.1f} s"
    return f"{figure.value * 100:.1f}%" if figure.measure.unit == "share" else str(figure.numerator)


@require_GET
@agents
def behind(request: HttpRequest, measure: str) -> HttpResponse:
    """The conversations from which a figure was counted."""
    if measure not in MEASURES:
        raise Http404
    reader = who(request)
    asked = _asked(request, reader)
    found = queries.behind(
        reader, measure, asked.days.since, asked.days.until,
        who=asked.who, team=asked.team, shop=asked.shop, cursor=request.GET.get("cursor", ""),
    )  # fmt: skip
    figure = queries.numbers(
        reader, asked.days.since, asked.days.until, who=asked.who, team=asked.team, shop=asked.shop
    )[measure]
    context = inbox.ripening() | {
        "asked": asked,
        "name": measure,
        "figure": figure,
        "rows": found.rows,
        "next_cursor": found.next,
        "first": not request.GET.get("cursor"),
    }
    return render(request, "conversations/numbers_behind.html", context)
