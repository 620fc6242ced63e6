"""Writing, retiring and using scripts."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from dangban.journal.actions import record
from dangban.knowledge import access, rules
from dangban.knowledge.models import Script, ScriptUse
from dangban.lib import clock
from dangban.lib.errors import BadInput, Conflict, NotAllowed
from dangban.lib.text import normalise, refuse_unstorable
from dangban.media.models import Use
from dangban.orders.models import Order
from dangban.people.models import Person, Shop, Team

LONGEST_BODY = 2000
CHANGEABLE = frozenset({"stage", "title", "body", "shop", "image", "expires_on", "team"})


def write_script(
    *,
    by: Person,
    scope: str,
    stage: str,
    title: str,
    body: str,
    team: Team | None = None,
    shop: Shop | None = None,
    image: Use | None = None,
    expires_on: date | None = None,
    at: datetime | None = None,
) -> Script:
    """Keep a script for oneself, a team or the company."""
    at = at or clock.now()
    if scope not in Script.Scope.values:
        raise _bad("scope", _("Choose for whom the script is."))
    if scope == Script.Scope.TEAM and team is None:
        raise _bad("team", _("Say which team it is for."))
    team = team if scope == Script.Scope.TEAM else None
    if not access.may_write(by, scope, team.pk if team else None, shop.pk if shop else None):
        raise NotAllowed(_("You can write scripts for yourself only."))
    script = Script(
        scope=scope, owner=by, team=team, shop=shop, stage=stage, title=title, body=body, image=image,
        expires_on=expires_on, created_at=at, updated_at=at,
    )  # fmt: skip
    _check(script)
    with transaction.atomic():
        script.save()
        _journal("written", script, by, at)
    return script


def rewrite_script(script: Script, *, by: Person, at: datetime | None = None, **changes: Any) -> Script:
    """Change a script; uses counted so far stay with it."""
    at = at or clock.now()
    _may_edit(script, by)
    unknown = set(changes) - CHANGEABLE
    if unknown:
        raise TypeError(f"a script's {', '.join(sorted(unknown))} can't be changed")
    with transaction.atomic():
        held = Script.objects.select_for_update().get(pk=script.pk)
        before = {name: str(getattr(held, name)) for name in changes}
        for name, value in changes.items():
            setattr(held, name, value)
        held.updated_at = at
        _check(held)
        held.save()
        change = {name: [before[name], str(getattr(held, name))] for name in changes}
        _journal("rewritten", held, by, at, change)
    return held


def retire_script(script: Script, *, by: Person, at: datetime | None = None) -> Script:
    """Nobody is offered it any more; what was said with it stays counted."""
    at = at or clock.now()
    _may_edit(script, by)
    with transaction.atomic():
        if not Script.objects.filter(pk=script.pk, retired_at=None).update(retired_at=at, updated_at=at):
            raise Conflict(_("This script has been retired already."))
        _journal("retired", script, by, at)
    script.refresh_from_db()
    return script


def use_script(
    script: Script | int,
    *,
    by: Person,
    thread_id: int,
    message_seq: int,
    customer_id: int,
    shop: Shop,
    at: datetime | None = None,
) -> ScriptUse | None:
    """Count that a script was said, once per line; None if there is no such script."""
    at = at or clock.now()
    script_id = script if isinstance(script, int) else script.pk
    with transaction.atomic():
        if not access.visible_scripts(by).filter(pk=script_id).exists():
            return None
        use, made = ScriptUse.objects.get_or_create(
            thread_id=thread_id,
            message_seq=message_seq,
            defaults={"script_id": script_id, "person": by, "shop": shop, "customer_id": customer_id, "at": at},
        )
        if made:
            Script.objects.filter(pk=script_id).update(uses=F("uses") + 1)
    return use


def settle_uses(at: datetime, within: timedelta, limit: int = 500) -> int:
    """See which uses were followed by a payment of that customer in that shop within the given time."""
    settled = 0
    rows = ScriptUse.objects.filter(converted_at=None, at__gte=at - within - timedelta(days=3)).order_by("pk")
    for use in rows[:limit]:
        order = (
            Order.objects.filter(customer=use.customer_id, shop=use.shop_id, paid_at__gte=use.at)
            .filter(paid_at__lt=use.at + within)
            .order_by("paid_at", "pk")
            .first()
        )
        if order is not None:
            settled += ScriptUse.objects.filter(pk=use.pk, converted_at=None).update(
                order_id=order.pk, converted_at=order.paid_at
            )
    return settled


def keys_of(title: str) -> str:
    """Pinyin initials and full pinyin of a title: ``fhsj fahuoshijian``."""
    folded = normalise(title)
    # Its dictionary takes a quarter of a second and some megabytes: only who writes scripts needs it.
    from pypinyin import Style, lazy_pinyin

    initials = "".join(lazy_pinyin(folded, style=Style.FIRST_LETTER))
    full = "".join(lazy_pinyin(folded))
    words = ["".join(word.split()) for word in (initials, full)]
    return " ".join(dict.fromkeys(word for word in words if word))[:300]


def _check(script: Script) -> None:
    script.title = refuse_unstorable(script.title.strip(), "title")
    script.body = refuse_unstorable(script.body.strip(), "body")
    if not script.title or len(script.title) > 60:
        raise _bad("title", _("A title has 1 to 60 characters."))
    if not script.body or len(script.body) > LONGEST_BODY:
        raise _bad("body", _("A script has 1 to %(most)s characters.") % {"most": LONGEST_BODY})
    if script.stage not in Script.Stage.values:
        raise _bad("stage", _("Choose a stage."))
    strange = rules.unknown_variables(script.body)
    if strange:
        known = "、".join(f"{{{said}}}" for said in rules.VARIABLES.values())
        message = _("%(strange)s can't be filled in. Known are: %(known)s.")
        raise _bad("body", message % {"strange": "、".join(f"{{{name}}}" for name in strange), "known": known})
    script.keys = keys_of(script.title)


def _may_edit(script: Script, by: Person) -> None:
    if not access.may_edit(by, script):
        raise NotAllowed(_("This script is somebody else's."))


def _journal(verb: str, script: Script, by: Person, at: datetime, change: dict[str, Any] | None = None) -> None:
    shown = change or {"title": script.title, "scope": script.scope, "stage": script.stage}
    record(f"knowledge.script_{verb}", subject=script, by=by, shop=script.shop_id, change=shown, at=at)


def _bad(field: str, message: str) -> BadInput:
    return BadInput(message, fields={field: [message]})
