"""What an arriving file really is, and pictures made harmless: re-encoded, without place or camera."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePath

import filetype
from PIL import Image, ImageOps, ImageSequence

PIXELS = 50_000_000
# All frames of an animation together.
ANIMATION_PIXELS = 40_000_000
LONGEST_SIDE = 4096
# Of the small picture in lists.
SMALL_SIDE = 360
SMALL_QUALITY = 78
QUALITY = 88

_PICTURES = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/gif": "GIF",
    "image/webp": "WEBP",
    "image/bmp": "PNG",
}
_VIDEOS = {"video/mp4", "video/webm", "video/quicktime", "video/x-m4v", "video/3gpp"}
_PLAYS_AS = {"video/x-m4v": "video/mp4", "video/quicktime": "video/mp4"}
_NAMED_PICTURE = {".jpg", ".jpeg", ".png", ".gif", ".webp", ".bmp", ".heic", ".heif", ".tif", ".tiff", ".svg"}
_NAMED_VIDEO = {".mp4", ".m4v", ".mov", ".webm", ".3gp", ".avi", ".mkv"}
# Things that a double click runs.
_RUNS = {
    ".exe", ".com", ".bat", ".cmd", ".msi", ".scr", ".ps1", ".vbs", ".vbe", ".js", ".jse", ".wsf", ".hta", ".lnk",
    ".pif", ".cpl", ".reg", ".url", ".chm", ".mht", ".mhtml", ".shtml", ".command", ".desktop",
    ".jar", ".apk", ".app", ".dmg", ".sh", ".html", ".htm", ".xhtml", ".svg", ".xml", ".swf",
}  # fmt: skip
_RUNS_INSIDE = {
    "application/x-msdownload",
    "application/x-executable",
    "application/x-elf",
    "application/x-sh",
}


def tidy_name(name: str) -> str:
    """A file's name without folders, control characters and half characters."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    clean = "".join(letter for letter in last if letter.isprintable()).strip().strip(". ")
    clean = clean.encode("utf-8", "ignore").decode()
    return clean[-200:] or "file"


class Unfit(Exception):
    """The file can't be taken: `code` says why, for words at the door."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Sorted:
    """What a file is: image, video, pdf or file."""

    kind: str
    mime: str
    width: int | None = None
    height: int | None = None


def sort_out(path: Path, name: str) -> Sorted:
    """Look inside; refuses what pretends to be something else and what a click would run."""
    guess = filetype.guess(str(path))
    mime = guess.mime if guess else "application/octet-stream"
    ending = PurePath(tidy_name(name)).suffix.lower()
    if mime in _PICTURES:
        return Sorted("image", mime)
    if ending in _NAMED_PICTURE:
        raise Unfit("not-a-picture")
    if mime in _VIDEOS:
        return Sorted("video", _PLAYS_AS.get(mime, mime))
    if ending in _NAMED_VIDEO:
        raise Unfit("not-a-video")
    if mime == "application/pdf":
        return Sorted("pdf", mime)
    if ending == ".pdf":
        raise Unfit("not-a-pdf")
    if ending in _RUNS or mime in _RUNS_INSIDE:
        raise Unfit("runs")
    return Sorted("file", mime)


def re_encode(source: Path, target: Path, mime: str) -> Sorted:
    """Write the picture anew: upright, of a sensible size, with nothing but its pixels."""
    try:
        with Image.open(source, formats=("JPEG", "PNG", "GIF", "WEBP", "BMP")) as picture:
            if picture.width * picture.height > PIXELS:
                raise Unfit("too-many-pixels")
            if getattr(picture, "n_frames", 1) > 1 and picture.format in ("GIF", "WEBP"):
                return _animation(picture, target, mime)
            return _still(picture, target, mime)
    except Unfit:
        raise
    # Whatever a decoder trips over in hostile bytes, the picture is no good.
    except Exception as error:
        raise Unfit("broken-picture") from error


def _still(picture: Image.Image, target: Path, mime: str) -> Sorted:
    # Small first: turning a large picture would hold it in memory twice.
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    upright = ImageOps.exif_transpose(picture)
    form = _PICTURES[mime]
    if form == "JPEG":
        clean = upright.convert("RGB")
    elif form == "GIF":
        form, mime = "PNG", "image/png"
        clean = upright.convert("RGBA")
    else:
        clean = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    # A copy of the pixels alone leaves every kind of attached information behind.
    pixels = Image.new(clean.mode, clean.size)
    pixels.paste(clean)
    pixels.save(target, form, quality=QUALITY)
    return Sorted("image", "image/png" if form == "PNG" else mime, *pixels.size)


def _animation(picture: Image.Image, target: Path, mime: str) -> Sorted:
    count = getattr(picture, "n_frames", 1)
    if count * picture.width * picture.height > ANIMATION_PIXELS:
        raise Unfit("too-many-pixels")
    frames, durations = [], []
    for part in ImageSequence.Iterator(picture):
        durations.append(part.info.get("duration", 100))
        frames.append(part.convert("RGBA"))
    frames[0].save(
        target,
        _PICTURES[mime],
        save_all=True,
        append_images=frames[1:],
        duration=durations,
        loop=0,
        disposal=2,
    )
    return Sorted("image", mime, *picture.size)


def draw_small(source: Path, target: Path) -> Sorted | None:
    """Write the picture small, its first frame if it moves; None where it is no larger than that already."""
    with Image.open(source) as picture:
        if max(picture.size) <= SMALL_SIDE:
            return None
        # Lets a JPEG be decoded at a fraction of its size.
        picture.draft("RGB", (SMALL_SIDE, SMALL_SIDE))
        picture.thumbnail((SMALL_SIDE, SMALL_SIDE))
        paper = Image.new("RGB", picture.size, "white")
        shown = picture.convert("RGBA") if picture.has_transparency_data else picture.convert("RGB")
        paper.paste(shown, mask=shown if shown.mode == "RGBA" else None)
        paper.save(target, "JPEG", quality=SMALL_QUALITY)
        return Sorted("image", "image/jpeg", *paper.size)
