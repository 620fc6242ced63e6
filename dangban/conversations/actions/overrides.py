"""Asking whoever may to let a blocked wording pass, and answering."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from dangban.conversations import access, assigning, reminders
from dangban.conversations.clauses import OVERRIDE
from dangban.conversations.models import Conversation, GuardOverride
from dangban.conversations.rules import guard
from dangban.handbook.actions import in_force
from dangban.journal.actions import record
from dangban.lib import clock
from dangban.lib.errors import Conflict, NotAllowed, Refused
from dangban.lib.text import normalise, one_line, refuse_unstorable
from dangban.people.access import people_who_may
from dangban.people.models import Person

PERMISSION = "conversations.override_guard"
_SUPERVISORS = frozenset({Person.Level.DEPUTY, Person.Level.SUPERVISOR, Person.Level.MANAGER})


def digest_of(body: str) -> str:
    """What an override is for: this text, however it is spaced or cased."""
    return hashlib.sha256(normalise(body).encode()).hexdigest()


def ask_override(
    conversation: Conversation, *, by: Person, body: str, note: str = "", at: datetime | None = None
) -> GuardOverride:
    """Ask those who may to let exactly this line pass; asked again, it is the same question."""
    at = at or clock.now()
    body, note = refuse_unstorable(body), refuse_unstorable(note.strip(), "note")[:200]
    access.require(by, "conversations.serve", conversation.shop_id)
    findings = [one for one in guard.compiled(in_force(at)).examine(body) if one.act == "block"]
    if not findings:
        raise Conflict(_("This line needs nobody's leave. Send it."))
    needed = guard.let_pass_by(findings)
    if needed == "nobody":
        raise Refused(_("Nobody may let this wording pass. Say it differently."), code="never")
    asked = deciders(conversation.shop_id, needed, at, but=by)
    if not asked:
        raise Refused(_("There is nobody else who may let this wording pass. Say it differently."), code="never")
    with transaction.atomic():
        row, made = GuardOverride.objects.get_or_create(
            thread_id=conversation.thread_id, person=by, digest=digest_of(body), settled_at=None,
            defaults={
                "shop_id": conversation.shop_id, "body": body, "words": [one.word for one in findings],
                "note": note, "asked_at": at,
            },
        )  # fmt: skip
        if made:
            # It stands in their inbox as what it is; a notice besides would be the same thing twice.
            reminders.ring(people_who_may(PERMISSION, conversation.shop_id))
    return row


def deciders(shop_id: int, needed: str, at: datetime, *, but: Person) -> list[Person]:
    """Those who may let such a wording pass in this shop, less who asks."""
    return assigning.holders(
        PERMISSION, shop_id, at, among=lambda person: person.pk != but.pk and may_override(person.level, needed)
    )


def grant_override(row: GuardOverride, *, by: Person, at: datetime | None = None) -> GuardOverride:
    """Let the line pass once the agent sends it again."""
    return _settle(row, True, by, at or clock.now())


def refuse_override(row: GuardOverride, *, by: Person, at: datetime | None = None) -> GuardOverride:
    return _settle(row, False, by, at or clock.now())


def may_override(level: str, needed: str) -> bool:
    """Whether somebody of this level who holds the permission may let such a wording pass."""
    if needed == "nobody":
        return False
    return needed != "supervisor" or level in _SUPERVISORS


def reserved_for(row: GuardOverride, person: Person, at: datetime) -> str:
    """Says who alone may let this line pass, where `person` is not among them; else nothing."""
    needed = let_pass_by(row.body, at)
    if may_override(person.level, needed):
        return ""
    return _("Only the %(who)s may let this wording pass.") % {"who": OVERRIDE.options[needed]}


def let_pass_by(body: str, at: datetime) -> str:
    """Who may let a line pass by the rules of this moment: ``leader``, ``supervisor`` or ``nobody``."""
    return guard.let_pass_by(guard.compiled(in_force(at)).examine(body))


def _settle(row: GuardOverride, granted: bool, by: Person, at: datetime) -> GuardOverride:
    access.require(by, PERMISSION, row.shop_id)
    if by.pk == row.person_id:
        raise NotAllowed(_("Nobody lets their own line pass."))
    if granted:
        reserved = reserved_for(row, by, at)
        if reserved:
            raise NotAllowed(reserved)
    with transaction.atomic():
        settled = GuardOverride.objects.filter(pk=row.pk, settled_at=None).update(
            settled_at=at, settled_by=by, granted=granted
        )
        if not settled:
            raise Conflict(_("This has been answered already."))
        verb = "granted" if granted else "refused"
        record(
            f"conversations.override_{verb}", subject=row, by=by, shop=row.shop_id,
            change={"words": row.words}, personal={"body": row.body}, at=at,
        )  # fmt: skip
        conversation = Conversation.objects.filter(thread=row.thread_id).order_by("-pk").first()
        if conversation is not None:
            title = _("You may send the blocked line") if granted else _("The blocked line must not be sent")
            reminders.ring(people_who_may(PERMISSION, row.shop_id))
            reminders.tell([row.person], title, one_line(row.body, 200), conversation=conversation, by=by, at=at)
    row.refresh_from_db()
    return row
