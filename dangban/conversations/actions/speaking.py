"""What is said beside the customer's view: notes, whispers, drafts, and lines taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from dangban.chat import actions as chat
from dangban.chat.models import Message, ReadMark, Thread
from dangban.conversations import access, assigning, reminders
from dangban.conversations.models import Conversation, Draft
from dangban.conversations.rules import service
from dangban.handbook.actions import in_force
from dangban.lib import clock
from dangban.lib.errors import BadInput, Conflict, NotAllowed, Refused
from dangban.lib.text import one_line, refuse_unstorable
from dangban.people.models import Person

LONGEST = 2000


def add_note(
    conversation: Conversation, *, by: Person, text: str, mentions: Sequence[int] = (), at: datetime | None = None
) -> Message:
    """Write a note that never leaves the department; whoever is mentioned is told."""
    at = at or clock.now()
    body = _text(text)
    people = list(Person.objects.filter(pk__in=list(mentions), is_active=True).exclude(pk=by.pk))
    blind = [person.name for person in people if not access.visible_conversations(person).filter(pk=conversation.pk).exists()]
    if blind:
        message = _("%(names)s can't see this shop.") % {"names": "、".join(blind)}
        raise BadInput(message, fields={"mentions": [message]})
    with transaction.atomic():
        line = _post(conversation, Message.Kind.NOTE, body, by, at, mentions=[person.pk for person in people])
        reminders.tell(
            people,
            _("%(name)s mentions you: %(text)s") % {"name": by.name, "text": one_line(body, 60)},
            body, conversation=conversation, by=by, at=at,
        )  # fmt: skip
    return line


def whisper(conversation: Conversation, *, by: Person, text: str, at: datetime | None = None) -> Message:
    """Tell the agent who serves something the customer doesn't see."""
    at = at or clock.now()
    access.require(by, "conversations.supervise", conversation.shop_id)
    body = _text(text)
    with transaction.atomic():
        held = assigning.locked(conversation.pk)
        if held.assignee_id is None or held.state != Conversation.State.SERVING:
            raise Refused(_("Nobody is serving this customer, so there is nobody to whisper to."), code="nobody")
        return _post(held, Message.Kind.WHISPER, body, by, at, to=held.assignee_id)


def recall(conversation: Conversation, *, by: Person, seq: int, at: datetime | None = None) -> Message:
    """Take one's own line back, while the channel and the rule allow it. The log keeps both lines."""
    at = at or clock.now()
    thread = conversation.thread
    with transaction.atomic():
        line = Message.objects.filter(thread=thread, seq=seq).first()
        if line is None or line.kind in (Message.Kind.RECALL, Message.Kind.EVENT):
            raise Conflict(_("There is no such line."))
        if line.author != Message.Author.AGENT or line.author_id != by.pk:
            raise NotAllowed(_("Only one's own lines can be taken back."))
        allows = thread.channel == Thread.Channel.WIDGET
        decision = service.taking_back(line.at, at, channel_allows=allows, rules=in_force(at))
        if decision.outcome != "may":
            refusal = _("It is too late to take this line back.")
            if decision.outcome == "not_here":
                refusal = _("This channel can't take lines back.")
            raise Refused(refusal, decision=decision, code=decision.outcome)
        return chat.post(
            thread,
            author=Message.Author.AGENT,
            author_id=by.pk,
            author_name=by.service_name,
            kind=Message.Kind.RECALL,
            payload={"seq": seq},
            client_id=f"recall-{seq}",
            at=at,
        )


def mark_read(conversation: Conversation, *, by: Person, seq: int, at: datetime | None = None) -> None:
    """Remember how far a person has read; who serves the customer thereby clears the unread count."""
    at = at or clock.now()
    with transaction.atomic():
        held = assigning.locked(conversation.pk)
        seq = min(seq, held.last_seq)
        mark, made = ReadMark.objects.get_or_create(
            thread_id=held.thread_id, reader="agent", reader_id=by.pk, defaults={"seq": seq, "at": at}
        )
        if not made and mark.seq < seq:
            ReadMark.objects.filter(pk=mark.pk).update(seq=seq, at=at)
        if held.assignee_id == by.pk and held.unread and seq >= held.last_seq:
            held.unread = 0
            assigning.store(held)


def save_draft(thread: Thread, *, by: Person, text: str, at: datetime | None = None) -> None:
    """Keep what is typed and not sent; an empty text forgets it."""
    at = at or clock.now()
    text = refuse_unstorable(text)
    if not text.strip():
        Draft.objects.filter(person=by, thread=thread).delete()
        return
    Draft.objects.update_or_create(person=by, thread=thread, defaults={"text": text, "updated_at": at})


def _text(text: str) -> str:
    body = refuse_unstorable(text.strip())
    if not body or len(body) > LONGEST:
        message = _("Write between 1 and %(most)s characters.") % {"most": LONGEST}
        raise BadInput(message, fields={"text": [message]})
    return body


def _post(conversation: Conversation, kind: str, body: str, by: Person, at: datetime, **payload: object) -> Message:
    return chat.post(
        conversation.thread_id,
        author=Message.Author.AGENT,
        author_id=by.pk,
        author_name=by.name,
        kind=kind,
        internal=True,
        body=body,
        payload=payload,
        at=at,
    )
