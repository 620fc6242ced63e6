"""Robots: added, changed, given up. Address and secret are sealed; the journal learns who, not what."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from dangban.journal.actions import record
from dangban.lib import clock
from dangban.lib.errors import BadInput
from dangban.lib.sealed import seal
from dangban.lib.text import refuse_unstorable
from dangban.people.models import Person, Shop, Team
from dangban.performance import access
from dangban.performance.models import Dispatch, Robot
from dangban.performance.robots.sending import PURPOSE, is_known


def keep(
    robot: Robot | None, *, kind: str, name: str, address: str, secret: str = "", team: Team | None = None, shop: Shop | None = None,
    is_active: bool = True, by: Person, at: datetime | None = None,
) -> Robot:  # fmt: skip
    """An empty address or secret leaves the one that is there."""
    access.must(by, access.ROBOTS)
    at = at or clock.now()
    name = refuse_unstorable(name.strip(), "name")[:60]
    address, secret = refuse_unstorable(address.strip(), "address"), refuse_unstorable(secret.strip(), "secret")
    faults: dict[str, list[str]] = {}
    if not name:
        faults["name"] = [_("Write which group the robot speaks in.")]
    if kind not in Robot.Kind.values:
        faults["kind"] = [_("Choose the platform.")]
    if (address and not is_known(address)) or (not address and robot is None):
        faults["address"] = [_("Copy the robot's whole address from DingTalk or WeCom; it begins with https://.")]
    if faults:
        raise BadInput(next(iter(faults.values()))[0], fields=faults)
    with transaction.atomic():
        kept = robot or Robot()
        kept.kind, kept.name, kept.team, kept.shop, kept.is_active = kind, name, team, shop, is_active
        kept.kept_at, kept.by_name = at, by.name
        kept.sealed_address = seal(address, PURPOSE) if address else kept.sealed_address
        kept.sealed_secret = seal(secret, PURPOSE) if secret else kept.sealed_secret
        kept.save()
        change = {"name": name, "kind": kind, "active": is_active, "key_changed": bool(address), "salt_changed": bool(secret)}
        record("performance.robot_kept", subject=kept, by=by, change=change, at=at)
    return kept


def drop(robot: Robot, *, by: Person, at: datetime | None = None) -> None:
    access.must(by, access.ROBOTS)
    with transaction.atomic():
        record("performance.robot_dropped", subject=robot, by=by, change={"name": robot.name}, at=at or clock.now())
        robot.delete()


def say_test(robot: Robot, *, by: Person, at: datetime | None = None) -> Dispatch:
    """Something short to see whether the group hears it."""
    access.must(by, access.ROBOTS)
    at = at or clock.now()
    text = _("A test from %(name)s: this group gets the daily report.") % {"name": by.name}
    key = f"test:{clock.to_ms(at)}"
    return Dispatch.objects.get_or_create(robot=robot, key=key, defaults={"title": _("Test"), "body": text, "made_at": at, "try_at": at})[0]
