"""How the journal tells of what was done by order links."""

from django.utils.translation import gettext_lazy as _

from dangban.journal import ports

VERBS = {
    "orders.link_opened": _("first opened the link to the order"),
    "orders.link_revoked": _("took back every link to the order"),
    "orders.link_closed": _("typed a wrong phone number too often at the link to the order"),
    "orders.link_wish": _("wrote a wish by the link to the order"),
}


def register() -> None:
    ports.name_verbs(VERBS)
