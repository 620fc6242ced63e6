"""Scripts (话术): what to say, for whom, at which stage, and how well it works."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from dangban.people.models import Person, Shop, Team


class Script(models.Model):
    class Scope(models.TextChoices):
        PERSONAL = "personal", _("Mine")
        TEAM = "team", _("Team")
        COMPANY = "company", _("Company")

    class Stage(models.TextChoices):
        GREETING = "greeting", _("Greeting")
        NEED = "need", _("Finding the need")
        RECOMMENDATION = "recommendation", _("Recommendation")
        OBJECTION = "objection", _("Objection")
        PAYMENT = "payment", _("Payment prompt")
        FAREWELL = "farewell", _("Farewell")
        LOGISTICS = "logistics", _("Where is my parcel")
        RETURN = "return", _("Return and exchange")
        QUALITY = "quality", _("Quality problem")
        SOOTHING = "soothing", _("Soothing")

    scope = models.CharField(max_length=10, choices=Scope)
    owner = models.ForeignKey(Person, models.PROTECT, null=True, related_name="scripts")
    team = models.ForeignKey(Team, models.PROTECT, null=True)
    shop = models.ForeignKey(Shop, models.PROTECT, null=True)
    stage = models.CharField(max_length=16, choices=Stage)
    title = models.CharField(max_length=60)
    body = models.TextField()
    image = models.ForeignKey("media.Use", models.PROTECT, null=True)
    # Pinyin initials and full pinyin of the title, for typing after "/".
    keys = models.CharField(max_length=300)
    expires_on = models.DateField(null=True)
    retired_at = models.DateTimeField(null=True)
    uses = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.title


class ScriptUse(models.Model):
    """A script was sent to a customer; whether they bought afterwards is settled later."""

    script = models.ForeignKey(Script, models.PROTECT, related_name="use_rows")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+")
    customer_id = models.BigIntegerField()
    thread_id = models.BigIntegerField()
    message_seq = models.BigIntegerField()
    at = models.DateTimeField()
    order_id = models.BigIntegerField(null=True)
    converted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["thread_id", "message_seq"], name="script_use_once")]
        indexes = [models.Index(fields=["customer_id", "at"]), models.Index(fields=["script", "at"])]
