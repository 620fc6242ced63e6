"""How the journal tells of staff."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dangban.journal import ports
from dangban.lib import rail
from dangban.people.models import Person, Role, Shop, Team
from dangban.people.ports import registry

VERBS = {
    "people.hired": _("opened the account of"),
    "people.changed": _("changed the details of"),
    "people.skills_set": _("set the skills of"),
    "people.left": _("closed the account of"),
    "people.department_added": _("added the department"),
    "people.team_added": _("added the team"),
    "people.team_joined": _("put into a team"),
    "people.team_left": _("took out of a team"),
    "people.shops_assigned": _("assigned shops to the team"),
    "people.role_granted": _("gave a role to"),
    "people.role_revoked": _("took a role from"),
    "people.role_added": _("added the role"),
    "people.role_changed": _("changed what a role may do"),
    "people.role_extended": _("gave a role what a newer version can do"),
    "people.signed_in": _("signed in"),
    "people.signed_out": _("signed out"),
    "people.sign_in_failed": _("a wrong password was typed for"),
    "people.sign_in_paused": _("signing in was paused for"),
    "people.password_changed": _("changed their password"),
    "people.password_reset": _("gave a new first password to"),
    "people.second_factor_on": _("switched the second factor on"),
    "people.second_factor_off": _("switched the second factor off"),
    "people.second_factor_reset": _("took away the lost second factor of"),
    "people.recovery_codes_made": _("made new recovery codes"),
    "people.session_ended": _("signed out a browser of"),
    "people.preferences_set": _("changed their preferences"),
    "people.exported": _("exported the list of staff"),
    "people.revealed": _("looked at a masked value of"),
    "people.data_exported": _("handed out the data of"),
    "people.data_erased": _("erased the personal data of"),
    "people.erasure_refused": _("could not erase, for legal reasons, the data of"),
    "people.hold_placed": _("placed a legal hold on the data of"),
    "people.hold_lifted": _("lifted the legal hold on the data of"),
}

FIELDS = {
    "username": _("username"),
    "name": _("full name"),
    "service_name": _("name shown to customers"),
    "level": _("level"),
    "department": _("department"),
    "manager": _("reports to"),
    "hired_on": _("hired on"),
    "chat_capacity": _("conversations at once"),
    "role": _("role"),
    "team": _("team"),
    "shop": _("shop"),
    "shops": _("shops"),
    "since": _("since"),
    "until": _("until"),
    "skills": _("skills"),
    "permissions": _("permissions"),
    "clearance": _("clearance"),
    "reason": _("reason"),
    "field": _("field"),
    "attempts": _("attempts"),
    "last_day": _("last day of work"),
    "handed_to": _("taken over by"),
    "handed_over": _("handed over"),
    "language": _("language"),
    "theme": _("appearance"),
    "enter_sends": _("Enter sends"),
}


def register() -> None:
    register_rail()
    ports.name_verbs(VERBS)
    ports.name_fields(FIELDS, room="people")
    ports.name_values("level", dict(Person.Level.choices))
    ports.name_values("field", registry.revealed)
    ports.name_subject("people.person", _("person"), url_name="person", titles=_names_of_people)
    ports.name_subject("people.team", _("team"), titles=_names_of_teams)
    ports.name_subject("people.shop", _("shop"), url_name="shops:detail", titles=_names_of_shops)
    ports.name_subject("people.role", _("role"), url_name="role", titles=_names_of_roles)


def register_rail() -> None:
    label = pgettext_lazy("rail", "People")
    item = rail.RailItem("people", label, "people", "people", "people.view", order=370, also=("/privacy/",))
    rail.register(item)


def _names_of_people(ids: Sequence[int]) -> Mapping[int, str]:
    return dict(Person.objects.filter(pk__in=ids).values_list("pk", "name"))


def _names_of_teams(ids: Sequence[int]) -> Mapping[int, str]:
    return dict(Team.objects.filter(pk__in=ids).values_list("pk", "name"))


def _names_of_roles(ids: Sequence[int]) -> Mapping[int, str]:
    return dict(Role.objects.filter(pk__in=ids).values_list("pk", "name"))


def _names_of_shops(ids: Sequence[int]) -> Mapping[int, str]:
    return dict(Shop.objects.filter(pk__in=ids).values_list("pk", "name"))
