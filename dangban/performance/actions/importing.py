"""Figures of another tool: tried first, then taken; a file once; taken back as a whole."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from dangban.journal.actions import record
from dangban.lib import clock
from dangban.lib.errors import BadInput, Conflict, NotAllowed, Refused
from dangban.lib.text import refuse_unstorable
from dangban.people.models import Person, Shop
from dangban.performance import access
from dangban.performance.figures import people, reading
from dangban.performance.models import Card, FigureImport, ImportedFigure, Nick


@dataclass(frozen=True, slots=True)
class Trial:
    """What a file holds and what would come of it."""

    run: FigureImport
    report: reading.Report
    behind: dict[str, int | None]

    @property
    def unmatched(self) -> list[str]:
        return sorted(nick for nick, person in self.behind.items() if person is None)

    @property
    def matched(self) -> int:
        return sum(1 for row in self.report.rows if self.behind.get(row.nick) is not None)


def try_out(data: bytes, name: str, shop: Shop, *, by: Person, first: date | None = None, last: date | None = None, at: datetime | None = None) -> FigureImport:
    """Read a file and keep it till it is taken; nothing counts yet. The same file again is the same trial."""
    _may(by, shop)
    at = at or clock.now()
    report = reading.read(data, name, first, last)
    digest = hashlib.sha256(data).hexdigest()
    there = FigureImport.objects.filter(digest=digest, shop=shop, undone_at=None).first()
    if there is not None and there.taken_at is not None:
        raise Refused(_("This file was taken in on %(day)s.") % {"day": f"{clock.local(there.taken_at):%Y-%m-%d}"}, code="known")
    run = there or FigureImport(digest=digest, shop=shop)
    run.file_name, run.tool, run.first, run.last, run.rows = name[:200], report.tool, report.first, report.last, len(report.rows)
    run.content, run.by, run.at = data, by, at
    try:
        with transaction.atomic():
            run.save()
    except IntegrityError:
        return FigureImport.objects.get(digest=digest, shop=shop, undone_at=None)
    return run


def trial(run: FigureImport) -> Trial:
    """The trial as it stands now: names that were matched meanwhile are."""
    if run.content is None:
        raise Refused(_("The file is no longer kept. Load it again."), code="gone")
    report = reading.read(bytes(run.content), run.file_name, run.first, run.last)
    return Trial(run, report, people.behind({row.nick for row in report.rows}, run.shop, run.first, run.last))


def take(run: FigureImport, *, by: Person, at: datetime | None = None) -> int:
    """Take over the rows whose person is known; how many figures. Figures of the same days from another file are told, not doubled."""
    _may(by, run.shop)
    at = at or clock.now()
    with transaction.atomic():
        # Two files of the same days, taken at once, would each not see the other.
        Shop.objects.select_for_update(no_key=True).get(pk=run.shop_id)
        run = FigureImport.objects.select_for_update(of=("self",)).select_related("shop").get(pk=run.pk)
        if run.taken_at is not None:
            return 0
        tried = trial(run)
        _must_be_new(tried)
        made = [
            ImportedFigure(
                run=run, person_id=person, shop=run.shop, first=row.first, last=row.last, measure=one.measure,
                numerator=one.numerator, denominator=one.denominator, value=one.value, line=row.line,
            )
            for row in tried.report.rows if (person := tried.behind[row.nick]) is not None for one in row.figures
        ]  # fmt: skip
        if not made:
            raise Refused(_("Nobody is known behind these accounts. Say first who they are."), code="nobody")
        ImportedFigure.objects.bulk_create(made, batch_size=500)
        run.taken_at, run.content = at, None
        run.save()
        record("performance.imported", subject=run, by=by, shop=run.shop_id, change={"file": run.file_name, "rows": tried.matched}, at=at)
    return len(made)


def undo(run: FigureImport, *, by: Person, at: datetime | None = None) -> None:
    """Take back a file as a whole, as long as no final card rests on its month."""
    _may(by, run.shop)
    at = at or clock.now()
    with transaction.atomic():
        run = FigureImport.objects.select_for_update(of=("self",)).select_related("shop").get(pk=run.pk)
        if run.undone_at is not None:
            return
        people_there = run.figures.values("person")
        if Card.objects.filter(person__in=people_there, source="chitu", state=Card.State.FINAL, month__gte=run.first.replace(day=1), month__lte=run.last).exists():
            raise Refused(_("A final scorecard rests on these figures; they can't be taken back any more."), code="final")
        run.undone_at, run.content = at, None
        run.save()
        record("performance.import_undone", subject=run, by=by, shop=run.shop_id, change={"file": run.file_name}, at=at)


def keep_nick(name: str, person: Person, since: date, *, by: Person, kind: str = Nick.Kind.ACCOUNT, at: datetime | None = None) -> Nick:
    """Say who stands behind an account or a staff number from a day on; who did before, did until then."""
    access.must(by, access.IMPORT)
    access.must_for(by, person, access.IMPORT)
    at = at or clock.now()
    name = refuse_unstorable(name.strip(), "name")[:80]
    if not name:
        raise BadInput(_("Write the account or number."), fields={"name": [_("Write the account or number.")]})
    with transaction.atomic():
        before = Nick.objects.select_for_update().filter(kind=kind, name=name, until=None).first()
        if before is not None and before.person_id == person.pk:
            return before
        if before is not None:
            if since <= before.since:
                before.delete()
            else:
                before.until = since
                before.save()
        try:
            with transaction.atomic():
                nick = Nick.objects.create(kind=kind, name=name, person=person, since=since)
        except IntegrityError as error:
            raise Conflict(_("Somebody has just said who this account is. Look at it as it is now.")) from error
        record("performance.nick_kept", subject=person, by=by, change={"nick": name, "since": since.isoformat()}, at=at)
    return nick


def _must_be_new(tried: Trial) -> None:
    """Two files of the same days would count a person twice."""
    there = ImportedFigure.objects.filter(
        run__undone_at=None, run__shop=tried.run.shop, first__lte=tried.run.last, last__gte=tried.run.first,
        person__in=[person for person in tried.behind.values() if person is not None],
        measure__in={one.measure for row in tried.report.rows for one in row.figures},
    ).select_related("run").first()  # fmt: skip
    if there is not None:
        raise Refused(_("%(file)s holds figures of the same people and days. Take that one back first.") % {"file": there.run.file_name}, code="twice")


def _may(by: Person, shop: Shop) -> None:
    if not by.can(access.IMPORT, shop=shop):
        raise NotAllowed(_("Importing figures of this shop is not your work here."))
