"""How the journal tells of changes, and what their clocks are called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from dangban.desk import ports as desk_ports
from dangban.journal import ports
from dangban.orders import events
from dangban.orders.changing import bells, steps
from dangban.orders.models import ChangeRequest

VERBS = {
    "orders.change_asked": _("asked for a change of the order"),
    "orders.change_step_done": _("took a step of the change of the order"),
    "orders.change_replanned": _("laid down other steps for the change of the order"),
    "orders.change_ended": _("ended the change of the order"),
    "orders.order_changed": _("changed the order"),
}


def register() -> None:
    ports.name_verbs(VERBS)
    ports.name_subject("orders.changerequest", _("change"), url_name="orders:change", titles=_titles)
    desk_ports.name_deadlines({steps.CLOCK: _("Step of a change")}, delegable=True)
    desk_ports.watch_deadlines(steps.CLOCK, bells.clock_changed)
    events.on_left(steps.parcel_left)


def _titles(ids: Sequence[int]) -> Mapping[int, str]:
    found = ChangeRequest.objects.filter(pk__in=ids).select_related("order")
    return {one.pk: f"{one.get_field_display()} {one.order.platform_id}" for one in found}
