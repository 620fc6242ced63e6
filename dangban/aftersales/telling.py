"""The customer hears at each step what comes next and by when; who is not on line is phoned."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from dangban.aftersales import access, bell
from dangban.aftersales.clauses.parcels import RETURN_CARD
from dangban.aftersales.clauses.telling import CALL_IF_SILENT
from dangban.aftersales.models import Case, CaseContact
from dangban.aftersales.rules import flow
from dangban.chat.models import Message, Thread
from dangban.desk import actions as desk
from dangban.desk.models import Task
from dangban.handbook.current import in_force_so_far as in_force
from dangban.journal.actions import HasActor, record
from dangban.lib import clock
from dangban.lib.actor import SYSTEM
from dangban.lib.errors import BadInput
from dangban.lib.text import refuse_unstorable
from dangban.orders import telling
from dangban.orders.unpaid.saying import thread_of
from dangban.people.models import Person
from dangban.shops.models import Profile

# The agent's own words are said instead, or there is nothing to tell.
_SILENT_ACTS = ("refuse", "ask_evidence", "dispute", "answer_dispute", "rule", "let_rest", "close", "decline", "unpay", "unsend")
# What the customer has to do: a line they do not see is not enough.
_NEEDS_THEM = ("evidence", "returning", "topup", "refused")
_TASK = "aftersales.case"


def after_move(case: Case, act: str, before: str, by: HasActor, at: datetime) -> None:
    """What the new state means for the customer, said by the shop. News that a platform's file tells is known to them."""
    if act in _SILENT_ACTS or by.actor.kind == "import" or case.state == before:
        return
    with translation.override(settings.LANGUAGE_CODE):
        text = next_step(case, act)
    if text:
        say(case, text, by=SYSTEM, at=at)


def next_step(case: Case, act: str = "") -> str:
    """What happens next and by when, as far as it is decided; empty where there is nothing to tell yet."""
    until = moment(case.due_at) if case.due_at else ""
    known = {"case": case.number, "until": until}
    if case.state == "evidence":
        return _("About your request %(case)s: please send us photos or a short video of the problem by %(until)s, so that we can go on.") % known
    if case.state == "approval":
        return _("About your request %(case)s: we are looking into it and answer you by %(until)s.") % known
    if case.state == "returning":
        known["where"] = _address(case)
        text = _("Your return %(case)s is agreed. Please send the goods by %(until)s to: %(where)s. Then tell us the courier and the tracking number.") % known
        return text + _(" Please fill in the return card and put it into the parcel.") if _card_wanted(case) else text
    if case.state == "on_way":
        return _("We have noted the tracking number of your return %(case)s. As soon as it is here we look at it and tell you.") % known
    if case.state == "received":
        return _("The goods of %(case)s are here. We look at them by %(until)s and tell you then how it goes on.") % known
    if case.state == "repairing":
        return _("The goods of %(case)s are being repaired, until %(until)s.") % known
    if case.state == "topup":
        return _("For %(case)s a payment of yours is due by %(until)s; what you get is sent afterwards.") % known
    if case.state == "settling":
        return _("The payment of %(case)s is with our finance people, who see to it by %(until)s.") % known
    if case.state == "sending":
        return _("What we send you for %(case)s leaves by %(until)s.") % known
    if case.state == "settled" and act in ("pay", "send"):
        return _settled_words(act) % known
    if case.state == "withdrawn":
        return _("As you wished we have ended your request %(case)s. You may ask again at any time.") % known
    return ""


def _card_wanted(case: Case) -> bool:
    rules = in_force(case.state_since)
    return rules.has(RETURN_CARD) and bool(rules[RETURN_CARD])


def plain_request() -> str:
    """What an agent may ask for where no assessment says it better; in the language of the house."""
    with translation.override(settings.LANGUAGE_CODE):
        return _("Could you please send us photos or a short video that show the problem?")


