"""What a customer is told before and while they are served: who answers, when, how many are before them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dangban.chat.models import ReadMark, Thread
from dangban.conversations import facts, queries
from dangban.conversations.clauses import ALL_AWAY, NOBODY_ON_DUTY
from dangban.conversations.models import Conversation, Invitation
from dangban.handbook.current import in_force
from dangban.lib import clock
from dangban.people.models import Shop

_AT_DESK = frozenset({"online", "busy", "suspended"})


@dataclass(frozen=True, slots=True)
class Reception:
    """`open`: somebody answers now. `form`: a message is to be left. `waiting`: standing in the queue."""

    text: str
    open: bool = False
    form: bool = False
    waiting: bool = False


def reception(shop: Shop, thread: Thread | None, at: datetime) -> Reception:
    """How this customer is received at this instant (about ten queries)."""
    conversation = _open_conversation(thread) if thread else None
    if conversation and conversation.state == Conversation.State.SERVING and conversation.assignee:
        name = conversation.assignee.service_name
        return Reception(_("%(name)s is looking after you") % {"name": name}, open=True)
    if conversation and conversation.state == Conversation.State.WAITING:
        return _queued(conversation)
    if conversation and conversation.state == Conversation.State.OFFLINE:
        return Reception(_promise(conversation.promised_at))
    return _floor(shop, at)


def _open_conversation(thread: Thread) -> Conversation | None:
    rows = Conversation.objects.filter(thread=thread).exclude(state=Conversation.State.ENDED)
    return rows.select_related("assignee").first()


def _queued(conversation: Conversation) -> Reception:
    before = max(0, (queries.waiting_position(conversation) or 1) - 1)
    return Reception(_before(before) if before else _("You are next"), open=True, waiting=True)


def _before(count: int) -> str:
    text = ngettext("%(count)s customer is before you", "%(count)s customers are before you", count)
    return text % {"count": count}


def _promise(promised_at: datetime | None) -> str:
    if promised_at is None:
        return _("Your message is with us; we answer as soon as somebody is on duty")
    wall = clock.local(promised_at)
    return _("Your message is with us; we answer by %(time)s") % {"time": f"{wall:%m-%d %H:%M}"}


def _floor(shop: Shop, at: datetime) -> Reception:
    floor = facts.on_floor(shop.pk, at)
    on_duty = [one for one in floor.candidates if one.on_duty]
    if any(one.state in _AT_DESK for one in on_duty):
        # Who stands in a queue would not be answered now: say so before they write.
        queued = Conversation.objects.filter(shop=shop, state=Conversation.State.WAITING).count()
        return Reception(_before(queued) if queued else _("Somebody is on duty and answers now"), open=True)
    rules = in_force(at)
    rule = ALL_AWAY if on_duty else NOBODY_ON_DUTY
    if on_duty:
        text = _("Everybody is away for a moment")
    else:
        text = _hours(shop, floor.team_ids, at)
    return Reception(text, form=rules[rule] == "message")


def _hours(shop: Shop, team_ids: tuple[int, ...], at: datetime) -> str:
    next_at = facts.next_duty(team_ids, at)
    if next_at is not None:
        return _("Nobody is on duty; we are back at %(time)s") % {"time": f"{clock.local(next_at):%m-%d %H:%M}"}
    profile = getattr(shop, "profile", None)
    if profile is not None and profile.opens and profile.closes:
        span = f"{profile.opens:%H:%M}–{profile.closes:%H:%M}"
        return _("Nobody is on duty; we answer from %(hours)s") % {"hours": span}
    return _("Nobody is on duty just now")


def open_invitation(thread: Thread) -> Invitation | None:
    """The newest question how the customer was served that is still unanswered; none once they write again."""
    newest = Conversation.objects.filter(thread=thread).order_by("-opened_at", "-pk").first()
    if newest is None or newest.state != Conversation.State.ENDED:
        return None
    return Invitation.objects.filter(conversation=newest, rating=None).first()


def read_by_agents(thread: Thread) -> int:
    """How far the department has read what the customer wrote."""
    rows = ReadMark.objects.filter(thread=thread, reader="agent")
    return max(rows.values_list("seq", flat=True), default=0)
