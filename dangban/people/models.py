"""Staff, the organisation, the shops that teams serve, and what each person may do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dangban.lib import clock
from dangban.lib.actor import Actor

if TYPE_CHECKING:
    from dangban.people.access import Scope


class Department(models.Model):
    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=60)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")

    def __str__(self) -> str:
        return self.name


class Shop(models.Model):
    """A shop as the unit that is served and seen; how it works is told by the room `shops`."""

    class Platform(models.TextChoices):
        TAOBAO = "taobao", _("Taobao")
        TMALL = "tmall", _("Tmall")
        JD = "jd", _("JD")
        PDD = "pdd", _("Pinduoduo")
        DOUYIN = "douyin", _("Douyin")
        OWN = "own", _("Own site")

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    platform = models.CharField(max_length=12, choices=Platform)
    brand = models.CharField(max_length=80, blank=True)
    opened_on = models.DateField()
    closed_on = models.DateField(null=True)

    def __str__(self) -> str:
        return self.name


class Team(models.Model):
    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=60)
    department = models.ForeignKey(Department, models.PROTECT, related_name="teams")
    shops: models.ManyToManyField[Shop, TeamShop] = models.ManyToManyField(
        Shop, through="TeamShop", related_name="teams"
    )

    def __str__(self) -> str:
        return self.name


class TeamShop(models.Model):
    """A team serves a shop."""

    team = models.ForeignKey(Team, models.PROTECT)
    shop = models.ForeignKey(Shop, models.PROTECT)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "shop"], name="team_serves_shop_once")]


class People(BaseUserManager["Person"]):
    def create_user(self, username: str, password: str | None = None, **fields: object) -> Person:
        person = self.model(username=username, **fields)
        person.set_password(password)
        person.save()
        return person

    def get_by_natural_key(self, username: str | None) -> Person:
        return self.get(username=username)


class Person(AbstractBaseUser):
    """Somebody who works here and may sign in."""

    class Level(models.TextChoices):
        TRAINEE = "trainee", _("Trainee")
        JUNIOR = "junior", _("Junior agent")
        MID = "mid", _("Agent")
        SENIOR = "senior", _("Senior agent")
        LEADER = "leader", _("Team leader")
        DEPUTY = "deputy", _("Deputy supervisor")
        SUPERVISOR = "supervisor", _("Supervisor")
        MANAGER = "manager", _("Manager")

    username = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=60)
    # The name customers see above this person's messages.
    service_name = models.CharField(max_length=40)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=20, blank=True)
    department = models.ForeignKey(Department, models.PROTECT, null=True, related_name="people")
    manager = models.ForeignKey("self", models.PROTECT, null=True, related_name="reports")
    level = models.CharField(max_length=12, choices=Level, default=Level.JUNIOR)
    hired_on = models.DateField(null=True)
    language = models.CharField(max_length=10, default="zh-hans")
    theme = models.CharField(max_length=10, default="auto")
    enter_sends = models.BooleanField(default=True)
    # How many conversations at once; empty means what the handbook says for everybody.
    chat_capacity = models.PositiveSmallIntegerField(null=True)
    must_change_password = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    # Raised whenever this person's rights change: tokens made before are refused.
    rights_version = models.PositiveIntegerField(default=1)

    objects = People()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = []

    def __str__(self) -> str:
        return self.name

    @property
    def actor(self) -> Actor:
        return Actor("person", self.pk, self.name)

    @property
    def scope(self) -> Scope:
        """For rooms below this one, which know a reader only by what they may see."""
        from dangban.people.access import scope

        return scope(self)

    def has_perm(self, permission: str, obj: object = None) -> bool:
        from dangban.people.access import may

        return may(self, permission, shop=obj if isinstance(obj, Shop) else None)

    def can(self, permission: str, *, shop: Shop | int | None = None) -> bool:
        """Whether a role grants `permission`, for this shop if one is given."""
        return self.has_perm(permission, shop) if isinstance(shop, Shop) else self._can(permission, shop)

    def _can(self, permission: str, shop_id: int | None) -> bool:
        from dangban.people.access import may

        return may(self, permission, shop=shop_id)


class TeamMembership(models.Model):
    """A person belongs to a team from a day on, until a day (exclusive) or still."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="memberships")
    team = models.ForeignKey(Team, models.PROTECT, related_name="memberships")
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "team"], condition=Q(until=None), name="one_open_membership"
            )
        ]


class Skill(models.Model):
    """What a person can do: a stage of service, a platform, a language."""

    class Kind(models.TextChoices):
        STAGE = "stage", _("Stage of service")
        PLATFORM = "platform", _("Platform")
        LANGUAGE = "language", _("Language")

    person = models.ForeignKey(Person, models.PROTECT, related_name="skills")
    kind = models.CharField(max_length=12, choices=Kind)
    value = models.CharField(max_length=40)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "kind", "value"], name="a_skill_once_per_person")
        ]


class Role(models.Model):
    """A named set of permissions; permissions are declared in code as `room.verb`."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=60)
    permissions = models.JSONField(default=list)
    # Every code it ever had: what a newer version adds beyond these is given once. Empty for roles of older databases.
    offered = models.JSONField(null=True)
    # The highest confidentiality level that its holders may read.
    clearance = models.PositiveSmallIntegerField(default=1)

    def __str__(self) -> str:
        return self.name


class RoleGrant(models.Model):
    """A person holds a role, for one team's shops, for one shop, or (neither named) for all shops."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="grants")
    role = models.ForeignKey(Role, models.PROTECT, related_name="grants")
    team = models.ForeignKey(Team, models.PROTECT, null=True)
    shop = models.ForeignKey(Shop, models.PROTECT, null=True)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    granted_by_id = models.BigIntegerField(null=True)


class OffBoarding(models.Model):
    """A person left: when, why, and who took over what was open."""

    person = models.OneToOneField(Person, models.PROTECT, related_name="off_boarding")
    at = models.DateTimeField()
    # The last day they were employed; the account may have been closed on a later one.
    last_day = models.DateField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    # Nobody, where nothing was open and nobody was named.
    handed_to = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=200)
    handed_over = models.JSONField(default=dict)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Where nobody says otherwise, the day on which the account was closed was the last."""
        if self.last_day is None:
            self.last_day = clock.business_day(self.at)
        super().save(*args, **kwargs)


class SignInAttempt(models.Model):
    """A try to sign in that failed; counted by the rule that pauses signing in."""

    username = models.CharField(max_length=40)
    address = models.GenericIPAddressField()
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["username", "at"]), models.Index(fields=["address", "at"])]


class LegalHold(models.Model):
    """Somebody must keep the data of this subject (a dispute, a court, an audit): erasure waits."""

    subject_kind = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    reason = models.CharField(max_length=300)
    since = models.DateTimeField()
    placed_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["subject_kind", "subject_id"], condition=Q(lifted_at=None), name="hold_open")
        ]


class DataRequest(models.Model):
    """A person asked for their data, or for its erasure; what was done about it."""

    class Kind(models.TextChoices):
        EXPORT = "export", _("A copy of the data")
        ERASURE = "erasure", _("Erasure")

    kind = models.CharField(max_length=10, choices=Kind)
    subject_kind = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    subject_label = models.CharField(max_length=120)
    reason = models.CharField(max_length=300)
    asked_at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    done_at = models.DateTimeField(null=True)
    refused_because = models.CharField(max_length=300, blank=True)
    counts = models.JSONField(default=dict)
