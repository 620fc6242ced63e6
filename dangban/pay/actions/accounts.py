"""Where wages go. The number is sealed; whoever looks at it says what for."""

from __future__ import annotations

import re
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from dangban.journal.actions import record
from dangban.lib import clock
from dangban.lib.errors import BadInput, NotAllowed
from dangban.lib.sealed import seal, unseal
from dangban.pay import access
from dangban.pay.actions import holding
from dangban.pay.models import PayAccount
from dangban.people.models import Person

PURPOSE = "pay.account"


def keep_account(
    person: Person, *, holder: str, bank: str, number: str, city: str, special_fen: int, by: Person, at: datetime | None = None
) -> PayAccount:
    """Enter or replace an account; an empty number keeps the one that is there. Nobody changes their own."""
    at = at or clock.now()
    access.must(by, access.ACCOUNTS)
    if by.pk == person.pk:
        raise NotAllowed(_("Nobody changes where their own wages go. Ask a colleague of finance."))
    digits = re.sub(r"[\s-]", "", number)
    if digits and not re.fullmatch(r"\d{8,30}", digits):
        message = _("An account number has 8 to 30 digits.")
        raise BadInput(message, fields={"number": [message]})
    if special_fen < 0:
        message = _("Not below zero.")
        raise BadInput(message, fields={"special": [message]})
    with transaction.atomic():
        held = PayAccount.objects.select_for_update().filter(person=person).first() or PayAccount(person=person)
        held.holder, held.bank = holding.said(holder, "holder", 60), holding.said(bank, "bank", 60)
        held.city, held.special_fen, held.by, held.at = city.strip()[:20], special_fen, by, at
        if digits:
            held.sealed_number, held.tail = seal(digits, PURPOSE), digits[-4:]
        held.save()
        record("pay.account_kept", subject=person, by=by, change={"number_changed": bool(digits), "city": held.city}, at=at)
    return held


def reveal_account(account: PayAccount, reason: str, *, by: Person, at: datetime | None = None) -> str:
    """The number in full, to who pays, for a stated reason; each look is in the journal."""
    at = at or clock.now()
    access.must(by, access.ACCOUNTS)
    reason = holding.said(reason, "reason", 200)
    with transaction.atomic():
        record("pay.account_shown", subject=account.person, by=by, change={"reason": reason}, at=at)
    return number_of(account)


def number_of(account: PayAccount) -> str:
    return unseal(account.sealed_number, PURPOSE) if account.sealed_number else ""
