"""What the frame around every page needs: the rail, who is looking, and the words for scripts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.contrib.messages import get_messages
from django.contrib.staticfiles import finders
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_noop as _

from dangban.lib import clock, rail
from dangban.lib.rail import RailItem
from dangban.project.statics import static


@dataclass(frozen=True, slots=True)
class RailLink:
    """A room on the rail, ready to be drawn."""

    key: str
    label: str
    icon: str
    url: str
    current: bool
    section: int


@dataclass(frozen=True, slots=True)
class MenuLink:
    label: str
    icon: str
    url: str


SERVING = ("conversations.serve", "conversations.supervise")
ACCOUNT_LINKS = (
    ("account", _("My account"), "person"),
    ("account_devices", _("Devices and second factor"), "shield"),
)


def _address(name: str) -> str:
    """The address of a view of this project, or nothing while no room offers it."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


class Frame:
    """Drawn lazily: a fragment that shows no frame costs nothing."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @property
    def alone(self) -> bool:
        """Whether htmx asked only for what goes into #main."""
        headers = self._request.headers
        restoring = headers.get("HX-History-Restore-Request") == "true"
        return headers.get("HX-Request") == "true" and headers.get("HX-Target") == "main" and not restoring

    @property
    def rail(self) -> Sequence[RailLink]:
        user = getattr(self._request, "user", None)
        if user is None or not user.is_authenticated:
            return []
        return [self._link(item) for item in rail.items() if not item.permission or user.can(item.permission)]

    def _link(self, item: RailItem) -> RailLink:
        url = reverse(item.url_name)
        return RailLink(
            key=item.key,
            label=str(item.label),
            icon=item.icon,
            url=url,
            current=item.holds(self._request.path, url),
            section=item.section,
        )

    @property
    def messages(self) -> Any:
        """What the last request left to say (Django's messages; reading them marks them as shown)."""
        return get_messages(self._request)

    @property
    def state_url(self) -> str:
        """The fragment with my presence, my waiting count and the clock of my shift; for who answers customers."""
        user = getattr(self._request, "user", None)
        serves = user is not None and user.is_authenticated and any(user.can(one) for one in SERVING)
        return self._for_people("workspace_state") if serves else ""

    @property
    def inbox_url(self) -> str:
        return self._for_people("inbox_count")

    @property
    def banner_url(self) -> str:
        """Notices that ask to be confirmed."""
        return self._for_people("notice_banner")

    @property
    def search_url(self) -> str:
        return self._for_people("search")

    def _for_people(self, name: str) -> str:
        user = getattr(self._request, "user", None)
        return _address(name) if user is not None and user.is_authenticated else ""

    @property
    def logout_url(self) -> str:
        return _address("account_logout")

    @property
    def account_links(self) -> Sequence[MenuLink]:
        links = (MenuLink(gettext(label), icon, _address(name)) for name, label, icon in ACCOUNT_LINKS)
        return [link for link in links if link.url]

    @property
    def language(self) -> str:
        return get_language() or "zh-hans"

    @property
    def lang_tag(self) -> str:
        """As HTML writes it: zh-Hans, en."""
        return "zh-Hans" if self.language.startswith("zh") else self.language

    @property
    def theme(self) -> str:
        """Light or dark where the person chose; a choice made in this browser goes before it."""
        chosen = getattr(getattr(self._request, "user", None), "theme", "auto")
        return chosen if chosen in ("light", "dark") else ""

    @property
    def own_name(self) -> str:
        """What Chinese calls itself, for people who can't read the page they are on."""
        return str(dict(settings.LANGUAGES)["zh-hans"])

    @property
    def sheets(self) -> Sequence[str]:
        """Layers, tokens, base, components, rooms, utilities, print: numbered; what stands alone is not."""
        return [path for path in assets("css/", ".css") if path[4].isdigit()]

    @property
    def now_ms(self) -> int:
        return clock.to_ms(clock.now())

    @property
    def strings(self) -> dict[str, str]:
        return _room_words(self.language)


def words(msgids: Sequence[str]) -> dict[str, str]:
    """Translations for scripts, by msgid."""
    return {msgid: gettext(msgid) for msgid in msgids}


@cache
def room_strings() -> tuple[str, ...]:
    """What scripts say on any page: the `STRINGS` of each room's `strings.py`."""
    found: list[str] = []
    for room in (*settings.ROOMS, "project"):
        if find_spec(f"dangban.{room}.strings") is not None:
            found += getattr(import_module(f"dangban.{room}.strings"), "STRINGS", ())
    return tuple(dict.fromkeys(found))


@cache
def _room_words(language: str) -> dict[str, str]:
    return words(room_strings())


def frame_context(request: HttpRequest) -> dict[str, Any]:
    """Context processor of every template."""
    return {
        "frame": Frame(request),
        "me": getattr(request, "user", None),
        "csp_nonce": getattr(request, "csp_nonce", ""),
    }


@cache
def assets(folder: str, ending: str) -> tuple[str, ...]:
    """Our static files below a folder, in the order of their names."""
    found = {
        path
        for finder in finders.get_finders()
        for path, _storage in finder.list(None)
        if path.startswith(folder) and path.endswith(ending)
    }
    return tuple(sorted(found))


def import_map() -> dict[str, dict[str, str]]:
    """Bare names to hashed addresses: `import {t} from "dangban/words"`."""
    return {
        "imports": {
            f"dangban/{path.removeprefix('js/').removesuffix('.js')}": static(path)
            for path in assets("js/", ".js")
        }
    }
