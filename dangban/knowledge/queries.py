"""Finding scripts by what is typed, and how well they work."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Q

from dangban.knowledge import access
from dangban.knowledge.models import ScriptUse
from dangban.knowledge.rules import Rendered, likeness, rank, render, words_of
from dangban.lib import clock
from dangban.lib.text import normalise
from dangban.people.models import Person

__all__ = ["Rendered", "Usage", "find", "render", "suggest", "usage"]

# Below this a script has no more in common with what was typed than any other.
ALIKE = 0.25
_FIELDS = ("id", "title", "body", "stage", "scope", "keys", "uses", "image__key", "expires_on", "updated_at")
# Pairs of characters of each script's text, kept until it is rewritten.
_kept: dict[int, tuple[datetime, frozenset[str]]] = {}


def find(
    person: Person, typed: str = "", stage: str = "", shop_id: int | None = None, limit: int = 20
) -> list[dict[str, Any]]:
    """Scripts that fit what was typed after the slash, the best first, then the most used (two queries)."""
    rows = access.usable_scripts(person, shop_id)
    if stage:
        rows = rows.filter(stage=stage)
    wanted = "".join(normalise(typed).split())
    if wanted:
        rows = rows.filter(Q(keys__contains=wanted) | Q(title__icontains=wanted) | Q(body__icontains=wanted))
    found = [(rank(typed, row["title"], row["keys"], row["body"]), row) for row in rows.values(*_FIELDS)[:500]]
    # What the database finds by spelling and the ranking doesn't still fits, only less well.
    best = sorted(found, key=lambda one: (-one[0], -one[1]["uses"], one[1]["title"], one[1]["id"]))
    return [_shown(row) for _rank, row in best[:limit]]


def suggest(person: Person, typed: str, shop_id: int | None = None, limit: int = 3) -> list[dict[str, Any]]:
    """Scripts that say something like what is being typed, the most alike first (two queries)."""
    words = words_of(typed)
    if len(words) < 2:
        return []
    rows = access.usable_scripts(person, shop_id).values(*_FIELDS)
    scored = [(likeness(words, _words(row)), row) for row in rows]
    alike = [one for one in scored if one[0] >= ALIKE]
    best = sorted(alike, key=lambda one: (-one[0], -one[1]["uses"], one[1]["id"]))
    return [_shown(row) | {"likeness": round(score, 3)} for score, row in best[:limit]]


@dataclass(frozen=True, slots=True)
class Usage:
    """How often a script was said in a range of days, and how often the customer paid afterwards."""

    script_id: int
    uses: int
    paid: int

    @property
    def conversion(self) -> float | None:
        return self.paid / self.uses if self.uses else None


def usage(person: Person, since: date, until: date, scripts: Iterable[int] | None = None) -> dict[int, Usage]:
    """Uses and payments by script, both days included (two queries)."""
    start, end = clock.day_span(since)[0], clock.day_span(until)[1]
    rows = ScriptUse.objects.filter(script__in=access.visible_scripts(person), at__gte=start, at__lt=end)
    if scripts is not None:
        rows = rows.filter(script__in=list(scripts))
    counted = rows.values_list("script_id").annotate(
        uses=Count("pk"), paid=Count("pk", filter=Q(converted_at__isnull=False))
    )
    return {pk: Usage(pk, uses, paid) for pk, uses, paid in counted.order_by()}


def _words(row: dict[str, Any]) -> frozenset[str]:
    kept = _kept.get(row["id"])
    if kept is None or kept[0] != row["updated_at"]:
        kept = (row["updated_at"], words_of(f"{row['title']} {row['body']}"))
        _kept[row["id"]] = kept
    return kept[1]


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "title": row["title"],
        "body": row["body"],
        "stage": row["stage"],
        "scope": row["scope"],
        "uses": row["uses"],
        "image": row["image__key"],
        "expires_on": row["expires_on"],
    }
