"""`dangban handbook check|show|diff|adopt|versions|lift|restore`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from dangban.lib import clock

from .diff import Change, changes
from .faults import Fault
from .loader import PRESETS, Faulty, load
from .rulebook import Handbook, RuleValue
from .shapes import Clause
from .shapes.words import Words


def register(subparsers: Any) -> None:
    """Add `handbook` and its commands to the command line."""
    parser = subparsers.add_parser("handbook", help="check, show, compare and adopt handbooks")
    parser.add_argument("--lang", choices=("zh", "en"), default="zh", help="language of what is printed")
    commands = parser.add_subparsers(dest="handbook_command", required=True, metavar="COMMAND")

    check = _command(commands, "check", check_folders, "read handbooks and list everything that is wrong")
    check.add_argument("folders", nargs="*", type=Path, help="folders or names of presets; all presets if none")
    check.add_argument("--adopted", action="store_true", help="check the adopted versions for days without a rule")

    show = _command(commands, "show", show_rules, "print rules with their clauses")
    show.add_argument("paths", nargs="*", help="rules or beginnings of rules, e.g. orders or orders.cut_off")
    show.add_argument("--from", dest="folder", type=Path, help="a folder or preset; the handbook in force if none")
    show.add_argument("--on", type=date.fromisoformat, default=None, help="the day, e.g. 2026-03-31")

    diff = _command(commands, "diff", show_diff, "what changes from one handbook to another, rule by rule")
    diff.add_argument("old", help="a folder, a preset, or a version's number")
    diff.add_argument("new", help="a folder, a preset, or a version's number")

    adopt = _command(commands, "adopt", adopt_folder, "make a handbook the company's from a day on")
    adopt.add_argument("folder", type=Path)
    adopt.add_argument("--reason", required=True)
    adopt.add_argument("--by", required=True, metavar="NAME", help="who adopts, and answers for what is acknowledged")
    adopt.add_argument("--effective", type=date.fromisoformat, default=None, metavar="DAY")
    adopt.add_argument(
        "--acknowledge", action="extend", nargs="+", default=[], metavar="RULE", help="a value beyond the law that is meant"
    )
    adopt.add_argument("--confirm-backdating", action="store_true")

    _command(commands, "versions", list_versions, "adopted versions, newest first")
    for name, run, told in (
        ("lift", lift, "let one rule go beyond its legal bound"),
        ("restore", restore, "let a legal bound hold again"),
    ):
        command = _command(commands, name, run, told)
        command.add_argument("path")
        command.add_argument("--by", required=True, metavar="NAME")
        if name == "lift":
            command.add_argument("--reason", required=True)


def _command(commands: Any, name: str, run: Callable[[argparse.Namespace], int], told: str) -> Any:
    command = commands.add_parser(name, help=told)
    command.set_defaults(run=lambda options: _in_language(run, options))
    return command


def _in_language(run: Callable[[argparse.Namespace], int], options: argparse.Namespace) -> int:
    """Run with translations and two-language words in the asked language; refusals become one message."""
    from django.db import DatabaseError
    from django.utils import translation

    from dangban.lib.errors import Said

    with translation.override("en" if options.lang == "en" else "zh-hans"):
        try:
            return run(options)
        except Faulty as faulty:
            for line in faulty.report(translation.gettext, options.lang):
                print(line, file=sys.stderr)
            return 1
        except DatabaseError as error:
            print(translation.gettext("The database is not ready; run: dangban init"), file=sys.stderr)
            print(f"  {error}", file=sys.stderr)
            return 1
        except Said as said:
            print(said.message, file=sys.stderr)
            for detail in said.details:
                print(f"  {detail}", file=sys.stderr)
            return 1


def check_folders(options: argparse.Namespace) -> int:
    """Print every fault with file and line, then values beyond the law; 1 if anything is wrong."""

    if options.adopted:
        return _check_adopted(options.lang)
    folders = options.folders or sorted(path.parent for path in PRESETS.glob("*/handbook.toml"))
    status = 0
    for folder in folders:
        found = _folder(folder)
        try:
            handbook = load(found)
        except Faulty as faulty:
            status = 1
            _print_faults(found, faulty.faults, options.lang)
            continue
        print(_summed(found.name, [record.clause for record in handbook.records.values()]))
        for warning in handbook.warnings:
            print(f"  ! {warning.path}: {warning.shown}. {warning.says} ({warning.source})")
    return status


def _summed(name: str, clauses: Sequence[Clause[Any]]) -> str:
    """How many rules there are, and how many of them no room reads yet."""
    from django.utils.translation import gettext as _
    from django.utils.translation import ngettext

    waiting = sum(not clause.applied for clause in clauses)
    facts = {"name": name, "count": len(clauses)}
    if not waiting:
        return _("%(name)s: %(count)s rules, nothing wrong") % facts
    more = ngettext("%(num)s of them is not applied yet", "%(num)s of them are not applied yet", waiting)
    return _("%(name)s: %(count)s rules, nothing wrong; %(more)s") % (facts | {"more": more % {"num": waiting}})


def _print_faults(folder: Path, faults: list[Fault], language: str) -> None:
    from django.utils.translation import gettext

    for fault in faults:
        print(f"{folder}/{fault.located(gettext, language)}")


def _check_adopted(language: str) -> int:
    from django.utils.translation import gettext as _

    from .queries import altered, gaps, unread

    found, changed, lost = gaps(), altered(), unread()
    for gap in found:
        print(_("%(path)s has no value from %(since)s on.") % {"path": gap.path, "since": gap.since})
    for version in changed:
        print(_("Version %(number)s is no longer the text that was adopted.") % {"number": version.pk})
    for version, fault in lost:
        print(f"{version.pk}/{fault.located(_, language)}")
    if not found and not changed and not lost:
        print(_("Every rule has a value on every day since the first adoption."))
    return 1 if found or changed or lost else 0


def show_rules(options: argparse.Namespace) -> int:
    """Print the rules of a chapter or a single rule, tables drawn as tables."""
    from django.utils.translation import gettext as _

    day = options.on or clock.business_day(clock.now())
    handbook = _handbook(str(options.folder)) if options.folder else _handbook_in_force(day)
    wanted = options.paths or [""]
    table = handbook.table(day)
    values = [value for path, value in table.items() if any(_is_within(path, prefix) for prefix in wanted)]
    for value in values:
        print("\n".join(_described(value)))
    if not values:
        print(_("No rule begins like that."), file=sys.stderr)
    return 0 if values else 1


def _is_within(path: str, prefix: str) -> bool:
    return not prefix or path == prefix or path.startswith(prefix + ".")


def _described(value: RuleValue[Any]) -> Iterator[str]:
    from django.utils.translation import gettext as _

    waits = "" if value.clause.applied else f" · {_('not applied yet')}"
    yield f"{value.path}  {value.summary}{waits}"
    grid = None if value.repealed else value.clause.shape.grid(value.value)
    if grid is None:
        yield f"    {value.shown}"
    else:
        for line in (*([grid.head] if grid.head else []), *grid.lines):
            yield "    " + " | ".join(str(cell) for cell in line)
    yield f"    {value.reference} · {value.since}"


def show_diff(options: argparse.Namespace) -> int:
    """Print every rule that differs: before, after, clause."""
    from django.utils.translation import gettext as _

    found = changes(_handbook(options.old), _handbook(options.new))
    for change in found:
        print("\n".join(_changed(change)))
    print(_("%(count)s rules differ") % {"count": len(found)})
    return 0


def _changed(change: Change) -> Iterator[str]:
    yield f"{change.path}  {change.meaning}"
    for step in change.steps:
        gone, come = step.lines
        clause = f"{step.old.reference} → " if step.old and step.has_other_clause else ""
        yield f"    {step.stated.since}  {clause}{step.stated.reference}"
        yield from (f"      - {line}" for line in gone)
        yield from (f"      + {line}" for line in come)
        if not gone and not come:
            yield f"        {step.stated.shown}"
    if not change.steps and change.new is not None:
        yield f"    {change.new.summary}"


def adopt_folder(options: argparse.Namespace) -> int:
    """Adopt a folder; values beyond the law must each be named with --acknowledge."""
    from django.utils.translation import gettext as _

    from dangban.lib.actor import Actor

    from .actions import adopt

    version = adopt(
        load(_folder(options.folder)),
        by=Actor("person", None, options.by),
        reason=options.reason,
        effective_on=options.effective,
        acknowledged=dict.fromkeys(options.acknowledge, options.by),
        backdating_confirmed=options.confirm_backdating,
    )
    told = {"number": version.pk, "name": version.name, "day": version.effective_on}
    print(_("Version %(number)s (%(name)s) is in force from %(day)s.") % told)
    return 0


def list_versions(options: argparse.Namespace) -> int:
    from .queries import versions

    for version in versions():
        print(f"{version.pk}  {version.effective_on}  {version.name}  {version.actor_name}  {version.reason}")
    return 0


def lift(options: argparse.Namespace) -> int:
    from dangban.lib.actor import Actor

    from .actions import lift_bound

    lift_bound(options.path, by=Actor("person", None, options.by), reason=options.reason)
    return 0


def restore(options: argparse.Namespace) -> int:
    from dangban.lib.actor import Actor

    from .actions import restore_bound

    restore_bound(options.path, by=Actor("person", None, options.by))
    return 0


def _folder(path: Path) -> Path:
    """A folder, or the preset of that name."""
    preset = PRESETS / path
    return preset if not path.exists() and preset.is_dir() else path


def _handbook(name: str) -> Handbook:
    if name.isdigit():
        from .current import handbook_of
        from .models import Version

        return handbook_of(Version.objects.get(pk=int(name)))
    return load(_folder(Path(name)))


def _handbook_in_force(day: date) -> Handbook:
    from dangban.lib.errors import Conflict

    from .current import handbook_of
    from .queries import version_in_force

    version = version_in_force(day)
    if version is None:
        raise Conflict(str(Words("当天没有采用任何手册", "No handbook is in force on that day")))
    return handbook_of(version)
