"""`dangban …`: the command line. Each room adds its own commands."""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import os
import sys
from collections.abc import Sequence

ROOMS_WITH_COMMANDS = (
    "journal",
    "media",
    "handbook",
    "people",
    "shops",
    "orders",
    "chat",
    "conversations",
    "attendance",
    "performance",
    "demo",
    "replay",
)

OWN_COMMANDS = ("serve", "init", "migrate")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dangban.project.settings")
    arguments = sys.argv[1:] if argv is None else list(argv)
    if arguments[:1] == ["manage"]:
        from django.core.management import execute_from_command_line

        execute_from_command_line(["dangban manage", *arguments[1:]])
        return 0
    import django

    django.setup()
    options = parser(only_own=arguments[:1] in ([name] for name in OWN_COMMANDS)).parse_args(arguments)
    status: int | None = options.run(options)
    return status or 0


def parser(*, only_own: bool = False) -> argparse.ArgumentParser:
    """All commands, or only the project's own: a server need not load what imports and demonstrations need."""
    top = argparse.ArgumentParser(
        prog="dangban", description="当班: a customer-service department run by its own handbook."
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    manage = commands.add_parser("manage", help="Django's own commands (migrate, shell …)", add_help=False)
    manage.set_defaults(run=lambda _options: 0)
    rooms = () if only_own else ROOMS_WITH_COMMANDS
    for module in (*(f"dangban.{room}.cli" for room in rooms), "dangban.project.commands"):
        if importlib.util.find_spec(module) is not None:
            importlib.import_module(module).register(commands)
    return top


if __name__ == "__main__":
    sys.exit(main())
