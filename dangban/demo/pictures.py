"""Drawn photographs: what customers of the demonstration send of colours, seams and crushed boxes."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from random import Random

from PIL import Image, ImageDraw, ImageFilter

from dangban.chat.models import Message
from dangban.lib.actor import Actor
from dangban.media import actions as media
from dangban.media.models import Blob, Use
from dangban.media.queries import as_payload

SIZE = (720, 960)
SUBJECT = "chat.thread"


def _cloth(random: Random, base: tuple[int, int, int]) -> Image.Image:
    """Woven cloth with folds, in the light of a window."""
    picture = Image.new("RGB", SIZE, base)
    draw = ImageDraw.Draw(picture)
    for y in range(0, SIZE[1], 4):
        shade = random.randint(-7, 7)
        draw.line((0, y, SIZE[0], y), fill=tuple(max(0, min(255, part + shade)) for part in base), width=2)
    for _ in range(7):
        x, width = random.randint(-80, SIZE[0]), random.randint(24, 90)
        tone = random.choice((-26, -16, 18))
        fill = tuple(max(0, min(255, part + tone)) for part in base)
        draw.polygon([(x, 0), (x + width, 0), (x + width + 130, SIZE[1]), (x + 90, SIZE[1])], fill=fill)
    return picture.filter(ImageFilter.GaussianBlur(3))


def _colour(random: Random) -> Image.Image:
    return _cloth(random, random.choice(((178, 170, 148), (142, 156, 137), (126, 138, 152), (206, 178, 160))))


def _seam(random: Random) -> Image.Image:
    picture = _cloth(random, (214, 210, 202))
    draw = ImageDraw.Draw(picture)
    x = random.randint(260, 420)
    draw.line((x, 0, x + 40, SIZE[1]), fill=(150, 146, 138), width=5)
    draw.polygon([(x + 8, 380), (x + 58, 430), (x + 52, 520), (x + 22, 590), (x - 12, 500)], fill=(60, 54, 50))
    for y in range(370, 600, 18):
        draw.line((x + random.randint(-20, 10), y, x + random.randint(30, 80), y + random.randint(-12, 12)), fill=(236, 232, 226), width=3)
    return picture


def _stain(random: Random) -> Image.Image:
    picture = _cloth(random, (232, 228, 220))
    spot = Image.new("RGB", SIZE, (150, 116, 78))
    mask = Image.new("L", SIZE, 0)
    draw = ImageDraw.Draw(mask)
    x, y = random.randint(200, 420), random.randint(300, 560)
    for _ in range(9):
        dx, dy, size = random.randint(-70, 70), random.randint(-60, 60), random.randint(40, 110)
        draw.ellipse((x + dx, y + dy, x + dx + size, y + dy + size), fill=random.randint(90, 170))
    picture.paste(spot, mask=mask.filter(ImageFilter.GaussianBlur(14)))
    return picture


def _crumbs(random: Random) -> Image.Image:
    picture = Image.new("RGB", SIZE, (196, 148, 96))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((70, 90, 650, 870), fill=(244, 238, 226), outline=(176, 130, 84), width=10)
    for _ in range(70):
        x, y, size = random.randint(90, 600), random.randint(110, 820), random.randint(8, 74)
        tone = random.randint(-18, 18)
        corners = [(x + random.randint(0, size), y + random.randint(0, size)) for _ in range(6)]
        draw.polygon(corners, fill=(206 + tone, 160 + tone, 98 + tone))
    return picture.filter(ImageFilter.GaussianBlur(1))


def _carton(random: Random) -> Image.Image:
    picture = Image.new("RGB", SIZE, (92, 96, 100))
    draw = ImageDraw.Draw(picture)
    draw.polygon([(90, 300), (560, 240), (650, 330), (640, 760), (150, 820), (80, 700)], fill=(190, 150, 104))
    draw.polygon([(90, 300), (560, 240), (650, 330), (190, 396)], fill=(208, 170, 124))
    draw.polygon([(480, 520), (650, 470), (642, 690), (520, 640)], fill=(150, 112, 74))
    draw.rectangle((210, 470, 430, 640), fill=(248, 248, 246))
    for index in range(24):
        width = random.randint(2, 5)
        draw.rectangle((226 + index * 8, 486, 226 + index * 8 + width, 540), fill=(20, 20, 20))
    for y in range(560, 630, 16):
        draw.rectangle((226, y, 226 + random.randint(90, 190), y + 5), fill=(120, 120, 120))
    return picture.filter(ImageFilter.GaussianBlur(1))


DRAWN: tuple[tuple[str, Callable[[Random], Image.Image]], ...] = (
    ("颜色.jpg", _colour),
    ("自然光.jpg", _colour),
    ("开线.jpg", _seam),
    ("污渍.jpg", _stain),
    ("碎了.jpg", _crumbs),
    ("外箱.jpg", _carton),
)


class Album:
    """Stores the pictures once, and one use of them for each message that shows one."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self._blobs: dict[str, Blob] = {}

    def show(self, messages: list[Message]) -> None:
        """Give each of these messages, whose threads are stored, its picture."""
        uses = [self._use(message) for message in messages]
        Use.objects.bulk_create(use for use in uses if use.pk is None)
        for message, use in zip(messages, uses, strict=True):
            message.payload = as_payload(use)

    def _use(self, message: Message) -> Use:
        name, draw = self.random.choice(DRAWN)
        by = Actor("customer", message.thread.customer.pk, message.author_name)
        subject = (SUBJECT, message.thread.pk)
        if name not in self._blobs:
            first = media.take(_file(draw(self.random)), name, subject=subject, by=by, at=message.at)
            self._blobs[name] = first.blob
            return first
        return Use(
            blob=self._blobs[name], subject_kind=SUBJECT, subject_id=message.thread.pk, name=name, kind="image",
            key=f"{self.random.getrandbits(190):043x}"[-43:], by_kind=by.kind, by_id=by.id, created_at=message.at,
        )  # fmt: skip


def _file(picture: Image.Image) -> Path:
    with tempfile.NamedTemporaryFile(suffix=".jpg", delete=False) as file:
        picture.save(file, "JPEG", quality=82)
    return Path(file.name)
