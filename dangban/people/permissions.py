"""Every permission there is: each room declares its own as `PERMISSIONS` in its `access.py`."""

from __future__ import annotations

import importlib
import importlib.util
from functools import cache

from django.apps import apps


@cache
def declared() -> dict[str, str]:
    """Code to English label, in the order of the rooms."""
    return {code: label for _room, codes in by_room() for code, label in codes.items()}


@cache
def by_room() -> list[tuple[str, dict[str, str]]]:
    """Rooms that declare permissions, lowest first, with their codes."""
    found = []
    for config in apps.get_app_configs():
        module = f"{config.name}.access"
        if config.name.startswith("dangban.") and importlib.util.find_spec(module) is not None:
            codes = getattr(importlib.import_module(module), "PERMISSIONS", {})
            if codes:
                found.append((config.label, dict(codes)))
    return found
