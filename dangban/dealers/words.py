"""How journal and desk tell of what dealers send back, and what the parts of it are called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from dangban.aftersales.workshop import events as workshop
from dangban.dealers import bell, clauses, holding, rules
from dangban.dealers.actions import advancing, inspecting, judging
from dangban.dealers.models import Arrival, Dealer, DealerReturn, Finding
from dangban.desk import ports as desk
from dangban.handbook.shapes import Words
from dangban.journal import ports

VERBS = {
    "dealers.dealer_added": _("put a dealer on the list:"),
    "dealers.dealer_changed": _("changed what is known of the dealer"),
    "dealers.apply": _("applied for the return"),
    "dealers.photo_added": _("added a picture to the return"),
    "dealers.withdraw": _("withdrew the return"),
    "dealers.visit": _("noted a visit on site about the return"),
    "dealers.judge": _("judged the return"),
    "dealers.advise": _("solved without goods coming back the return"),
    "dealers.refuse": _("refused the return"),
    "dealers.sign": _("signed for the return"),
    "dealers.signed": _("released, signed by all, the return"),
    "dealers.turned_down": _("did not sign for the return"),
    "dealers.tell": _("told the dealer about the return"),
    "dealers.send": _("noted courier and number of the return"),
    "dealers.lose": _("found no goods under the number of the return"),
    "dealers.arrive": _("let in at the gate the return"),
    "dealers.turned_away": _("turned away at the gate:"),
    "dealers.counted": _("counted the return"),
    "dealers.sign_count": _("signed the count sheet of the return"),
    "dealers.count": _("put into the returns area the return"),
    "dealers.report": _("wrote the inspection report of the return"),
    "dealers.disposal_granted": _("approved what becomes of goods of the return"),
    "dealers.disposal_refused": _("refused what was to become of goods of the return"),
    "dealers.decide_anew": _("decided anew about goods of the return"),
    "dealers.disposed_of": _("disposed of goods of the return"),
    "dealers.disposed": _("finished disposing of the return"),
    "dealers.reworked": _("got goods back from the workshop for the return"),
    "dealers.rework_called_off": _("lost the rework of goods of the return"),
    "dealers.settle": _("settled the return"),
    "dealers.against": _("entered against the settlement note of the return"),
    "dealers.close": _("closed the return"),
    "dealers.advance_asked": _("asked for a replacement before the return"),
    "dealers.advance_granted": _("consented to a replacement before the return"),
    "dealers.advance_refused": _("refused a replacement before the return"),
    "dealers.advance_sent": _("sent a replacement before the return"),
    "dealers.missed": _("waited in vain for goods that were replaced, of the return"),
    "dealers.handed_on": _("handed on the return"),
    "dealers.exported": _("exported returns of dealers:"),
    "dealers.printed": _("printed a sheet of the return"),
}

FIELDS = {
    "dealer": pgettext_lazy("journal", "dealer"),
    "judged": pgettext_lazy("journal", "judgement"),
    "unit": pgettext_lazy("journal", "unit"),
    "engineer": pgettext_lazy("journal", "engineer"),
    "sender": pgettext_lazy("journal", "sender"),
    "disposal": pgettext_lazy("journal", "disposal"),
    "findings": pgettext_lazy("journal", "findings"),
    "credit_fen": pgettext_lazy("journal", "credit"),
    "fees_fen": pgettext_lazy("journal", "fees"),
    "borne_fen": pgettext_lazy("journal", "borne"),
    # As older entries call them.
    "credit": pgettext_lazy("journal", "credit in fen"),
    "fees": pgettext_lazy("journal", "fees in fen"),
    "borne": pgettext_lazy("journal", "borne in fen"),
    "breach_points": pgettext_lazy("journal", "breach fee in hundredths of a percent"),
    "contract": pgettext_lazy("journal", "contract"),
    "sheet": pgettext_lazy("journal", "sheet"),
}

PARTIES = {
    "quality": _("Quality"),
    "signers": _("Those who sign"),
    "agent": _("The agent"),
    "dealer": _("The dealer"),
    "warehouse": _("The warehouse"),
    "counters": _("Those who count"),
    "inspector": _("The inspector"),
    "finance": _("Finance"),
}


def said(pair: tuple[str, str]) -> str:
    """A pair of words, Chinese and English, in the reader's language."""
    return pair[0] if (get_language() or "zh").startswith("zh") else pair[1]


def unit(code: str) -> str:
    """What a unit that signs, or somebody who counts, is called."""
    return said(clauses.UNITS.get(code) or clauses.PARTS.get(code) or (code, code))


