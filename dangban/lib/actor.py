"""Who did something, in a form that outlives the row it came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["person", "customer", "system", "import"]


@dataclass(frozen=True, slots=True)
class Actor:
    """Kind, id and name as they were at the time; journal and decisions keep these three."""

    kind: Kind
    id: int | None
    name: str

    @property
    def actor(self) -> Actor:
        """Itself, so that actions accept a person or an actor alike."""
        return self


SYSTEM = Actor("system", None, "当班")
