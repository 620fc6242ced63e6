"""What the pages of attendance share: their tabs, and an act that is tried and answers on the page it came from."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from dangban.lib import clock
from dangban.lib.errors import BadInput
from dangban.people.access import holds_everywhere
from dangban.people.models import Person


def tabs(person: Person, current: str) -> list[dict[str, Any]]:
    """The rooms that this person may enter."""
    items = [("own", "attendance:own", pgettext("attendance", "My own"))]
    if person.can("attendance.view"):
        items += [
            ("team", "attendance:team", pgettext("attendance", "Team's week")),
            ("follows", "attendance:follows", pgettext("attendance", "What follows")),
            ("unjudged", "attendance:unjudged", pgettext("attendance", "Not judged")),
            ("adherence", "attendance:adherence", pgettext("attendance", "Adherence")),
            ("months", "attendance:months", pgettext("attendance", "Months")),
        ]
    if holds_everywhere(person, "attendance.import"):
        items.append(("dingtalk", "attendance:dingtalk", pgettext("attendance", "DingTalk")))
    return [{"url": reverse(url), "label": label, "current": code == current} for code, url, label in items]


def acted(request: HttpRequest, act: Callable[[], object], done: str, to: str) -> HttpResponse:
    """Carry out an act and go back to its page; what was typed wrongly is told there."""
    try:
        act()
    except BadInput as wrong:
        messages.error(request, wrong.message)
    else:
        messages.success(request, done)
    return redirect(to)


def wall(at: datetime, day: date) -> str:
    """The time on the wall at an instant of a shift of this day: 16:05, or the next day's 00:57."""
    local = clock.local(at)
    return f"{local:%H:%M}" if clock.business_day(at) <= day else _("next day %(time)s") % {"time": f"{local:%H:%M}"}
