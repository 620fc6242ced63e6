"""Finding stored files."""

from __future__ import annotations

from typing import Any

from dangban.media.models import Use


def find_use(key: str) -> Use | None:
    """A use by its key, with its blob and that one's small picture."""
    # A key is ASCII; one database chokes on what could not be one.
    if not key.isascii() or "\0" in key:
        return None
    return Use.objects.select_related("blob__small").filter(key=key).first()


def as_payload(use: Use) -> dict[str, Any]:
    """What a message says of the file it shows."""
    payload: dict[str, Any] = {
        "key": use.key,
        "kind": "file" if use.kind == "pdf" else use.kind,
        "name": use.name,
        "mime": use.blob.mime,
        "size": use.blob.size,
    }
    if use.blob.width is not None:
        payload |= {"width": use.blob.width, "height": use.blob.height}
    return payload
