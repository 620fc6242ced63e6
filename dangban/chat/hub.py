"""The doorbell: tells open streams that there is something new. It carries no truth.

`changed` is for everything that is not a message bubble: pages hold a version per subject and
fetch their fragment again, through their own gate, when a newer one is announced.
"""

from __future__ import annotations

from django.db import transaction


def ring_message(thread_id: int, seq: int) -> None:
    """A thread's log has reached `seq`; call after commit."""


def changed(subject: str, subject_id: int, version: int, *, shop_id: int | None = None, person_ids: tuple[int, ...] = ()) -> None:
    """Announce, once the present transaction has committed, that a subject has a newer version.

    Goes to streams of the named persons and of whoever sees the shop.
    """
    transaction.on_commit(lambda: None)
