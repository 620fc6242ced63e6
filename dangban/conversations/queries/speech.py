"""What the composer offers: scripts with this customer's facts filled in, colleagues, product cards."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from dangban.conversations.models import Conversation
from dangban.knowledge import queries as knowledge
from dangban.knowledge.models import Script
from dangban.lib import clock, money
from dangban.media.links import signed_url
from dangban.orders import wording
from dangban.orders.models import Order
from dangban.people.models import Person, TeamMembership
from dangban.shops import queries as shops


def facts_for(person: Person, conversation: Conversation) -> dict[str, str]:
    """What a script may name: the customer, the shop, the agent, their newest order with its parcel, goods and address."""
    rows = Order.objects.filter(customer=conversation.customer_id, shop=conversation.shop_id)
    order = rows.order_by("-created_at", "-pk").first()
    known = {"customer": conversation.customer.name, "shop": conversation.shop.name, "agent": person.service_name}
    return known | wording.facts(order, person) if order else known


def scripts(person: Person, conversation: Conversation, typed: str, limit: int = 20) -> list[dict[str, Any]]:
    """Scripts that fit what was typed after the slash, ready to be put in."""
    return _filled(person, conversation, knowledge.find(person, typed, shop_id=conversation.shop_id, limit=limit))


def suggestions(person: Person, conversation: Conversation, typed: str) -> list[dict[str, Any]]:
    """Scripts that say about what is being typed to the customer, ready to be put in."""
    return _filled(person, conversation, knowledge.suggest(person, typed, conversation.shop_id, limit=2))


def _filled(person: Person, conversation: Conversation, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    facts = facts_for(person, conversation) if rows else {}
    found = []
    for script in rows:
        text = knowledge.render(script["body"], facts).text
        picture = signed_url(script["image"]) if script["image"] else ""
        label = Script.Stage(script["stage"]).label
        found.append({**script, "stage_label": str(label), "insert": text, "picture": picture})
    return found


def colleagues(person: Person, shop_id: int, typed: str, limit: int = 10) -> list[dict[str, Any]]:
    """People of the teams that serve a shop."""
    today = clock.business_day(clock.now())
    members = TeamMembership.objects.filter(Q(until=None) | Q(until__gt=today), team__shops=shop_id, since__lte=today)
    rows = Person.objects.filter(memberships__in=members, is_active=True).exclude(pk=person.pk).distinct()
    if typed:
        rows = rows.filter(Q(name__icontains=typed) | Q(username__istartswith=typed))
    return [{"id": one.pk, "label": one.name, "sub": str(one.get_level_display())} for one in rows.order_by("name", "pk")[:limit]]


def cards(person: Person, shop_id: int, typed: str, limit: int = 10) -> list[dict[str, Any]]:
    """Products to be sent as a card; what must be told before the sale stands under the name."""
    return [
        {
            "label": hit.title,
            "sub": money.show(hit.price_fen) if hit.price_fen is not None else "",
            "text": " · ".join(part for part in (hit.variant, hit.must_say) if part),
            "insert": "",
            "card": card(hit),
        }
        for hit in shops.find_products(person, typed, shop_id=shop_id, limit=limit)
    ]


def card(hit: shops.Hit) -> dict[str, Any]:
    return {
        "product": hit.product,
        "sku": hit.sku,
        "title": hit.title,
        "sub": hit.variant,
        "price_fen": hit.price_fen,
        "image": hit.image,
        "url": hit.url,
    }
