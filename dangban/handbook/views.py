"""The handbook for everybody who works by it: in force, its versions, a single rule."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from dangban.lib import clock

from . import queries
from .current import handbook_of
from .models import Version
from .rulebook import RuleValue
from .shapes import discover
from .shapes.labels import CHAPTERS, REFERENCES


@require_safe
@login_required
def in_force(request: HttpRequest) -> HttpResponse:
    """One chapter at a time, the rules that a search finds in all, or those that nothing goes by yet."""
    day = _day(request)
    version = queries.version_in_force(day)
    table = handbook_of(version).table(day) if version else {}
    searched = request.GET.get("q", "").strip()
    chapters = _chapters(table)
    chapter = request.GET.get("chapter") or next(iter(chapters), "")
    waiting = [value for value in table.values() if not value.clause.applied]
    only_waiting = request.GET.get("which") == "waiting"
    if only_waiting:
        shown = waiting
    elif searched:
        shown = [value for value in table.values() if _is_about(value, searched)]
    else:
        shown = [value for value in table.values() if value.clause.chapter == chapter]
    context = {
        "version": version,
        "day": day,
        "chapters": chapters,
        "chapter": "" if searched or only_waiting else chapter,
        "searched": searched,
        "rules": shown,
        "waiting": len(waiting),
        "only_waiting": only_waiting,
        "assumed": sum(1 for value in table.values() if value.is_assumption),
        "beyond": [value for value in table.values() if value.is_beyond_the_law],
    }
    return render(request, "handbook/in_force.html", context | _labels())


@require_safe
@login_required
def assumptions(request: HttpRequest) -> HttpResponse:
    """What rests on nothing but our assumption, to be confirmed."""
    day = _day(request)
    version = queries.version_in_force(day)
    found = queries.assumptions(handbook_of(version), day) if version else []
    return render(request, "handbook/assumptions.html", {"rules": found, "version": version} | _labels())


@require_safe
@login_required
def versions(request: HttpRequest) -> HttpResponse:
    current = queries.version_in_force()
    context = {"versions": queries.versions(), "current": current.pk if current else None}
    return render(request, "handbook/versions.html", context | _labels())


@require_safe
@login_required
def version(request: HttpRequest, pk: int) -> HttpResponse:
    """A version with what it changed."""
    found = Version.objects.filter(pk=pk).first()
    if found is None:
        raise Http404
    records = handbook_of(found).records
    context = {
        "version": found,
        "acknowledged": [(records[one["path"]], one["name"]) for one in found.acknowledged if one["path"] in records],
        "before": queries.version_before(found),
        "changes": queries.changes_of(found),
        "count": len(records),
    }
    return render(request, "handbook/version.html", context | _labels())


@require_safe
@login_required
def rule(request: HttpRequest, path: str) -> HttpResponse:
    """A rule: what it decides, its dated values, its legal bound, and what rested on it."""
    clause = discover().clauses.get(path)
    day = _day(request)
    version = queries.version_in_force(day)
    record = handbook_of(version).records.get(path) if version else None
    if clause is None:
        raise Http404
    person = request.user
    decisions = [
        stored
        for stored in queries.decisions_resting_on(path)
        if person.can("journal.read", shop=stored.shop_id)  # type: ignore[union-attr]
    ]
    context = {
        "clause": clause,
        "record": record,
        "present": record.on(day) if record else None,
        "version": version,
        "decisions": decisions,
        "may_read_decisions": person.can("journal.read"),  # type: ignore[union-attr]
    }
    return render(request, "handbook/rule.html", context | _labels())


def _day(request: HttpRequest) -> date:
    """The asked day, or today; a day that can't be read is today."""
    try:
        return date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return clock.business_day(clock.now())


def _chapters(table: dict[str, RuleValue[Any]]) -> dict[str, int]:
    """Chapters with the number of their rules, in the order of the book."""
    counts = dict.fromkeys(CHAPTERS, 0)
    for value in table.values():
        counts[value.clause.chapter] = counts.get(value.clause.chapter, 0) + 1
    return {chapter: count for chapter, count in counts.items() if count}


def _is_about(value: RuleValue[Any], words: str) -> bool:
    said = (value.path, value.summary.zh, value.summary.en, value.clause.meaning.zh, value.clause.meaning.en)
    return any(words.casefold() in text.casefold() for text in (*said, value.reference, value.shown.zh))


def _labels() -> dict[str, Any]:
    language = get_language() or "zh"
    return {"chapter_labels": CHAPTERS, "reference_labels": REFERENCES, "language": language}


