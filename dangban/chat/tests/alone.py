"""The chat without the rooms above it: they test for themselves what they hang on the log."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from dangban.chat import ports, search


@contextlib.contextmanager
def alone() -> Iterator[None]:
    kept = ports.registry
    ports.registry = type(kept)()
    ports.register_bulk_projector("search", search.Index())
    try:
        yield
    finally:
        ports.registry = kept
