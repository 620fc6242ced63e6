"""The whole program with a trigger built in; only servers that tests start know of it."""

from dangban.project.settings import *  # noqa: F403
from dangban.project.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "dangban.testing.crash.trigger.Trigger"]
