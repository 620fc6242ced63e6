"""The second factor: codes of an authenticator app and recovery codes, kept encrypted."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from dangban.people.models import Person

# Bound into the key, so that the same secret never serves two purposes.
PURPOSE = b"dangban.second-factor.1"
# In the session: this person has a second factor, no need to ask the database on every page.
FACTOR = "second_factor"


class Adapter(DefaultMFAAdapter):
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("This code is wrong or has been used."),
    }

    def encrypt(self, text: str) -> str:
        return _cipher(settings.SECRET_KEY).encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """With the present key, or one of those it has replaced."""
        for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
            try:
                return _cipher(str(key)).decrypt(encrypted_text.encode()).decode()
            except InvalidToken:
                continue
        raise InvalidToken

    def get_totp_label(self, user: Any) -> str:
        return str(user.username)

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """There is no e-mail; the journal tells."""


def has_second_factor(person: Person) -> bool:
    from allauth.mfa.utils import is_mfa_enabled

    return bool(is_mfa_enabled(person))


def _cipher(key: str) -> Fernet:
    digest = hashlib.sha256(PURPOSE + key.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))
