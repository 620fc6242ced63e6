"""What is typed on the pages of staff and account."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from dangban.lib.fields import DayField
from dangban.people import permissions
from dangban.people.confidentiality import Confidentiality
from dangban.people.models import Department, Person, Role, Shop, Team


class Checks(forms.CheckboxSelectMultiple):
    """Choices to tick. The class is always there: templates are strict about what is missing."""

    def __init__(self, attrs: dict[str, Any] | None = None, choices: Any = ()) -> None:
        super().__init__({"class": "checks", **(attrs or {})}, choices)


def _active() -> QuerySet[Person]:
    return Person.objects.filter(is_active=True).order_by("name", "pk")


class PreferencesForm(forms.Form):
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    theme = forms.ChoiceField(
        label=_("Appearance"),
        choices=[
            ("auto", _("As the system")),
            ("light", pgettext_lazy("theme", "Light")),
            ("dark", pgettext_lazy("theme", "Dark")),
        ],
    )
    enter_sends = forms.BooleanField(
        label=_("Enter sends a message"),
        required=False,
        help_text=_("Shift+Enter then begins a new line. Without it, Ctrl+Enter sends."),
    )

    @staticmethod
    def of(person: Any) -> dict[str, Any]:
        assert isinstance(person, Person)
        return {"language": person.language, "theme": person.theme, "enter_sends": person.enter_sends}


class HireForm(forms.Form):
    username = forms.CharField(label=_("Username"), max_length=40, help_text=_("Small letters and digits; never changes."))
    name = forms.CharField(label=_("Name"), max_length=60)
    service_name = forms.CharField(label=_("Name shown to customers"), max_length=40, required=False)
    level = forms.ChoiceField(label=pgettext_lazy("person", "Level"), choices=Person.Level.choices, initial=Person.Level.JUNIOR)
    department = forms.ModelChoiceField(label=_("Department"), queryset=Department.objects.order_by("name"), required=False)
    manager = forms.ModelChoiceField(label=_("Reports to"), queryset=_active(), required=False)
    hired_on = DayField(label=_("Hired on"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


class PersonForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=60)
    service_name = forms.CharField(label=_("Name shown to customers"), max_length=40)
    level = forms.ChoiceField(label=pgettext_lazy("person", "Level"), choices=Person.Level.choices)
    department = forms.ModelChoiceField(label=_("Department"), queryset=Department.objects.order_by("name"), required=False)
    manager = forms.ModelChoiceField(label=_("Reports to"), queryset=_active(), required=False)
    hired_on = DayField(label=_("Hired on"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    phone = forms.CharField(label=_("New phone number"), max_length=20, required=False)
    chat_capacity = forms.IntegerField(
        label=_("Conversations at once"), min_value=0, max_value=99, required=False,
        help_text=_("Empty: what the handbook says for everybody."),
    )  # fmt: skip

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        self.person = person
        names = ("name", "service_name", "level", "department", "manager", "hired_on", "chat_capacity")
        kwargs["initial"] = {name: getattr(person, name) for name in names}
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        """The number is not shown in full here, so an empty field leaves it as it is."""
        cleaned = dict(super().clean() or {})
        if not cleaned.get("phone"):
            cleaned.pop("phone", None)
        return cleaned


class GrantForm(forms.Form):
    role = forms.ModelChoiceField(label=_("Role"), queryset=Role.objects.order_by("name"))
    team = forms.ModelChoiceField(label=_("For the shops of a team"), queryset=Team.objects.order_by("name"), required=False)
    shop = forms.ModelChoiceField(
        label=_("Or for one shop"), queryset=Shop.objects.order_by("name"), required=False,
        help_text=_("Neither: for all shops."),
    )  # fmt: skip


class MembershipForm(forms.Form):
    team = forms.ModelChoiceField(label=_("Team"), queryset=Team.objects.order_by("name"))


class SkillsForm(forms.Form):
    stage = forms.MultipleChoiceField(
        label=_("Serves"), required=False, widget=Checks,
        choices=[
            ("presale", _("before the sale")), ("aftersale", _("after the sale")),
            ("orders", _("orders")), ("fieldservice", _("field service")),
        ],
    )  # fmt: skip
    platform = forms.MultipleChoiceField(
        label=_("Platforms"), required=False, widget=Checks, choices=Shop.Platform.choices
    )
    language = forms.MultipleChoiceField(
        label=_("Languages"), required=False, widget=Checks,
        choices=[("zh", _("Chinese")), ("yue", _("Cantonese")), ("en", _("English"))],
    )  # fmt: skip

    @staticmethod
    def of(person: Person) -> dict[str, list[str]]:
        held: dict[str, list[str]] = {}
        for kind, value in person.skills.values_list("kind", "value"):
            held.setdefault(kind, []).append(value)
        return held

    @classmethod
    def spoken(cls, person: Person) -> list[str]:
        """The skills somebody has, in words."""
        held = cls.of(person)
        fields = cls().fields
        return [
            str(label) for kind, field in fields.items() for value, label in field.choices if value in held.get(kind, ())  # type: ignore[attr-defined]
        ]


class LeaveForm(forms.Form):
    to = forms.ModelChoiceField(label=_("Open work goes to"), queryset=Person.objects.none())
    last_day = DayField(
        label=_("Last day of work"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), help_text=_("Empty: today."),
    )  # fmt: skip
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def __init__(self, *args: Any, leaving: Person, must_name: bool, else_to: Person | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = _active().exclude(pk=leaving.pk)  # type: ignore[attr-defined]
        self.fields["to"].required = must_name
        if else_to is not None:
            self.fields["to"].help_text = gettext("Nobody named: it goes to %(name)s.") % {"name": else_to.name}


class RoleForm(forms.Form):
    clearance = forms.TypedChoiceField(label=_("May read up to"), coerce=int, choices=Confidentiality.choices)
    permissions = forms.MultipleChoiceField(label=_("May do"), required=False, widget=Checks)

    def __init__(self, *args: Any, role: Role, **kwargs: Any) -> None:
        kwargs["initial"] = {"clearance": role.clearance, "permissions": role.permissions}
        super().__init__(*args, **kwargs)
        choices = [(code, gettext(str(label))) for code, label in permissions.declared().items()]
        self.fields["permissions"].choices = choices  # type: ignore[attr-defined]


class DepartmentForm(forms.Form):
    code = forms.SlugField(label=_("Department code"), max_length=40, help_text=_("Small letters and dashes; never changes."))
    name = forms.CharField(label=_("Name of the department"), max_length=60)


class TeamForm(forms.Form):
    code = forms.SlugField(label=_("Team code"), max_length=40, help_text=_("Small letters and dashes; never changes."))
    name = forms.CharField(label=_("Name of the team"), max_length=60)
    department = forms.ModelChoiceField(label=_("Department"), queryset=Department.objects.order_by("name"))


class TeamShopsForm(forms.Form):
    shops = forms.ModelMultipleChoiceField(
        label=_("Serves these shops"), queryset=Shop.objects.order_by("name"), required=False,
        widget=Checks,
    )  # fmt: skip

    def __init__(self, *args: Any, team: Team, **kwargs: Any) -> None:
        kwargs["initial"] = {"shops": list(team.shops.values_list("pk", flat=True))}
        super().__init__(*args, **kwargs)


class RevealForm(forms.Form):
    reason = forms.CharField(label=_("What you need it for"), max_length=200)


class DataForm(forms.Form):
    reason = forms.CharField(label=_("Who asked, when and how"), max_length=300)
