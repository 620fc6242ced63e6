"""Lines by which a thread tells its readers inside the department what happened to it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from dangban.chat import actions as chat
from dangban.chat.models import Message
from dangban.conversations.models import Conversation
from dangban.journal.actions import HasActor


def write(conversation: Conversation, event: str, *, by: HasActor, at: datetime, **told: Any) -> Message:
    """Post an internal line of kind ``event``; pages draw it from its payload, the body is for search."""
    actor = by.actor
    payload = {"event": event, "by": actor.name, **told}
    with override(settings.LANGUAGE_CODE):
        body = _sentence(event, payload)
    return chat.post(
        conversation.thread_id,
        author=Message.Author.SYSTEM,
        author_id=actor.id or 0,
        author_name=actor.name,
        kind=Message.Kind.EVENT,
        internal=True,
        body=body,
        payload=payload,
        at=at,
    )


def _sentence(event: str, told: dict[str, Any]) -> str:
    sentences = {
        "taken_over": _("%(by)s took over from %(before)s"),
        "given_back": _("%(by)s gave the conversation back to %(to)s"),
        "stepped_in": _("%(by)s stepped in"),
        "resolved": _("%(by)s ended the conversation"),
        "left": _("%(by)s left this to the next shift: %(note)s"),
        "transfer_offered": _("%(by)s passes on to %(to)s: %(note)s"),
        "transfer_accepted": _("%(by)s accepted the transfer"),
        "transfer_returned": _("%(by)s returned the transfer: %(answer)s"),
        "transfer_withdrawn": _("%(by)s took the transfer back"),
        "promised": _("%(by)s promised: %(text)s"),
        "required": _("%(by)s noted a requirement: %(text)s"),
    }
    return sentences[event] % told
