"""Four levels of confidentiality; a role says up to which one its holders may read."""

from __future__ import annotations

from django.db.models import IntegerChoices, Q
from django.utils.translation import pgettext_lazy

from dangban.people.access import scope
from dangban.people.models import Person


class Confidentiality(IntegerChoices):
    PUBLIC = 1, pgettext_lazy("confidentiality", "Open")
    INTERNAL = 2, pgettext_lazy("confidentiality", "Internal")
    CONFIDENTIAL = 3, pgettext_lazy("confidentiality", "Confidential")
    SECRET = 4, pgettext_lazy("confidentiality", "Secret")


def cleared(person: Person, level: int) -> bool:
    return level <= scope(person).clearance


def cleared_for(person: Person, path: str = "confidentiality") -> Q:
    """The condition that keeps a queryset to what the person's roles are cleared for."""
    return Q(**{f"{path}__lte": scope(person).clearance})

