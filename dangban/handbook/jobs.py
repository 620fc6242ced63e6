"""Notices handbooks that other processes adopt, so that event loops never have to ask."""

from __future__ import annotations

import logging
import threading

from django.db import DatabaseError, close_old_connections

from . import current

_log = logging.getLogger("dangban.handbook")


def watch(stop: threading.Event) -> None:
    """Look at the stamp once a second until told to stop."""
    while not stop.wait(1.0):
        try:
            current.refresh()
        except DatabaseError:
            _log.warning("the handbook's stamp can't be read at present", exc_info=True)
        finally:
            close_old_connections()
