"""What the shop says of a parcel: the answer to 我的快递到哪了, and what customers are told unasked."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dangban.lib import clock, masks
from dangban.people.models import Person
from dangban.tracking.models import Step, Track
from dangban.tracking.queries import Carried


def told(occasion: str, track: Track) -> str:
    """One line for the customer, in the language in force."""
    facts = {"order": track.parcel.order.platform_id, "courier": track.parcel.courier, "number": track.parcel.number}
    return _templates()[occasion] % facts


def _templates() -> dict[str, str]:
    return {
        "dispatched": _("Dear customer, your order %(order)s has left with %(courier)s, tracking number %(number)s."),
        "delivering": _("Dear customer, your parcel %(number)s (%(courier)s) is out for delivery. Please keep your phone at hand and check the goods before signing."),
        "problem": _("Dear customer, %(courier)s reports a problem with your parcel %(number)s. We are on to it with the courier and will come back to you."),
        "returning": _("Dear customer, your parcel %(number)s (%(courier)s) is on its way back to us. We are finding out why and will come back to you."),
        "signed": _("Dear customer, your parcel %(number)s (%(courier)s) was signed for. If it was not you, or if anything is missing, tell us right away."),
        "satisfaction": _("Dear customer, are you happy with what came in order %(order)s? If anything is not right, tell us first and we will see to it."),
        "confirm": _("Dear customer, if all is well with order %(order)s, please confirm receipt. Thank you."),
        "review": _("Dear customer, if you like what came in order %(order)s, we would be glad about a review."),
    }


def answer(tracks: Sequence[tuple[Track, Step | None]]) -> str:
    """To the customer's question where it is: every parcel with its last step; an honest word where there is none."""
    if not tracks:
        return _("Dear customer, your order has not left yet. We will tell you as soon as it does.")
    lines = [_line(track, step) for track, step in tracks]
    if len(lines) == 1:
        return lines[0]
    head = ngettext("Dear customer, your order travels in %(num)s parcel:", "Dear customer, your order travels in %(num)s parcels:", len(lines))
    return "\n".join([head % {"num": len(lines)}, *lines])


def _line(track: Track, step: Step | None) -> str:
    parcel = track.parcel
    facts = {"courier": parcel.courier, "number": parcel.number, "state": str(track.get_state_display())}
    if step is None:
        return _("%(courier)s %(number)s: handed over, the courier has not reported yet.") % facts
    facts |= {"when": f"{clock.local(step.at):%m-%d %H:%M}", "text": masks.scrub(step.text)}
    return _("%(courier)s %(number)s: %(state)s. %(when)s %(text)s") % facts


def answer_of(carried: Sequence[Carried]) -> str:
    return answer([(one.track, one.last) for one in carried])


def shown_text(person: Person, shop_id: int) -> Callable[[str], str]:
    """How this person sees what couriers write: they put phone numbers into their steps."""
    return str if person.can("customers.reveal", shop=shop_id) else masks.scrub
