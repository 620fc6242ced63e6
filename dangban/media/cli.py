"""`dangban media …`"""

from __future__ import annotations

import argparse
from typing import Any

from dangban.media.actions import sweep_orphans


def register(commands: Any) -> None:
    media = commands.add_parser("media", help="stored pictures and files")
    verbs = media.add_subparsers(dest="verb", required=True, metavar="VERB")
    sweep = verbs.add_parser("sweep", help="delete stored bytes that nothing uses any more")
    sweep.set_defaults(run=_sweep)


def _sweep(_options: argparse.Namespace) -> None:
    print(f"{sweep_orphans()} files deleted")
