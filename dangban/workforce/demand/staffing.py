"""From customers per half hour to people per half hour, and to people per shift."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time

from dangban.workforce.demand import erlang
from dangban.workforce.demand.forecast import SLOTS

SLOT_SECONDS = 1800


@dataclass(frozen=True, slots=True)
class Target:
    """What customers are to get, and what serving takes. Shares are between 0 and 1, times in seconds."""

    service_level: float
    within: float
    handling: float
    factor: float = 1.0
    patience: float = 120.0
    shrinkage: float = 0.0

    @property
    def effective_handling(self) -> float:
        """Several at once take longer each, but less than one after the other."""
        return self.handling / self.factor


def seats(customers: float, target: Target) -> int:
    """How many must be serving in a half hour in which so many customers come."""
    rate = customers / SLOT_SECONDS
    return erlang.needed(rate, target.effective_handling, target.service_level, target.within)


def rostered(serving: int, shrinkage: float) -> int:
    """How many must be on duty that so many serve: meals, training and breaks take their share."""
    return math.ceil(serving / (1 - shrinkage) - 1e-9)


def outcome(customers: float, on_duty: int, target: Target) -> erlang.Service:
    """What customers would get from so many on duty, those who lose patience leaving. Whoever is alone is there, meals or not."""
    serving = max(min(1, on_duty), math.floor(on_duty * (1 - target.shrinkage) + 1e-9))
    rate = customers / SLOT_SECONDS
    return erlang.erlang_a(rate, target.effective_handling, serving, target.within, target.patience)


def slots_of(begins: time, ends: time) -> tuple[range, range]:
    """The half hours a shift lies in, on its day and on the next one; a begun half hour counts."""
    first = begins.hour * 2 + begins.minute // 30
    last = ends.hour * 2 + math.ceil(ends.minute / 30)
    if ends <= begins:
        return range(first, SLOTS), range(0, last)
    return range(first, last), range(0)


def per_shift(
    need: Sequence[int], shifts: Mapping[str, tuple[time, time]], carried: Sequence[int] | None = None
) -> tuple[dict[str, int], list[int]]:
    """The fewest people per shift that give each half hour what it needs, and the half hours no shift covers.

    Half hour by half hour, whoever is missing comes on the shift that lasts longest: for stretches of time nothing
    does with fewer. `carried` are those still there from the night before.
    """
    have = list(carried) if carried is not None else [0] * SLOTS
    people = dict.fromkeys(shifts, 0)
    uncovered = []
    spans = {name: slots_of(*hours)[0] for name, hours in shifts.items()}
    for slot in range(SLOTS):
        short = need[slot] - have[slot]
        if short <= 0:
            continue
        covering = [name for name, span in spans.items() if slot in span]
        if not covering:
            uncovered.append(slot)
            continue
        longest = max(covering, key=lambda name: spans[name].stop)
        people[longest] += short
        for covered in spans[longest]:
            have[covered] += short
    return people, uncovered


def carried_over(people: Mapping[str, int], shifts: Mapping[str, tuple[time, time]]) -> list[int]:
    """How many of a day's shifts are still on duty in each half hour of the next day."""
    have = [0] * SLOTS
    for name, count in people.items():
        for slot in slots_of(*shifts[name])[1]:
            have[slot] += count
    return have
