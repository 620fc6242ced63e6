"""The accounts with tracking services: kept sealed, opened only to sign."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from dangban.journal.actions import record
from dangban.lib import clock
from dangban.lib.errors import BadInput, NotAllowed
from dangban.lib.sealed import seal, unseal
from dangban.lib.text import refuse_unstorable
from dangban.people.access import holds_everywhere
from dangban.people.models import Person
from dangban.tracking.connectors import CONNECTORS
from dangban.tracking.connectors.base import Key
from dangban.tracking.models import Account

PURPOSE = "tracking.account.1"


def keep(vendor: str, customer: str, key: str, *, salt: str = "", asks: bool, by: Person, at: datetime | None = None) -> Account:
    """Keep an account; an empty key or salt leaves the one that is there. The journal learns who, not what."""
    must_connect(by)
    at = at or clock.now()
    if vendor not in CONNECTORS:
        raise BadInput(_("Choose the service."))
    customer = refuse_unstorable(customer.strip(), "customer")[:60]
    key, salt = refuse_unstorable(key.strip(), "key"), refuse_unstorable(salt.strip(), "salt")
    with transaction.atomic():
        there = Account.objects.select_for_update().filter(vendor=vendor).first()
        faults = {}
        if not customer:
            faults["customer"] = [_("Write the customer number that the service gave you.")]
        if not key and there is None:
            faults["key"] = [_("Write the key that the service gave you.")]
        if faults:
            raise BadInput(next(iter(faults.values()))[0], fields=faults)
        values = {"customer": customer, "asks": asks, "kept_at": at, "by_name": by.name}
        values |= {"sealed_key": seal(key, PURPOSE)} if key else {}
        values |= {"sealed_salt": seal(salt, PURPOSE)} if salt else {}
        account, _made = Account.objects.update_or_create(vendor=vendor, defaults=values)
        change = {"vendor": vendor, "customer": customer, "asks": asks, "key_changed": bool(key), "salt_changed": bool(salt)}
        record("tracking.account_kept", subject=account, by=by, change=change, at=at)
    return account


def drop(account: Account, *, by: Person, at: datetime | None = None) -> None:
    """The service is no longer used: nothing is asked, nothing that is pushed is believed."""
    must_connect(by)
    with transaction.atomic():
        record("tracking.account_dropped", subject=account, by=by, change={"vendor": account.vendor}, at=at or clock.now())
        account.delete()


def must_connect(by: Person) -> None:
    if not holds_everywhere(by, "tracking.connect"):
        raise NotAllowed(_("Only who keeps the accounts of the whole company may do this."))


def key_of(account: Account) -> Key:
    salt = unseal(account.sealed_salt, PURPOSE) if account.sealed_salt else ""
    return Key(account.customer, unseal(account.sealed_key, PURPOSE), salt)
