"""Pages of the register."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from dangban.lib.errors import NotAllowed
from dangban.people.access import signed_in
from dangban.people.models import Person


def only_viewers(request: HttpRequest, permission: str = "backorders.view") -> Person:
    person = signed_in(request)
    if not person.can(permission):
        raise NotAllowed(_("The back-order register is not part of your work here."))
    return person


def tabs(current: str) -> list[dict[str, Any]]:
    pages = [
        ("list", pgettext("back-order tab", "Register"), "backorders:list"),
        ("report", pgettext("back-order tab", "Waited and lost"), "backorders:report"),
    ]
    return [{"label": label, "url": reverse(url), "current": key == current} for key, label, url in pages]
