"""Entries as people read them: who did what to which thing, in words, with before and after."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from dangban.journal.models import Entry
from dangban.journal.ports import registry
from dangban.lib import clock, money

LONGEST_VALUE = 120
# How an instant stands in JSON.
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(\+\d\d:\d\d|Z)$")


@dataclass(frozen=True, slots=True)
class Change:
    """One field: before and after, or just a value."""

    label: str
    after: str
    before: str | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """An entry ready to be shown."""

    entry: Entry
    verb: str
    subject: str
    kind: str
    url: str
    shop: str
    changes: Sequence[Change]

    @property
    def at(self) -> datetime:
        return self.entry.at

    @property
    def who(self) -> str:
        return self.entry.actor_name

    @property
    def summary(self) -> str:
        """The changes on one line, for tables and exports."""
        return "；".join(_line(change) for change in self.changes)  # han


def tell(entries: Sequence[Entry]) -> list[Told]:
    """Name verbs, subjects and shops of many entries: one query per kind of subject."""
    titles = _titles(entries)
    shops = _titles_of("people.shop", {entry.shop_id for entry in entries if entry.shop_id})
    return [
        Told(
            entry=entry,
            verb=verb_label(entry.verb),
            subject=titles.get((entry.subject_kind, entry.subject_id), ""),
            kind=kind_label(entry.subject_kind),
            url=_url(entry),
            shop=shops.get(entry.shop_id or 0, ""),
            changes=_changes(entry.change, entry.verb.partition(".")[0]),
        )
        for entry in entries
    ]


def verb_label(verb: str) -> str:
    return str(registry.verbs.get(verb, verb))


def kind_label(kind: str) -> str:
    subject = registry.subjects.get(kind)
    return str(subject.label) if subject else kind


def verbs() -> list[tuple[str, str]]:
    """Every verb there is with its words, for the filter; rooms keep together."""
    return sorted((verb, str(label)) for verb, label in registry.verbs.items())


def kinds() -> list[tuple[str, str]]:
    return sorted(((kind, str(subject.label)) for kind, subject in registry.subjects.items()), key=lambda pair: pair[1])


def shop_names(ids: Iterable[int]) -> Mapping[int, str]:
    return _titles_of("people.shop", set(ids))


def _titles(entries: Iterable[Entry]) -> dict[tuple[str, int], str]:
    ids: dict[str, set[int]] = {}
    for entry in entries:
        ids.setdefault(entry.subject_kind, set()).add(entry.subject_id)
    return {(kind, pk): title for kind, pks in ids.items() for pk, title in _titles_of(kind, pks).items()}


def _titles_of(kind: str, pks: set[int]) -> Mapping[int, str]:
    subject = registry.subjects.get(kind)
    return subject.titles(sorted(pks)) if pks and subject and subject.titles else {}


def _url(entry: Entry) -> str:
    subject = registry.subjects.get(entry.subject_kind)
    if subject is None or not subject.url_name:
        return ""
    try:
        return reverse(subject.url_name, args=[entry.subject_id])
    except NoReverseMatch:
        return ""


def _changes(change: Mapping[str, Any], room: str) -> list[Change]:
    return [_change(name, value, room) for name, value in change.items()]


def _change(name: str, value: Any, room: str) -> Change:
    label = str(registry.fields.get((room, name)) or registry.fields.get(("", name), name))
    codes = registry.values.get((room, name)) or registry.values.get(("", name), {})
    say = _money if name.endswith("_fen") else partial(_text, codes=codes)
    if isinstance(value, list) and len(value) == 2:
        return Change(label, say(value[1]), say(value[0]))
    return Change(label, say(value))


def _money(value: Any) -> str:
    return money.show(value) if type(value) is int else _text(value)


def _text(value: Any, codes: Mapping[str, object] | None = None) -> str:
    if value is None or value == "":
        return "–"
    if codes and isinstance(value, str) and value in codes:
        return str(codes[value])
    if isinstance(value, str) and INSTANT.match(value):
        return clock.local(datetime.fromisoformat(value)).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, (list, tuple)):
        text = "、".join(_text(part) for part in value) or "–"  # han
    elif isinstance(value, Mapping):
        text = "、".join(f"{name} {_text(part)}" for name, part in value.items()) or "–"  # han
    elif isinstance(value, date):
        text = value.isoformat()
    else:
        text = str(value)
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"


def _line(change: Change) -> str:
    before = f"{change.before} → " if change.before is not None else ""
    return f"{change.label} {before}{change.after}"
