"""Files are kept once by their content, cleaned of what nobody meant to send, and cleared out when unused."""

from __future__ import annotations

import io
import os
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import TestCase, override_settings
from PIL import Image

from dangban.lib import clock
from dangban.lib.actor import SYSTEM
from dangban.media import storage as storage_module
from dangban.media.actions import sweep_orphans, take, tidy_name
from dangban.media.links import is_signed, signed_url
from dangban.media.models import Blob, Use
from dangban.media.sorting import Unfit, sort_out

SUBJECT = ("chat.thread", 7)


class MediaCase(TestCase):
    def setUp(self) -> None:
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.enterContext(override_settings(MEDIA_DIR=folder))
        storage_module.storage.cache_clear()
        self.addCleanup(storage_module.storage.cache_clear)

    def arrived(self, content: bytes) -> Path:
        handle, name = tempfile.mkstemp(dir=storage_module.scratch())
        os.write(handle, content)
        os.close(handle)
        return Path(name)

    def take(self, content: bytes, name: str) -> Use:
        return take(self.arrived(content), name, subject=SUBJECT, by=SYSTEM)


def picture(form: str = "PNG", size: tuple[int, int] = (40, 30), **more: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "green").save(out, form, **more)  # type: ignore[arg-type]
    return out.getvalue()


def animation() -> bytes:
    out = io.BytesIO()
    frames = [Image.new("RGB", (20, 20), color) for color in ("red", "green", "blue")]
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:], duration=50)
    return out.getvalue()


class Taking(MediaCase):
    def test_the_same_content_is_stored_once_and_used_twice(self) -> None:
        first, second = self.take(picture(), "一.png"), self.take(picture(), "二.png")
        assert first.blob == second.blob
        assert first.key != second.key
        assert [use.name for use in Use.objects.order_by("pk")] == ["一.png", "二.png"]

    def test_a_sideways_photo_is_set_upright(self) -> None:
        exif = Image.Exif()
        exif[0x0112] = 6
        use = self.take(picture("JPEG", (40, 30), exif=exif), "a.jpg")
        assert (use.blob.width, use.blob.height) == (30, 40)

    def test_nothing_but_pixels_is_kept(self) -> None:
        exif = Image.Exif()
        exif.get_ifd(0x8825)[2] = (31.0, 12.0, 0.0)
        use = self.take(picture("JPEG", exif=exif, comment=b"secret"), "a.jpg")
        with storage_module.storage().open(use.blob.sha256) as file:
            kept = file.read()
        assert b"Exif" not in kept
        assert b"secret" not in kept

    def test_a_list_shows_a_small_one(self) -> None:
        use = self.take(picture("JPEG", (3000, 2000)), "a.jpg")
        small = use.blob.small
        assert small is not None
        assert (small.mime, small.width, small.height) == ("image/jpeg", 360, 240)
        with storage_module.storage().open(small.sha256) as file, Image.open(file) as kept:
            assert kept.size == (360, 240)
        assert self.take(picture("PNG", (300, 200)), "b.png").blob.small is None

    def test_the_small_one_goes_with_the_large_one(self) -> None:
        use = self.take(picture("JPEG", (3000, 2000)), "a.jpg")
        with clock.frozen(clock.now() + timedelta(days=2)):
            sweep_orphans()
        assert Blob.objects.count() == 2
        use.delete()
        with clock.frozen(clock.now() + timedelta(days=2)):
            sweep_orphans()
            sweep_orphans()
        assert Blob.objects.count() == 0

    def test_a_photo_of_ten_megabytes_is_taken_and_kept_smaller(self) -> None:
        out = io.BytesIO()
        Image.effect_noise((4200, 3100), 60).convert("RGB").save(out, "JPEG", quality=97)
        content = out.getvalue()
        assert len(content) > 10_000_000
        use = self.take(content, "大图.jpg")
        assert (use.blob.width, use.blob.size < len(content)) == (4096, True)

    def test_an_animation_still_moves(self) -> None:
        use = self.take(animation(), "a.gif")
        with storage_module.storage().open(use.blob.sha256) as file, Image.open(file) as kept:
            assert kept.n_frames == 3  # type: ignore[attr-defined]

    def test_a_huge_photo_is_made_smaller(self) -> None:
        use = self.take(picture("JPEG", (6000, 3000)), "a.jpg")
        assert (use.blob.width, use.blob.height) == (4096, 2048)

    def test_nothing_is_left_of_what_was_refused(self) -> None:
        with pytest.raises(Unfit):
            self.take(b"<html>", "a.jpg")
        assert not list(storage_module.scratch().iterdir())
        assert not Blob.objects.exists()

    def test_a_video_is_kept_as_it_is(self) -> None:
        head = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + b"\0" * 64
        use = self.take(head, "a.mp4")
        assert (use.kind, use.blob.mime, use.blob.size) == ("video", "video/mp4", len(head))

    def test_names_lose_their_folders_and_tricks(self) -> None:
        assert tidy_name("..\\..\\etc/passwd") == "passwd"
        assert tidy_name("猫\u202egpj.exe\x00") == "猫gpj.exe"
        assert tidy_name("\ud83d") == "file"
        assert len(tidy_name("长" * 400)) == 200

    def test_text_files_are_files(self) -> None:
        path = self.arrived(b"name,price\n")
        assert sort_out(path, "a.csv").kind == "file"


class Sweeping(MediaCase):
    def test_what_is_used_stays_and_what_is_not_goes_after_a_day(self) -> None:
        used, unused = self.take(picture("PNG"), "a.png"), self.take(picture("JPEG"), "b.jpg")
        unused.delete()
        assert sweep_orphans() == 0
        later = clock.now() + timedelta(days=2)
        assert sweep_orphans(at=later) == 1
        store = storage_module.storage()
        assert (store.exists(used.blob.sha256), store.exists(unused.blob.sha256)) == (True, False)


class Links(TestCase):
    def test_an_address_is_good_for_its_file_until_it_expires(self) -> None:
        key = "abc"
        expires, signature = (part.split("=")[1] for part in signed_url(key).split("?")[1].split("&"))
        assert is_signed(key, expires, signature)
        assert not is_signed("abd", expires, signature)
        assert not is_signed(key, str(int(expires) + 1), signature)
        with clock.frozen(clock.now() + timedelta(days=3)):
            assert not is_signed(key, expires, signature)
