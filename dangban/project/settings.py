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
    "staff",
    "shops",
    "customers",
    "stock",
    "campaigns",
    "chat",
    "workforce",
    "leave",
    "orders",
    "knowledge",
    "backorders",
    "dispatch",
    "tracking",
    "aftersales",
    "dealers",
    "conversations",
    "attendance",
    "quality",
    "performance",
    "pay",
]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    *(f"dangban.{room}" for room in ROOMS),
    "dangban.project",
    # Below our rooms, so that our pages for log-in and second factor are found before theirs.
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
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

AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "dangban.people.passwords.LongEnough"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

# Log-in: by username, opened by the department only, without e-mail. Failed attempts are counted in
# the database by the handbook's rule (dangban.people.sign_in), so several processes count together;
# the library's own limits live in each process's memory and are off.
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "dangban.people.sign_in.Adapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_FORMS = {
    "login": "dangban.people.sign_in.LoginForm",
    "change_password": "dangban.people.sign_in.PasswordForm",
}
ACCOUNT_LOGOUT_REDIRECT_URL = "/login/"
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_RATE_LIMITS = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_SESSION_REMEMBER = False
MFA_ADAPTER = "dangban.people.second_factor.Adapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "当班 Dangban"
# A phone's clock may be a little off: one step either way.
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODE_COUNT = 10

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
USE_I18N = True
# `lib` is no app, so Django does not find its catalogue by itself.
LOCALE_PATHS = [BASE_DIR / "dangban" / "lib" / "locale"]
USE_TZ = True
TIME_ZONE = os.environ.get("DANGBAN_TIME_ZONE", "Asia/Shanghai")
clock.set_company_zone(TIME_ZONE)

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = DATA_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "dangban.project.statics.HashedStatics"},
}
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
# Not empty, or Django would not call `configure`.
LOGGING: dict[str, object] = {"by": "structlog"}
