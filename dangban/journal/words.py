"""How the journal tells of itself, and its place on the rail."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dangban.journal import ports
from dangban.lib import rail


def register() -> None:
    ports.name_verbs(
        {
            "journal.exported": _("exported the journal"),
            "journal.personal_erased": _("erased personal values in the journal of"),
        }
    )
    ports.name_fields({"entries": _("entries"), "filters": _("filters"), "subjects": _("subjects")}, room="journal")
    ports.name_subject("journal.journal", _("journal"), url_name="")
    rail.register(
        rail.RailItem("journal", pgettext_lazy("rail", "Journal"), "journal", "journal", "journal.read", order=420)
    )
