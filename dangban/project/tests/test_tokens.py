"""The colours: readable in light and dark, by the system's wish and by the switch."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

SOURCE = (Path(settings.BASE_DIR) / "static/css/20-tokens.css").read_text("utf-8")

# Every text colour with every ground it stands on.
GROUNDS = ("paper", "surface", "surface-2", "surface-3")
PAIRS = [
    *((ink, ground) for ink in ("ink", "ink-2", "ink-3") for ground in GROUNDS),
    *(
        (ink, soft)
        for ink in ("ink", "ink-2")
        for soft in ("warn-soft", "bad-soft", "accent-soft", "ok-soft", "info-soft")
    ),
    *(
        (ink, ground)
        for ink in ("accent", "ok", "warn", "bad", "info")
        for ground in ("surface", "surface-2", "paper")
    ),
    *((f"channel-{name}", "surface-2") for name in ("taobao", "jd", "pdd", "web")),
    *((name, f"{name}-soft") for name in ("accent", "ok", "warn", "bad", "info")),
    *((f"on-{name}", name) for name in ("accent", "bad", "alarm", "warn-solid")),
    *(
        ("on-flag", f"flag-{name}")
        for name in ["red", "orange", "green", "cyan", "blue", "purple", "pink", "brown", "gray", "black"]
    ),
    ("on-flag-yellow", "flag-yellow"),
    ("note-ink", "note"),
    ("whisper-ink", "whisper"),
    ("mine-ink", "mine"),
    ("mark-ink", "mark"),
    ("rail-ink", "rail"),
    ("rail-on", "rail-on-ground"),
    ("surface", "ink"),
]


COLOUR = r"#[0-9a-f]{6}"


def colours(theme: int) -> dict[str, str]:
    """The plain colours as they are in the light (0) or in the dark (1)."""
    found = re.findall(rf"--([\w-]+): (?:light-dark\(({COLOUR}), ({COLOUR})\)|({COLOUR}));", SOURCE)
    return {name: both or (light, dark)[theme] for name, light, dark, both in found}


TOKENS = {"light": colours(0), "dark": colours(1)}


def luminance(colour: str) -> float:
    channels = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_is_readable_on_its_ground(theme: str) -> None:
    tokens = TOKENS[theme]
    faint = {
        f"{ink} on {ground}": round(contrast(tokens[ink], tokens[ground]), 2)
        for ink, ground in PAIRS
        if contrast(tokens[ink], tokens[ground]) < 4.5
    }
    assert faint == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_edges_of_controls_are_seen(theme: str) -> None:
    tokens = TOKENS[theme]
    assert contrast(tokens["line-strong"], tokens["surface"]) >= 3
    assert contrast(tokens["focus"], tokens["paper"]) >= 3


def test_no_colour_is_written_in_two_places() -> None:
    names = re.findall(r"--([\w-]+):", SOURCE)
    assert len(names) == len(set(names))
    assert len(TOKENS["dark"]) > 50


def test_every_token_that_a_sheet_asks_for_is_declared() -> None:
    sheets = [
        path
        for path in (Path(settings.BASE_DIR) / "static/css").rglob("*.css")
        if path.relative_to(Path(settings.BASE_DIR) / "static/css").parts[0][0].isdigit()
    ]
    local = {
        name for path in sheets for name in re.findall(r"(?<!var\()--([\w-]+)\s*:", path.read_text("utf-8"))
    }
    asked = {name for path in sheets for name in re.findall(r"var\(--([\w-]+)\)", path.read_text("utf-8"))}
    assert asked - local == set()
