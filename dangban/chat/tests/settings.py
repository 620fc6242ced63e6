"""The house up to the chat: what the rooms above hang on messages is theirs to test."""

from dangban.project.settings import *  # noqa: F403
from dangban.project.settings import INSTALLED_APPS, ROOMS

_ABOVE = {f"dangban.{room}" for room in ROOMS[ROOMS.index("chat") + 1 :]}
ROOMS = ROOMS[: ROOMS.index("chat") + 1]
INSTALLED_APPS = [app for app in INSTALLED_APPS if app not in _ABOVE]
