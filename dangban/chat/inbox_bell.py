"""Tells the open pages of people that something in their inbox changed."""

from __future__ import annotations

from collections.abc import Sequence

from dangban.chat import hub


def ring(person_ids: Sequence[int]) -> None:
    for person_id in dict.fromkeys(person_ids):
        hub.changed("inbox", person_id, person_ids=(person_id,))
