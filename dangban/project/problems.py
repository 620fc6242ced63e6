"""How a refusal looks: a whole page, a fragment for htmx, or a problem document for programs."""

from __future__ import annotations

from typing import Any

import structlog
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render as render_page
from django.utils.translation import gettext as _

from dangban.handbook.current import NoHandbook
from dangban.lib.errors import BadInput, Refused, Said

log = structlog.get_logger(__name__)


class Waiting(Said):
    """The program can't serve anybody until something around it has been put right."""

    status = 503
    title = "Not ready"
    # Seconds after which it is worth trying again; None where somebody has to do something first.
    retry_after: int | None = None


class NoDatabase(Waiting):
    retry_after = 2


def waiting(exception: Exception) -> Waiting | None:
    """What to say where the house itself is not ready: no handbook yet, or no database at the moment."""
    if isinstance(exception, NoHandbook):
        return Waiting(
            _("No handbook is in force on %(day)s, so nothing can be decided yet.") % {"day": exception.day},
            details=[_("The manager adopts one with: %(command)s") % {"command": "bin/dangban handbook adopt presets/default --reason … --by …"}],
            code="no-handbook",
        )
    if isinstance(exception, OperationalError | InterfaceError):
        log.error("database.unavailable", error=str(exception))
        return NoDatabase(
            _("The database does not answer at the moment. Nothing was half done; please try again shortly."),
            code="no-database",
        )
    return None


def render(request: HttpRequest, said: Said) -> HttpResponse:
    response = _render(request, said)
    if isinstance(said, Waiting) and said.retry_after is not None:
        response["Retry-After"] = str(said.retry_after)
    return response


def _render(request: HttpRequest, said: Said) -> HttpResponse:
    if wants_json(request):
        return JsonResponse(
            document(said), status=said.status, content_type="application/problem+json"
        )
    context = {"said": said, "decision": getattr(said, "decision", None), "status": said.status}
    fragment = request.headers.get("HX-Request") == "true"
    template = "project/_error.html" if fragment else "project/error.html"
    response = render_page(request, template, context, status=said.status)
    if fragment:
        # The target keeps what it shows; the message goes to the page's place for messages.
        response["HX-Retarget"] = "#messages"
        response["HX-Reswap"] = "innerHTML"
    return response


def document(said: Said) -> dict[str, Any]:
    """RFC 9457, with the fields and reasons that our own pages show."""
    body: dict[str, Any] = {
        "type": f"about:blank#{said.code}",
        "title": said.title,
        "status": said.status,
        "detail": said.message,
    }
    if said.details:
        body["details"] = said.details
    if isinstance(said, BadInput) and said.fields:
        body["fields"] = said.fields
    if isinstance(said, Refused):
        if said.items:
            body["items"] = said.items
        if said.decision is not None:
            body["because"] = said.decision.as_data()["because"]
    return body


def wants_json(request: HttpRequest) -> bool:
    accept = request.headers.get("Accept", "")
    return "application/json" in accept or "application/problem+json" in accept
