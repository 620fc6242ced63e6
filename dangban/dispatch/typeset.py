"""A page of HTML becomes a PDF, in a process of its own: typesetting takes seconds of a processor.

Run as ``python -m dangban.dispatch.typeset``, it reads HTML and writes a PDF. Nothing is fetched from
anywhere: what the page shows stands in it.
"""

from __future__ import annotations

import gc
import subprocess
import sys
import threading

# More at once would only be slower for each.
_room = threading.BoundedSemaphore(2)
_PATIENCE = 120


class TypesettingFailed(Exception):
    """The page could not be made; what the typesetter said is the message."""


def pdf(html: str) -> bytes:
    with _room:
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-m", __spec__.name], input=html.encode(), capture_output=True, timeout=_PATIENCE, check=False
        )
    if done.returncode or not done.stdout.startswith(b"%PDF"):
        raise TypesettingFailed(done.stderr.decode(errors="replace")[-2000:])
    return done.stdout


def main() -> None:
    import weasyprint
    from weasyprint.urls import URLFetcher

    # One document and the process is over: looking for what could be freed would take a tenth of its time.
    gc.disable()
    html = sys.stdin.buffer.read().decode()
    sys.stdout.buffer.write(weasyprint.HTML(string=html, url_fetcher=URLFetcher(allowed_protocols={"data"})).write_pdf())


if __name__ == "__main__":
    main()
