"""The tokens by which customers answer an invitation without signing in."""

from __future__ import annotations

from django.core import signing
from django.http import Http404

from dangban.chat import tokens
from dangban.conversations.models import Invitation

SALT = "conversations.invitation"


def token_of(invitation: Invitation) -> str:
    return signing.dumps(invitation.pk, salt=SALT)


def invitation_of(token: str) -> Invitation:
    """The invitation that a token is for: its own, or the latest one in a visitor's thread. Else 404."""
    rows = Invitation.objects.select_related("conversation", "conversation__customer", "person")
    try:
        found = rows.filter(pk=signing.loads(token, salt=SALT)).first()
    except signing.BadSignature:
        found = rows.filter(conversation__thread=_thread_of(token)).order_by("-at", "-pk").first()
    if found is None:
        raise Http404
    return found


def _thread_of(token: str) -> int:
    try:
        return tokens.read(token, tokens.Visitor).thread_id
    except tokens.Forged:
        raise Http404 from None
