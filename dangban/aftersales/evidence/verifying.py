"""Whether a piece of evidence is still what it was when it was filed: its bytes against its hash."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db import transaction

from dangban.aftersales import access
from dangban.aftersales.models import Evidence
from dangban.journal.actions import record
from dangban.lib import clock
from dangban.media.storage import storage
from dangban.people.models import Person


def verify(evidence: Evidence, *, by: Person, at: datetime | None = None) -> str:
    """``same``, ``other`` than it was, or ``gone`` where it was erased or can't be read; on record either way."""
    access.require(by, "aftersales.view", evidence.shop_id)
    at = at or clock.now()
    found = _digest(evidence)
    outcome = "gone" if found is None else "same" if found == evidence.sha256 else "other"
    with transaction.atomic():
        change = {"outcome": outcome, "sha256": evidence.sha256}
        record("aftersales.evidence_verified", subject=("aftersales.case", evidence.case_id or 0), by=by, shop=evidence.shop_id, change=change, at=at)
    return outcome


def _digest(evidence: Evidence) -> str | None:
    if evidence.media_key:
        try:
            with storage().open(evidence.sha256) as file:
                digest = hashlib.sha256()
                while part := file.read(1 << 20):
                    digest.update(part)
                return digest.hexdigest()
        except OSError:
            return None
    return hashlib.sha256(evidence.text.encode()).hexdigest() if evidence.text else None
