"""The same database and tables behind Django as `startproject` sets it up: its middleware, its ASGI handler."""

from dangban.project.settings import *  # noqa: F403
from dangban.project.settings import DATABASES, INSTALLED_APPS

ROOT_URLCONF = "bench.lane.plain.urls"
# Asks for a middleware of its own.
INSTALLED_APPS = [app for app in INSTALLED_APPS if app != "allauth.account"]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
_database = DATABASES["default"]
if _database["ENGINE"] == "dangban.project.sqlite":
    _database["ENGINE"] = "django.db.backends.sqlite3"
else:
    # Under ASGI a thread lives as long as its request: without a pool each would connect anew.
    _database["OPTIONS"] = {**_database["OPTIONS"], "pool": {"min_size": 4, "max_size": 16}}
    _database["CONN_MAX_AGE"] = 0
    _database["CONN_HEALTH_CHECKS"] = False
