"""Search in what was said, and the palette under Ctrl+K: one address, two kinds of answer."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from dangban.chat.search import Filters
from dangban.conversations.queries import finding
from dangban.conversations.queries.pages import Days
from dangban.conversations.views.answers import needs, who
from dangban.people.access import visible_shops
from dangban.people.models import Person


@require_GET
@login_required
def search(request: HttpRequest) -> HttpResponse:
    """Whoever is signed in gets the palette, each within their own scope; the page is a permission."""
    if "application/json" in request.headers.get("Accept", ""):
        typed = request.GET.get("q", "").strip()[:60]
        return JsonResponse({"groups": finding.palette(who(request), typed) if typed else []})
    return page(request)


@needs("conversations.search")
def page(request: HttpRequest) -> HttpResponse:
    person = who(request)
    given = request.GET
    typed = given.get("q", "").strip()[:100]
    days = Days.asked(given, back=90)
    chosen = {name: given.get(name, "") for name in ("shop", "who", "customer", "kind")}
    found: list[finding.Line] = []
    more = None
    if typed:
        filters = Filters(
            shop=finding.number(given, "shop"),
            person=finding.number(given, "who"),
            customer=finding.number(given, "customer"),
            since=days.since,
            until=days.until,
            kind=chosen["kind"] if chosen["kind"] in dict(kinds()) else "",
        )
        found, more = finding.lines(person, typed, filters, finding.number(given, "before"))
    kept = {name: value for name, value in (chosen | {"q": typed} | days.query).items() if value}
    context = {
        "typed": typed,
        "asked": bool(typed),
        "chosen": chosen,
        "days": days,
        "found": found,
        "next_url": f"?{urlencode(kept | {'before': more})}" if more else "",
        "first_url": f"?{urlencode(kept)}" if given.get("before") else "",
        "shops": visible_shops(person),
        "people": Person.objects.filter(memberships__team__shops__in=visible_shops(person)).distinct().order_by("name", "pk"),
        "kinds": kinds(),
    }
    return render(request, "conversations/search.html", context)


def kinds() -> list[tuple[str, str]]:
    return [
        ("text", pgettext("search", "Texts")),
        ("note", _("Internal notes")),
        ("whisper", pgettext("search", "Whispers")),
        ("card", pgettext("search", "Cards")),
        ("file", pgettext("search", "Files")),
    ]
