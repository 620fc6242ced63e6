"""What happens around every request that Django answers."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _

from dangban.lib.errors import BadInput, Said
from dangban.project import problems

Handler = Callable[[HttpRequest], HttpResponse]

REDIRECTS = (302, 303)


class RequestIdMiddleware:
    """Gives each request an id, kept in its logs and answered in a header."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        request_id = given if given.isalnum() and len(given) <= 64 else uuid.uuid4().hex
        request.request_id = request_id  # type: ignore[attr-defined]
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        response = self.get_response(request)
        response["X-Request-ID"] = request_id
        return response


class ContentSecurityMiddleware:
    """A strict content security policy with a nonce for the import map and the modules.

    A view that may be framed (the chat widget) names the allowed ancestors in
    `response.frame_ancestors`.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.csp_nonce = secrets.token_urlsafe(16)  # type: ignore[attr-defined]
        response = self.get_response(request)
        ancestors = getattr(response, "frame_ancestors", None)
        response["Content-Security-Policy"] = content_policy(
            request.csp_nonce,  # type: ignore[attr-defined]
            "'none'" if ancestors is None else " ".join(ancestors) or "'self'",
        )
        if ancestors is None:
            response["X-Frame-Options"] = settings.X_FRAME_OPTIONS
        response["Cross-Origin-Opener-Policy"] = "same-origin"
        response["Permissions-Policy"] = "geolocation=(), microphone=(), payment=()"
        return response


def _go_as_a_page(response: HttpResponse) -> None:
    """A form sent by htmx so that a refusal keeps what was typed: once it is done, the whole page goes on."""
    response["HX-Redirect"] = response["Location"]
    del response["Location"]
    response.status_code = 204


def holds_nul(request: HttpRequest) -> bool:
    """Whether a NUL stands in the address or in a form's fields; scripts' JSON is looked at where it is read."""
    if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
        return True
    given = request.POST.lists() if request.method == "POST" else ()
    return any("\0" in value for _name, values in given for value in values if isinstance(value, str))


def content_policy(nonce: str, ancestors: str) -> str:
    return "; ".join(
        [
            "default-src 'self'",
            f"script-src 'self' 'nonce-{nonce}'",
            "style-src 'self'",
            "img-src 'self' data: blob: https:",
            "media-src 'self' blob:",
            "connect-src 'self'",
            "worker-src 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            f"frame-ancestors {ancestors}",
        ]
    )


class LanguageMiddleware:
    """Chinese unless the person, or a visitor's cookie, asks for English."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        known = {code for code, _name in settings.LANGUAGES}
        wanted = request.GET.get("lang") or request.COOKIES.get("dangban_language") or settings.LANGUAGE_CODE
        language = wanted if wanted in known else settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


class SaidMiddleware:
    """Renders what an action said no with: as a page, a fragment or an RFC 9457 problem."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if holds_nul(request):
            # Nobody types one, and one of the databases can't even compare with it.
            said = BadInput(_("This text contains a damaged character that can't be stored. Please type it again."), status=400)
            return problems.render(request, said)
        response = self.get_response(request)
        if "X-Kept" in request.headers and response.status_code in REDIRECTS:
            _go_as_a_page(response)
        if request.user.is_authenticated:
            # Desks are shared: the next person must not find this page by going back.
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        said = exception if isinstance(exception, Said) else problems.waiting(exception)
        return None if said is None else problems.render(request, said)

