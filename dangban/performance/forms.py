"""What people type about figures."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dangban.lib.fields import DayField
from dangban.people.models import Person, Shop, Team
from dangban.performance import access
from dangban.performance.actions.notes import TARGETED
from dangban.performance.measures import MEASURES
from dangban.performance.models import Robot


def _day() -> forms.DateInput:
    # What a browser takes for a day, whatever the reader's language writes.
    return forms.DateInput({"type": "date"}, format="%Y-%m-%d")


class GiveForm(forms.Form):
    points = forms.DecimalField(label=pgettext_lazy("scorecard", "Points"), min_value=0, max_value=100, max_digits=5, decimal_places=2)
    note = forms.CharField(label=pgettext_lazy("scorecard", "Why"), max_length=200, required=False)


class DisputeForm(forms.Form):
    measure = forms.ChoiceField(label=_("Which item"), required=False)
    text = forms.CharField(label=pgettext_lazy("scorecard", "What is wrong"), max_length=500, widget=forms.Textarea({"rows": 3}))

    def __init__(self, codes: list[str], *args: object, **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        self.fields["measure"].choices = [("", _("The card as a whole")), *((code, str(MEASURES[code].label)) for code in codes if code in MEASURES)]  # type: ignore[attr-defined]


class AnswerForm(forms.Form):
    upheld = forms.ChoiceField(label=_("Is the objection right?"), choices=(("no", _("No, the card stands")), ("yes", _("Yes, it is put right"))), widget=forms.RadioSelect)
    words = forms.CharField(label=pgettext_lazy("scorecard", "Why"), max_length=500, widget=forms.Textarea({"rows": 3}))


class CoachForm(forms.Form):
    text = forms.CharField(label=_("What you agreed"), max_length=1000, widget=forms.Textarea({"rows": 3}))


class TargetForm(forms.Form):
    person = forms.ModelChoiceField(Person.objects.none(), label=pgettext_lazy("target", "Person"), required=False, empty_label="–")
    team = forms.ModelChoiceField(Team.objects.none(), label=pgettext_lazy("target", "or team"), required=False, empty_label="–")
    shop = forms.ModelChoiceField(Shop.objects.none(), label=pgettext_lazy("target", "or shop"), required=False, empty_label="–")
    measure = forms.ChoiceField(label=pgettext_lazy("target", "Figure"))
    amount = forms.DecimalField(label=_("To reach in the month (yuan or number)"), min_value=0, max_digits=12, decimal_places=2)

    def __init__(self, reader: Person, *args: object, **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        people = access.visible_people(reader, access.MANAGE).filter(is_active=True).order_by("name", "pk")
        self.fields["person"].queryset = people  # type: ignore[attr-defined]
        self.fields["team"].queryset = access.visible_teams(reader, access.MANAGE)  # type: ignore[attr-defined]
        self.fields["shop"].queryset = access.visible_shops(reader, access.MANAGE)  # type: ignore[attr-defined]
        self.fields["measure"].choices = [(code, str(MEASURES[code].label)) for code in TARGETED]  # type: ignore[attr-defined]


    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        whose = [given[name] for name in ("person", "team", "shop") if given.get(name)]
        if len(whose) != 1:
            self.add_error("person", _("Choose one: a person, a team or a shop."))
        return given | {"of": whose[0] if len(whose) == 1 else None}


class ImportForm(forms.Form):
    file = forms.FileField(label=_("Report of the tool"))
    shop = forms.ModelChoiceField(Shop.objects.none(), label=_("Shop"), empty_label=None)
    first = DayField(label=_("First day"), required=False, widget=_day())
    last = DayField(label=_("Last day"), required=False, widget=_day())

    def __init__(self, reader: Person, *args: object, **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        self.fields["shop"].queryset = access.visible_shops(reader, access.IMPORT)  # type: ignore[attr-defined]


class NickForm(forms.Form):
    name = forms.CharField(label=_("Account or number"), max_length=80)
    kind = forms.ChoiceField(label=_("Which kind"), choices=(("account", _("Platform account")), ("number", _("Staff number in remarks"))))
    person = forms.ModelChoiceField(Person.objects.none(), label=pgettext_lazy("account", "Who it is"), empty_label=_("Please choose"))
    since = DayField(label=_("Since"), widget=_day())

    def __init__(self, reader: Person, *args: object, **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        self.fields["person"].queryset = access.visible_people(reader, access.IMPORT).order_by("name", "pk")  # type: ignore[attr-defined]


class RobotForm(forms.Form):
    kind = forms.ChoiceField(label=_("Platform"), choices=Robot.Kind.choices)
    name = forms.CharField(label=_("Group"), max_length=60)
    address = forms.CharField(label=_("Address of the robot"), max_length=500, required=False, help_text=_("The whole address as the platform shows it; leave empty to keep the one that is there."))
    secret = forms.CharField(label=_("Signing secret"), max_length=200, required=False, help_text=_("DingTalk's SEC…; WeCom has none."), widget=forms.PasswordInput({"autocomplete": "off"}))
    team = forms.ModelChoiceField(Team.objects.order_by("name"), label=_("Only this team"), required=False, empty_label=_("All teams"))
    shop = forms.ModelChoiceField(Shop.objects.filter(closed_on=None).order_by("name"), label=_("Only this shop"), required=False, empty_label=_("All shops"))
    is_active = forms.BooleanField(label=_("Sends the daily report"), required=False, initial=True)
