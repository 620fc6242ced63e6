"""What the parts of the story share."""

from __future__ import annotations

from typing import Any

from dangban.shops.models import ImportRefusal, ImportRun
from dangban.testing.cast import NOW


class Telling:
    """What the parts of the story share: the cast, a marked text, and what was made before."""

    order: Any
    sku: Any
    product: Any
    warehouse: Any

    def __init__(self, case: Any) -> None:
        self.case = case
        self.cast = case.cast
        self.secret = case.secret

    def _run(self, kind: str) -> ImportRun:
        run = ImportRun.objects.create(
            shop=self.cast.shop, kind=kind, file_name=self.secret("file") + ".csv", file_sha256="0" * 64, dry_run=True,
            started_at=NOW, moved_at=NOW, finished_at=NOW, rows=1, refused=1, by_kind="person", by_id=self.cast.ou.pk,
            by_name=self.cast.ou.name, notes=[self.secret("runnote")],
        )  # fmt: skip
        ImportRefusal.objects.create(run=run, line=2, reason=self.secret("refusal"), row={"a": self.secret("row")})
        return run
