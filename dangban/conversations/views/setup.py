"""What leaders set up: automatic replies, platform accounts by shift, the chat page of a shop."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import segno
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from markupsafe import Markup

from dangban.chat.models import Presence
from dangban.conversations import access, actions
from dangban.conversations.forms import AutoReplyForm, SeatForm, SeatHolderForm
from dangban.conversations.models import AutoReply, Seat, SeatHolding
from dangban.conversations.views.answers import dialog, done, needs, who
from dangban.people.access import scope, visible_shops
from dangban.people.models import Person
from dangban.shops import access as shop_access

managers = needs("conversations.manage_replies")
readers = needs("conversations.serve", "conversations.supervise", "conversations.manage_replies")
form_page = require_http_methods(["GET", "POST"])
MANAGE = "conversations.manage_replies"


@require_GET
@readers
def auto_replies(request: HttpRequest) -> HttpResponse:
    """What is said automatically, by shop; without an own one the handbook's wording is used."""
    person = who(request)
    rows = AutoReply.objects.filter(retired_at=None).select_related("shop")
    found = [reply for reply in rows.order_by("kind", "shop__name", "starts", "pk") if _sees(person, reply)]
    kinds = [(kind, label, [reply for reply in found if reply.kind == kind]) for kind, label in AutoReply.Kind.choices]
    context = {"kinds": kinds, "may_manage": person.can(MANAGE), "reasons": dict(Presence.Reason.choices)}
    return render(request, "conversations/auto_replies.html", context)


def _sees(person: Person, reply: AutoReply) -> bool:
    return scope(person).sees(reply.shop_id)


@form_page
@managers
def auto_reply(request: HttpRequest) -> HttpResponse:
    person = who(request)

    def act(data: Mapping[str, Any]) -> HttpResponse:
        actions.set_auto_reply(
            data["shop"], data["kind"], data["text"], by=person, reason=data["reason"], starts=data["starts"], ends=data["ends"]
        )
        return done(_("Kept; it is said from now on"), reload=True)

    form = AutoReplyForm(
        request.POST or None,
        shops=visible_shops(person),
        reasons=[(value, label) for value, label in Presence.Reason.choices if value != Presence.Reason.CONNECTION],
        everywhere=scope(person).everywhere,
        initial={"kind": request.GET.get("kind", "greeting")},
    )
    return dialog(request, form, act, title=_("Automatic reply"), submit=_("Keep it"))


@require_POST
@managers
def auto_reply_retirement(request: HttpRequest, pk: int) -> HttpResponse:
    person = who(request)
    actions.retire_auto_reply(access.get_auto_reply(person, pk), by=person)
    return done(_("No longer said"), reload=True)


@require_GET
@readers
def seats(request: HttpRequest) -> HttpResponse:
    """Which platform account each person answers on."""
    person = who(request)
    rows = Seat.objects.filter(scope(person).filter("shop"), closed_on=None).select_related("shop")
    holders = {one.seat_id: one for one in SeatHolding.objects.filter(ended_at=None).select_related("person")}
    context = {
        "rows": [(seat, holders.get(seat.pk)) for seat in rows.order_by("shop__name", "handle", "pk")],
        "may_manage": person.can(MANAGE),
    }
    return render(request, "conversations/seats.html", context)


@form_page
@managers
def seat_new(request: HttpRequest) -> HttpResponse:
    person = who(request)

    def act(data: Mapping[str, Any]) -> HttpResponse:
        actions.open_seat(data["shop"], data["handle"], by=person, receives=data["receives"])
        return done(_("Account added"), reload=True)

    form = SeatForm(request.POST or None, shops=visible_shops(person))
    return dialog(request, form, act, title=_("New account"), submit=_("Add"))


@form_page
@managers
def seat_holder(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the account to somebody from now on; figures follow the person."""
    person = who(request)
    seat = access.get_seat(person, pk)
    people = Person.objects.filter(memberships__until=None, memberships__team__shops=seat.shop_id, is_active=True)

    def act(data: Mapping[str, Any]) -> HttpResponse:
        if data["person"] is None:
            actions.release_seat(seat, by=person)
        else:
            actions.assign_seat(seat, data["person"], by=person)
        return done(_("Assigned"), reload=True)

    holder = SeatHolding.objects.filter(seat=seat, ended_at=None).first()
    initial = {"person": holder.person_id if holder else None}
    form = SeatHolderForm(request.POST or None, seat=seat, people=people.distinct().order_by("name", "pk"), initial=initial)
    return dialog(request, form, act, title=seat.handle, submit=_("Assign"), lead=_("Who answers on this account from now on"))


@require_GET
@readers
def shop_chat(request: HttpRequest, pk: int) -> HttpResponse:
    """The address, QR code and script of a shop's chat."""
    person = who(request)
    shop = shop_access.get_shop(person, pk)
    profile = getattr(shop, "profile", None)
    if profile is None:
        raise Http404("chat")
    address = request.build_absolute_uri(reverse("widget", args=[profile.public_key]))
    code = segno.make(address, error="m")
    script = request.build_absolute_uri(reverse("widget_embed"))
    context = {
        "shop": shop,
        "profile": profile,
        "address": address,
        "picture": Markup(code.svg_inline(scale=6, border=2, dark="#000", light="#fff", omitsize=True)),  # noqa: S704
        "snippet": f'<script src="{script}" data-shop="{profile.public_key}" defer></script>',
    }
    return render(request, "conversations/shop_chat.html", context)


@require_GET
@readers
def shop_chat_code(request: HttpRequest, pk: int) -> HttpResponse:
    """The QR code as a picture to print."""
    shop = shop_access.get_shop(who(request), pk)
    profile = getattr(shop, "profile", None)
    if profile is None:
        raise Http404("chat")
    address = request.build_absolute_uri(reverse("widget", args=[profile.public_key]))
    drawn = io.BytesIO()
    segno.make(address, error="m").save(drawn, kind="svg", scale=10, border=3, dark="#000", light="#fff")
    response = HttpResponse(drawn.getvalue(), content_type="image/svg+xml")
    response["Content-Disposition"] = f'attachment; filename="chat-{shop.code}.svg"'
    return response
