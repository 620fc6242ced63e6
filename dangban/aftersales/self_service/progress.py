"""How a case stands, in words for the customer: what happened, what comes next and by when; never more than was decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from dangban.aftersales import telling
from dangban.aftersales.actions import deciding
from dangban.aftersales.models import Case, CaseStep, Settlement

_HEADS = {
    "opened": gettext_lazy("We have your request"),
    "evidence": gettext_lazy("Please show us the problem"),
    "assessed": gettext_lazy("We are looking into it"),
    "approval": gettext_lazy("We are looking into it"),
    "refused": gettext_lazy("We can't do this"),
    "returning": gettext_lazy("Please send it back"),
    "on_way": gettext_lazy("On its way to us"),
    "received": gettext_lazy("It has arrived here"),
    "inspected": gettext_lazy("We have looked at it"),
    "repairing": gettext_lazy("Being repaired"),
    "topup": gettext_lazy("A payment of yours is due"),
    "settling": gettext_lazy("Your money is on its way"),
    "sending": gettext_lazy("We are sending it"),
    "disputed": gettext_lazy("With the platform"),
    "ruling": gettext_lazy("With the platform"),
    "settled": pgettext_lazy("own page", "Settled"),
    "closed": pgettext_lazy("own page", "Over"),
    "withdrawn": pgettext_lazy("own page", "Taken back by you"),
}
# Here it is our turn, and the deadline is a promise of ours.
_OURS = ("opened", "assessed", "approval", "received", "inspected", "repairing", "settling", "sending")
# What the customer is told of the verdict holds from here on.
_AGREED = ("returning", "on_way", "received", "inspected", "repairing", "settling", "sending", "topup", "settled")
# Acts whose note was written for the customer.
_TOLD = ("refuse", "ask_evidence")
# The way of a case as the customer sees it, for the line of dots.
STAGES = (
    (pgettext_lazy("own page", "Asked"), ("opened", "evidence", "assessed", "approval", "refused")),
    (pgettext_lazy("own page", "On the way back"), ("returning", "on_way")),
    (pgettext_lazy("own page", "Looked at"), ("received", "inspected", "repairing")),
    (pgettext_lazy("own page", "Paid or sent"), ("topup", "settling", "sending")),
    (pgettext_lazy("own page", "Done"), ("settled", "closed")),
)


@dataclass(frozen=True, slots=True)
class Event:
    at: datetime
    head: Any
    text: str = ""


def head(case: Case) -> str:
    return str(_HEADS[case.state])


def next_step(case: Case, at: datetime) -> str:
    """What happens next and by when."""
    if case.state in _OURS and case.due_at is not None and case.due_at < at:
        return _("This takes longer than we said. Somebody is seeing to it; you need not ask again.")
    told = telling.next_step(case)
    if told:
        return told
    until = telling.moment(case.due_at) if case.due_at else ""
    if case.state in ("opened", "assessed") and until:
        return _("We look at your request %(case)s and tell you by %(until)s how it goes on.") % {"case": case.number, "until": until}
    if case.state == "inspected" and until:
        return _("We have looked at the goods of %(case)s and tell you by %(until)s how it goes on.") % {"case": case.number, "until": until}
    if case.state in ("disputed", "ruling"):
        return _("The platform has been called in for %(case)s and decides.") % {"case": case.number}
    return ""


def wording(case: Case) -> str:
    """How the request was judged, once it was agreed on; before that nothing is promised."""
    if case.state not in _AGREED or not case.remedy:
        return ""
    made = deciding.newest(case)
    if made is None or made.outcome != "accepted":
        return ""
    return str(deciding.result_of(made).wording)


def stage(case: Case) -> int:
    """Which of the stages the case has reached; 0 where it has left the way."""
    return next((number for number, (_label, states) in enumerate(STAGES) if case.state in states), 0)


def events(case: Case, limit: int = 30) -> list[Event]:
    """What happened, the newest first; what is only between us is one line."""
    found: list[Event] = []
    for step in CaseStep.objects.filter(case=case).order_by("pk"):
        said = step.note if step.act in _TOLD else ""
        event = Event(step.at, _HEADS[step.state], said)
        if found and found[-1].head == event.head and not said:
            continue
        found.append(event)
    return found[::-1][:limit]


def payments(case: Case) -> list[Settlement]:
    """What has been paid to the customer, and what they paid."""
    return list(case.settlements.filter(state=Settlement.State.PAID).order_by("paid_at", "pk"))
