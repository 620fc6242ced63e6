"""How much one visitor, and one address, may send: buckets of tokens in memory."""

from __future__ import annotations

import ipaddress
from functools import lru_cache

from dangban.lib import clock

# One address may hide a whole office, so it gets many times a visitor's share.
ADDRESS_SHARE = 20
MOST_BUCKETS = 50_000


class Buckets:
    """A bucket per key: holds a minute's allowance and refills evenly."""

    def __init__(self, per_minute: float) -> None:
        self.per_minute = per_minute
        self._buckets: dict[object, tuple[float, float]] = {}

    def wait(self, key: object, cost: float = 1.0) -> float:
        """Take `cost` from the key's bucket: 0, or the seconds until there is enough again."""
        now = clock.monotonic()
        level, at = self._buckets.get(key, (self.per_minute, now))
        rate = self.per_minute / 60
        level = min(self.per_minute, level + (now - at) * rate)
        if level < cost:
            self._buckets[key] = (level, now)
            return (cost - level) / rate
        if len(self._buckets) >= MOST_BUCKETS and key not in self._buckets:
            self._sweep(now)
        self._buckets[key] = (level - cost, now)
        return 0.0

    def _sweep(self, now: float) -> None:
        """Forget buckets that are full again; if all are in use, forget them all."""
        rate = self.per_minute / 60
        kept = {
            key: (level, at)
            for key, (level, at) in self._buckets.items()
            if level + (now - at) * rate < self.per_minute
        }
        self._buckets = kept if len(kept) < MOST_BUCKETS else {}


@lru_cache(maxsize=10_000)
def is_this_machine(address: str) -> bool:
    """Loopback is a proxy without forwarded addresses, or the department's own tools."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return True
