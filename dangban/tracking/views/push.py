"""Where tracking services push their news: whoever signs with our key is believed, and answered as they expect."""

from __future__ import annotations

import logging

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from dangban.lib import clock
from dangban.tracking import accounts, asking
from dangban.tracking.connectors import CONNECTORS, Forged, News, Unreadable
from dangban.tracking.connectors.base import MOST_BYTES, Connector, Key
from dangban.tracking.models import Account

_log = logging.getLogger("dangban.tracking")


@csrf_exempt
@require_POST
def receive(request: HttpRequest, vendor: str) -> HttpResponse:
    """The same push again changes nothing. What can't be believed or read is refused in the service's own way:
    it tries again later, and nothing is lost."""
    connector = CONNECTORS.get(vendor)
    account = Account.objects.filter(vendor=vendor).first() if connector is not None else None
    if connector is None or account is None:
        raise Http404("service")
    key = accounts.key_of(account)
    if int(request.headers.get("Content-Length") or 0) > MOST_BYTES:
        return _refused(connector, key, "too long")
    try:
        news = connector.read_push(request.POST.dict(), key)
    except Forged:
        # Not written down: anybody could fill the book.
        return _refused(connector, key, "signature")
    except Unreadable as wrong:
        return _refused(connector, key, f"unreadable {wrong}", signed=True)
    return _taken(connector, key, news)


def _taken(connector: Connector, key: Key, news: list[News]) -> HttpResponse:
    at = clock.now()
    try:
        new = asking.take_in(news, connector.code, at)
    except Exception:
        _log.exception("a push of %s could not be taken in", connector.code)
        return _refused(connector, key, "try again later", signed=True)
    asking.write_down(connector.code, "push", at, ok=True, parcels=len(news), steps=new)
    return JsonResponse(connector.answer(ok=True, said="", key=key), json_dumps_params={"ensure_ascii": False})


def _refused(connector: Connector, key: Key, said: str, *, signed: bool = False) -> HttpResponse:
    if signed:
        asking.write_down(connector.code, "push", clock.now(), ok=False, said=said)
    return JsonResponse(connector.answer(ok=False, said=said, key=key), json_dumps_params={"ensure_ascii": False})
