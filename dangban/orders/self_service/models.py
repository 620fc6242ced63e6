"""Signed links by which customers open their order."""

from __future__ import annotations

from django.db import models

from dangban.people.models import Person


class OrderLink(models.Model):
    """A link to one order (自助链接): it ends by itself, and can be taken back."""

    order = models.ForeignKey("orders.Order", models.PROTECT, related_name="self_service_links")
    made_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    until = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    opened = models.PositiveIntegerField(default=0)
    last_opened_at = models.DateTimeField(null=True)
    # Wrong ends of the phone number since the last right one, and until when no further one is heard.
    wrong = models.PositiveSmallIntegerField(default=0)
    closed_until = models.DateTimeField(null=True)
    # What the customer sent in the hour that began then.
    sent = models.PositiveSmallIntegerField(default=0)
    sent_since = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["order", "-made_at"], name="link_of_order")]
