"""The application at DingTalk: its secret kept sealed, its interface asked for the last days."""

from __future__ import annotations

from datetime import datetime, timedelta

import httpx
from django.db import transaction
from django.utils.translation import gettext as _

from dangban.attendance import access
from dangban.attendance.dingtalk import taking
from dangban.attendance.dingtalk.client import CONNECTORS, Connector, Failed, Key
from dangban.attendance.models import DingTalkApp, DingTalkUser
from dangban.journal.actions import record
from dangban.lib import clock
from dangban.lib.actor import SYSTEM
from dangban.lib.errors import BadInput
from dangban.lib.sealed import seal, unseal
from dangban.lib.text import refuse_unstorable
from dangban.people.models import Person

PURPOSE = "attendance.dingtalk.1"
CODE = "dingtalk"
# Punches are corrected in DingTalk for some days: so far back it is asked again.
BACK = timedelta(days=3)


def keep(app_key: str, secret: str, *, asks: bool, by: Person, at: datetime | None = None) -> DingTalkApp:
    """Keep the application; an empty secret leaves the one that is there. The journal learns who, not what."""
    access.must_import(by)
    at = at or clock.now()
    app_key, secret = refuse_unstorable(app_key.strip(), "app_key")[:80], refuse_unstorable(secret.strip(), "secret")
    with transaction.atomic():
        there = DingTalkApp.objects.select_for_update().filter(code=CODE).first()
        faults = {}
        if not app_key:
            faults["app_key"] = [_("Write the AppKey of your application.")]
        if not secret and there is None:
            faults["secret"] = [_("Write the AppSecret of your application.")]
        if faults:
            raise BadInput(next(iter(faults.values()))[0], fields=faults)
        values = {"app_key": app_key, "asks": asks, "kept_at": at, "by_name": by.name, "failed": ""}
        values |= {"sealed_secret": seal(secret, PURPOSE)} if secret else {}
        app, _made = DingTalkApp.objects.update_or_create(code=CODE, defaults=values)
        change = {"app_key": app_key, "asks": asks, "secret_changed": bool(secret)}
        record("attendance.app_kept", subject=app, by=by, change=change, at=at)
    return app


def drop(app: DingTalkApp, *, by: Person, at: datetime | None = None) -> None:
    access.must_import(by)
    with transaction.atomic():
        record("attendance.app_dropped", subject=app, by=by, change={"app_key": app.app_key}, at=at or clock.now())
        app.delete()


def ask(at: datetime) -> dict[str, int] | None:
    app = DingTalkApp.objects.filter(asks=True).first()
    if app is None:
        return None
    with httpx.Client() as client:
        return ask_with(app, CONNECTORS[CODE], at, client)


def ask_with(app: DingTalkApp, connector: Connector, at: datetime, client: httpx.Client) -> dict[str, int] | None:
    """Fetch the last days of everybody who is matched. What fails is kept with the application, to be seen."""
    users = list(DingTalkUser.objects.filter(person__isnull=False, ignored=False).values_list("user_id", flat=True))
    today = clock.business_day(at)
    first = min(app.asked_until or today, today) - BACK
    key = Key(app.app_key, unseal(app.sealed_secret, PURPOSE))
    try:
        taken = connector.fetch(users, first, today, key, client) if users else taking.Taken()
    except Failed as wrong:
        DingTalkApp.objects.filter(pk=app.pk).update(asked_at=at, failed=str(wrong)[:200])
        return None
    with transaction.atomic():
        new = taking.write(taken, taking.people_of(users), by=SYSTEM, at=at)
        DingTalkApp.objects.filter(pk=app.pk).update(asked_at=at, asked_until=today, failed="")
    return new
