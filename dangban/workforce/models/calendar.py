"""Days that are not what their weekday says, and the addresses under which people take their duty along."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from dangban.people.models import Person


class Holiday(models.Model):
    """A day whose kind differs from its weekday's; weekdays and weekends without a row are what they are."""

    class Kind(models.TextChoices):
        # 法定节假日: who works is paid threefold, and no rest day later makes up for it.
        STATUTORY = "statutory", _("Statutory holiday")
        OFF = "off", _("Day off")
        # 调休上班: a weekend that is worked for a longer holiday.
        WORKDAY = "workday", _("Make-up workday")

    class Source(models.TextChoices):
        CALENDAR = "calendar", _("State calendar")
        HAND = "hand", _("Entered by hand")

    day = models.DateField(unique=True)
    kind = models.CharField(max_length=10, choices=Kind)
    name = models.CharField(max_length=40, blank=True)
    source = models.CharField(max_length=10, choices=Source, default=Source.HAND)


class CalendarFeed(models.Model):
    """The serial of a person's calendar address; raised, the addresses given out before are dead."""

    person = models.OneToOneField(Person, models.PROTECT, primary_key=True, related_name="calendar_feed")
    serial = models.PositiveIntegerField(default=1)
