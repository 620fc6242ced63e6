"""What campaigns ask of the rooms above: to tell open pages that prices are not what they were."""

from __future__ import annotations

from collections.abc import Callable, Collection

# A campaign and its shops, inside the transaction in which it changed.
Bell = Callable[[int, Collection[int]], None]

_bells: list[Bell] = []


def register_bell(bell: Bell) -> None:
    """Called by a room that keeps pages open."""
    _bells.append(bell)


def ring(campaign: int, shops: Collection[int]) -> None:
    for bell in _bells:
        bell(campaign, shops)
