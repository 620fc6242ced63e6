"""Customers who wait are told: by the program as soon as they may be disturbed, then by an agent until they answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import translation
from django.utils.translation import gettext as _

from dangban.backorders import access, holding, rules
from dangban.backorders.models import Attempt, Wait
from dangban.chat import actions as chat
from dangban.chat.models import Message, Thread
from dangban.desk import actions as desk
from dangban.handbook.actions import keep
from dangban.handbook.current import in_force_so_far as in_force
from dangban.handbook.decisions import Decision
from dangban.journal.actions import HasActor
from dangban.lib import clock
from dangban.lib.actor import SYSTEM
from dangban.lib.errors import BadInput, Conflict, Refused
from dangban.lib.text import refuse_unstorable
from dangban.orders.unpaid import saying
from dangban.people.models import Person

State, Tell = Wait.State, Wait.Tell
_AT_ONCE = 200
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Said:
    """How a customer was contacted and whether they answered; `seen` is the version the page showed."""

    way: str
    answered: bool = False
    text: str = ""
    seen: int | None = None


def contact(wait: Wait, said: Said, *, by: Person, at: datetime | None = None) -> Attempt:
    """Try to reach a customer whose goods are there. Words in the chat are posted; whether they count as a
    contact depends on the customer's answer and the handbook. Refused in quiet hours."""
    access.require(by, wait.shop_id)
    at = at or clock.now()
    words = _check(said)
    with transaction.atomic():
        held = holding.locked_open(wait.pk, said.seen)
        if held.state not in Wait.HELD:
            raise Conflict(_("The goods are not there yet; there is nothing to tell."))
        thread = thread_of(held)
        answered = said.answered if said.way != Attempt.Way.CHAT else _has_answered(held, thread)
        _refuse_quiet(held, thread, at)
        if said.way == Attempt.Way.CHAT:
            held.told_seq = _say(thread, words, by, at)
        decision = rules.reaching(said.way, answered, in_force(at))
        reached = decision.outcome == "reached"
        attempt = _note(held, said.way, words, reached, by, at)
        _after(held, reached, by, at)
        if decision.because:
            keep(decision, subject=attempt, by=by, shop=held.shop_id, at=at)
        holding.journal("contacted", held, by=by, at=at, way=said.way, reached=reached)
        holding.store(held)
    return attempt


def tell_due(now: datetime) -> int:
    """Tell everybody what may be told by now, each in a transaction of their own."""
    due = Wait.objects.exclude(to_tell=Tell.NOTHING).filter(tell_at__lte=now).order_by("tell_at", "pk")
    return sum(_tell(pk, now) for pk in list(due.values_list("pk", flat=True)[:_AT_ONCE]))


def hear_answers(now: datetime) -> int:
    """Whoever writes after they were told has been reached."""
    wrote = Message.objects.filter(thread=OuterRef("thread_id"), author=Message.Author.CUSTOMER, seq__gt=OuterRef("told_seq"))
    told = Wait.objects.filter(Exists(wrote), state=State.TOLD).order_by("pk")
    return sum(_heard(pk, now) for pk in list(told.values_list("pk", flat=True)[:_AT_ONCE]))


def thread_of(wait: Wait) -> Thread | None:
    """Where the customer asked, else the newest place where they and the shop talk; the phone is no place for a line."""
    theirs = Thread.objects.filter(shop=wait.shop_id, customer=wait.customer_id).exclude(channel=Thread.Channel.PHONE)
    own = theirs.filter(pk=wait.thread_id).first() if wait.thread_id else None
    return own or theirs.order_by("-created_at", "-pk").first()


def words_of(wait: Wait, kind: str, at: datetime) -> str:
    """What the handbook has us say to this customer, in the company's language."""
    return rules.wording(kind, _facts(wait), in_force(at))[0]


def _tell(pk: int, now: datetime) -> int:
    with transaction.atomic():
        held = Wait.objects.select_for_update(no_key=True, skip_locked=True, of=("self",)).select_related(
            "shop", "customer", "gets__product", "sku__product", "owner"
        )
        wait = held.filter(pk=pk).first()
        if wait is None or not wait.to_tell or wait.tell_at is None or wait.tell_at > now:
            return 0
        kind, wait.to_tell, wait.tell_at = wait.to_tell, Tell.NOTHING, None
        if kind == Tell.ARRIVED:
            holding.keep_goods(wait, now)
        thread, text = thread_of(wait), words_of(wait, kind, now)
        if thread is not None and text:
            _leave(wait, kind, thread, text, now)
        elif kind != Tell.ARRIVED:
            _ask_owner_to_tell(wait, text, now)
        holding.store(wait)
    return 1


