"""What others want to hear of a case, in the transaction in which it happens."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dangban.aftersales.models import Case
    from dangban.journal.actions import HasActor

# The case, the act, the state it came from, who, when.
Moved = Callable[["Case", str, str, "HasActor", datetime], None]
_moved: list[Moved] = []


def on_moved(listener: Moved) -> None:
    if listener not in _moved:
        _moved.append(listener)


def moved(case: Case, act: str, before: str, by: HasActor, at: datetime) -> None:
    """Call it inside the transaction, when the case stands where it stands now."""
    for listener in _moved:
        listener(case, act, before, by, at)
