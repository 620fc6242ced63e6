"""Command groups that several rooms fill: `dangban import orders`, `dangban import catalogue`."""

from __future__ import annotations

import argparse
from typing import Any


def group(subparsers: Any, name: str, help: str) -> Any:
    """The sub-commands of `name`, made by whichever room asks first."""
    parser: argparse.ArgumentParser | None = subparsers.choices.get(name)
    if parser is None:
        parser = subparsers.add_parser(name, help=help, description=help)
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return action
    return parser.add_subparsers(dest=f"{name}_what", required=True, metavar="WHAT")
