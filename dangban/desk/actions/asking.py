"""Questions that were not known, incidents that take longer, and requests between departments."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from dangban.desk import access, house, ports
from dangban.desk.actions.answering import start_answer_clock
from dangban.desk.actions.deadlines import Subject, identify, meet_deadline, reassign_deadline, ring
from dangban.desk.actions.notices import notify
from dangban.desk.models import DepartmentRequest, Incident, Question
from dangban.handbook.actions import keep
from dangban.journal.actions import record
from dangban.lib import clock
from dangban.lib.errors import BadInput, Conflict, NotAllowed
from dangban.lib.text import one_line, refuse_unstorable
from dangban.people.access import people_who_may, scope
from dangban.people.models import Department, Person, Shop

QUESTION = "desk.question"
REQUEST = "desk.request"
LONGEST_FACT = 1000


def ask_question(
    text: str,
    *,
    by: Person,
    at: datetime,
    shop: Shop | None = None,
    expert: Person | None = None,
    context: str = "",
    url: str = "",
    for_customer: bool = True,
) -> Question:
    """Write down what one didn't know. It goes to the expert named, else to whoever leads there."""
    _must_note(by, shop)
    text = _said(text, "text", 500)
    if expert is not None:
        if expert.pk == by.pk:
            raise BadInput(_("Ask somebody else."), fields={"expert": [_("Ask somebody else.")]})
        access.must_be_able_to_take(expert, shop.pk if shop else None)
    with transaction.atomic():
        question = Question.objects.create(
            text=text, context=refuse_unstorable(context.strip(), "context")[:4000], url=_own_address(url), shop=shop,
            asked_by=by, asked_at=at, expert=expert, for_customer=for_customer,
        )  # fmt: skip
        answerer = expert or _leader_of(by, shop)
        start_answer_clock(
            QUESTION, question, by=by, at=at, owner=answerer, shop=shop, label=text,
            url=reverse("question", args=[question.pk]),
        )  # fmt: skip
        record(
            "desk.question_asked", subject=question, by=by, shop=shop.pk if shop else None, change={"title": text}, at=at
        )
        ring([by.pk, *answerers(question)])
    return question


def answer_question(question: Question, answer: str, *, by: Person, at: datetime) -> Question:
    """By the expert who was asked or by who leads; then whoever asked tells the customer."""
    if not access.may_answer(by, question):
        raise NotAllowed(_("This is answered by the expert who was asked, or by who leads there."))
    answer = _said(answer, "answer", 4000)
    with transaction.atomic():
        locked = Question.objects.select_for_update(of=("self",)).select_related("asked_by", "shop").get(pk=question.pk)
        if locked.answered_at is not None:
            raise Conflict(_("%(name)s has answered this already.") % {"name": locked.answered_by})
        locked.answer, locked.answered_by, locked.answered_at = answer, by, at
        locked.save(update_fields=["answer", "answered_by", "answered_at"])
        meet_deadline(locked, QUESTION, by=by, at=at)
        record("desk.question_answered", subject=locked, by=by, shop=locked.shop_id, change={"title": locked.text}, at=at)
        if not locked.for_customer:
            # Who waits for it oneself is told; otherwise the inbox holds it until the customer knows.
            with translation.override(locked.asked_by.language):
                title = _("Answered: %(title)s") % {"title": locked.text}
            notify(locked.asked_by, title, answer, by=by, url=reverse("question", args=[locked.pk]), shop=locked.shop, at=at)
        ring([locked.asked_by_id, *answerers(locked)])
    return locked


def tell_customer(question: Question, *, by: Person, at: datetime) -> None:
    """Whoever asked has given the customer the answer."""
    if by.pk != question.asked_by_id:
        raise NotAllowed(_("Whoever asked tells the customer."))
    with transaction.atomic():
        waiting = Question.objects.filter(pk=question.pk, answered_at__isnull=False, for_customer=True, told_at=None)
        if not waiting.update(told_at=at):
            raise Conflict(_("There is nothing to tell, or it was told already."))
        record("desk.customer_told", subject=question, by=by, shop=question.shop_id, change={"title": question.text}, at=at)
        ring([by.pk])


def answerers(question: Question) -> list[int]:
    """Those who may answer: for their pages."""
    leads = people_who_may("desk.assign", question.shop_id).values_list("pk", flat=True) if question.shop_id else ()
    above = [question.asked_by.manager_id] if question.asked_by.manager_id else []
    named = [question.expert_id] if question.expert_id else []
    return [pk for pk in dict.fromkeys([*named, *above, *leads]) if pk != question.asked_by_id]


