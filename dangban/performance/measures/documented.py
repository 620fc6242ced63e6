"""The registry as a table for the documentation."""

from __future__ import annotations

from collections.abc import Iterator

from dangban.performance.measures import MEASURES
from dangban.performance.measures.base import Measure

_SETTLES = {"day": "the end of the day", "window": "the enquiry window", "refunds": "cancellations and refunds"}


def table() -> str:
    """One row a measure, in both languages."""
    return "\n".join(_rows())


def _rows() -> Iterator[str]:
    yield "| code | 指标 | figure | unit | made of | final after | 定义 | definition |"
    yield "|---|---|---|---|---|---|---|---|"
    for one in MEASURES.values():
        label, says = one.label, one.definition
        yield f"| `{one.code}` | {label.zh} | {label.en} | {one.unit} | {_made_of(one)} | {_SETTLES[one.settles]} | {says.zh} | {says.en} |"


def _made_of(measure: Measure) -> str:
    if not measure.columns:
        return measure.source
    over = " + ".join(measure.over)
    made = f"{over} ÷ {' + '.join(measure.under)}" if measure.under else over
    return f"`{made}`" + (", against the shops" if measure.shop_share else "") + (f", clock {measure.clock}" if measure.clock else "")
