"""Notes in the journal when the log-in library changes a second factor."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from django.db import transaction

from dangban.journal.actions import record
from dangban.lib import clock
from dangban.people.second_factor import FACTOR

CODES = Authenticator.Type.RECOVERY_CODES


def connect() -> None:
    """The signals are the library's only way to tell."""
    authenticator_added.connect(_added, dispatch_uid="people.second_factor_on")
    authenticator_removed.connect(_removed, dispatch_uid="people.second_factor_off")
    authenticator_reset.connect(_reset, dispatch_uid="people.recovery_codes_made")


def _added(user: Any, authenticator: Authenticator, **_rest: Any) -> None:
    _note("people.recovery_codes_made" if authenticator.type == CODES else "people.second_factor_on", user)


def _removed(request: Any, user: Any, authenticator: Authenticator, **_rest: Any) -> None:
    if authenticator.type != CODES:
        request.session.pop(FACTOR, None)
        _note("people.second_factor_off", user)


def _reset(user: Any, authenticator: Authenticator, **_rest: Any) -> None:
    _note("people.recovery_codes_made", user)


def _note(verb: str, person: Any) -> None:
    with transaction.atomic():
        record(verb, subject=person, by=person, at=clock.now())
