"""What is shown of personal data to people who don't need the whole of it."""

from __future__ import annotations

import re

from . import addresses

_MOBILE = r"1[3-9]\d[ -]?\d{4}[ -]?\d{4}"
_LANDLINE = r"0\d{2,3}[- ]?\d{7,8}"
_PHONE_IN_TEXT = re.compile(rf"(?<!\d)(?:(?:\+?86[- ]?)?({_MOBILE})|({_LANDLINE}))(?!\d)")
_ID_IN_TEXT = re.compile(r"(?<![0-9A-Za-z])[1-9]\d{16}[0-9Xx](?![0-9A-Za-z])")
_EMAIL_IN_TEXT = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def phone(text: str) -> str:
    """``138****1234``; a landline keeps its area code and last four, anything shorter keeps nothing."""
    text = text.strip()
    if not text or "*" in text:
        return text
    digits = re.sub(r"\D", "", text)
    if len(digits) == 13 and digits.startswith("86"):
        digits = digits[2:]
    if len(digits) == 11 and digits[0] == "1":
        return f"{digits[:3]}****{digits[-4:]}"
    area = re.match(r"(0\d{2,3})[- ]", text)
    if area and len(digits) >= 10:
        return f"{area[1]}-****{digits[-4:]}"
    return "****" + digits[-4:] if len(digits) >= 7 else "*" * len(text)


def name(text: str) -> str:
    """``张*``: the first character says whom one speaks to, no more."""
    text = text.strip()
    return text if len(text) > 1 and set(text[1:]) == {"*"} else (text[:1] + "*" if text else "")


def address(text: str) -> str:
    """Province and city only; what names neither is hidden whole."""
    parsed = addresses.parse(text)
    shown = " ".join(part for part in (parsed.province, parsed.city) if part)
    return f"{shown} ****" if shown else ("****" if text.strip() else "")


def email(text: str) -> str:
    user, at, host = text.strip().partition("@")
    return f"{user[:1]}***@{host}" if at else account(text)


def account(text: str) -> str:
    """A payment account, which is an address, a phone number or a name."""
    text = text.strip()
    if "@" in text:
        return email(text)
    return phone(text) if len(re.sub(r"\D", "", text)) >= 7 else name(text)


def identity(text: str) -> str:
    """An identity number: its first three and last four characters."""
    text = text.strip()
    return f"{text[:3]}{'*' * (len(text) - 7)}{text[-4:]}" if len(text) > 8 else "*" * len(text)


def is_identity(text: str) -> bool:
    """Whether 18 characters are an identity number; an order number of that length is not."""
    if len(text) != 18 or not text[:17].isdigit():
        return False
    if not ("1900" <= text[6:10] < "2100" and "01" <= text[10:12] <= "12" and "01" <= text[12:14] <= "31"):
        return False
    check = sum(int(digit) * weight for digit, weight in zip(text, _ID_WEIGHTS, strict=False)) % 11
    return "10X98765432"[check] == text[17].upper()


def scrub(text: str) -> str:
    """Free text with the phone numbers, identity numbers and e-mail addresses in it masked."""
    text = _ID_IN_TEXT.sub(lambda m: identity(m[0]) if is_identity(m[0]) else m[0], text)
    text = _PHONE_IN_TEXT.sub(lambda m: phone(m[1] or m[2]), text)
    return _EMAIL_IN_TEXT.sub(lambda m: email(m[0]), text)
