"""What is said beside the lane: notes, whispers, drafts, lines taken back, and who else is looking."""

from __future__ import annotations

from typing import Any

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dangban.conversations import access, actions
from dangban.conversations.actions.overrides import let_pass_by
from dangban.conversations.views.answers import given, needs, text_of, who
from dangban.lib import clock
from dangban.lib.errors import BadInput

agents = needs("conversations.serve", "conversations.supervise")
LOOKING = 40
WRITING = 10


@require_POST
@agents
def notes(request: HttpRequest, pk: int) -> HttpResponse:
    person, sent = who(request), given(request)
    mentions = sent.get("mentions", [])
    if not isinstance(mentions, list) or not all(isinstance(one, int) for one in mentions):
        raise BadInput(_("A named colleague is not known."), fields={"mentions": [""]})
    actions.add_note(access.get_conversation(person, pk), by=person, text=text_of(sent), mentions=mentions)
    return JsonResponse({}, status=201)


@require_POST
@agents
def whispers(request: HttpRequest, pk: int) -> HttpResponse:
    person = who(request)
    actions.whisper(access.get_conversation(person, pk), by=person, text=text_of(given(request)))
    return JsonResponse({}, status=201)


@require_POST
@agents
def reading(request: HttpRequest, pk: int) -> HttpResponse:
    """How far I have read: clears what the list counts as unread."""
    person, sent = who(request), given(request)
    actions.mark_read(access.get_conversation(person, pk), by=person, seq=_seq(sent))
    return JsonResponse({})


@require_POST
@agents
def recall(request: HttpRequest, pk: int) -> HttpResponse:
    person, sent = who(request), given(request)
    actions.recall(access.get_conversation(person, pk), by=person, seq=_seq(sent))
    return JsonResponse({})


def _seq(sent: dict[str, Any]) -> int:
    seq = sent.get("seq")
    if not isinstance(seq, int) or isinstance(seq, bool) or not 0 < seq < 2**53:
        raise BadInput(_("Which line?"), fields={"seq": [""]})
    return seq


@require_POST
@agents
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    person = who(request)
    actions.save_draft(access.get_conversation(person, pk).thread, by=person, text=text_of(given(request), longest=20_000))
    return JsonResponse({})


@require_POST
@agents
def overrides(request: HttpRequest, pk: int) -> HttpResponse:
    """A blocked wording is laid before somebody who may let it pass."""
    person = who(request)
    row = actions.ask_override(access.get_conversation(person, pk), by=person, body=text_of(given(request), "body"))
    of_supervisors = let_pass_by(row.body, clock.now()) == "supervisor"
    said = _("The supervisors have been asked.") if of_supervisors else _("Your leader has been asked.")
    return JsonResponse({"text": said}, status=201)


@require_POST
@agents
def viewers(request: HttpRequest, pk: int) -> HttpResponse:
    """Tell that I am looking (and writing); learn who else does. Kept in memory for seconds only."""
    person, sent = who(request), given(request)
    access.get_conversation(person, pk)
    now = clock.now().timestamp()
    key = f"viewers:{pk}"
    seen: dict[int, dict[str, Any]] = cache.get(key, {})
    mine = seen.get(person.pk, {"wrote": 0.0})
    seen[person.pk] = {"name": person.name, "at": now, "wrote": now if sent.get("writing") else mine["wrote"]}
    seen = {pk: one for pk, one in seen.items() if now - one["at"] < LOOKING}
    cache.set(key, seen, LOOKING)
    others = [one for other, one in seen.items() if other != person.pk]
    return JsonResponse({"people": [{"name": one["name"], "writing": now - one["wrote"] < WRITING} for one in others]})
