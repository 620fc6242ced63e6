"""Code 128 as a picture one point high: a printer stretches it, and every scanner reads it."""

from __future__ import annotations

import base64
import io
from functools import lru_cache

from barcode import Code128
from PIL import Image

# Blank bars on both sides, without which scanners miss the beginning.
_QUIET = 10


def can_be_scanned(text: str) -> bool:
    return bool(text) and len(text) <= 40 and text.isascii() and text.isprintable()


@lru_cache(maxsize=2000)
def data_url(text: str) -> str:
    """A picture for an `img`; empty for what the code has no signs for."""
    if not can_be_scanned(text):
        return ""
    bars = "0" * _QUIET + "".join(Code128(text).build()) + "0" * _QUIET
    picture = Image.frombytes("L", (len(bars), 1), bytes(0 if bar == "1" else 255 for bar in bars)).convert("1")
    out = io.BytesIO()
    picture.save(out, "PNG")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()
