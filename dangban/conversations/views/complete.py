"""What the composer asks for while somebody types: `/` scripts, `@` colleagues, `#` products."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_GET

from dangban.conversations import access
from dangban.conversations.queries import speech
from dangban.conversations.views.answers import needs, who

agents = needs("conversations.serve", "conversations.supervise")


def _typed(request: HttpRequest) -> str:
    return request.GET.get("q", "").strip()[:40]


@require_GET
@agents
def scripts(request: HttpRequest, pk: int) -> JsonResponse:
    person = who(request)
    found = speech.scripts(person, access.get_conversation(person, pk), _typed(request))
    return JsonResponse({"items": [_item(one) for one in found]})


@require_GET
@agents
def suggestions(request: HttpRequest, pk: int) -> JsonResponse:
    """Scripts that say about what is being typed; the newest two hundred characters count."""
    person = who(request)
    typed = request.GET.get("q", "").strip()[-200:]
    found = speech.suggestions(person, access.get_conversation(person, pk), typed)
    return JsonResponse({"items": [_item(one) for one in found]})


def _item(script: dict[str, Any]) -> dict[str, Any]:
    return {
        "label": script["title"],
        "sub": script["stage_label"],
        "text": script["insert"],
        "insert": script["insert"],
        "script": script["id"],
        "picture": script["picture"],
    }


@require_GET
@agents
def colleagues(request: HttpRequest, pk: int) -> JsonResponse:
    person = who(request)
    shop_id = access.get_conversation(person, pk).shop_id
    return JsonResponse({"items": speech.colleagues(person, shop_id, _typed(request))})


@require_GET
@agents
def products(request: HttpRequest, pk: int) -> JsonResponse:
    person = who(request)
    shop_id = access.get_conversation(person, pk).shop_id
    return JsonResponse({"items": speech.cards(person, shop_id, _typed(request))})
