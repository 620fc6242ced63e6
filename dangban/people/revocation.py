"""Taking rights back: tokens made before are refused, open streams end."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F

from dangban.people.access import forget_scope
from dangban.people.models import Person
from dangban.people.ports import registry


def rights_changed(person: Person) -> None:
    """Call inside the transaction that changed what a person may see or do, or ended a log-in."""
    Person.objects.filter(pk=person.pk).update(rights_version=F("rights_version") + 1)
    person.refresh_from_db(fields=["rights_version"])
    forget_scope(person)
    pk = person.pk
    transaction.on_commit(lambda: _tell(pk))


def _tell(person_id: int) -> None:
    for revoke in registry.revokers:
        revoke(person_id)
