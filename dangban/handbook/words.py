"""How the journal tells of handbooks, and their place on the rail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dangban.journal import ports
from dangban.lib import rail

VERBS = {
    "handbook.version_adopted": _("adopted the handbook"),
    "handbook.warning_acknowledged": _("acknowledged a value beyond the law in"),
    "handbook.bound_lifted": _("lifted the legal bound on"),
    "handbook.bound_restored": _("restored the legal bound on"),
}
FIELDS = {
    "name": _("name"),
    "effective_on": _("in force from"),
    "content_hash": _("digest"),
    "reason": _("reason"),
    "path": _("rule"),
    "source": _("law"),
    "by": _("by"),
}


def register() -> None:
    ports.name_verbs(VERBS)
    ports.name_fields(FIELDS, room="handbook")
    ports.name_subject(
        "handbook.version", _("handbook version"), url_name="handbook:version", titles=version_titles
    )
    ports.name_subject("handbook.boundlift", _("legal bound"), titles=lift_titles)
    label = pgettext_lazy("rail", "Rules")
    rail.register(rail.RailItem("handbook", label, "handbook", "handbook:in-force", order=410))


def version_titles(ids: Sequence[int]) -> Mapping[int, str]:
    from dangban.handbook.models import Version

    found = Version.objects.filter(pk__in=ids).values_list("pk", "title")
    return {pk: f"{title['zh']} {pk}" for pk, title in found}


def lift_titles(ids: Sequence[int]) -> Mapping[int, str]:
    from dangban.handbook.models import BoundLift

    return dict(BoundLift.objects.filter(pk__in=ids).values_list("pk", "path"))