def _leave(wait: Wait, kind: str, thread: Thread, text: str, now: datetime) -> None:
    line = chat.post(
        thread,
        author=Message.Author.AUTO,
        author_name=wait.shop.name,
        body=text,
        payload={"auto": "backorders", "wait": wait.pk},
        client_id=f"backorder-{wait.pk}-{kind}-{wait.version}",
        at=now,
    )
    wait.thread_id = thread.pk
    holding.journal("told", wait, by=SYSTEM, at=now, what=kind)
    decision = rules.reaching("chat", False, in_force(now))
    if kind != Tell.ARRIVED:
        _note(wait, "chat", text, False, None, now)
        return
    wait.told_seq = line.seq
    reached = decision.outcome == "reached"
    _note(wait, "chat", text, reached, None, now)
    _after(wait, reached, SYSTEM, now)


def _ask_owner_to_tell(wait: Wait, text: str, now: datetime) -> None:
    """Without a chat here somebody has to say it on the platform or by phone."""
    owner = holding.who_sees_to(wait, now)
    if owner is None:
        return
    with translation.override(settings.LANGUAGE_CODE):
        title = _("Tell a customer who waits: %(what)s") % {"what": wait.get_state_display()}
    desk.notify(owner, title, text, by=SYSTEM, url=holding.address(wait), shop=wait.shop, at=now)


def _heard(pk: int, now: datetime) -> int:
    with transaction.atomic():
        wait = holding.locked(pk)
        if wait.state != State.TOLD:
            return 0
        _after(wait, True, SYSTEM, now)
        holding.journal("answered", wait, by=SYSTEM, at=now)
        holding.store(wait)
    return 1


def _after(wait: Wait, reached: bool, by: HasActor, at: datetime) -> None:
    wait.told_at = wait.told_at or at
    if not reached:
        if wait.state == State.READY:
            wait.state = State.TOLD
        return
    wait.to_tell, wait.tell_at = Tell.NOTHING, None
    wait.state, wait.reached_at = State.REACHED, at
    holding.keep_goods(wait, at)
    desk.meet_deadline(wait, holding.REACH, by=by, at=at)


def _note(wait: Wait, way: str, text: str, reached: bool, by: Person | None, at: datetime) -> Attempt:
    wait.contacts += 1
    return Attempt.objects.create(
        wait=wait, ordinal=wait.contacts, person=by, way=way, reached=reached, text=text[:_LONGEST], at=at
    )


def _check(said: Said) -> str:
    faults: dict[str, list[str]] = {}
    words = refuse_unstorable(said.text.strip(), "text")
    if said.way not in Attempt.Way.values:
        faults["way"] = [_("Say how the customer is contacted.")]
    if said.way == Attempt.Way.CHAT and not words:
        faults["text"] = [_("Write what the customer is to read.")]
    if len(words) > _LONGEST:
        faults["text"] = [_("At most %(most)s characters.") % {"most": _LONGEST}]
    if faults:
        raise BadInput(next(iter(faults.values()))[0], fields=faults)
    return words


def _say(thread: Thread | None, words: str, by: Person, at: datetime) -> int:
    if thread is None:
        message = _("This customer has no chat here. Contact them on the platform or by phone.")
        raise BadInput(message, fields={"way": [message]})
    return saying.say(thread, words, by=by, at=at).seq


def _has_answered(wait: Wait, thread: Thread | None) -> bool:
    """Whether the customer has written since the goods are there."""
    if thread is None or wait.ready_at is None:
        return False
    return Message.objects.filter(thread=thread, author=Message.Author.CUSTOMER, at__gt=wait.ready_at).exists()


def _refuse_quiet(wait: Wait, thread: Thread | None, at: datetime) -> None:
    """In quiet hours nobody is disturbed, save who is talking to us themselves."""
    _moment, decision = rules.telling(clock.local(at), in_force(at))
    if decision.outcome == "later" and not _has_answered(wait, thread):
        quiet = Decision("backorders.contacting", "quiet", because=decision.because)
        raise Refused(_("Customers are left in peace at this hour."), decision=quiet, code="quiet")


def _facts(wait: Wait) -> dict[str, str]:
    kept = clock.local(wait.kept_until) if wait.kept_until else None
    with translation.override(settings.LANGUAGE_CODE):
        return {
            "customer": wait.customer.name or _("Dear customer"),
            "goods": holding.goods_name(wait.gets),
            "pieces": str(wait.quantity),
            "until": f"{kept.month}-{kept.day} {kept:%H:%M}" if kept else _("you tell us otherwise"),
            "shop": wait.shop.name,
        }
