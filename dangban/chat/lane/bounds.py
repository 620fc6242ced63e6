"""What the handbook allows to be sent, as plain numbers for the lane."""

from __future__ import annotations

from dataclasses import dataclass

from dangban.chat import clauses
from dangban.handbook.current import NoHandbook, in_force

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Bounds:
    """The defaults hold while no handbook has been adopted, so that a new installation can be looked at."""

    message_length: int = 2000
    image_size: int = 10 * MEGABYTE
    video_size: int = 20 * MEGABYTE
    file_size: int = 20 * MEGABYTE
    uploads: frozenset[str] = frozenset({"image", "video", "file", "pdf"})
    customer_rate: float = 60.0

    @property
    def largest(self) -> int:
        return max(self.image_size, self.video_size, self.file_size)

    def size_of(self, kind: str) -> int:
        return {"image": self.image_size, "video": self.video_size}.get(kind, self.file_size)


def read_bounds() -> Bounds:
    try:
        rules = in_force()
    except NoHandbook:
        return Bounds()
    return Bounds(
        message_length=int(rules[clauses.MESSAGE_LENGTH]),
        image_size=int(rules[clauses.IMAGE_SIZE] * MEGABYTE),
        video_size=int(rules[clauses.VIDEO_SIZE] * MEGABYTE),
        file_size=int(rules[clauses.FILE_SIZE] * MEGABYTE),
        uploads=frozenset(rules[clauses.UPLOADS.path]),
        customer_rate=float(rules[clauses.CUSTOMER_RATE]),
    )
