"""Reads about the handbook: versions, gaps, assumptions, and why something was decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection, models
from django.db.models import QuerySet

from dangban.lib import clock

from .current import handbook_of, layers_of
from .diff import Change, changes
from .faults import Fault
from .loader import content_hash
from .models import StoredDecision, Version
from .rulebook import Handbook, RuleValue
from .shapes import discover


@dataclass(frozen=True, slots=True)
class Gap:
    """A rule without a value from a day until another (or today)."""

    path: str
    since: date
    until: date | None
    why: str


def is_installed() -> bool:
    """Whether the database has the handbook's tables as this program knows them."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        if Version._meta.db_table not in tables:
            return False
        found = connection.introspection.get_table_description(cursor, Version._meta.db_table)
    return {field.column for field in Version._meta.local_concrete_fields} <= {column.name for column in found}


def has_versions() -> bool:
    return Version.objects.exists()


def versions() -> list[Version]:
    """All versions, the one that takes effect last first; without their text."""
    return list(Version.objects.defer("source").order_by("-effective_on", "-id"))


def version_in_force(day: date | None = None) -> Version | None:
    """The version in effect on a day (today, if not given)."""
    day = day or clock.business_day(clock.now())
    return Version.objects.filter(effective_on__lte=day).order_by("effective_on", "id").last()


def version_before(version: Version) -> Version | None:
    """The version that this one took over from."""
    earlier = Version.objects.filter(effective_on__lt=version.effective_on) | Version.objects.filter(
        effective_on=version.effective_on, id__lt=version.pk
    )
    return earlier.order_by("effective_on", "id").last()


def changes_of(version: Version) -> list[Change]:
    """What a version changed against the one before; the first one changes nothing."""
    before = version_before(version)
    return changes(handbook_of(before), handbook_of(version)) if before else []


def assumptions(handbook: Handbook, day: date) -> list[RuleValue[object]]:
    """Rules in force on a day that rest on nothing but our assumption."""
    table = handbook.table(day)
    return [value for value in table.values() if value.is_assumption and not value.repealed]


def because_of(subject: models.Model | tuple[str, int], kind: str = "") -> QuerySet[StoredDecision]:
    """The stored decisions about something, newest first."""
    subject_kind, pk = subject if isinstance(subject, tuple) else (subject._meta.label_lower, subject.pk)
    found = StoredDecision.objects.filter(subject_kind=subject_kind, subject_id=pk)
    return (found.filter(kind=kind) if kind else found).order_by("-id")


def decisions_resting_on(path: str, limit: int = 50) -> Sequence[StoredDecision]:
    """The newest stored decisions that used a rule."""
    return list(StoredDecision.objects.filter(rules__path=path).order_by("-id")[:limit])


def altered() -> list[Version]:
    """Versions whose text is no longer what was adopted: somebody changed the database by hand."""
    return [version for version in Version.objects.order_by("id") if _is_altered(version)]


def _is_altered(version: Version) -> bool:
    return content_hash(layers_of(version)) != version.content_hash


def unread() -> list[tuple[Version, Fault]]:
    """Rules of adopted versions that the present program can't read any more."""
    found = Version.objects.order_by("id")
    return [(version, fault) for version in found for fault in handbook_of(version).unread]


def gaps() -> list[Gap]:
    """Rules that the program reads and that have no value on some day since the first adoption."""
    effective = {version.effective_on: version for version in Version.objects.order_by("id")}
    days = sorted(effective)
    found: list[Gap] = []
    for index, day in enumerate(days):
        until = days[index + 1] if index + 1 < len(days) else None
        found += _gaps_of(handbook_of(effective[day]), day, until)
    return found


def _gaps_of(handbook: Handbook, since: date, until: date | None) -> list[Gap]:
    found = []
    for clause in discover():
        if not clause.required:
            continue
        record = handbook.records.get(clause.path)
        if record is None:
            found.append(Gap(clause.path, since, until, "missing"))
        elif record.values[0].since > since:
            end = min(record.values[0].since, until) if until else record.values[0].since
            found.append(Gap(clause.path, since, end - timedelta(days=1), "not yet"))
    return found
