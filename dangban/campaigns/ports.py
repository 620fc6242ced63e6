"""What other rooms lay in: who tells open pages that prices are not what they were."""

from __future__ import annotations

from collections.abc import Callable, Collection

# Is given the shops concerned; called inside the transaction that changes the campaign.
Bell = Callable[[Collection[int]], None]

_bells: list[Bell] = []


def register_bell(bell: Bell) -> None:
    """Called by a room that keeps pages open."""
    _bells.append(bell)


def ring(shops: Collection[int]) -> None:
    for bell in _bells:
        bell(shops)