def act(code: str) -> str:
    """The verb of a step, without the thing it is about."""
    return str(ACTS.get(code, code))


ACTS = {
    "apply": pgettext_lazy("step", "Applied for"),
    "withdraw": pgettext_lazy("step", "Withdrawn"),
    "visit": pgettext_lazy("step", "Looked at on site"),
    "judge": pgettext_lazy("step", "Judged"),
    "advise": pgettext_lazy("step", "Solved without return"),
    "refuse": pgettext_lazy("step", "Refused"),
    "sign": pgettext_lazy("step", "Signed"),
    "signed": pgettext_lazy("step", "Signed by all"),
    "turned_down": pgettext_lazy("step", "Turned down"),
    "tell": pgettext_lazy("step", "Dealer told"),
    "send": pgettext_lazy("step", "On its way"),
    "lose": pgettext_lazy("step", "Number was wrong"),
    "arrive": pgettext_lazy("step", "At the gate"),
    "counted": pgettext_lazy("step", "Counted"),
    "sign_count": pgettext_lazy("step", "Count sheet signed"),
    "count": pgettext_lazy("step", "In the returns area"),
    "report": pgettext_lazy("step", "Inspected"),
    "disposal_granted": pgettext_lazy("step", "Disposal approved"),
    "disposal_refused": pgettext_lazy("step", "Disposal refused"),
    "decide_anew": pgettext_lazy("step", "Decided anew"),
    "disposed_of": pgettext_lazy("step", "Disposed of"),
    "disposed": pgettext_lazy("step", "All disposed of"),
    "reworked": pgettext_lazy("step", "Back from the workshop"),
    "rework_called_off": pgettext_lazy("step", "Rework called off"),
    "settle": pgettext_lazy("step", "Settled"),
    "against": pgettext_lazy("step", "Note entered against"),
    "close": pgettext_lazy("step", "Closed"),
    "advance_asked": pgettext_lazy("step", "Replacement asked for"),
    "advance_granted": pgettext_lazy("step", "Replacement consented to"),
    "advance_refused": pgettext_lazy("step", "Replacement refused"),
    "advance_sent": pgettext_lazy("step", "Replacement sent"),
    "missed": pgettext_lazy("step", "Replaced goods never came"),
}


def register() -> None:
    ports.name_verbs(VERBS)
    ports.name_fields(FIELDS, room="dealers")
    ports.name_values("judged", dict(DealerReturn.Judged.choices), room="dealers")
    for key, pairs in (("unit", clauses.UNITS), ("part", clauses.PARTS)):
        ports.name_values(key, {code: Words(*pair) for code, pair in pairs.items()}, room="dealers")
    ports.name_subject(holding.SUBJECT, _("dealer's return"), titles=_returns)
    ports.name_subject("dealers.dealer", _("dealer"), titles=_dealers)
    ports.name_subject("dealers.arrival", _("arrival at the gate"), titles=_arrivals)
    ports.name_subject("dealers.finding", _("finding of an inspection"), titles=_findings)
    open_states = [state for state in DealerReturn.State if not rules.FLOW[state.value].is_final]
    desk.name_deadlines({holding.clock_kind(state.value): state.label for state in open_states})
    for state in open_states:
        desk.watch_deadlines(holding.clock_kind(state.value), bell.clock_changed)
    desk.register_approval(judging.KIND, desk.ApprovalKind(_("Countersign a dealer's return"), judging.signed))
    desk.register_approval(inspecting.KIND, desk.ApprovalKind(_("Disposal of a dealer's return"), inspecting.disposal_settled))
    desk.register_approval(advancing.KIND, desk.ApprovalKind(_("Replacement before a dealer's return"), advancing.settled))
    workshop.on_closed(inspecting.rework_closed)


def _returns(ids: Sequence[int]) -> Mapping[int, str]:
    return {made.pk: made.title for made in DealerReturn.objects.filter(pk__in=ids).only("pk")}


def _dealers(ids: Sequence[int]) -> Mapping[int, str]:
    return dict(Dealer.objects.filter(pk__in=ids).values_list("pk", "name"))


def _arrivals(ids: Sequence[int]) -> Mapping[int, str]:
    return dict(Arrival.objects.filter(pk__in=ids).values_list("pk", "number"))


def _findings(ids: Sequence[int]) -> Mapping[int, str]:
    return dict(Finding.objects.filter(pk__in=ids).values_list("pk", "line__sku__code"))
