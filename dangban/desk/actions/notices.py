"""Notices: what a person, a team, a shop or everybody is to know, and who has read it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from dangban.desk import access
from dangban.desk.actions.deadlines import ring
from dangban.desk.models import Notice, NoticeReceipt
from dangban.journal.actions import HasActor, record
from dangban.lib import clock
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
    at: datetime | None = None,
) -> list[Notice]:
    """Tell each of these people something that concerns them; it waits in their inbox until seen."""
    at = at or clock.now()
    recipients = [people] if isinstance(people, Person) else list(dict.fromkeys(people))
    actor = by.actor
    notices = [
        Notice(
            title=title[:200], body=body, person=person, shop=shop, url=url, at=at,
            by_kind=actor.kind, by_id=actor.id, by_name=actor.name,
        )
        for person in recipients
    ]  # fmt: skip
    Notice.objects.bulk_create(notices)
    if recipients:
        ring([person.pk for person in recipients])
    return notices


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
        ring(list(access.audience(notice).values_list("pk", flat=True)))
    return notice


def read_notice(notice: Notice, *, by: Person, at: datetime) -> bool:
    """Leave a receipt; returns False if there was one already."""
    _receipt, made = NoticeReceipt.objects.get_or_create(notice=notice, person=by, defaults={"at": at})
    if made:
        ring([by.pk])
    return made


def withdraw_notice(notice: Notice, *, by: Person, at: datetime) -> None:
    """From now on nobody is asked to read it; who read it before stays on record."""
    access.must_notify(by, notice.team, notice.shop, notice.confidentiality)
    with transaction.atomic():
        if notice.until is not None and notice.until <= at:
            raise Conflict(_("This notice is over already."))
        Notice.objects.filter(pk=notice.pk).update(until=at)
        record("desk.notice_withdrawn", subject=notice, by=by, shop=notice.shop_id, change={"title": notice.title}, at=at)
        ring(list(access.audience(notice).values_list("pk", flat=True)))
