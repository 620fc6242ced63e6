"""Asking customers how they were served, once per closing, and keeping what they say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from dangban.chat import actions as chat
from dangban.chat.models import Message
from dangban.conversations.invitations import invitation_of, token_of
from dangban.conversations.models import Conversation, Invitation, Rating
from dangban.conversations.rules import service
from dangban.handbook.rulebook import Rules
from dangban.journal.actions import record
from dangban.lib import clock
from dangban.lib.actor import Actor
from dangban.lib.errors import BadInput, Conflict
from dangban.lib.text import refuse_unstorable

REASONS = ("quick", "friendly", "solved", "slow", "unsolved", "unfriendly")
LONGEST_TEXT = 500


def invite(conversation: Conversation, how: str, *, at: datetime, rules: Rules) -> Invitation | None:
    """By rule, send the customer an invitation with their own token; inside the closing's transaction."""
    last = (
        Invitation.objects.filter(conversation__customer=conversation.customer_id)
        .order_by("-at")
        .values_list("at", flat=True)
        .first()
    )
    decision = service.invitation(how, last, at, rules)
    if decision.outcome != "invite":
        return None
    invitation = Invitation.objects.create(
        conversation=conversation,
        person_id=conversation.assignee_id,
        at=at,
        because=[reason.as_data() for reason in decision.because],
    )
    chat.post(
        conversation.thread_id,
        author=Message.Author.AUTO,
        author_name=conversation.shop.name,
        kind=Message.Kind.CARD,
        body=_("How were you served?"),
        payload={"card": "satisfaction", "auto": "satisfaction", "token": token_of(invitation)},
        client_id=f"satisfaction-{conversation.pk}",
        at=at,
    )
    return invitation


def rate(
    token: str, *, stars: int, reasons: Sequence[str] = (), text: str = "", at: datetime | None = None
) -> Rating:
    """Keep what a customer says of the service; said once, it stands."""
    at = at or clock.now()
    invitation = invitation_of(token)
    if not 1 <= stars <= 5:
        message = _("Choose one to five stars.")
        raise BadInput(message, fields={"stars": [message]})
    said = refuse_unstorable(text.strip(), "text")[:LONGEST_TEXT]
    chosen = [reason for reason in dict.fromkeys(reasons) if reason in REASONS]
    conversation = invitation.conversation
    try:
        with transaction.atomic():
            rating = Rating.objects.create(
                invitation=invitation, stars=stars, reasons=chosen, text=said, at=at
            )
            record(
                "conversations.service_rated",
                subject=conversation,
                by=Actor("customer", conversation.customer_id, conversation.customer.name),
                shop=conversation.shop_id,
                change={"stars": stars, "reasons": chosen},
                personal={"text": said} if said else None,
                at=at,
            )
    except IntegrityError:
        raise Conflict(_("You have rated this conversation already. Thank you!")) from None
    return rating
