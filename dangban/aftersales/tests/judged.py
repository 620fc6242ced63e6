"""Requests as the examples write them, and handbooks with some rules written differently."""

from __future__ import annotations

import dataclasses
import re
import tomllib
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from dangban.aftersales.rules.assessment import Assessment, Facts, Leg
from dangban.handbook.loader import preset
from dangban.handbook.rulebook import Rules
from dangban.handbook.shapes import Row

SHANGHAI = ZoneInfo("Asia/Shanghai")
# A Friday, ten in the morning.
NOW = datetime(2026, 11, 20, 10, tzinfo=SHANGHAI)
TODAY = NOW.date()
EXAMPLES = Path(__file__).parent / "examples"
FILES = ("time", "goods", "evidence", "freight", "remedies")
BASE: dict[str, Any] = {
    "sent": "6d", "signed": "3d", "category": "clothing", "paid_fen": 9900,
    "freight_out_fen": 800, "freight_back_fen": 1200, "freight_again_fen": 800,
}  # fmt: skip
AGO = re.compile(r"(-?)(?:(\d+)d)?(?:(\d+)h)?")


@cache
def handbook(name: str = "default", day: date = TODAY) -> Rules:
    return preset(name).on(day)


def house(name: str = "default", changed: Mapping[str, Any] | None = None, lifted: tuple[str, ...] = ()) -> Rules:
    """A handbook with some of its values changed, and some legal bounds lifted."""
    rules = handbook(name)
    table = dict(rules.table)
    for path, value in (changed or {}).items():
        table[path] = dataclasses.replace(table[path], value=value)
    return dataclasses.replace(rules, table=table, lifted=frozenset(lifted))


def ago(written: str) -> datetime | None:
    """3d, 30h, 6d15h before now; with a minus after it; nothing is never."""
    found = AGO.fullmatch(written)
    if not written or found is None:
        return None
    span = timedelta(days=int(found[2] or 0), hours=int(found[3] or 0))
    return NOW + span if found[1] else NOW - span


def facts(given: Mapping[str, Any]) -> Facts:
    """Facts as an example writes them: what it leaves out is an ordinary return of a dress."""
    told = {**BASE, **given}
    return Facts(
        asked_at=ago(told.pop("asked", "0h")) or NOW,
        sent_at=ago(told.pop("sent")),
        signed_at=ago(told.pop("signed")),
        reported_at=ago(told.pop("reported", "")),
        photos_at=ago(told.pop("photos_at", "")),
        **told,
    )


def rules_of(example: Mapping[str, Any]) -> Rules:
    """The handbook of an example, with what it changes in it."""
    changed = {f"aftersales.{name}": tuple(value) if isinstance(value, list) else value for name, value in example.get("rules", {}).items()}
    changed |= {f"aftersales.{name}": timedelta(days=days) for name, days in example.get("rules_days", {}).items()}
    changed |= {f"aftersales.{name}": Row(line) for name, line in example.get("rules_line", {}).items()}
    return house(example["preset"], changed, tuple(f"aftersales.{name}" for name in example.get("lifted", ())))


def examples() -> list[dict[str, Any]]:
    found = []
    for name in FILES:
        found += [{"file": name, **one} for one in tomllib.loads((EXAMPLES / f"{name}.toml").read_text("utf-8"))["example"]]
    return found


def leg(one: Leg) -> str:
    return f"{one.leg} {one.fen / 100:.2f} {one.borne_by} {one.advanced_by} {one.paid_back_how}".strip()


def until(at: datetime | None) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if at else ""


def short(path: str) -> str:
    return path.removeprefix("aftersales.")


def found_of(judged: Assessment) -> dict[str, Any]:
    """An assessment in the words of the examples."""
    return {
        "outcome": judged.outcome,
        "because": [short(path) for path in judged.decision.paths],
        "refusals": list(judged.refusals),
        "instead": list(judged.alternatives),
        "party": judged.party,
        "remedies": [one.code for one in judged.remedies],
        "limits": {one.code: f"{one.limit_fen / 100:.2f}" for one in judged.remedies if one.limit_fen is not None},
        "freight": [leg(one) for one in judged.freight],
        "approvals": [f"{one.code} {one.who}" for one in judged.approvals],
        "evidence": list(judged.evidence),
        "until": until(judged.evidence_until),
        "return_until": until(judged.return_until),
        "refund_until": until(judged.refund_until),
        "deductions": list(judged.deductions),
        "check_first": judged.check_first,
        "by_law": [short(one.path) for one in judged.because if "by_law" in one.inputs],
    }
