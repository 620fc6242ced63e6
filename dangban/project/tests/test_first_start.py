"""The first process after a clone, or after newer catalogues came, speaks Chinese at once."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from django.conf import settings

_SAYS = """
import django
django.setup()
from django.utils import translation
with translation.override("zh-hans"):
    print(translation.pgettext("rail", "Orders"))
"""


class TestTheFirstProcess:
    def test_it_speaks_chinese_although_it_had_to_compile_the_catalogues_itself(self, tmp_path: Path) -> None:
        root = Path(settings.BASE_DIR)
        shutil.copytree(
            root / "dangban",
            tmp_path / "dangban",
            ignore=shutil.ignore_patterns("*.mo", "__pycache__", "tests", "content"),
        )
        environment = {
            **os.environ,
            "PYTHONPATH": str(tmp_path),
            "DJANGO_SETTINGS_MODULE": "dangban.project.settings",
            "DANGBAN_DATA": str(tmp_path / "data"),
        }
        done = subprocess.run(
            [sys.executable, "-c", _SAYS],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
            timeout=300,
        )
        assert done.stdout.strip() == "订单"
