"""One conversation as its page shows it: whose it is, what may be done with it by the person looking."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from dangban.conversations.models import Conversation, LeftOver, StepIn, Transfer
from dangban.customers.models import Handle
from dangban.people.models import Person

State = Conversation.State

# How a channel is coloured: by the platform of the shop.
CHANNELS = {"taobao": "taobao", "tmall": "taobao", "jd": "jd", "pdd": "pdd"}


@dataclass(frozen=True, slots=True)
class Detail:
    """What the head of a thread and its composer need."""

    conversation: Conversation
    customer_name: str
    mine: bool
    stepped_in: bool
    supervises: bool
    offered: Transfer | None
    left_over: LeftOver | None
    me: Person

    @property
    def id(self) -> int:
        return self.conversation.pk

    @property
    def thread_id(self) -> int:
        return self.conversation.thread_id

    @property
    def customer_id(self) -> int:
        return self.conversation.customer_id

    @property
    def version(self) -> int:
        return self.conversation.version

    @property
    def shop_name(self) -> str:
        return self.conversation.shop.name

    @property
    def channel(self) -> str:
        return CHANNELS.get(self.conversation.shop.platform, "web")

    @property
    def stage_label(self) -> str:
        return str(self.conversation.get_stage_display())

    @property
    def waiting_since(self) -> datetime | None:
        return self.conversation.waiting_since

    @property
    def ended(self) -> bool:
        return self.conversation.state == State.ENDED

    @property
    def state_line(self) -> str:
        """Whose it is, in words."""
        assignee = self.conversation.assignee
        if self.conversation.state == State.SERVING and assignee:
            return _("with me") if self.mine else _("with %(name)s") % {"name": assignee.name}
        return str(self.conversation.get_state_display())

    @property
    def offered_to_me(self) -> Transfer | None:
        """A transfer that this person may accept or return."""
        offer = self.offered
        if offer is None or offer.from_person_id == self.me.pk:
            return None
        return offer if offer.to_person_id in (None, self.me.pk) else None

    @property
    def can_take(self) -> bool:
        return self.conversation.state in (State.WAITING, State.OFFLINE) and self.offered_to_me is None

    @property
    def can_reply(self) -> bool:
        return self.conversation.state == State.SERVING and (self.mine or self.stepped_in)

    @property
    def can_take_over(self) -> bool:
        return self.conversation.state == State.SERVING and not self.mine

    @property
    def can_step_in(self) -> bool:
        return self.can_take_over and not self.stepped_in

    @property
    def can_whisper(self) -> bool:
        return self.can_take_over and self.supervises

    @property
    def bar(self) -> str:
        """What stands above the composer of somebody who can't answer here yet."""
        if self.can_reply:
            return ""
        if self.ended:
            return _("This conversation has ended. When the customer writes again a new one begins.")
        if self.can_take_over and self.conversation.assignee:
            name = self.conversation.assignee.name
            return _("%(name)s is serving this customer. Take over to answer; a note is always possible.") % {"name": name}
        return _("Nobody is serving this customer yet. Take the conversation to answer.")


def detail(person: Person, conversation: Conversation) -> Detail:
    """Five queries."""
    return Detail(
        conversation=conversation,
        customer_name=customer_name(conversation),
        mine=conversation.assignee_id == person.pk and conversation.state == State.SERVING,
        stepped_in=StepIn.objects.filter(conversation=conversation, person=person, ended_at=None).exists(),
        supervises=person.can("conversations.supervise", shop=conversation.shop_id),
        offered=Transfer.objects.filter(conversation=conversation, state=Transfer.State.OFFERED)
        .select_related("from_person", "to_person", "to_team")
        .first(),
        left_over=LeftOver.objects.filter(conversation=conversation, taken_up_at=None).select_related("person").first(),
        me=person,
    )


def customer_name(conversation: Conversation) -> str:
    """The name, else the handle on the platform, else a visitor's number."""
    customer = conversation.customer
    if customer.name:
        return customer.name
    handle = Handle.objects.filter(customer=customer).values_list("handle", flat=True).first()
    return handle or _("Visitor %(number)s") % {"number": customer.pk}