def note_incident(
    shop: Shop, facts: Mapping[str, str], *, by: Person, at: datetime, url: str = "", next_at: datetime | None = None
) -> Incident:
    """Note a customer's problem that can't be solved at once; the handbook says what has to be noted."""
    _must_note(by, shop)
    given = _filled(facts)
    decision = house.missing(given, at)
    if decision is not None and decision.outcome:
        left = decision.outcome.split(",")
        raise BadInput(_("Something is missing."), fields={name: [_("The handbook wants this noted.")] for name in left})
    known = {name: given[name] for name, _words in house.incident_fields(at) if name in given}
    if not known:
        raise BadInput(_("Something is missing."))
    with transaction.atomic():
        incident = Incident.objects.create(
            shop=shop, facts=known, title=one_line(known.get("problem") or next(iter(known.values())), 120),
            url=_own_address(url) or _found(known, shop, by), by=by, at=at, owner=by, next_at=next_at,
            because=[one.as_data() for one in decision.because] if decision is not None else [],
        )  # fmt: skip
        if decision is not None:
            keep(decision, subject=incident, by=by, shop=shop.pk, at=at)
        # What customers said stays with the record; the journal names it only.
        record("desk.incident_noted", subject=incident, by=by, shop=shop.pk, change={}, because=incident.because, at=at)
        ring([by.pk])
    return incident


def follow_up_incident(incident: Incident, next_at: datetime, *, by: Person, at: datetime) -> None:
    """Say when one looks at it again."""
    if next_at <= at:
        raise BadInput(_("Choose a later time."), fields={"next_at": [_("Choose a later time.")]})
    _must_hold(incident, by)
    with transaction.atomic():
        if not Incident.objects.filter(pk=incident.pk, settled_at=None).update(next_at=next_at):
            raise Conflict(_("This was settled already."))
        change = {"next_at": next_at.isoformat()}
        record("desk.incident_followed_up", subject=incident, by=by, shop=incident.shop_id, change=change, at=at)
        ring([incident.owner_id])


def settle_incident(incident: Incident, outcome: str, *, by: Person, at: datetime) -> None:
    _must_hold(incident, by)
    outcome = _said(outcome, "outcome", 500)
    with transaction.atomic():
        still = Incident.objects.filter(pk=incident.pk, settled_at=None)
        if not still.update(settled_at=at, settled_by=by, outcome=outcome):
            raise Conflict(_("This was settled already."))
        record("desk.incident_settled", subject=incident, by=by, shop=incident.shop_id, change={}, at=at)
        ring([incident.owner_id, by.pk])


def ask_department(
    kind: str,
    department: Department,
    title: str,
    *,
    by: Person,
    at: datetime | None = None,
    shop: Shop | None = None,
    body: str = "",
    facts: Mapping[str, str] | None = None,
    subject: Subject | None = None,
    url: str = "",
    incident: Incident | None = None,
    due_at: datetime | None = None,
) -> DepartmentRequest:
    """Ask another department for something, on its form; it runs until somebody there has settled it.

    Rooms ask with their own kind and subject; the handbook's time holds unless an earlier one is named.
    """
    at = at or clock.now()
    _must_note(by, shop)
    form = ports.registry.request_kinds.get(kind)
    if form is None:
        raise BadInput(_("Choose what it is about."), fields={"kind": [_("Choose what it is about.")]})
    if due_at is not None and due_at <= at:
        raise BadInput(_("Choose a later time."), fields={"due_at": [_("Choose a later time.")]})
    title = _said(title, "title", 200)
    wanted = {name for name, _label in form.fields}
    kept = _filled({name: text for name, text in (facts or {}).items() if name in wanted})
    subject_kind, subject_id = identify(subject) if subject is not None else ("", None)
    with transaction.atomic():
        request = DepartmentRequest.objects.create(
            kind=kind, department=department, shop=shop, title=title, body=refuse_unstorable(body.strip(), "body")[:4000],
            facts=kept, subject_kind=subject_kind, subject_id=subject_id, url=_own_address(url), incident=incident,
            asked_by=by, asked_at=at,
        )  # fmt: skip
        running = start_answer_clock(
            REQUEST, request, by=by, at=at, owner=None, shop=shop, label=title, url=reverse("request", args=[request.pk]),
            sooner=due_at,
        )  # fmt: skip
        request.due_at = running.due_at if running is not None else None
        request.save(update_fields=["due_at"])
        change = {"title": title, "department": department.name}
        record("desk.department_asked", subject=request, by=by, shop=shop.pk if shop else None, change=change, at=at)
        ring([by.pk, *access.receivers(request)])
    return request


