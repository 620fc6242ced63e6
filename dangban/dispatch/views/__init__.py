"""Pages of dispatch."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from dangban.dispatch import access, listing, words
from dangban.lib import clock, masks, text
from dangban.lib.errors import BadInput, NotAllowed
from dangban.people.access import signed_in
from dangban.people.models import Person


def reader(request: HttpRequest) -> Person:
    person = signed_in(request)
    if not access.works_here(person):
        raise NotAllowed(_("Dispatch is not part of your work here."))
    return person


def frame(request: HttpRequest, person: Person, current: str) -> dict[str, Any]:
    """What all pages share: the tabs with their counts, and the shop they are narrowed to."""
    shops = list(access.visible_shops(person))
    shop = text.whole(request.GET.get("shop", ""))
    shop = shop if any(one.pk == shop for one in shops) else None
    counts = listing.counts([one.pk for one in shops if shop in (None, one.pk)])
    return {
        "shops": shops,
        "shop": shop,
        "query": {"shop": str(shop)} if shop else {},
        "here": f"dispatch:{current}",
        "counts": counts,
        "tabs_": tabs(person, shop, current, counts),
        "current_tab": current,
        "scrub": masks.scrub,
        "words": words,
        "may_audit": person.can(access.AUDIT),
        "may_pack": person.can(access.PACK),
    }


def tabs(person: Person, shop: int | None, current: str, counts: Mapping[str, int]) -> list[dict[str, Any]]:
    query = {"shop": shop} if shop else {}
    pages = [
        ("audit", pgettext("dispatch tab", "Audit"), counts["waiting"] + counts["held"]),
        ("waves", pgettext("dispatch tab", "Waves and printing"), counts["passed"]),
        ("pack", pgettext("dispatch tab", "Packing"), counts["printed"] + counts["packed"]),
        ("pickups", pgettext("dispatch tab", "Pick-ups"), 0),
        ("void", pgettext("dispatch tab", "Void slips"), counts["void"]),
        ("cut-off", pgettext("dispatch tab", "Cut-off"), 0),
        ("help", pgettext("dispatch tab", "Help"), 0),
    ]
    hidden = set() if person.can(access.PACK) else {"pack"}
    return [
        {"label": label, "url": reverse(f"dispatch:{name}", query=query), "current": name == current, "count": count}
        for name, label, count in pages
        if name not in hidden
    ]


def moment(request: HttpRequest, name: str) -> datetime:
    """A day and time of the company's clock, as a form gave them."""
    try:
        wall = datetime.strptime(request.POST.get(name, "")[:16], "%Y-%m-%dT%H:%M")  # noqa: DTZ007  the company's zone is put to it
        return clock.at_local(wall.date(), wall.time())
    except (ValueError, OverflowError):
        message = _("Say on which day and at what time.")
        raise BadInput(message, fields={name: [message]}) from None
