"""Putting a customer's facts into a script, and how scripts are found by what is typed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dangban.lib.text import bigrams, normalise

# What a script may name, and what people call it; either stands in braces.
VARIABLES = {
    "customer": "顾客",
    "order": "订单号",
    "shop": "店铺",
    "courier": "快递",
    "tracking": "运单号",
    "agent": "客服",
    "goods": "商品",
    "address": "收货地址",
}
_NAMES = {**{name: name for name in VARIABLES}, **{said: name for name, said in VARIABLES.items()}}
_PLACE = re.compile(r"\{([^{}\n]{1,20})\}")


@dataclass(frozen=True, slots=True)
class Rendered:
    """A script's text with facts in it. `missing` names what is not known of this customer."""

    text: str
    missing: tuple[str, ...] = ()


def render(body: str, facts: Mapping[str, str]) -> Rendered:
    """Fill the variables in once: what a customer calls themselves is never taken for a variable.

    An unknown fact leaves its name in the text, marked so that nobody sends it unnoticed.
    """
    missing: dict[str, None] = {}

    def put(match: re.Match[str]) -> str:
        name = _NAMES.get(match[1].strip())
        if name is None:
            return match[0]
        value = " ".join(str(facts.get(name) or "").split())
        if not value:
            missing[VARIABLES[name]] = None
            return f"【{VARIABLES[name]}？】"
        return value

    return Rendered(_PLACE.sub(put, body), tuple(missing))


def unknown_variables(body: str) -> list[str]:
    """What stands in braces and is not a variable."""
    return [name for name in dict.fromkeys(_PLACE.findall(body)) if name.strip() not in _NAMES]


def rank(typed: str, title: str, keys: str, body: str) -> int:
    """How well a script fits what was typed after the slash; 0 if it doesn't. Higher is better."""
    wanted = normalise(typed).replace(" ", "")
    folded = normalise(title)
    if not wanted:
        return 1
    if folded.startswith(wanted):
        return 6
    if any(key.startswith(wanted) for key in keys.split()):
        return 5
    if wanted in folded.replace(" ", ""):
        return 4
    if any(wanted in key for key in keys.split()):
        return 3
    return 2 if wanted in normalise(body).replace(" ", "") else 0


def likeness(one: Iterable[str], other: Iterable[str]) -> float:
    """How much of what was typed is in a script, by pairs of characters: 0 to 1."""
    left, right = set(one), set(other)
    if not left or not right:
        return 0.0
    shared = len(left & right)
    # Mostly how much of the typed is found, a little that the script is about nothing else.
    return 0.8 * shared / len(left) + 0.2 * shared / len(right)


def words_of(text: str) -> frozenset[str]:
    return frozenset(bigrams(text))
