"""The customer's side: the chat page, its session and state, what a web shop embeds."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, RawPostDataException
from django.shortcuts import get_object_or_404, render
from django.templatetags.static import static
from django.utils.translation import gettext, pgettext
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from dangban.chat import actions as chat
from dangban.chat import tokens
from dangban.chat.clauses import FILE_SIZE, IMAGE_SIZE, MESSAGE_LENGTH, VIDEO_SIZE
from dangban.chat.lane.limits import Buckets, is_this_machine
from dangban.chat.models import Thread
from dangban.conversations import actions, strings
from dangban.conversations.queries.reception import open_invitation, read_by_agents, reception
from dangban.handbook.current import in_force
from dangban.lib import clock
from dangban.lib.errors import BadInput, NotAllowed
from dangban.shops.models import Profile

MODULES = ("chat_bubble", "chat_ids", "widget_outbox", "widget_stream", "words")
MEGABYTE = 1024 * 1024
# New chats a minute from one address: an office full of buyers, not a script.
newcomers = Buckets(30)


@require_GET
def page(request: HttpRequest, key: str) -> HttpResponse:
    """The chat itself, framed by the shop's own origins or opened by its address."""
    profile = _profile(key)
    rules = in_force()
    sizes = {"image": IMAGE_SIZE, "video": VIDEO_SIZE, "file": FILE_SIZE}
    context = {
        "profile": profile,
        "shop": profile.shop,
        "reception": reception(profile.shop, None, clock.now()),
        "longest": rules[MESSAGE_LENGTH],
        "limits": {kind: int(rules[rule]) * MEGABYTE for kind, rule in sizes.items()},
        "modules": {"imports": {f"dangban/{name}": static(f"js/{name}.js") for name in MODULES}},
        "strings": {msgid: gettext(msgid) for msgid in strings.WIDGET},
        "faces": strings.FACES,
        "reasons": reasons(),
    }
    response = render(request, "conversations/widget.html", context)
    response.frame_ancestors = ["'self'", *_origins(profile)]  # type: ignore[attr-defined]
    return response


def reasons() -> list[tuple[str, str]]:
    """What customers may praise or mind, besides the stars."""
    return [
        ("quick", pgettext("rating", "Quick")),
        ("friendly", pgettext("rating", "Friendly")),
        ("solved", pgettext("rating", "Solved it")),
        ("slow", pgettext("rating", "Too slow")),
        ("unsolved", pgettext("rating", "Not solved")),
        ("unfriendly", pgettext("rating", "Not friendly")),
    ]


@csrf_exempt
@require_POST
def session(request: HttpRequest, key: str) -> JsonResponse:
    """A visitor's token: a fresh one for the thread the old one names, or for a new thread."""
    profile = _profile(key)
    thread = _thread(request, profile) or _newcomer(request, profile)
    language = getattr(request, "LANGUAGE_CODE", "zh-hans")
    token = tokens.visitor_token(thread, name=thread.customer.name, language=language)
    response = JsonResponse({"token": token})
    response["Cache-Control"] = "no-store"
    return response


@require_GET
def status(request: HttpRequest, key: str) -> JsonResponse:
    profile = _profile(key)
    thread = _own_thread(request, profile)
    told = reception(profile.shop, thread, clock.now())
    invitation = open_invitation(thread)
    body: dict[str, Any] = {
        "text": told.text,
        "open": told.open,
        "form": told.form,
        "waiting": told.waiting,
        "read": read_by_agents(thread),
        "rating": {"id": invitation.pk} if invitation else None,
    }
    response = JsonResponse(body)
    response["Cache-Control"] = "no-store"
    return response


@csrf_exempt
@require_POST
def rating(request: HttpRequest, key: str) -> JsonResponse:
    _own_thread(request, _profile(key))
    given = _json(request)
    stars, chosen, text = given.get("stars"), given.get("reasons", []), given.get("text", "")
    known = {value for value, _label in reasons()}
    if not isinstance(stars, int) or isinstance(stars, bool) or not 1 <= stars <= 5 or not isinstance(text, str):
        raise BadInput(gettext("Choose one to five stars."), fields={"stars": [gettext("Choose one to five stars.")]})
    if not isinstance(chosen, list) or not all(isinstance(one, str) and one in known for one in chosen):
        raise BadInput(gettext("One of the reasons is not known."), fields={"reasons": [""]})
    actions.rate(tokens.from_header(request.headers.get("Authorization", "")), stars=stars, reasons=chosen, text=text)
    return JsonResponse({}, status=201)


@require_GET
@cache_control(public=True, max_age=3600)
def embed(request: HttpRequest) -> HttpResponse:
    """The script that a web shop puts on its pages, under an address that stays."""
    path = finders.find("js/widget_embed.js")
    if not path:
        raise Http404
    with open(path, encoding="utf-8") as script:
        response = HttpResponse(script.read(), content_type="text/javascript; charset=utf-8")
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@require_GET
def demo_shop(request: HttpRequest, key: str) -> HttpResponse:
    """A pretend web shop, to see the button where customers see it."""
    profile = _profile(key)
    return render(request, "conversations/demo_shop.html", {"profile": profile, "shop": profile.shop})


def _profile(key: str) -> Profile:
    return get_object_or_404(Profile.objects.select_related("shop"), public_key=key, shop__closed_on=None)


def _origins(profile: Profile) -> list[str]:
    """Only whole origins get into the policy, whatever was typed."""
    found = []
    for origin in profile.origins:
        parts = urlsplit(str(origin))
        if parts.scheme in ("https", "http") and parts.netloc and not set(parts.netloc) & set(" ;,'\""):
            found.append(f"{parts.scheme}://{parts.netloc}")
    return found


def _newcomer(request: HttpRequest, profile: Profile) -> Thread:
    """A thread for somebody unknown; one address opens only so many, or anybody could fill the database."""
    address = request.META.get("REMOTE_ADDR", "")
    if not is_this_machine(address) and newcomers.wait(address):
        refusal = NotAllowed(gettext("Too many chats were opened from here just now. Please try again in a minute."))
        refusal.status = 429
        raise refusal
    return chat.open_thread(profile.shop)


def _thread(request: HttpRequest, profile: Profile) -> Thread | None:
    try:
        claims = tokens.read(tokens.from_header(request.headers.get("Authorization", "")), tokens.Visitor)
    except tokens.Forged:
        return None
    return Thread.objects.select_related("customer").filter(pk=claims.thread_id, shop=profile.shop_id).first()


def _own_thread(request: HttpRequest, profile: Profile) -> Thread:
    thread = _thread(request, profile)
    if thread is None:
        refusal = NotAllowed(gettext("This chat is not known here any more. Load the page again."))
        refusal.status = 401
        raise refusal
    return thread


def _json(request: HttpRequest) -> dict[str, Any]:
    try:
        given = json.loads(request.body)
    except (ValueError, RecursionError, RawPostDataException):
        given = None
    if not isinstance(given, dict):
        raise BadInput(gettext("The server could not understand this request."), status=400)
    return given
