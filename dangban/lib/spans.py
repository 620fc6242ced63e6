"""Arithmetic of half-open spans of time, for clocks that run only while somebody is on duty.

Every function takes spans in any order, overlapping or not, and returns them sorted, disjoint,
not touching and not empty.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

Span = tuple[datetime, datetime]


def union(spans: Iterable[Span]) -> list[Span]:
    """All that is covered by any of `spans`; empty and backward spans cover nothing."""
    merged: list[Span] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def intersection(one: Iterable[Span], other: Iterable[Span]) -> list[Span]:
    """What is covered by both."""
    left, right = union(one), union(other)
    common: list[Span] = []
    i = j = 0
    while i < len(left) and j < len(right):
        start, end = max(left[i][0], right[j][0]), min(left[i][1], right[j][1])
        if start < end:
            common.append((start, end))
        if left[i][1] <= right[j][1]:
            i += 1
        else:
            j += 1
    return common


def subtract(spans: Iterable[Span], holes: Iterable[Span]) -> list[Span]:
    """What is covered by `spans` and not by `holes`."""
    left: list[Span] = []
    cuts = union(holes)
    for start, end in union(spans):
        at = start
        for hole_start, hole_end in cuts:
            if hole_end <= at or hole_start >= end:
                continue
            if at < hole_start:
                left.append((at, hole_start))
            at = max(at, hole_end)
        if at < end:
            left.append((at, end))
    return left


def total(spans: Iterable[Span]) -> timedelta:
    """How long is covered, each instant once."""
    return sum((end - start for start, end in union(spans)), timedelta())


def total_within(spans: Iterable[Span], start: datetime, end: datetime) -> timedelta:
    """How much of ``[start, end)`` is covered: the time that a clock running in `spans` shows."""
    return total(intersection(spans, [(start, end)]))


def after(spans: Iterable[Span], start: datetime, amount: timedelta) -> datetime | None:
    """The earliest instant by which `amount` of covered time has passed since `start`.

    None if the spans end before that: the clock has not been told enough to say when. An amount
    of nothing has passed at once.
    """
    if amount <= timedelta():
        return start
    left = amount
    for span_start, span_end in union(spans):
        begin = max(span_start, start)
        if begin >= span_end:
            continue
        if span_end - begin >= left:
            return begin + left
        left -= span_end - begin
    return None
