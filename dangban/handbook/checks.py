"""At start: whether every rule the program reads has a value on every day since the first adoption."""

from __future__ import annotations

from typing import Any

from django.core import checks

from .queries import altered, gaps, has_versions, is_installed, unread


def register() -> None:
    checks.register(handbook_is_complete, checks.Tags.database)


def handbook_is_complete(databases: Any = None, **kwargs: Any) -> list[checks.CheckMessage]:
    """Run by `check --database default` and before serving."""
    # `migrate` runs this too, before there are any tables.
    if not databases or not is_installed():
        return []
    if not has_versions():
        hint = "dangban handbook adopt presets/default --by … --reason …"
        return [checks.Warning("No handbook has been adopted yet.", hint=hint, id="handbook.W001")]
    # Warnings, not errors: an error would keep `migrate` from bringing an upgrade in.
    return [*_gaps(), *_altered(), *_unread()]


def _gaps() -> list[checks.CheckMessage]:
    return [
        checks.Warning(
            f"{gap.path} has no value from {gap.since} to {gap.until or 'today'} ({gap.why}).",
            hint="Adopt a handbook that states it, effective from that day.",
            id="handbook.W002",
        )
        for gap in gaps()
    ]


def _altered() -> list[checks.CheckMessage]:
    return [
        checks.Warning(
            f"Version {version.pk} of the handbook is no longer the text that was adopted.",
            hint="Restore it from a backup; the journal holds the digest of the text.",
            id="handbook.W003",
        )
        for version in altered()
    ]


def _unread() -> list[checks.CheckMessage]:
    return [
        checks.Warning(
            f"Version {version.pk} of the handbook: {fault.located()}",
            hint="This program can't read the rule any more; adopt the handbook again with it corrected.",
            id="handbook.W004",
        )
        for version, fault in unread()
    ]