def receive_request(request: DepartmentRequest, *, by: Person, at: datetime) -> DepartmentRequest:
    """The receipt: somebody of the department has it in hand now, and the clock is theirs."""
    _must_receive(request, by)
    with transaction.atomic():
        waiting = DepartmentRequest.objects.filter(pk=request.pk, received_at=None, settled_at=None)
        if not waiting.update(received_at=at, received_by=by):
            raise Conflict(_("Somebody else has taken it already."))
        _pass_clock(request, by, at)
        record("desk.request_received", subject=request, by=by, shop=request.shop_id, change={"title": request.title}, at=at)
        ring([request.asked_by_id, *access.receivers(request)])
    request.refresh_from_db()
    return request


def settle_request(request: DepartmentRequest, done: bool, answer: str, *, by: Person, at: datetime) -> DepartmentRequest:
    """Done, or declined with the reason; whoever asked is told."""
    _must_receive(request, by)
    answer = refuse_unstorable(answer.strip(), "answer")[:500]
    if not done and not answer:
        raise BadInput(_("Say why you refuse."), fields={"answer": [_("Say why you refuse.")]})
    with transaction.atomic():
        locked = DepartmentRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
        if locked.settled_at is not None:
            raise Conflict(_("%(name)s has answered this already.") % {"name": locked.settled_by})
        if locked.received_at is None:
            locked.received_at, locked.received_by = at, by
        locked.settled_at, locked.settled_by, locked.done, locked.answer = at, by, done, answer
        locked.save()
        meet_deadline(locked, REQUEST, by=by, at=at)
        verb = "desk.request_done" if done else "desk.request_declined"
        record(verb, subject=locked, by=by, shop=locked.shop_id, change={"title": locked.title, "answer": answer}, at=at)
        asker = locked.asked_by
        with translation.override(asker.language):
            said = _("Done by %(name)s: %(title)s") if done else _("Declined by %(name)s: %(title)s")
            title = said % {"name": by.name, "title": locked.title}
        notify(asker, title, answer, by=by, url=reverse("request", args=[locked.pk]), shop=locked.shop, at=at)
        kind = ports.registry.request_kinds.get(locked.kind)
        if kind is not None and kind.settled is not None:
            kind.settled(locked, by.actor, at)
        ring([asker.pk, *access.receivers(locked)])
    return locked


def withdraw_request(request: DepartmentRequest, *, by: Person, at: datetime) -> None:
    """It is not needed any more."""
    if by.pk != request.asked_by_id:
        raise NotAllowed(_("Only who asked can take it back."))
    with transaction.atomic():
        open_one = DepartmentRequest.objects.filter(pk=request.pk, settled_at=None)
        if not open_one.update(settled_at=at, settled_by=by, answer=""):
            raise Conflict(_("This was settled already."))
        meet_deadline(request, REQUEST, by=by, at=at)
        record("desk.request_withdrawn", subject=request, by=by, shop=request.shop_id, change={"title": request.title}, at=at)
        ring([by.pk, *access.receivers(request)])


def _pass_clock(request: DepartmentRequest, to: Person, at: datetime) -> None:
    reassign_deadline(request, owner=to, by=to, kinds=[REQUEST], at=at)


def _must_receive(request: DepartmentRequest, by: Person) -> None:
    if not access.may_receive(by, request):
        raise NotAllowed(_("This is for the people of %(name)s.") % {"name": request.department.name})


def _must_hold(incident: Incident, by: Person) -> None:
    if by.pk != incident.owner_id and not access.leads(by, incident.shop_id):
        raise NotAllowed(_("This is in the hands of %(name)s.") % {"name": incident.owner.name})


def _must_note(by: Person, shop: Shop | None) -> None:
    if not by.is_active or not scope(by).sees(shop.pk if shop else None):
        raise NotAllowed(_("You do not work for this shop."))


def _leader_of(asker: Person, shop: Shop | None) -> Person | None:
    """Who is above the one who asks, else somebody who leads there."""
    if asker.manager is not None and asker.manager.is_active:
        return asker.manager
    leads = people_who_may("desk.assign", shop.pk if shop else None).exclude(pk=asker.pk)
    return leads.order_by("pk").first()


def _found(facts: Mapping[str, str], shop: Shop, by: Person) -> str:
    """The address of what the record names, where a room knows it."""
    for name, find in ports.registry.finders.items():
        found = find(by, shop.pk, facts[name]) if name in facts else None
        if found is not None:
            return found.url
    return ""


def _own_address(url: str) -> str:
    """An address within the program, or nothing."""
    url = url.strip()
    return url if url.startswith("/") and not url.startswith("//") and len(url) <= 200 else ""


def _filled(facts: Mapping[str, str]) -> dict[str, str]:
    return {name: refuse_unstorable(text.strip(), name)[:LONGEST_FACT] for name, text in facts.items() if text.strip()}


def _said(text: str, name: str, longest: int) -> str:
    text = refuse_unstorable(text.strip(), name)[:longest]
    if not text:
        raise BadInput(_("Write something first."), fields={name: [_("Write something first.")]})
    return text
