"""Signing out ends what the sign-in opened: streams close and tokens are refused, at once."""

from __future__ import annotations

from typing import Any

from django.db.models import F

from dangban.chat import hub
from dangban.people.models import Person


def revoke(*, user: Any = None, **_signal: Any) -> None:
    """Raises the version that tokens carry; the person's other devices fetch a new one by themselves."""
    if not isinstance(user, Person):
        return
    Person.objects.filter(pk=user.pk).update(rights_version=F("rights_version") + 1)
    hub.revoke(user.pk)
