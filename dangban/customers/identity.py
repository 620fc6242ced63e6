"""Telling who is who: the names customers go by, and phone numbers compared without reading them."""

from __future__ import annotations

import re

from django.utils.crypto import salted_hmac

# Taobao and Tmall buyers have one account for both.
_SHARED = {"tmall": "taobao"}


def namespace(platform: str) -> str:
    """The platform whose account names a shop's buyers go by."""
    return _SHARED.get(platform, platform)


def digits(phone: str) -> str:
    """A phone number as it is dialled within the country; empty where it is masked or none."""
    if "*" in phone:
        return ""
    found = re.sub(r"\D", "", phone)
    if len(found) == 13 and found.startswith("86"):
        found = found[2:]
    return found if len(found) >= 7 else ""


def phone_digest(phone: str) -> str:
    """A keyed digest by which two equal numbers meet; empty for what is no whole number."""
    number = digits(phone)
    return salted_hmac("dangban.customers.phone", number, algorithm="sha256").hexdigest() if number else ""


def is_handle(handle: str) -> bool:
    """Whether a platform's buyer name identifies somebody; masked ones (``t**1``) do not."""
    return bool(handle.strip()) and "*" not in handle
