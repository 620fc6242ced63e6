"""`dangban shops open|list`, and `dangban import catalogue FILE --shop CODE [--dry-run]`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from dangban.lib import commands
from dangban.lib.actor import SYSTEM
from dangban.lib.errors import Said
from dangban.people.models import Shop
from dangban.shops import actions, imports
from dangban.shops.console import load
from dangban.shops.models import ImportRun


def register(subparsers: Any) -> None:
    shops = subparsers.add_parser("shops", help="open a shop, list the shops")
    acts = shops.add_subparsers(dest="act", required=True, metavar="open|list")
    opening = acts.add_parser("open", help="begin to serve a shop")
    opening.add_argument("code", help="small letters, digits and dashes; also the address of its chat page")
    opening.add_argument("name")
    opening.add_argument("--platform", required=True, choices=Shop.Platform.values)
    opening.add_argument("--brand", default="")
    opening.set_defaults(run=run_open)
    acts.add_parser("list", help="the shops and their codes").set_defaults(run=run_list)

    what = commands.group(subparsers, "import", "load orders or a catalogue from a file")
    parser = what.add_parser(
        "catalogue",
        help="listings and SKUs from our template or a list of listings",
        description="Reads the file, writes what is new and prints what came of every row.",
    )
    parser.add_argument("file", type=Path, help="CSV (GBK, UTF-8, UTF-16), XLSX or XLS")
    parser.add_argument("--shop", required=True, metavar="CODE", help="the shop that sells them")
    parser.add_argument("--dry-run", action="store_true", help="say what would happen and write nothing")
    parser.set_defaults(run=lambda options: load(options, ImportRun.Kind.CATALOGUE, imports.take_in))


def run_open(options: argparse.Namespace) -> int:
    try:
        shop = actions.open_shop(options.code, options.name, options.platform, brand=options.brand, by=SYSTEM)
    except Said as said:
        print(said.message, file=sys.stderr)
        return 1
    print(f"{shop.name} is open; its chat page is /w/{shop.profile.public_key}/. Give it to a team on the page of people.")
    return 0


def run_list(_options: argparse.Namespace) -> int:
    for shop in Shop.objects.order_by("code"):
        print(f"{shop.code:24} {shop.get_platform_display():8} {shop.name}")
    return 0
