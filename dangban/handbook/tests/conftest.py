"""Tests here adopt handbooks of their own: what is kept in memory is dropped around each."""

import pytest


@pytest.fixture(autouse=True)
def _nothing_remembered():
    from dangban.handbook import current

    current.forget()
    yield
    current.forget()
