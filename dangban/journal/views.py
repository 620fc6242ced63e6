"""The journal as a page and as a file."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dangban.journal import access, chronicle, queries
from dangban.journal.actions import record
from dangban.journal.exports import write_export
from dangban.journal.queries import Filters
from dangban.lib import clock

WHOLE = ("journal.journal", 0)


@login_required
@require_safe
def journal(request: HttpRequest) -> HttpResponse:
    person: Any = request.user
    access.must_read(person)
    filters = read_filters(request.GET)
    entries, following = queries.page(person, filters, _number(request.GET.get("before")))
    context = {
        "told": chronicle.tell(entries),
        "filters": filters,
        "verbs": chronicle.verbs(),
        "kinds": chronicle.kinds(),
        "shops": sorted(_shops(person), key=lambda pair: pair[1]),
        "next_url": _with(request.GET, before=following) if following else "",
        "first_url": _with(request.GET, before=None) if request.GET.get("before") else "",
        "export_url": _with(request.GET, before=None),
    }
    return render(request, "journal/journal.html", context)


@login_required
@require_safe
def export(request: HttpRequest) -> FileResponse:
    """What the page shows, all pages of it. Taking the journal away is itself journalled."""
    person: Any = request.user
    access.must_read(person)
    filters = read_filters(request.GET)
    file, count = write_export(filters.apply(access.visible_entries(person)))
    with transaction.atomic():
        wanted = {name: value for name, value in request.GET.items() if value and name != "before"}
        record("journal.exported", subject=WHOLE, by=person, change={"entries": count, "filters": wanted}, at=clock.now())
    day = clock.business_day(clock.now())
    return FileResponse(file, as_attachment=True, filename=f"{_('journal')}-{day:%Y%m%d}.xlsx")


def read_filters(query: QueryDict) -> Filters:
    """From the address; what can't be read filters nothing."""
    return Filters(
        who=query.get("who", "").strip()[:60],
        verb=query.get("verb", ""),
        kind=query.get("kind", ""),
        subject=_number(query.get("subject")),
        shop=_number(query.get("shop")),
        since=_day(query.get("since")),
        until=_day(query.get("until")),
    )


def _shops(person: access.Reader) -> list[tuple[int, str]]:
    shops = person.scope.granted["journal.read"]
    if shops is None:
        seen = access.visible_entries(person).exclude(shop_id=None).order_by().values_list("shop_id", flat=True)
        return list(chronicle.shop_names([pk for pk in seen.distinct() if pk]).items())
    return list(chronicle.shop_names(shops).items())


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 18 else None


def _day(text: str | None) -> date | None:
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        return None
    # Where the calendar begins and ends, reckoning with time zones does too.
    return day if day and 2000 <= day.year < 2200 else None


def _with(query: QueryDict, **changed: Any) -> str:
    copy = query.copy()
    for name, value in changed.items():
        copy.pop(name, None)
        if value is not None:
            copy[name] = str(value)
    return f"?{copy.urlencode()}"
