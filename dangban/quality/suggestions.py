"""What the program itself has seen that may be worth a word: broken promises and bad ratings, praise,
orders saved, faults of pages put right. Nothing comes of it unless somebody who leads takes it up."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from dangban.aftersales.models import Mistake, RetentionOffer
from dangban.aftersales.registers import mistakes
from dangban.conversations.models import Promise, Rating
from dangban.desk.models import DepartmentRequest
from dangban.lib import clock, money
from dangban.people.models import Person
from dangban.quality import access
from dangban.quality.models import Commendation, Offence

# Whose loss the register of mistakes tells.
REMARK = "remark"
LOOKS_BACK = timedelta(days=14)
PRAISED_FROM, DISSATISFIED_TO = 5, 2
_MOST = 20
_PAGES = ("shops.page", "design.page")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`code` is an offence or a kind of commendation; `source` tells it from every other."""

    person: Person
    code: str
    day: date
    words: str
    url: str
    source: str


def offences(reader: Person, at: datetime) -> list[Suggestion]:
    """Promises not kept and dissatisfied customers of the people the reader leads, newest first, unless reported for that day."""
    led, since = access.people(reader), at - LOOKS_BACK
    promises = Promise.objects.filter(owner__in=led, due_at__gte=since, due_at__lte=at, kept_at=None, withdrawn_at=None)
    found = [
        Suggestion(
            one.owner, "broken_promise", clock.business_day(one.due_at), one.text, reverse("conversation", args=[one.conversation_id]),
            f"promise:{one.pk}",
        )
        for one in promises.select_related("owner").order_by("-due_at")[:_MOST]
    ]  # fmt: skip
    bad = Rating.objects.filter(at__gte=since, stars__lte=DISSATISFIED_TO, invitation__person__in=led)
    found += [
        Suggestion(person, "bad_review", clock.business_day(one.at), one.text or _("%(count)s stars") % {"count": one.stars}, _where(one), f"rating:{one.pk}")
        for one in bad.select_related("invitation__person").order_by("-at")[:_MOST]
        if (person := one.invitation.person) is not None
    ]
    found += _freight_to_bear(led, since)
    reported = set(Offence.objects.filter(happened_on__gte=clock.business_day(since)).values_list("person", "offence", "happened_on"))
    written = set(Offence.objects.filter(url__in=[one.url for one in found]).exclude(state=Offence.State.DROPPED).values_list("url", flat=True))
    fresh = [one for one in found if (one.url not in written if one.code == REMARK else (one.person.pk, one.code, one.day) not in reported)]
    return sorted(fresh, key=lambda one: (one.day, one.source), reverse=True)[:_MOST]


def _freight_to_bear(led: QuerySet[Person], since: datetime) -> list[Suggestion]:
    """Freight of wrong or missing goods that the register lays to one of them, because what the customer wished was not written down."""
    rows = Mistake.objects.filter(borne_by="agent", kind__in=mistakes.GOODS, freight_fen__gt=0, void_at=None, at__gte=since, person__in=led)
    return [
        Suggestion(
            one.person, REMARK, clock.business_day(one.at), _("%(goods)s: freight %(amount)s") % {"goods": one.goods, "amount": money.show(one.freight_fen)},
            reverse("aftersales:mistake", args=[one.pk]), f"mistake:{one.pk}",
        )
        for one in rows.select_related("person").order_by("-at")[:_MOST]
        if one.person is not None
    ]  # fmt: skip


def commendations(reader: Person, at: datetime) -> list[Suggestion]:
    """Praise, saved orders and page faults put right of the people the reader may commend, unless commended."""
    led, since = access.people(reader, access.COMMEND), at - LOOKS_BACK
    praise = Rating.objects.filter(at__gte=since, stars__gte=PRAISED_FROM, invitation__person__in=led).exclude(text="")
    found = [
        Suggestion(person, Commendation.Kind.PRAISE, clock.business_day(one.at), one.text, _where(one), f"rating:{one.pk}")
        for one in praise.select_related("invitation__person").order_by("-at")[:_MOST]
        if (person := one.invitation.person) is not None
    ]
    saved = RetentionOffer.objects.filter(at__gte=since, result=RetentionOffer.Result.KEPT, by__in=led)
    found += [
        Suggestion(
            one.by, Commendation.Kind.SAVED, clock.business_day(one.at), _("The customer keeps the goods: %(how)s") % {"how": one.get_kind_display()},
            reverse("aftersales:case", args=[one.case_id]), f"offer:{one.pk}",
        )
        for one in saved.select_related("by").order_by("-at")[:_MOST]
    ]  # fmt: skip
    pages = DepartmentRequest.objects.filter(kind__in=_PAGES, done=True, settled_at__gte=since, asked_by__in=led)
    found += [
        Suggestion(one.asked_by, Commendation.Kind.PAGE_FAULT, clock.business_day(one.settled_at or at), one.title, reverse("request", args=[one.pk]), f"request:{one.pk}")
        for one in pages.select_related("asked_by").order_by("-settled_at")[:_MOST]
    ]
    done = _commended([one.source for one in found])
    fresh = [one for one in found if one.source not in done]
    return sorted(fresh, key=lambda one: (one.day, one.source), reverse=True)[:_MOST]


def _commended(sources: Collection[str]) -> set[str]:
    return set(Commendation.objects.filter(source__in=list(sources)).values_list("source", flat=True))


def _where(rating: Rating) -> str:
    return reverse("conversation", args=[rating.invitation.conversation_id])
