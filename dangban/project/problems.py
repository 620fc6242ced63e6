"""How a refusal looks: a whole page, a fragment for htmx, or a problem document for programs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render as render_page

from dangban.lib.errors import BadInput, Refused, Said


def render(request: HttpRequest, said: Said) -> HttpResponse:
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
