"""Saying what waits: each robot at most so often a minute, each message once, again later when nobody answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
from django.conf import settings
from django.utils.translation import gettext as _

from dangban.lib import clock
from dangban.lib.sealed import unseal
from dangban.performance.models import Dispatch, Robot
from dangban.performance.robots import signing

PURPOSE = "performance.robot.1"
HOSTS = frozenset({"oapi.dingtalk.com", "qyapi.weixin.qq.com"})
# What both platforms allow; above it they silence the robot for ten minutes.
A_MINUTE = 20
BLOCKED_FOR = timedelta(minutes=10)
TOO_OFTEN = frozenset({130101, 45009, 660026})
MOST_TRIES = 6
_LEASE = timedelta(minutes=2)
_TIMEOUT = httpx.Timeout(10.0, connect=5.0)

Post = Callable[[str, dict[str, Any]], Any]


def send_due(at: datetime, post: Post | None = None) -> int:
    """Say what is due; how many were said. Several servers may do so at once: a row is taken before it is said."""
    sent = 0
    for robot in Robot.objects.filter(is_active=True).exclude(blocked_until__gt=at):
        room = A_MINUTE - Dispatch.objects.filter(robot=robot, sent_at__gt=at - timedelta(minutes=1)).count()
        waiting = Dispatch.objects.filter(robot=robot, state=Dispatch.State.WAITING, try_at__lte=at).order_by("try_at", "pk")
        for dispatch in waiting[: max(0, room)]:
            taken = Dispatch.objects.filter(pk=dispatch.pk, state=Dispatch.State.WAITING, try_at=dispatch.try_at)
            if taken.update(try_at=at + _LEASE, tries=dispatch.tries + 1):
                sent += _say(robot, dispatch, dispatch.tries + 1, at, post or _post)
            if robot.blocked_until is not None and robot.blocked_until > at:
                break
    return sent


def is_known(address: str) -> bool:
    """Only the platforms themselves, and hosts that the installation names, are ever written to."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    own = frozenset(getattr(settings, "ROBOT_HOSTS", ()))
    return (parts.scheme == "https" and parts.hostname in HOSTS) or (parts.scheme in ("http", "https") and parts.netloc in own)


def _say(robot: Robot, dispatch: Dispatch, tries: int, at: datetime, post: Post) -> int:
    address = unseal(robot.sealed_address, PURPOSE)
    secret = unseal(robot.sealed_secret, PURPOSE) if robot.sealed_secret else ""
    if not is_known(address):
        return _failed(dispatch, MOST_TRIES, at, _("The robot's address can't be read any more; write it again."))
    url = signing.signed(address, secret, clock.to_ms(at)) if robot.kind == Robot.Kind.DINGTALK else address
    try:
        answer = post(url, signing.body(robot.kind, dispatch.title, dispatch.body))
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):
        # The address holds the key: it is named nowhere.
        return _failed(dispatch, tries, at, _("No answer."))
    code = answer.get("errcode") if isinstance(answer, dict) else None
    if code == 0:
        Dispatch.objects.filter(pk=dispatch.pk).update(state=Dispatch.State.SENT, sent_at=at, answer="")
        return 1
    if code in TOO_OFTEN:
        robot.blocked_until = at + BLOCKED_FOR
        Robot.objects.filter(pk=robot.pk).update(blocked_until=robot.blocked_until)
        Dispatch.objects.filter(pk=dispatch.pk).update(try_at=robot.blocked_until, answer=_("Too much in a minute; silent for ten."))
        return 0
    said = str(answer.get("errmsg", "")) if isinstance(answer, dict) else ""
    return _failed(dispatch, tries, at, said or _("No answer."))


def _failed(dispatch: Dispatch, tries: int, at: datetime, why: str) -> int:
    again = at + timedelta(minutes=2**tries)
    state = Dispatch.State.FAILED if tries >= MOST_TRIES else Dispatch.State.WAITING
    Dispatch.objects.filter(pk=dispatch.pk).update(state=state, try_at=again, answer=why[:300])
    return 0


def _post(url: str, body: dict[str, Any]) -> Any:
    answered = httpx.post(url, json=body, timeout=_TIMEOUT, follow_redirects=False)
    answered.raise_for_status()
    return answered.json()
