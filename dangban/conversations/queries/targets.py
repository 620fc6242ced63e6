"""To whom a conversation may be passed on: people who are there, with how much they have; teams; skills."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from dangban.conversations import facts
from dangban.conversations.clauses import CAPACITY
from dangban.conversations.models import Conversation
from dangban.handbook.current import in_force
from dangban.lib import clock
from dangban.people.models import Person, Team

_THERE = frozenset({"online", "busy", "suspended"})


def choices(person: Person, conversation: Conversation) -> list[tuple[str, str]]:
    """Radio choices: those with room first, then teams, then the other stage of service."""
    at = clock.now()
    floor = facts.on_floor(conversation.shop_id, at)
    names = dict(Person.objects.filter(pk__in=floor.team_of).values_list("pk", "name"))
    most = in_force(at)[CAPACITY]
    there = [one for one in floor.candidates if one.state in _THERE and one.person_id != person.pk]
    there.sort(key=lambda one: (one.state != "online", one.load, one.person_id))
    found = [
        (f"person:{one.person_id}", _person(names[one.person_id], one.load, one.capacity or most, one.state))
        for one in there
    ]
    for team in Team.objects.filter(pk__in=floor.team_ids).order_by("name", "pk"):
        found.append((f"team:{team.pk}", _("Team %(name)s: whoever has room") % {"name": team.name}))
    for stage, label in Conversation.Stage.choices:
        if stage != conversation.stage:
            found.append((f"skill:{stage}", _("Whoever serves: %(stage)s") % {"stage": label}))
    return found


def _person(name: str, load: int, most: int, state: str) -> str:
    has = _("%(name)s · has %(load)s of %(most)s") % {"name": name, "load": load, "most": most}
    said = {"suspended": pgettext("presence", "On hold"), "busy": pgettext("presence", "Busy")}.get(state)
    return f"{has} · {said}" if said else has
