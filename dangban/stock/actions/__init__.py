"""What is done with stock: goods moved, counted, promised, expected; shortages made known."""

from dangban.stock.actions.arrivals import cancel_expected, expect, postpone
from dangban.stock.actions.movements import correct, count, move, receive, return_in, scrap, take_out
from dangban.stock.actions.passing import lessen, pass_on
from dangban.stock.actions.reservations import release, release_all, reserve
from dangban.stock.actions.shortages import publish
from dangban.stock.actions.warehouses import add_zone, open_warehouse, serve

__all__ = [
    "add_zone",
    "cancel_expected",
    "correct",
    "count",
    "expect",
    "lessen",
    "move",
    "open_warehouse",
    "pass_on",
    "postpone",
    "publish",
    "receive",
    "release",
    "release_all",
    "reserve",
    "return_in",
    "scrap",
    "serve",
    "take_out",
]
