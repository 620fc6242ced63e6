"""Pages of figures and scorecards."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import pgettext

from dangban.lib import clock
from dangban.lib.days import month_of, typed_day
from dangban.lib.errors import BadInput
from dangban.lib.errors import Said as Refusal
from dangban.people.models import Person
from dangban.performance import access


def tabs(person: Person, current: str) -> list[dict[str, Any]]:
    pages = [
        ("mine", pgettext("performance tab", "Mine"), "performance:mine", ""),
        ("team", pgettext("performance tab", "People"), "performance:team", access.VIEW),
        ("shops", pgettext("performance tab", "Shops"), "performance:shops", access.VIEW),
        ("cards", pgettext("performance tab", "Scorecards"), "performance:cards", access.VIEW),
        ("targets", pgettext("performance tab", "Targets"), "performance:targets", access.MANAGE),
        ("imports", pgettext("performance tab", "Imports"), "performance:imports", access.IMPORT),
        ("robots", pgettext("performance tab", "Robots"), "performance:robots", access.ROBOTS),
        ("definitions", pgettext("performance tab", "Definitions"), "performance:definitions", ""),
    ]
    return [{"label": label, "url": reverse(url), "current": key == current} for key, label, url, needs in pages if not needs or person.can(needs)]


def tell(form: forms.Form, said: Refusal) -> None:
    """What an action found wrong stands beside its field, the rest above the form."""
    fields = said.fields if isinstance(said, BadInput) else {}
    known = {name: faults for name, faults in fields.items() if name in form.fields}
    for name, faults in known.items():
        form.add_error(name, list(faults))
    if not known:
        form.add_error(None, said.message)


def today() -> date:
    return clock.business_day(clock.now())


def month_read(request: HttpRequest, default: date | None = None) -> date:
    """The month that is asked for, else the given one, else this one."""
    asked = typed_day(f"{request.GET.get('month', '')}-01")
    return asked or month_of(default or today())


def span_read(request: HttpRequest) -> tuple[date, date]:
    """The days that are asked for, else this month up to today; at most a year."""
    last = typed_day(request.GET.get("last", "")) or today()
    first = typed_day(request.GET.get("first", "")) or last.replace(day=1)
    return max(min(first, last), last - timedelta(days=366)), last


def spans(current: tuple[date, date]) -> list[dict[str, Any]]:
    """The stretches that people look at most."""
    now = today()
    before = month_of(now) - timedelta(days=1)
    choices = [
        (pgettext("days", "Today"), now, now),
        (pgettext("days", "Yesterday"), now - timedelta(days=1), now - timedelta(days=1)),
        (pgettext("days", "This week"), now - timedelta(days=now.weekday()), now),
        (pgettext("days", "This month"), month_of(now), now),
        (pgettext("days", "Last month"), month_of(before), before),
    ]
    return [{"label": label, "first": first, "last": last, "current": (first, last) == current} for label, first, last in choices]
