"""What was done well is said aloud, and brings what the handbook promises."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from dangban.desk import actions as desk
from dangban.handbook.current import in_force_so_far as in_force
from dangban.journal.actions import record
from dangban.lib import clock
from dangban.lib.errors import BadInput, Conflict, NotAllowed
from dangban.people.models import Person
from dangban.quality import access, rules
from dangban.quality.actions import holding
from dangban.quality.models import Commendation


def commend(
    person: Person, kind: str, words: str, *, by: Person, url: str = "", source: str = "", at: datetime | None = None
) -> Commendation:
    """Commend somebody; `source` names what it was found by, and brings at most one commendation."""
    at = at or clock.now()
    if person.pk == by.pk:
        raise NotAllowed(_("Nobody commends themselves."))
    access.must_hold(by, person, access.COMMEND)
    if kind not in Commendation.Kind.values:
        raise BadInput(_("Choose what it is for."), fields={"kind": [_("Choose what it is for.")]})
    words = holding.said(words, "words", 500)
    decision = rules.bounty(in_force(at), kind)
    try:
        with transaction.atomic():
            Person.objects.select_for_update(no_key=True).get(pk=person.pk)
            just_now = Commendation.objects.filter(person=person, kind=kind, words=words, given_by=by, withdrawn_at=None, given_at__gt=at - holding.SAME)
            if not source and (same := just_now.first()) is not None:
                return same
            made = Commendation.objects.create(
                person=person, kind=kind, words=words, url=url[:200], source=source[:60], day=clock.business_day(at), given_by=by, given_at=at,
                bounty_fen=decision.amount_fen or 0, because=[reason.as_data() for reason in decision.because],
            )  # fmt: skip
            change = {"kind": str(made.get_kind_display()), "amount": made.bounty_fen}
            record("quality.commended", subject=person, by=by, change=change, personal={"words": words}, because=made.because, at=at)
            with translation.override(person.language):
                title = _("Well done: %(kind)s") % {"kind": made.get_kind_display()}
            desk.notify(person, title, words, by=by, url=reverse("quality:commendations"), at=at)
    except IntegrityError as error:
        raise Conflict(_("This was commended already.")) from error
    return made


def withdraw_commendation(made: Commendation, why: str, *, by: Person, at: datetime | None = None) -> Commendation:
    """It was a mistake; what was paid out in an earlier month stays paid."""
    at = at or clock.now()
    access.must_hold(by, made.person, access.COMMEND)
    why = holding.said(why, "why", 200)
    with transaction.atomic():
        held = Commendation.objects.select_for_update(no_key=True, of=("self",)).select_related("person").get(pk=made.pk)
        if held.withdrawn_at is not None:
            raise Conflict(_("This was taken back already."))
        if (clock.local(held.given_at).year, clock.local(held.given_at).month) != (clock.local(at).year, clock.local(at).month):
            raise Conflict(_("A commendation of an earlier month stays."))
        # What it was found by may be commended anew.
        held.withdrawn_at, held.withdrawn_because, held.source = at, why, ""
        held.save(update_fields=["withdrawn_at", "withdrawn_because", "source"])
        record("quality.commendation_withdrawn", subject=held.person, by=by, personal={"reason": why}, at=at)
    return held
