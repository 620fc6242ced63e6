"""The door to what a signed link opens: how often, to whom, and what is kept of it nowhere."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from dangban.chat.lane.limits import Buckets, is_this_machine
from dangban.lib import clock
from dangban.orders.models import Order
from dangban.orders.self_service import links

Page = Callable[..., HttpResponse]
# Pages a minute from one address: a family, not a script.
visitors = Buckets(40)


def by_link(page: Page) -> Callable[..., HttpResponseBase]:
    """The order that a link opens; a kind page where it opens none. Nothing of it is kept by browsers or proxies.

    The page gets the request, the token, the order, the link's claims, and what else its address names.
    """

    @wraps(page)
    def guarded(request: HttpRequest, token: str, **named: Any) -> HttpResponseBase:
        address = request.META.get("REMOTE_ADDR", "")
        if not is_this_machine(address) and visitors.wait(address):
            return _shut(request, "often", 429)
        try:
            order, claims = links.opened(token, clock.now())
        except links.Ended:
            return _shut(request, "ended", 410)
        except links.Unknown:
            return _shut(request, "unknown", 404)
        try:
            response = page(request, token, order, claims, **named)
        except links.TooOften:
            return _shut(request, "often", 429)
        return _private(response)

    return guarded


def _shut(request: HttpRequest, why: str, status: int) -> HttpResponse:
    return _private(render(request, "orders/self_service_shut.html", {"why": why}, status=status))


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    # To other sites nothing is told; to ourselves the origin, by which forms are known to be ours.
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def cookie_of(order: Order) -> str:
    return f"dangban_order_{order.pk}"


def is_seen(request: HttpRequest, order: Order, claims: links.Claims) -> bool:
    """Whether the end of the phone number was right in this browser a while ago."""
    return links.is_seen(order, claims, request.COOKIES.get(cookie_of(order), ""))
