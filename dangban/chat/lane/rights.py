"""Whether an agent's token still says what is true: compared in memory, looked up every second or two."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from dangban.chat.tokens import Agent
from dangban.lib import clock

# For how long a person who has no stream here is remembered.
REMEMBERED = 600.0


class Rights:
    """The present `rights_version` of everybody whose tokens were used lately; leavers have none."""

    def __init__(self, look_up: Callable[[Sequence[int]], Awaitable[dict[int, int]]]) -> None:
        self._look_up = look_up
        self._versions: dict[int, int] = {}
        self._used: dict[int, float] = {}

    async def hold(self, claims: Agent) -> bool:
        person = claims.person_id
        self._used[person] = clock.monotonic()
        if person not in self._versions:
            found = await self._look_up([person])
            self._versions[person] = found.get(person, -1)
        return self._versions[person] == claims.rights

    def forget(self, person_id: int) -> None:
        """Look again before the next use."""
        self._versions.pop(person_id, None)

    async def refresh(self) -> list[int]:
        """Look everybody up again; the persons whose rights have changed."""
        now = clock.monotonic()
        known = [person for person in self._versions if now - self._used.get(person, 0) < REMEMBERED]
        found = await self._look_up(known) if known else {}
        changed = [person for person in known if found.get(person, -1) != self._versions.get(person)]
        self._versions = {person: found.get(person, -1) for person in known}
        return changed
