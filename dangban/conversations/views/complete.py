"""What the composer asks for while somebody types: `/` scripts, `@` colleagues, `#` products."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_GET

from dangban.conversations import access
from dangban.conversations.reads import speech
from dangban.conversations.views.answers import needs, who

agents = needs("conversations.serve", "conversations.supervise")


def _typed(request: HttpRequest) -> str:
    return request.GET.get("q", "").strip()[:40]


@require_GET
@agents
def scripts(request: HttpRequest, pk: int) -> JsonResponse:
    person = who(request)
    found = speech.scripts(person, access.get_conversation(person, pk), _typed(request))
    items = [
        {
            "label": one["title"],
            "sub": one["stage_label"],
            "text": one["insert"],
            "insert": one["insert"],
            "script": one["id"],
            "picture": one["picture"],
        }
        for one in found
    ]
    return JsonResponse({"items": items})


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
