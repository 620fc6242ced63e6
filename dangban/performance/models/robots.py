"""Group robots of DingTalk and WeCom, and what they were given to say."""

from __future__ import annotations

from django.db import models
from django.utils.translation import pgettext_lazy

from dangban.people.models import Shop, Team


class Robot(models.Model):
    class Kind(models.TextChoices):
        DINGTALK = "dingtalk", pgettext_lazy("robot", "DingTalk")
        WECOM = "wecom", pgettext_lazy("robot", "WeCom")

    kind = models.CharField(max_length=10, choices=Kind)
    name = models.CharField(max_length=60)
    # Address with its token, and the signing secret: sealed.
    sealed_address = models.TextField()
    sealed_secret = models.TextField(blank=True)
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="+")
    shop = models.ForeignKey(Shop, models.PROTECT, null=True, related_name="+")
    is_active = models.BooleanField(default=True)
    # The platform blocks a robot that says too much; until then it keeps silent.
    blocked_until = models.DateTimeField(null=True)
    kept_at = models.DateTimeField()
    by_name = models.CharField(max_length=120)


class Dispatch(models.Model):
    """Something to be said by a robot, once: the key is the report and its day."""

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("robot", "Waiting")
        SENT = "sent", pgettext_lazy("robot", "Sent")
        FAILED = "failed", pgettext_lazy("robot", "Failed")

    robot = models.ForeignKey(Robot, models.CASCADE, related_name="dispatches")
    key = models.CharField(max_length=80)
    title = models.CharField(max_length=120)
    body = models.TextField()
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    made_at = models.DateTimeField()
    try_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["robot", "key"], name="a_report_once")]
        indexes = [models.Index(fields=["state", "try_at"])]
