"""What is found: lines that were said, and what a person means by a few characters typed anywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.urls import reverse
from django.utils.translation import gettext as _
from markupsafe import Markup

from dangban.chat.search import Filters, Hit, search
from dangban.conversations import access
from dangban.conversations.models import Conversation
from dangban.customers import access as customer_access
from dangban.customers import queries as customers
from dangban.customers.models import Customer
from dangban.lib import text as texts
from dangban.orders import access as order_access
from dangban.orders.queries import listing
from dangban.people.access import scope
from dangban.people.models import Person, Shop

PAGE = 30
PALETTE = 5
# Among how many customers a name is looked for by what it contains; by how it begins, among all.
KNOWN_LAST = 20_000
MOST_LOOKED_AT = 200


@dataclass(frozen=True, slots=True)
class Line:
    """A line that was found, with the conversation in which it was said."""

    hit: Hit
    shop: str
    conversation_id: int | None
    shown: Markup

    @property
    def url(self) -> str:
        if self.conversation_id is None:
            return ""
        return f"{reverse('conversation', args=[self.conversation_id])}?line={self.hit.seq}"

    @property
    def customer(self) -> str:
        return self.hit.customer_name or _("Visitor %(number)s") % {"number": self.hit.customer_id}


def lines(person: Person, typed: str, filters: Filters, before: int | None) -> tuple[list[Line], int | None]:
    """Lines of shops that this person may read, newest first, and the key to go on from."""
    found = search(typed, scope(person), filters, before=before, limit=PAGE)
    homes = _homes(found.hits)
    shops = dict(Shop.objects.filter(pk__in={hit.shop_id for hit in found.hits}).values_list("pk", "name"))
    return [Line(hit, shops[hit.shop_id], homes.get(hit.id), marked(hit.body, typed)) for hit in found.hits], found.before


def _homes(hits: Sequence[Hit]) -> dict[int, int]:
    """The conversation in which each line was said (one query); what was said before the first belongs to it."""
    rows = Conversation.objects.filter(thread__in={hit.thread_id for hit in hits}).order_by("thread", "first_seq")
    begins: dict[int, list[tuple[int, int]]] = {}
    for thread_id, first, pk in rows.values_list("thread_id", "first_seq", "pk"):
        begins.setdefault(thread_id, []).append((first, pk))
    homes = {}
    for hit in hits:
        sessions = begins.get(hit.thread_id, [])
        begun = [pk for first, pk in sessions if first <= hit.seq]
        if sessions:
            homes[hit.id] = begun[-1] if begun else sessions[0][1]
    return homes


def marked(body: str, wanted: str, around: int = 60) -> Markup:
    """The part of a line around the first word found, with all of them marked; everything else escaped."""
    words = [word for word in wanted.split() if word]
    folded = body.lower()
    spots = sorted((folded.find(word.lower()), len(word)) for word in words if word.lower() in folded)
    start = max(0, spots[0][0] - around) if spots else 0
    piece = texts.one_line(body[start : start + 160], 160)
    out, at, low = Markup("…") if start else Markup(), 0, piece.lower()
    while at < len(piece):
        hits = [(low.find(word.lower(), at), len(word)) for word in words]
        nearest = min((hit for hit in hits if hit[0] >= 0), default=None)
        if nearest is None or len(low) != len(piece):
            break
        spot, length = nearest
        out += piece[at:spot] + Markup("<mark>{}</mark>").format(piece[spot : spot + length])
        at = spot + length
    return out + piece[at:]


def palette(person: Person, typed: str) -> list[dict[str, Any]]:
    """Groups for Ctrl+K: orders, customers, open conversations, colleagues, and the search itself."""
    groups: list[dict[str, Any]] = []
    _add(groups, _("Orders"), [_order(one) for one in _orders(person, typed)])
    meant = _customers(person, typed)
    _add(groups, _("Conversations"), _talks(person, meant))
    _add(groups, _("Customers"), [_customer(one) for one in meant])
    if person.can("conversations.search"):
        label = _("Search for “%(text)s” in what was said") % {"text": typed}
        _add(groups, _("Search"), [{"label": label, "url": f"{reverse('search')}?q={quote(typed)}"}])
    return groups


def _add(groups: list[dict[str, Any]], title: str, items: list[dict[str, Any]]) -> None:
    if items:
        groups.append({"title": title, "items": items})


def _orders(person: Person, typed: str) -> list[Any]:
    rows = order_access.visible_orders(person).filter(pk__in=listing.found_ids(person, typed)[:50]).select_related("shop")
    return list(rows.order_by("-created_at", "-pk")[:PALETTE])


def _order(order: Any) -> dict[str, Any]:
    sub = f"{order.shop.name} · {order.get_status_display()}"
    return {"label": order.platform_id, "sub": sub, "url": reverse("orders:detail", args=[order.pk])}


def _customers(person: Person, typed: str) -> list[Customer]:
    """Whoever is called so or whose name begins so; then, of those known last, whose name contains it."""
    visible = customer_access.visible_customers(person).order_by("-pk")
    found = list(visible.filter(customers.found_by(typed))[:PALETTE])
    if len(found) < PALETTE:
        newest = Customer.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        known = visible.filter(name__icontains=typed, pk__gt=newest - KNOWN_LAST).exclude(pk__in=[one.pk for one in found])
        found += known[: PALETTE - len(found)]
    return found


def _customer(customer: Customer) -> dict[str, Any]:
    label = customer.name or _("Visitor %(number)s") % {"number": customer.pk}
    return {"label": label, "sub": "", "url": reverse("customers:profile", args=[customer.pk])}


def _talks(person: Person, meant: list[Customer]) -> list[dict[str, Any]]:
    # First whose, then which of them may be seen: with both at once all conversations of a shop may be read.
    theirs = Conversation.objects.filter(customer__in=meant).order_by("-pk").values_list("pk", flat=True)
    rows = access.visible_conversations(person).filter(pk__in=list(theirs[:MOST_LOOKED_AT]))
    found = []
    for one in rows.select_related("customer", "shop", "assignee").order_by("-pk")[:PALETTE]:
        name = one.customer.name or _("Visitor %(number)s") % {"number": one.customer_id}
        whose = one.assignee.name if one.assignee else str(one.get_state_display())
        found.append({"label": name, "sub": f"{one.shop.name} · {whose}", "url": reverse("conversation", args=[one.pk])})
    return found


def number(given: Mapping[str, str], name: str) -> int | None:
    return texts.whole(given.get(name, ""))
