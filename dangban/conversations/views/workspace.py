"""The workspace: list, thread and context, each a fragment with an address of its own."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from dangban.chat.clauses import FILE_SIZE, RECALL_WITHIN
from dangban.conversations import access, strings
from dangban.conversations.models import Conversation, Draft
from dangban.conversations.queries import inbox, lines
from dangban.conversations.queries.detail import detail
from dangban.conversations.views.answers import needs, who
from dangban.handbook.current import in_force
from dangban.lib.text import whole
from dangban.people.models import Person

agents = needs("conversations.serve", "conversations.supervise")
MEGABYTE = 1024 * 1024


@require_GET
@agents
def desk(request: HttpRequest) -> HttpResponse:
    """The workspace with nothing open."""
    return render(request, "conversations/workspace.html", _page(request) | {"detail": None})


@require_GET
@agents
def conversation(request: HttpRequest, pk: int) -> HttpResponse:
    """One conversation open; from within the workspace only its panes are drawn."""
    person = who(request)
    shown = _conversation(request, person, access.get_conversation(person, pk))
    if request.headers.get("HX-Target") == "work" and "HX-History-Restore-Request" not in request.headers:
        return render(request, "conversations/_conversation.html", shown)
    return render(request, "conversations/workspace.html", _page(request) | shown)


@require_GET
@agents
def head(request: HttpRequest, pk: int) -> HttpResponse:
    person = who(request)
    found = access.get_conversation(person, pk)
    return render(request, "conversations/_thread_head.html", inbox.ripening() | {"detail": detail(person, found)})


@require_GET
@agents
def conversation_list(request: HttpRequest) -> HttpResponse:
    return render(request, "conversations/_list.html", _list(request))


def _page(request: HttpRequest) -> dict[str, Any]:
    return _list(request) | {"strings": {msgid: gettext(msgid) for msgid in strings.WORKSPACE}}


def _list(request: HttpRequest) -> dict[str, Any]:
    person = who(request)
    counts = inbox.counts(person)
    tab = inbox.tab_of(request.GET.get("tab", ""), counts)
    cursor = request.GET.get("cursor", "")
    shown = inbox.rows(person, tab, cursor)
    return inbox.ripening() | {
        "tab": tab,
        "tabs": inbox.tabs(),
        "counts": counts,
        "rows": shown.rows,
        "turn": inbox.turn_of(tab, counts),
        "more_url": shown.more_url,
        "here": {"tab": tab} | ({"cursor": cursor} if cursor else {}),
        "empty_words": inbox.empty_words(tab),
    }


def _conversation(request: HttpRequest, person: Person, found: Conversation) -> dict[str, Any]:
    rules = in_force()
    around = request.GET.get("line", "")
    messages = lines.latest(found.thread, whole(around) or 0)
    by_customer, mine = lines.read_marks(found.thread, person.pk)
    return inbox.ripening() | {
        "detail": detail(person, found),
        "messages": messages,
        "older": bool(messages) and messages[0]["seq"] > 1,
        "read_by_customer": by_customer,
        "unread_from": _unread_from(messages, mine),
        "draft": Draft.objects.filter(person=person, thread=found.thread).first(),
        "recall_seconds": int(rules[RECALL_WITHIN].total_seconds()),
        "file_limit": int(rules[FILE_SIZE]) * MEGABYTE,
        "faces": strings.FACES,
        "context_tabs": context_tabs(),
    }


def _unread_from(messages: list[dict[str, Any]], read: int) -> int:
    """The first of the customer's lines that this person has not read; 0 where they have read none or all."""
    new = [line["seq"] for line in messages if line["author"] == "customer" and line["seq"] > read]
    return new[0] if read and new else 0


def context_tabs() -> list[tuple[str, str]]:
    return [
        ("customer", _("Customer")),
        ("orders", _("Orders")),
        ("parcels", pgettext("context", "Parcels")),
        ("products", _("Products")),
        ("scripts", _("Scripts")),
        ("tasks", _("To do")),
        ("enquiry", _("Enquiry")),
        ("price", pgettext("context", "Price")),
        ("waits", pgettext("context", "Back-orders")),
        ("aftersales", pgettext("context", "After-sales")),
    ]
