"""Turning a scenario into lines with the moments at which they were said."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from dangban.demo.content import Scenario

# How many chats begin in each hour of a shop's day: quiet nights, a noon and an evening peak.
HOURS = (14, 5, 3, 2, 2, 3, 6, 12, 26, 44, 52, 50, 46, 48, 50, 48, 46, 42, 46, 58, 70, 68, 48, 28)


@dataclass(frozen=True, slots=True)
class Said:
    """A line, who said it (`c`, `a` or `photo`), and when."""

    who: str
    text: str
    at: datetime


def moment(random: Random, midnight: datetime) -> datetime:
    """Some moment of a day, as busy hours are more likely."""
    hour = random.choices(range(24), HOURS)[0]
    return midnight + timedelta(hours=hour, seconds=random.uniform(0, 3600))


def answering_time(random: Random, speed: float, *, rush: bool) -> float:
    """Seconds until an agent's answer: mostly some fifteen, now and then minutes."""
    if random.random() < (0.03 if rush else 0.012):
        return random.uniform(100, 420)
    return min(95.0, random.lognormvariate(math.log(14 * speed), 0.55)) + 2


def told(
    random: Random,
    scenario: Scenario,
    slots: Mapping[str, str],
    start: datetime,
    *,
    speed: float,
    rush: bool = False,
    held_until: datetime | None = None,
) -> Iterator[Said]:
    """The lines of one conversation. `held_until`: nobody answers before (left over night)."""
    at, last = start, ""
    for who, choices in scenario.lines:
        side = who.rstrip("?")
        if who.endswith("?") and random.random() < 0.5:
            continue
        at += timedelta(seconds=_pause(random, side, last, speed, rush))
        if side == "a" and held_until is not None and at < held_until:
            at = held_until + timedelta(seconds=random.uniform(20, 1500))
        last = "a" if side == "a" else "c"
        yield Said(side, random.choice(choices).format_map(slots), at)


def _pause(random: Random, side: str, last: str, speed: float, rush: bool) -> float:
    if not last:
        return 0
    if side == "a":
        return random.uniform(6, 22) if last == "a" else answering_time(random, speed, rush=rush)
    return random.uniform(4, 14) if last == "c" else random.uniform(9, 75)
