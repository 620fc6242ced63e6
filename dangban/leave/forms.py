"""What is typed about leave."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dangban.handbook.current import in_force_so_far
from dangban.leave import access, facts
from dangban.leave.models import Kind, Part
from dangban.leave.rules import kinds
from dangban.lib import clock
from dangban.lib.fields import DayField
from dangban.people.access import members_of, people_who_may
from dangban.people.models import Person


def day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date", "class": "input"}, format="%Y-%m-%d")


class LeaveForm(forms.Form):
    kind = forms.ChoiceField(label=pgettext_lazy("leave", "Kind"), choices=())
    first = DayField(label=_("First day"), widget=day())
    last = DayField(label=_("Last day"), widget=day())
    part = forms.ChoiceField(label=_("Whole or half"), choices=Part.choices, required=False)
    reason = forms.CharField(label=pgettext_lazy("leave", "Why"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, person: Person, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        known = kinds.known(in_force_so_far(clock.now()))
        self.fields["kind"].widget.attrs["autofocus"] = True
        self.fields["kind"].choices = [(kind, Kind(kind).label) for kind in known]  # type: ignore[attr-defined]

    def clean_part(self) -> str:
        return self.cleaned_data["part"] or Part.DAY


class AskForm(LeaveForm):
    """For oneself: ahead of time, or urgent after a call."""

    substitute = forms.ModelChoiceField(
        Person.objects.none(), label=_("Stands in for me"), required=False, empty_label=pgettext_lazy("leave", "nobody named")
    )
    is_urgent = forms.BooleanField(label=_("Urgent: I have told my leader by phone"), required=False)
    told = forms.ModelChoiceField(Person.objects.none(), label=_("Whom I told"), required=False, empty_label=pgettext_lazy("leave", "Choose"))

    def __init__(self, person: Person, *args: Any, **given: Any) -> None:
        super().__init__(person, *args, **given)
        team = facts.team_of(person, clock.business_day(clock.now()))
        if team is not None:
            mates = members_of([team.pk]).exclude(pk=person.pk).order_by("name", "pk")
            self.fields["substitute"].queryset = mates  # type: ignore[attr-defined]
        shop = access.shop_of(team)
        leaders = people_who_may(access.APPROVE, shop.pk) if shop else people_who_may(access.MANAGE)
        above = Person.objects.filter(pk=person.manager_id) if person.manager_id else Person.objects.none()
        listeners = Person.objects.filter(pk__in=[*leaders.values_list("pk", flat=True), *above.values_list("pk", flat=True)])
        self.fields["told"].queryset = listeners.exclude(pk=person.pk).order_by("name", "pk")  # type: ignore[attr-defined]
        self.fields["told"].initial = person.manager_id


class CallForm(LeaveForm):
    """Noted by whoever took the call."""

    person = forms.ModelChoiceField(Person.objects.none(), label=pgettext_lazy("leave", "Who called"), empty_label=pgettext_lazy("leave", "Choose"))
    field_order = ["person", "kind", "first", "last", "part", "reason"]

    def __init__(self, reader: Person, *args: Any, **given: Any) -> None:
        super().__init__(reader, *args, **given)
        people = access.visible_people(reader).filter(is_active=True).exclude(pk=reader.pk)
        self.fields["person"].queryset = people.order_by("name", "pk")  # type: ignore[attr-defined]


class WordsForm(forms.Form):
    reason = forms.CharField(label=pgettext_lazy("leave", "Why"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


class AnswerForm(forms.Form):
    answer = forms.CharField(label=_("What you say to it"), max_length=300, required=False)


class AdjustForm(forms.Form):
    kind = forms.ChoiceField(
        label=pgettext_lazy("leave", "Kind"), choices=[(one.value, one.label) for one in (Kind.IN_LIEU, Kind.ANNUAL, Kind.REST)]
    )
    days = forms.DecimalField(
        label=pgettext_lazy("leave", "Days"), max_digits=4, decimal_places=1, help_text=_("Negative to take days away; halves are 0.5.")
    )
    note = forms.CharField(label=pgettext_lazy("leave", "Why"), max_length=200)
