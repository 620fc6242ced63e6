"""What people do with cases."""

from dangban.aftersales.actions.moving import hand_to, locked, move
from dangban.aftersales.actions.opening import Wanted, open_case

__all__ = ["Wanted", "hand_to", "locked", "move", "open_case"]
