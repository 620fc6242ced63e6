"""How journal and desk tell of staff files."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dangban.desk import ports as desk
from dangban.journal import ports
from dangban.lib import rail
from dangban.staff import actions
from dangban.staff.actions import filing, proposing
from dangban.staff.models import Attainment, Contract, Departure, Proposal, StaffFile

VERBS = {
    "staff.opened": _("opened the staff file of"),
    "staff.kept": _("changed the staff file of"),
    "staff.contract_added": _("entered a contract of"),
    "staff.attained": _("entered a training, exam, licence or typing test of"),
    "staff.wages_seen": _("looked at the wages of"),
    "staff.proposed": _("proposed another level or wage for"),
    "staff.proposal_granted": _("granted the proposal for"),
    "staff.proposal_refused": _("refused the proposal for"),
    "staff.level_changed": _("the new level began for"),
    "staff.departure_entered": _("entered the leaving of"),
    "staff.departure_withdrawn": _("withdrew the leaving of"),
}

FILES = pgettext_lazy("staff tab", "Files")

FIELDS = {
    "education": _("education"),
    "experience_months": _("like experience in months"),
    "mentor": _("mentor"),
    "probation_until": _("probation until"),
    "contract_kind": pgettext_lazy("staff", "contract"),
    "starts_on": pgettext_lazy("staff", "first day"),
    "ends_on": pgettext_lazy("staff", "last day"),
    "attainment": pgettext_lazy("staff", "kind"),
    "code": pgettext_lazy("staff", "name"),
    "on": pgettext_lazy("staff", "day"),
    "result": pgettext_lazy("staff", "result"),
    "passed": pgettext_lazy("staff", "passed"),
    "proposal": pgettext_lazy("staff", "proposal"),
    "departure": pgettext_lazy("staff", "leaving"),
}


def register() -> None:
    ports.name_verbs(VERBS)
    ports.name_fields(FIELDS, room="staff")
    ports.name_values("contract_kind", dict(Contract.Kind.choices))
    ports.name_values("attainment", dict(Attainment.Kind.choices))
    ports.name_values("proposal", dict(Proposal.Kind.choices))
    ports.name_values("departure", dict(Departure.Kind.choices))
    ports.name_values("education", dict(StaffFile.Education.choices))
    desk.name_deadlines(
        {
            filing.CONTRACT_ENDS: _("Contract to renew or end"),
            filing.PROBATION_ENDS: _("Probation to be reviewed"),
            filing.LICENCE_ENDS: _("Licence to be renewed"),
        }
    )
    desk.register_approval(proposing.KIND, desk.ApprovalKind(_("Level and wage"), actions.settled))
    rail.register(rail.RailItem("staff", pgettext_lazy("rail", "Staff files"), "card", "staff:files", order=380))
