"""How the journal tells of rework, and what its clocks are called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dangban.aftersales import navigation
from dangban.aftersales.models.workshop import ReworkOrder
from dangban.aftersales.workshop import actions, bell
from dangban.desk import ports as desk
from dangban.journal import ports

VERBS = {
    "aftersales.rework_ordered": _("ordered the rework of"),
    "aftersales.rework_issued": _("handed to the workshop:"),
    "aftersales.rework_called_off": _("called off the rework of"),
    "aftersales.rework_done": _("gave back from the workshop:"),
    "aftersales.rework_checked": _("looked again at what was reworked:"),
    "aftersales.rework_sent_again": _("sent to the workshop once more:"),
    "aftersales.rework_closed": _("finished the rework of"),
}
FIELDS = {
    "plan": pgettext_lazy("rework", "plan"),
    "good": pgettext_lazy("rework", "put right"),
    "bad": pgettext_lazy("rework", "beyond repair"),
    "sampled": pgettext_lazy("rework", "looked at"),
    "failed": pgettext_lazy("rework", "failed"),
    "stocked": pgettext_lazy("rework", "back in stock"),
    "scrapped": pgettext_lazy("rework", "scrapped"),
}


def register() -> None:
    """Called when the room of after-sales starts."""
    ports.name_verbs(VERBS)
    ports.name_fields(FIELDS, room="aftersales")
    ports.name_subject(actions.SUBJECT, _("rework order"), titles=_titles)
    desk.name_deadlines(
        {
            "workshop.issue": _("Rework: hand to the workshop"),
            "workshop.finish": _("Rework: finish"),
            "workshop.check": _("Rework: look again"),
        }
    )
    for kind in actions.CLOCKS.values():
        desk.watch_deadlines(kind, bell.clock_changed)
    navigation.add("workshop", pgettext_lazy("after-sales", "Rework"), "workshop:list")
    desk.register_approval(actions.SCRAP, desk.ApprovalKind(_("Scrap after rework"), actions.scrap_settled))


def _titles(ids: Sequence[int]) -> Mapping[int, str]:
    return {order.pk: order.number for order in ReworkOrder.objects.filter(pk__in=ids).only("pk")}
