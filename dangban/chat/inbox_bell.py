"""Tells the open pages of people that something in their inbox changed."""

from __future__ import annotations

from collections.abc import Sequence

from dangban.chat import hub
from dangban.lib import clock


def ring(person_ids: Sequence[int]) -> None:
    version = clock.to_ms(clock.now())
    for person_id in dict.fromkeys(person_ids):
        hub.changed("inbox", person_id, version, person_ids=(person_id,))
