"""The Jinja2 environment: what every template may call without importing it."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import django.forms
from django.conf import settings
from django.template.backends.jinja2 import Jinja2
from django.urls import reverse
from django.utils.translation import gettext, ngettext, npgettext, pgettext
from jinja2 import Environment, StrictUndefined, Undefined
from markupsafe import Markup

from dangban.handbook import decisions
from dangban.lib import clock, masks, money
from dangban.project import frame
from dangban.project.statics import static

_SILENT = Markup('aria-hidden="true"')


class Templates(Jinja2):
    """Finds templates in each room's `templates/`, and Django's own form widgets in their Jinja2 form."""

    app_dirname = "templates"

    def __init__(self, params: dict[str, Any]) -> None:
        options = {"context_processors": ["dangban.project.frame.frame_context"], **params["OPTIONS"]}
        widgets = Path(django.forms.__file__).parent / "jinja2"
        super().__init__({**params, "DIRS": [*params["DIRS"], widgets], "OPTIONS": options})


def environment(**options: Any) -> Environment:
    """The environment named in settings; strict about missing names wherever that can't hurt a user."""
    strict = getattr(settings, "STRICT_TEMPLATES", settings.DEBUG)
    options |= {"undefined": StrictUndefined if strict else Undefined, "autoescape": True}
    options.setdefault("trim_blocks", True)
    options.setdefault("lstrip_blocks", True)
    options["extensions"] = [*options.get("extensions", ()), "jinja2.ext.i18n", "jinja2.ext.do"]
    env = Environment(**options)  # noqa: S701  autoescape is set above
    env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext, ngettext, newstyle=True, pgettext=pgettext, npgettext=npgettext
    )
    env.globals.update(
        url=url,
        static=static,
        icon=icon,
        import_map=frame.import_map,
        words=frame.words,
        reasons=decisions.reasons,
        decision_id=decisions.anchor,
        now=clock.now,
    )
    env.filters.update(
        money=money_text,
        when=when,
        exact=exact,
        day=day,
        duration=duration,
        ms=clock.to_ms,
        mask_phone=masks.phone,
        mask_name=masks.name,
        mask_address=masks.address,
        scrub=masks.scrub,
        number=number,
        capped=capped,
        percent=percent,
        initial=initial,
    )
    return env


def url(name: str, *args: Any, **kwargs: Any) -> str:
    """The address of a view; keyword `query` adds a query string."""
    query = kwargs.pop("query", None)
    return reverse(name, args=args or None, kwargs=kwargs or None, query=query)


def icon(name: str, label: str = "", small: bool = False) -> Markup:
    """A line icon of ours; without a label it is decoration for the text beside it."""
    return _drawn(name, Markup('role="img" aria-label="{}"').format(label) if label else _SILENT, small)


# Twenty stand on a page, and there are some hundred in all languages.
@lru_cache(maxsize=2000)
def _drawn(name: str, spoken: Markup, small: bool) -> Markup:
    return Markup('<svg class="icon{}" {}><use href="{}#{}"></use></svg>').format(
        " icon--small" if small else "", spoken, static("icons/sprite.svg"), name
    )


def money_text(amount_fen: int | None) -> str:
    """¥1,234.50; a dash where there is no amount."""
    return "–" if amount_fen is None else money.show(amount_fen)


def exact(at: datetime | None) -> str:
    """2026-11-22 14:05:09 on the company's clock."""
    return "–" if at is None else clock.local(at).strftime("%Y-%m-%d %H:%M:%S")


def when(at: datetime | None) -> Markup | str:
    """A `<time>` that says it as people do, with the exact time on hover."""
    if at is None:
        return "–"
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        at.isoformat(), exact(at), spoken_time(at)
    )


def spoken_time(at: datetime, now: datetime | None = None) -> str:
    """14:05, 昨天 14:05, 明天 09:00, 11-03 14:05, 2025-11-03 14:05."""
    wall = clock.local(at)
    today = clock.local(now or clock.now()).date()
    hours = wall.strftime("%H:%M")
    match (wall.date() - today).days:
        case 0:
            return hours
        case -1:
            return gettext("yesterday %(time)s") % {"time": hours}
        case 1:
            return gettext("tomorrow %(time)s") % {"time": hours}
    return wall.strftime("%m-%d %H:%M" if wall.year == today.year else "%Y-%m-%d %H:%M")


def day(value: date | None) -> str:
    return "–" if value is None else value.strftime("%Y-%m-%d")


def duration(span: int | float | timedelta | None) -> str:
    """45 秒, 3 分 20 秒, 2 小时 5 分, 3 天 4 小时: the two largest units."""
    if span is None:
        return "–"
    seconds = math.floor(span.total_seconds() if isinstance(span, timedelta) else span)
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if minutes < 1:
        return gettext("%(seconds)s s") % {"seconds": seconds}
    if hours < 1:
        return gettext("%(minutes)s min %(seconds)s s") % {"minutes": minutes, "seconds": seconds % 60}
    if days < 1:
        return gettext("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": minutes % 60}
    return gettext("%(days)s d %(hours)s h") % {"days": days, "hours": hours % 24}


def number(value: int | float | None) -> str:
    return "–" if value is None else f"{value:,}"


def capped(count: int, cap: int = 1000) -> str:
    """A count that was not worth finishing: 1,000+."""
    return f"{cap:,}+" if count >= cap else f"{count:,}"


def percent(part: int | None, whole: int | None, places: int = 1) -> str:
    """From numerator and denominator; missing is a dash, not zero."""
    return "–" if part is None or not whole else f"{part * 100 / whole:.{places}f}%"


def initial(name: str | None) -> str:
    """The one character that stands for a person in a chip."""
    text = (name or "").strip()
    return text[:1].upper() if text else "·"
