"""What the journal and the desk say of figures and scorecards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dangban.journal import ports
from dangban.performance.models import Card, FigureImport, Robot

VERBS = {
    "performance.drafted": _("drafted the scorecard of"),
    "performance.given": _("gave points on the scorecard of"),
    "performance.confirmed": _("confirmed the scorecard of"),
    "performance.disputed": _("disputed the scorecard of"),
    "performance.answered": _("answered the dispute of the scorecard of"),
    "performance.finished": _("made final the scorecard of"),
    "performance.target_set": _("set a target for"),
    "performance.coached": _("noted a talk about figures with"),
    "performance.imported": _("imported figures of another tool:"),
    "performance.import_undone": _("took back imported figures:"),
    "performance.nick_kept": _("said who stands behind the account"),
    "performance.robot_kept": _("keeps the group robot"),
    "performance.robot_dropped": _("gave up the group robot"),
    "performance.exported": _("exported figures:"),
}

FIELDS = {
    "month": pgettext_lazy("journal", "month"),
    "score": pgettext_lazy("journal", "score"),
    "measure": pgettext_lazy("journal", "figure"),
    "points": pgettext_lazy("journal", "points"),
    "upheld": pgettext_lazy("journal", "upheld"),
    "amount": pgettext_lazy("journal", "amount"),
    "file": pgettext_lazy("journal", "file"),
    "nick": pgettext_lazy("journal", "account"),
}


def register() -> None:
    ports.name_verbs(VERBS)
    ports.name_fields(FIELDS, room="performance")
    ports.name_subject("performance.card", _("scorecard"), titles=_cards)
    ports.name_subject("performance.figureimport", _("file of figures"), titles=_files)
    ports.name_subject("performance.robot", _("group robot"), titles=_robots)


def _cards(ids: Sequence[int]) -> Mapping[int, str]:
    rows = Card.objects.filter(pk__in=ids).values_list("pk", "person__name", "month")
    return {pk: f"{name} {month:%Y-%m}" for pk, name, month in rows}


def _files(ids: Sequence[int]) -> Mapping[int, str]:
    return dict(FigureImport.objects.filter(pk__in=ids).values_list("pk", "file_name"))


def _robots(ids: Sequence[int]) -> Mapping[int, str]:
    return dict(Robot.objects.filter(pk__in=ids).values_list("pk", "name"))
