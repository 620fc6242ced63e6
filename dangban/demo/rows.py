"""Rows on their way to the database by the short path: many at once, in the order of their foreign keys."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TypeVar

from django.db import models, transaction

_AT_ONCE = 2000

Row = TypeVar("Row", bound=models.Model)


class Rows:
    """Collects model instances; `write` inserts them kind by kind."""

    def __init__(self) -> None:
        self._rows: dict[type[models.Model], list[models.Model]] = defaultdict(list)

    def add(self, *rows: models.Model) -> None:
        for row in rows:
            self._rows[type(row)].append(row)

    def of(self, kind: type[Row]) -> list[Row]:
        return self._rows[kind]  # type: ignore[return-value]

    def write(self, kinds: Iterable[type[models.Model]]) -> dict[str, int]:
        """Insert all rows of these kinds, in this order; returns how many of each."""
        written = {}
        for kind in kinds:
            rows = self._rows.pop(kind, [])
            for start in range(0, len(rows), _AT_ONCE):
                # Short transactions: a server that runs meanwhile is not kept from writing.
                with transaction.atomic():
                    kind._base_manager.bulk_create(rows[start : start + _AT_ONCE])
            if rows:
                written[kind.__name__] = len(rows)
        return written
