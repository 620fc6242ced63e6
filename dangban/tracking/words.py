"""How the journal tells of parcels."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from dangban.journal import ports

VERBS = {
    "tracking.noted": _("noted news of a parcel of the order"),
    "tracking.order_signed": _("read from the courier that it was signed for, the order"),
    "tracking.signing_taken_back": _("took back that it was signed for: the number was another's, the order"),
    "tracking.account_kept": _("kept the account with the tracking service"),
    "tracking.account_dropped": _("gave up the account with the tracking service"),
    "tracking.file_taken_in": _("took in a file with news of parcels"),
}


def register() -> None:
    ports.name_verbs(VERBS)
    ports.name_fields({"number": _("tracking number"), "vendor": _("tracking service")}, room="tracking")
    ports.name_subject("tracking.account", _("tracking service"))
