"""A roster as a workbook."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from dangban.lib import clock
from dangban.lib.excel import Column
from dangban.lib.listing import taken_out
from dangban.people.requests import PersonRequest
from dangban.workforce import access
from dangban.workforce.rosters import reading


@login_required
@require_safe
def roster_table(request: PersonRequest, pk: int) -> HttpResponse:
    plan = access.get_plan(request.user, pk)
    grid = reading.grid(plan, clock.now())
    columns = [Column(_("Who")), *(Column(f"{day:%m-%d}", width=8) for day in grid.days)]
    columns += [Column(pgettext("roster", "Shifts"), "number", 8), Column(pgettext("roster", "Hours"), "text", 8)]
    columns += [Column(pgettext("roster", "Nights"), "number", 8)]
    rows = [
        [row.person.name, *(spot.shift or "" for spot in row.spots), row.shifts, row.hours, row.nights] for row in grid.rows
    ]
    feet = [
        [f"{foot.key.shift.name} {foot.skill or foot.key.shift.hours}", *(f"{count}/{need}" for _day, count, need, _led in foot.days), None, None, None]
        for foot in grid.feet
    ]
    return taken_out(request.GET.get("as", "xlsx"), f"roster-{plan.first_day:%Y%m%d}", columns, [*rows, *feet])
