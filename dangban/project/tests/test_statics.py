"""What browsers load: collected once, and again when something changed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import override_settings

from dangban.project import statics


@pytest.fixture
def ours(tmp_path: Path) -> Iterator[Path]:
    """A folder with one script, and an installation that collects it."""
    source = tmp_path / "source"
    source.mkdir()
    (source / "one.js").write_text("let one = 1;\n")
    hashed = {**settings.STORAGES, "staticfiles": {"BACKEND": "dangban.project.statics.HashedStatics"}}
    changed = {"STATICFILES_DIRS": [source], "STATIC_ROOT": tmp_path / "collected", "STORAGES": hashed}
    with override_settings(**changed, STATICFILES_FINDERS=["django.contrib.staticfiles.finders.FileSystemFinder"]):
        finders.get_finder.cache_clear()
        yield source
    finders.get_finder.cache_clear()


def name_of_one() -> str:
    manifest = json.loads((Path(settings.STATIC_ROOT) / "staticfiles.json").read_text())
    return str(manifest["paths"]["one.js"])


def test_what_has_not_changed_is_not_collected_again(ours: Path) -> None:
    assert statics.collect() is True
    assert statics.collect() is False


def test_a_changed_file_has_a_new_name(ours: Path) -> None:
    statics.collect()
    before = name_of_one()
    (ours / "one.js").write_text("let one = 2;\n")
    assert statics.collect() is True
    assert name_of_one() != before
    assert (Path(settings.STATIC_ROOT) / name_of_one()).read_text() == "let one = 2;\n"


def test_a_collected_file_that_was_cut_short_or_lost_is_collected_again(ours: Path) -> None:
    statics.collect()
    kept = Path(settings.STATIC_ROOT) / name_of_one()
    kept.write_text("")
    assert statics.collect() is True
    assert kept.read_text() == "let one = 1;\n"
    kept.unlink()
    assert statics.collect() is True
    assert kept.read_text() == "let one = 1;\n"
