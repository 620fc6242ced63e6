"""Notices: what a person, a team, a shop or everybody is to know, and who has read it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from dangban.desk import access, house, queries
from dangban.desk.actions.deadlines import cancel_deadlines, meet_deadline, ring, start_deadline
from dangban.desk.models import Deadline, Notice, NoticeReceipt
from dangban.handbook.actions import keep
from dangban.journal.actions import HasActor, record
from dangban.lib import clock
from dangban.lib.actor import SYSTEM
from dangban.lib.errors import BadInput, Conflict
from dangban.lib.text import refuse_unstorable
from dangban.people.models import Person, Shop, Team


def notify(
    people: Person | Iterable[Person],
    title: str,
    body: str = "",
    *,
    by: HasActor,
    url: str = "",
    shop: Shop | None = None,
    deadline: Deadline | None = None,
    at: datetime | None = None,
) -> list[Notice]:
    """Tell each of these people something that concerns them; it waits in their inbox until seen.

    The same again, before the first was seen, replaces the first. What tells of a `deadline` waits no
    longer than that runs, nor beside it in the inbox of its owner.
    """
    at = at or clock.now()
    recipients = [people] if isinstance(people, Person) else list(dict.fromkeys(people))
    actor = by.actor
    notices = [
        Notice(
            title=title[:200], body=body, person=person, shop=shop, url=url, deadline=deadline, at=at,
            by_kind=actor.kind, by_id=actor.id, by_name=actor.name,
        )
        for person in recipients
    ]  # fmt: skip
    if url:
        _replace_unseen(recipients, title[:200], url, at)
    Notice.objects.bulk_create(notices)
    if recipients:
        ring([person.pk for person in recipients])
    return notices


def _replace_unseen(people: list[Person], title: str, url: str, at: datetime) -> None:
    seen = NoticeReceipt.objects.filter(notice=OuterRef("pk"))
    same = Notice.objects.filter(~Exists(seen), person__in=people, title=title, url=url, until=None, at__lte=at)
    if found := list(same.order_by("pk").values_list("pk", flat=True)):
        Notice.objects.filter(pk__in=found).update(until=at)


def write_notice(
    title: str,
    body: str,
    *,
    by: Person,
    at: datetime,
    team: Team | None = None,
    shop: Shop | None = None,
    must_read: bool = False,
    confidentiality: int = 1,
    until: datetime | None = None,
) -> Notice:
    """Make something known to a team, to all who serve a shop, or (neither named) to everybody."""
    access.must_notify(by, team, shop, confidentiality)
    title, body = refuse_unstorable(title.strip(), "title"), refuse_unstorable(body.strip(), "body")
    if not title or not body:
        raise BadInput(_("A notice has a title and says something."), fields={"title": [_("Title and text, please.")]})
    if until is not None and until <= at:
        raise BadInput(_("This notice would be over already."), fields={"until": [_("Choose a later time.")]})
    with transaction.atomic():
        notice = Notice.objects.create(
            title=title, body=body, team=team, shop=shop, must_read=must_read, confidentiality=confidentiality,
            until=until, at=at, by_kind="person", by_id=by.pk, by_name=by.name,
        )  # fmt: skip
        change = {"title": title, "must_read": must_read, "team": team.name if team else None}
        record("desk.notice_written", subject=notice, by=by, shop=shop.pk if shop else None, change=change, at=at)
        if must_read:
            _ask_for_receipts(notice, by, at)
        ring(list(access.audience(notice).values_list("pk", flat=True)))
    return notice


def read_notice(notice: Notice, *, by: Person, at: datetime) -> bool:
    """Leave a receipt; returns False if there was one already. The last one wanted stops the notice's clock."""
    with transaction.atomic():
        _receipt, made = NoticeReceipt.objects.get_or_create(notice=notice, person=by, defaults={"at": at})
        if made:
            ring([by.pk])
            _see_reminder(notice, by, at)
            if notice.must_read and not queries.readers_wanted(notice).exists():
                meet_deadline(notice, queries.RECEIPTS, by=by, at=at)
    return made


def _see_reminder(notice: Notice, by: Person, at: datetime) -> None:
    """Who confirms what they were reminded of has seen the reminder too."""
    reminders = Notice.objects.filter(person=by, by_kind="system", url=reverse("notice", args=[notice.pk]))
    seen = [NoticeReceipt(notice=reminder, person=by, at=at) for reminder in reminders]
    NoticeReceipt.objects.bulk_create(seen, ignore_conflicts=True)


def _ask_for_receipts(notice: Notice, by: Person, at: datetime) -> None:
    """One clock for the notice, its writer's to watch; each reader sees it with the notice."""
    decision = house.confirmation(at, notice.until)
    if decision is None or not queries.readers_wanted(notice).exists():
        return
    due = datetime.fromisoformat(decision.outcome)
    keep(decision, subject=notice, by=by, shop=notice.shop_id, at=at)
    start_deadline(
        queries.RECEIPTS, notice, rule=decision.paths[0], allowed_seconds=int((due - at).total_seconds()),
        by=by, because=[reason.as_data() for reason in decision.because], owner=by, team=notice.team, shop=notice.shop,
        label=notice.title, url=reverse("notice", args=[notice.pk]),
        warn_seconds=int(house.warn_before(at).total_seconds()), at=at,
    )  # fmt: skip


def remind_readers(notice: Notice, *, at: datetime) -> list[Person]:
    """Tell those who have not confirmed that the time runs out; once for a notice, whoever sweeps."""
    with transaction.atomic():
        if not Notice.objects.filter(pk=notice.pk, reminded_at=None).update(reminded_at=at):
            return []
        late = list(queries.readers_wanted(notice))
        url = reverse("notice", args=[notice.pk])
        for person in late:
            with translation.override(person.language):
                title = _("Please confirm: %(title)s") % {"title": notice.title}
                notify(person, title, by=SYSTEM, url=url, shop=notice.shop, at=at)
        change = {"title": notice.title, "told": [person.name for person in late]}
        record("desk.notice_reminded", subject=notice, by=SYSTEM, shop=notice.shop_id, change=change, at=at)
    return late


def withdraw_notice(notice: Notice, *, by: Person, at: datetime) -> None:
    """From now on nobody is asked to read it; who read it before stays on record."""
    access.must_notify(by, notice.team, notice.shop, notice.confidentiality)
    with transaction.atomic():
        if notice.until is not None and notice.until <= at:
            raise Conflict(_("This notice is over already."))
        Notice.objects.filter(pk=notice.pk).update(until=at)
        cancel_deadlines(notice, by=by, kinds=[queries.RECEIPTS], reason="withdrawn", at=at)
        record("desk.notice_withdrawn", subject=notice, by=by, shop=notice.shop_id, change={"title": notice.title}, at=at)
        ring(list(access.audience(notice).values_list("pk", flat=True)))
