"""Parcels that come back: announced, received, matched, counted, inspected, and what becomes of the goods.

Receiving, counting and inspecting are acts of their own; none of them pays anything.
"""

from dangban.aftersales.inbound.announcing import announce, call_off
from dangban.aftersales.inbound.arriving import AtTheDoor, arrive

__all__ = ["AtTheDoor", "announce", "arrive", "call_off"]
