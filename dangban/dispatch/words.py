"""How the journal tells of dispatch, and what stands in an order's way is called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from dangban.dispatch import rules
from dangban.dispatch.models import Help, Pickup, Wave
from dangban.journal import ports
from dangban.lib import money
from dangban.orders.changing.models import ChangeRequest
from dangban.orders.exceptions import kinds
from dangban.orders.models import Requirement
from dangban.orders.queries import history

VERBS = {
    "dispatch.audited": gettext_lazy("audited the order"),
    "dispatch.released": gettext_lazy("released the order at the audit"),
    "dispatch.run_begun": gettext_lazy("began to audit many orders:"),
    "dispatch.run_finished": gettext_lazy("audited many orders:"),
    "dispatch.courier_chosen": gettext_lazy("chose the courier of the order"),
    "dispatch.joined": gettext_lazy("let other orders go in the parcel of the order"),
    "dispatch.parted": gettext_lazy("let the order go by itself again"),
    "dispatch.wave_made": gettext_lazy("made the wave"),
    "dispatch.printed": gettext_lazy("printed sheets of the wave"),
    "dispatch.slip_void": gettext_lazy("made the slip void of the order"),
    "dispatch.slip_pulled": gettext_lazy("pulled the void slip of the order"),
    "dispatch.packing_begun": gettext_lazy("began to pack the order"),
    "dispatch.put_down": gettext_lazy("stopped packing the order"),
    "dispatch.sent": gettext_lazy("packed and sent the order"),
    "dispatch.missed": gettext_lazy("missed the time of the order"),
    "dispatch.miss_explained": gettext_lazy("said why the order was late:"),
    "dispatch.help_called": gettext_lazy("called for help:"),
    "dispatch.help_given": gettext_lazy("gave somebody to help:"),
    "dispatch.stood_in": gettext_lazy("stood in for the warehouse keeper:"),
    "dispatch.help_ended": gettext_lazy("ended the help:"),
    "dispatch.pickup_booked": gettext_lazy("asked the courier to come:"),
    "dispatch.pickup_changed": gettext_lazy("changed the pick-up:"),
    "dispatch.pickup_confirmed": gettext_lazy("noted that the courier confirmed the pick-up:"),
    "dispatch.pickup_collected": gettext_lazy("noted that the courier collected:"),
    "dispatch.pickup_cancelled": gettext_lazy("called off the pick-up:"),
}
FIELDS = {
    "outcome": gettext_lazy("outcome"),
    "reasons": gettext_lazy("reasons"),
    "orders": gettext_lazy("orders"),
    "passed": gettext_lazy("passed"),
    "wave": gettext_lazy("wave"),
    "slip": gettext_lazy("slip"),
    "slips": gettext_lazy("slips"),
    "sheet": gettext_lazy("sheet"),
    "part": gettext_lazy("only a part"),
    "promised_for": gettext_lazy("promised for"),
    "compensation_fen": gettext_lazy("compensation"),
    "place": gettext_lazy("where"),
    "people": gettext_lazy("people"),
    "person": gettext_lazy("person"),
    "role": gettext_lazy("role"),
    "until": gettext_lazy("until"),
    "parcels": gettext_lazy("parcels"),
    "comes_at": gettext_lazy("comes at"),
}

# What stands in the way, in two to four characters for lists.
HOLDS = {
    "refund": pgettext_lazy("hold", "Refund asked"),
    "refunded": pgettext_lazy("hold", "Partly refunded"),
    "change": pgettext_lazy("hold", "Change pending"),
    "wish": pgettext_lazy("hold", "Wish to tick"),
    "exception": pgettext_lazy("hold", "Open exception"),
    "address": pgettext_lazy("hold", "Address incomplete"),
    "unreachable": pgettext_lazy("hold", "Courier doesn't go there"),
    "risk": pgettext_lazy("hold", "Risk mark"),
    "many": pgettext_lazy("hold", "Very many pieces"),
    "twins": pgettext_lazy("hold", "Could go together"),
    "price": pgettext_lazy("hold", "Price changed"),
    "message": pgettext_lazy("hold", "Buyer's message"),
    "remark": pgettext_lazy("hold", "Remark"),
    "remote": pgettext_lazy("hold", "Remote area"),
    "stock": pgettext_lazy("hold", "Out of stock"),
}
SHEETS = {
    "pick": pgettext_lazy("sheet", "Pick list"),
    "labels": pgettext_lazy("sheet", "Labels"),
    "slips": pgettext_lazy("sheet", "Packing slips for customers"),
    "production": pgettext_lazy("sheet", "Copies for production"),
    "finance": pgettext_lazy("sheet", "Copies for finance"),
}


def hold_label(code: str) -> str:
    return str(HOLDS.get(code, code))


def why_void(reason: str) -> str:
    """A reason that the program gave, in words; what a person wrote stays as it is."""
    known = {
        "left": _("sent with other tools"), "ended": _("not to be sent any more"), "digest": _("the order is another by now"),
        "parted": _("goes by itself again"), "refund": _("refund asked"),
    }  # fmt: skip
    if reason in known:
        return known[reason]
    if reason and all(part.isascii() and part.replace("_", "").isalpha() for part in reason.split(",")):
        labels = dict.fromkeys(_("Wish") if part == "wishes" else history.field_label(part) for part in reason.split(","))
        return _("changed: %(what)s") % {"what": "、".join(labels)}
    return reason


def hold_words(hold: Mapping[str, Any]) -> str:
    """What stands in the way, with its facts."""
    facts = hold.get("facts", {})
    match hold["code"]:
        case "address":
            return _("Missing: %(what)s") % {"what": "、".join(history.field_label(name) for name in facts["missing"])}
        case "unreachable" if facts["courier"]:
            return _("%(courier)s doesn't go there; %(couriers)s do.") % {
                "courier": facts["courier"], "couriers": "、".join(facts["couriers"]) or "–",
            }  # fmt: skip
        case "unreachable":
            return _("No courier of the shop goes there.")
        case "many":
            return _("%(pieces)s pieces on one order") % facts
        case "twins":
            return _("The same buyer has more to the same place: %(orders)s") % {"orders": "、".join(facts["orders"])}
        case "wish":
            return _("Not ticked: %(what)s") % {"what": "、".join(str(Requirement.Kind(kind).label) for kind in facts["wishes"])}
        case "change":
            return _("Asked for: %(what)s") % {"what": "、".join(str(ChangeRequest.Field(one).label) for one in facts["changes"])}
        case "exception":
            return "、".join(str(kinds.kind_of(kind).label) for kind in facts["exceptions"])
        case "price":
            return "；".join(_price(*one) for one in facts["prices"])
        case "stock":
            return "、".join(_("%(sku)s lacks %(count)s") % {"sku": sku, "count": count} for sku, count in facts["missing"].items())
        case "remote":
            return _("Couriers that go there: %(couriers)s") % {"couriers": "、".join(facts["couriers"]) or "–"}
        case "risk":
            return _("The buyer is marked as a risk; read why on their page.")
        case "refund":
            return _("Wait for what becomes of the refund.")
        case "refunded":
            return _("A part was paid back: look at what is still to be sent.")
    return ""


def _price(name: str, before: str, after: str) -> str:
    amounts = [money.show(int(value)) if value.lstrip("-").isdigit() else value or "–" for value in (before, after)]
    return f"{history.field_label(name)} {amounts[0]} → {amounts[1]}"


def may_release(code: str) -> bool:
    return code not in rules.SETTLED_ELSEWHERE


def needs_reason(code: str) -> bool:
    return code not in rules.ONLY_READ


def register() -> None:
    ports.name_verbs(VERBS)
    ports.name_fields(FIELDS, room="dispatch")
    ports.name_subject("dispatch.wave", gettext_lazy("wave"), url_name="dispatch:wave", titles=_waves)
    ports.name_subject("dispatch.auditrun", gettext_lazy("audit of many orders"))
    ports.name_subject("dispatch.help", gettext_lazy("help"), titles=_helps)
    ports.name_subject("dispatch.pickup", gettext_lazy("pick-up"), titles=_pickups)


def _waves(ids: Sequence[int]) -> Mapping[int, str]:
    return {wave.pk: str(wave) for wave in Wave.objects.filter(pk__in=ids)}


def _helps(ids: Sequence[int]) -> Mapping[int, str]:
    return {one.pk: f"{one.shop} {one.get_place_display()}" for one in Help.objects.filter(pk__in=ids).select_related("shop")}


def _pickups(ids: Sequence[int]) -> Mapping[int, str]:
    return {one.pk: str(one) for one in Pickup.objects.filter(pk__in=ids).select_related("warehouse")}
