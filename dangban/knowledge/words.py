"""How the journal tells of scripts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from dangban.journal import ports
from dangban.knowledge.models import Script

VERBS = {
    "knowledge.script_written": _("wrote the script"),
    "knowledge.script_rewritten": _("changed the script"),
    "knowledge.script_retired": _("retired the script"),
}


def register() -> None:
    ports.name_verbs(VERBS)
    ports.name_subject("knowledge.script", _("script"), titles=_titles)


def _titles(ids: Sequence[int]) -> Mapping[int, str]:
    return dict(Script.objects.filter(pk__in=ids).values_list("pk", "title"))
