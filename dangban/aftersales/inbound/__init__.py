"""Parcels that come back: announced, received, matched, counted, inspected, and what becomes of the goods.

Receiving, counting and inspecting are acts of their own; none of them pays anything.
"""

from dangban.aftersales.inbound.announcing import announce, call_off
from dangban.aftersales.inbound.arriving import AtTheDoor, arrive
from dangban.aftersales.inbound.counting import Inside, count
from dangban.aftersales.inbound.disposing import charge_freight, decide_anew, send_back
from dangban.aftersales.inbound.guessing import guesses
from dangban.aftersales.inbound.inspecting import all_inspected, inspect
from dangban.aftersales.inbound.resending import resend, swap_slip
from dangban.aftersales.inbound.shelving import (
    ask_disposal,
    claim,
    claim_order,
    describe,
    photograph,
    put_back,
)
from dangban.aftersales.inbound.supplying import make_slip, send_slip

__all__ = [
    "AtTheDoor",
    "Inside",
    "all_inspected",
    "announce",
    "arrive",
    "ask_disposal",
    "call_off",
    "charge_freight",
    "claim",
    "claim_order",
    "count",
    "decide_anew",
    "describe",
    "guesses",
    "inspect",
    "make_slip",
    "photograph",
    "put_back",
    "resend",
    "send_back",
    "send_slip",
    "swap_slip",
]
