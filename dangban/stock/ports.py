"""What stock asks of the rooms above: what is still owed to customers, and who shows pages."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

# Ids of SKUs: how many pieces of each were paid for and have not left yet.
Owed = Callable[[Sequence[int]], Mapping[int, int]]
# Ids of SKUs and the shops that sell them, inside the transaction that changes their stock.
Bell = Callable[[Collection[int], Collection[int]], None]

_owed: list[Owed] = []
_bells: list[Bell] = []


def register_owed(owed: Owed) -> None:
    """Called by the room that keeps orders."""
    _owed[:] = [owed]


def owed(skus: Sequence[int]) -> Mapping[int, int]:
    return _owed[0](skus) if _owed else {}


def register_bell(bell: Bell) -> None:
    """Called by a room that keeps pages open."""
    _bells.append(bell)


def ring(skus: Collection[int], shops: Collection[int]) -> None:
    for bell in _bells:
        bell(skus, shops)
