"""Real public data that some tests read where it lies beside the project; they skip where it does not.

DANGBAN_TEST_DATA names another folder.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("DANGBAN_TEST_DATA") or ROOT / "../shared/data").resolve()


def dataset(name: str) -> Path:
    """The file or folder of this name; skips the test, saying why, where it is absent."""
    path = FOLDER / name
    if not path.exists():
        pytest.skip(f"the public data set {name} is not beside this working copy")
    return path
