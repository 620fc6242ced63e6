"""Secrets kept in the database, readable only with the installation's secret key."""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings


def seal(text: str, purpose: str) -> str:
    """`purpose` is bound into the key, so that what was sealed for one thing is not opened for another."""
    return _cipher(str(settings.SECRET_KEY), purpose).encrypt(text.encode()).decode()


def unseal(sealed: str, purpose: str) -> str:
    """With the present key or one that it has replaced; empty where none of them fits."""
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        try:
            return _cipher(str(key), purpose).decrypt(sealed.encode()).decode()
        except InvalidToken:
            continue
    return ""


def _cipher(key: str, purpose: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(f"dangban.{purpose}.{key}".encode()).digest()))
