"""Queues: who waits how long when so many people serve.

Times are seconds, `rate` customers a second. Erlang C lets everybody wait for ever; Erlang A lets them leave after an
exponential patience, which is nearer to chat and to telephones.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

# Longer queues have a probability that no longer shows.
_NEGLIGIBLE = 1e-12
_LONGEST_QUEUE = 20_000


@dataclass(frozen=True, slots=True)
class Service:
    """What customers get: share that waits, answered in time, average seconds until answered or gone, share that leaves."""

    waits: float
    in_time: float
    average_wait: float
    leaves: float = 0.0


def erlang_b(load: float, servers: int) -> float:
    """The share that finds every server busy where nobody waits."""
    blocked = 1.0
    for count in range(1, servers + 1):
        blocked = load * blocked / (count + load * blocked)
    return blocked


def erlang_c(rate: float, handling: float, servers: int, within: float) -> Service:
    """Everybody waits until served; with too few servers the queue grows without end."""
    load = rate * handling
    if load <= 0:
        return Service(0.0, 1.0, 0.0)
    if servers <= load:
        return Service(1.0, 0.0, math.inf)
    return _waiting(load, handling, servers, within, erlang_b(load, servers))


def _waiting(load: float, handling: float, servers: int, within: float, blocked: float) -> Service:
    waits = servers * blocked / (servers - load * (1 - blocked))
    in_time = 1 - waits * math.exp(-(servers - load) * within / handling)
    return Service(waits, in_time, waits * handling / (servers - load))


def erlang_a(rate: float, handling: float, servers: int, within: float, patience: float) -> Service:
    """Customers leave when their patience ends; the queue is always finite."""
    if rate <= 0:
        return Service(0.0, 1.0, 0.0)
    if servers <= 0:
        return Service(1.0, 0.0, patience, 1.0)
    serve, leave = 1 / handling, 1 / patience
    weights = _state_weights(rate, serve, leave, servers)
    total = math.fsum(weights)
    queued = weights[servers:]
    waits = math.fsum(queued) / total
    leaves = min(1.0, leave * math.fsum(ahead * weight for ahead, weight in enumerate(queued)) / total / rate)
    in_time = 1 - waits + _served_from_queue(queued, servers * serve / leave, 1 - math.exp(-leave * within)) / total
    return Service(waits, in_time, leaves * patience, leaves)


def needed(rate: float, handling: float, target: float, within: float) -> int:
    """The fewest servers with whom the share `target` is answered in time (Erlang C)."""
    if rate <= 0:
        return 0
    load = rate * handling
    servers = math.floor(load) + 1
    blocked = erlang_b(load, servers)
    # One server more is one step more of the same recursion: thousands are found as quickly as a few.
    while _waiting(load, handling, servers, within, blocked).in_time < target:
        servers += 1
        blocked = load * blocked / (servers + load * blocked)
    return servers


def factor_of(chats: int, factors: Sequence[tuple[int, float]]) -> float:
    """What serving so many at once is worth; between and beyond the lines of the table it goes on straight."""
    lines = sorted(factors)
    for (low, worth), (high, more) in pairwise(lines):
        if low <= chats <= high:
            return worth + (more - worth) * (chats - low) / (high - low)
    return lines[0][1] if chats < lines[0][0] else lines[-1][1]


def _state_weights(rate: float, serve: float, leave: float, servers: int) -> list[float]:
    """Unscaled probabilities of so many customers being there, up to where they no longer matter."""
    weights, here, most = [1.0], 1.0, 0.0
    for count in range(1, servers + _LONGEST_QUEUE):
        here *= rate / (min(count, servers) * serve + max(0, count - servers) * leave)
        weights.append(here)
        if here > 1e200:
            weights = [weight / here for weight in weights]
            here, most = 1.0, most / here
        if count >= servers:
            most = max(most, here)
        if count > servers and here < _NEGLIGIBLE * most:
            break
    return weights


def _served_from_queue(queued: Sequence[float], serving: float, gone: float) -> float:
    """The weight of those who wait and are served within the time, their own patience permitting.

    Whoever finds k ahead is served after k + 1 departures at rates falling by one patience each; the time of that has
    a beta distribution in ``1 - exp(-t / patience)``, and one's own patience adds one to its second parameter.
    """
    second = serving + 1
    term = (1 - gone) ** second
    not_yet, found = 0.0, 0.0
    for ahead, weight in enumerate(queued):
        not_yet += term
        found += weight * serving / (serving + ahead + 1) * max(0.0, 1 - not_yet)
        term *= gone * (second + ahead) / (ahead + 1)
    return found
