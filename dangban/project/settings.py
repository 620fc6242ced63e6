"""Settings. Everything a company may choose comes from the environment; docs/configuration.md lists it."""

from __future__ import annotations

import os
from pathlib import Path

from dangban.lib import clock
from dangban.project.configuration import database_from_url, flag, secret_key

BASE_DIR = Path(__file__).resolve().parent.parent.parent
DATA_DIR = Path(os.environ.get("DANGBAN_DATA", BASE_DIR / "data")).resolve()

DEBUG = flag("DANGBAN_DEBUG", default=False)
SECRET_KEY = secret_key(DATA_DIR)
ALLOWED_HOSTS = os.environ.get("DANGBAN_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [origin for origin in os.environ.get("DANGBAN_ORIGINS", "").split(",") if origin]
HTTPS = flag("DANGBAN_HTTPS", default=False)

DATABASES = {
    "default": database_from_url(os.environ.get("DANGBAN_DATABASE_URL", ""), default=DATA_DIR / "dangban.sqlite3")
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

ROOMS = [
    "journal",
    "media",
    "handbook",
    "people",
    "desk",
    "shops",
    "customers",
    "chat",
    "workforce",
    "orders",
    "knowledge",
    "conversations",
]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    *(f"dangban.{room}" for room in ROOMS),
    "dangban.project",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "dangban.project.middleware.RequestIdMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "dangban.project.middleware.ContentSecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "dangban.project.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "dangban.project.middleware.SaidMiddleware",
    "dangban.people.middleware.PersonMiddleware",
]

ROOT_URLCONF = "dangban.project.urls"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES = [
    {
        "BACKEND": "dangban.project.jinja.Templates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {"environment": "dangban.project.jinja.environment"},
    }
]

AUTH_USER_MODEL = "people.Person"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = os.environ.get("DANGBAN_TIME_ZONE", "Asia/Shanghai")
clock.set_company_zone(TIME_ZONE)

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = DATA_DIR / "static"
MEDIA_DIR = DATA_DIR / "media"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

SESSION_COOKIE_NAME = "dangban_session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_NAME = "dangban_csrf"
CSRF_COOKIE_SECURE = HTTPS
CSRF_FAILURE_VIEW = "dangban.project.views.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
REDIS_URL = os.environ.get("DANGBAN_REDIS_URL", "")

SILENCED_SYSTEM_CHECKS: list[str] = []
LOGGING_CONFIG = "dangban.project.logs.configure"
LOGGING: dict[str, object] = {}