def _settled_words(act: str) -> str:
    if act == "pay":
        return _("The payment of %(case)s has been made. Should it not have reached you in a day or two, write to us.")
    return _("What we send you for %(case)s has left. Should anything be wrong with it, write to us.")


def say(case: Case, text: str, *, by: HasActor, at: datetime) -> str:
    """``chat`` where it was said there, ``task`` where somebody is to tell it; inside the act's transaction."""
    thread = _thread(case)
    if case.order is not None:
        told: str = telling.tell(case.order, text, owner=case.owner, by=by, at=at, due_at=case.due_at)
    elif thread is not None:
        telling.say_automatically(thread, text, at=at)
        told = "chat"
    else:
        told = ""
    if told == "chat":
        _log(case, CaseContact.Way.CHAT, text, None, by, at)
    if told == "" or (told == "chat" and case.state in _NEEDS_THEM and _is_silent(thread, at)):
        _call(case, text, at)
    return told or "task"


def note_contact(case: Case, way: str, text: str, reached: bool, *, by: Person, at: datetime | None = None) -> CaseContact:
    """Somebody told the customer, or tried to: a message that was left is no contact."""
    at = at or clock.now()
    access.require(by, "aftersales.handle", case.shop_id)
    text = refuse_unstorable(text.strip(), "text")
    if way not in CaseContact.Way.values:
        raise BadInput(_("Choose how."), fields={"way": [_("Choose how.")]})
    with transaction.atomic():
        held = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
        made = _log(held, way, text, reached, by, at)
        if reached:
            desk.settle_tasks(held, by=by, at=at)
        record("aftersales.contacted", subject=held, by=by, shop=held.shop_id, change={"way": way, "reached": reached}, at=at)
        held.version += 1
        held.save(update_fields=["version"])
        bell.case_changed(held)
    return made


def _log(case: Case, way: str, text: str, reached: bool | None, by: HasActor, at: datetime) -> CaseContact:
    actor = by.actor
    return CaseContact.objects.create(
        case=case, way=way, text=text, reached=reached, by_kind=actor.kind, by_id=actor.id, by_name=actor.name, at=at
    )


def _thread(case: Case) -> Thread | None:
    if case.thread_id is not None:
        return Thread.objects.filter(pk=case.thread_id).first()
    return thread_of(case.order) if case.order is not None else None


def _is_silent(thread: Thread | None, at: datetime) -> bool:
    rules = in_force(at)
    if thread is None or not rules.has(CALL_IF_SILENT):
        return True
    said = Message.objects.filter(thread=thread, author=Message.Author.CUSTOMER).order_by("-seq").values_list("at", flat=True).first()
    return said is None or said < at - rules[CALL_IF_SILENT]


def _call(case: Case, text: str, at: datetime) -> None:
    """A task to phone the customer; one at a time for a case."""
    if Task.objects.filter(owner=case.owner_id, done_at=None, subject_kind=_TASK, subject_id=case.pk).exists():
        return
    with translation.override(settings.LANGUAGE_CODE):
        title = _("Phone the customer of %(case)s: %(state)s") % {"case": case.number, "state": flow.STATES[case.state].label}
    # No later than the customer's own time, so that the call still helps.
    due = min(case.due_at, at + timedelta(days=1)) if case.due_at else None
    desk.write_task(
        title, body=text, by=SYSTEM, owner=case.owner, shop=case.shop, subject=case, due_at=due,
        url=reverse("aftersales:case", args=[case.pk]), at=at,
    )  # fmt: skip


def _address(case: Case) -> str:
    profile = Profile.objects.filter(shop=case.shop_id).first()
    parts = (profile.return_name, profile.return_phone, profile.return_address) if profile else ()
    return " ".join(part for part in parts if part) or _("the address that we send you")


def moment(at: datetime) -> str:
    local = clock.local(at)
    return _("%(month)s-%(day)s %(time)s") % {"month": f"{local:%m}", "day": f"{local:%d}", "time": f"{local:%H:%M}"}
