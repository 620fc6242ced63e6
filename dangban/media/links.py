"""Addresses of stored pictures and files: signed, and good for a day or two.

Whoever was shown a line may fetch what it shows; the address says so itself, so that an `<img>`
needs no token. It changes once a day, which lets browsers keep what they have.
"""

from __future__ import annotations

import hmac
from hashlib import sha256

from django.conf import settings

from dangban.lib import clock
from dangban.lib.text import whole

DAY = 86_400


def signed_url(key: str, *, small: bool = False) -> str:
    """The address of one use, good until the end of tomorrow; `small` for the picture in a list."""
    expires = (int(clock.now().timestamp()) // DAY + 2) * DAY
    return f"/media/{key}?e={expires}&s={_signature(key, expires)}{'&small=1' if small else ''}"


def is_signed(key: str, expires: str, signature: str) -> bool:
    until = whole(expires)
    if until is None or until < clock.now().timestamp():
        return False
    return hmac.compare_digest(signature.encode(), _signature(key, until).encode())


def _signature(key: str, expires: int) -> str:
    secret = f"dangban.media\n{settings.SECRET_KEY}".encode()
    return hmac.new(secret, f"{key}\n{expires}".encode(), sha256).hexdigest()[:32]
