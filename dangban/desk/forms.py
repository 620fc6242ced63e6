"""What is typed at the desk."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dangban.desk import house
from dangban.desk.access import levels_for, people_to_assign, teams_to_assign, where_to_notify
from dangban.desk.models import Recurrence
from dangban.desk.ports import RequestKind
from dangban.lib import clock
from dangban.people.access import visible_shops
from dangban.people.models import Department, Person, Shop, Team


class LocalDateTime(forms.DateTimeField):
    """A wall-clock time of the company, as the browser's own picker gives it."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local", "class": "input"}, format="%Y-%m-%dT%H:%M")

    def to_python(self, value: Any) -> datetime | None:
        if not value:
            return None
        try:
            wall = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
        except ValueError as error:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from error
        if wall.tzinfo is not None:
            return wall
        return clock.at_local(wall.date(), wall.time())

    def prepare_value(self, value: Any) -> Any:
        return clock.local(value).strftime("%Y-%m-%dT%H:%M") if isinstance(value, datetime) else value


class TaskForm(forms.Form):
    title = forms.CharField(label=_("What is to be done"), max_length=200)
    body = forms.CharField(label=_("Details"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3}))
    owner = forms.ModelChoiceField(label=_("By whom"), queryset=Person.objects.none(), required=False)
    team = forms.ModelChoiceField(
        label=_("Or by whoever of a team takes it"), queryset=Team.objects.none(), required=False
    )
    due_at = LocalDateTime(label=_("Until when"), required=False)
    steps = forms.CharField(
        label=_("Steps"), required=False, max_length=8000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One step a line; all are ticked before it is done."),
    )  # fmt: skip
    field_order = ["title", "steps", "body", "owner", "team", "due_at"]

    def clean_steps(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["steps"].splitlines() if line.strip()]

    def __init__(self, *args: Any, by: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = people_to_assign(by)  # type: ignore[attr-defined]
        self.fields["team"].queryset = teams_to_assign(by)  # type: ignore[attr-defined]
        self.fields["owner"].initial = by.pk


class RecurrenceForm(TaskForm):
    every = forms.ChoiceField(label=_("How often"), choices=Recurrence.Every.choices)
    weekdays = forms.TypedMultipleChoiceField(
        label=_("On which days of the week"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple(attrs={"class": "checks"}),
        choices=[(0, _("Mon")), (1, _("Tue")), (2, _("Wed")), (3, _("Thu")), (4, _("Fri")), (5, _("Sat")), (6, _("Sun"))],
    )  # fmt: skip
    day_of_month = forms.IntegerField(
        label=_("On which day of the month"), required=False, min_value=1, max_value=31,
        help_text=_("In a shorter month, its last day."),
    )  # fmt: skip
    appears_at = forms.TimeField(label=_("Comes at"), widget=forms.TimeInput(attrs={"type": "time"}))
    due_by = forms.TimeField(label=_("Due by"), required=False, widget=forms.TimeInput(attrs={"type": "time"}))
    field_order = ["title", "steps", "body", "owner", "team", "every", "weekdays", "day_of_month", "appears_at", "due_by"]

    def __init__(self, *args: Any, by: Person, **kwargs: Any) -> None:
        super().__init__(*args, by=by, **kwargs)
        del self.fields["due_at"]


class CommentForm(forms.Form):
    body = forms.CharField(label=_("A word about it"), max_length=4000, widget=forms.Textarea(attrs={"rows": 2}))
    mentioned = forms.ModelMultipleChoiceField(label=_("Mention"), queryset=Person.objects.none(), required=False)

    def __init__(self, *args: Any, by: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = people_to_assign(by, colleagues=True).exclude(pk=by.pk)
        self.fields["mentioned"].queryset = people  # type: ignore[attr-defined]
        self.fields["mentioned"].widget.attrs["size"] = 4


class StandInForm(forms.Form):
    person = forms.ModelChoiceField(label=_("Who is away"), queryset=Person.objects.none())
    deputy = forms.ModelChoiceField(label=_("Who stands in"), queryset=Person.objects.none())
    since = LocalDateTime(label=_("Away from"))
    until = LocalDateTime(label=_("Until"))
    reason = forms.CharField(label=_("Why away"), max_length=200)

    def __init__(self, *args: Any, by: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = Q(pk=by.pk) | Q(manager=by)
        self.fields["person"].queryset = Person.objects.filter(mine, is_active=True).order_by("name")  # type: ignore[attr-defined]
        self.fields["person"].initial = by.pk
        self.fields["deputy"].queryset = people_to_assign(by, colleagues=True)  # type: ignore[attr-defined]


class ExceptionForm(forms.Form):
    title = forms.CharField(label=_("What is to be let pass"), max_length=200)
    why = forms.CharField(label=pgettext_lazy("exception", "Why"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))
    shop = forms.ModelChoiceField(label=_("Shop"), queryset=Shop.objects.none(), required=False)

    def __init__(self, *args: Any, by: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["shop"].queryset = visible_shops(by)  # type: ignore[attr-defined]


class QuestionForm(forms.Form):
    text = forms.CharField(label=_("What was not known"), max_length=500)
    context = forms.CharField(
        label=_("What the customer wants to know it for"), required=False, max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    shop = forms.ModelChoiceField(label=_("Shop"), queryset=Shop.objects.none(), required=False)
    expert = forms.ModelChoiceField(
        label=_("Whom I ask"), queryset=Person.objects.none(), required=False, help_text=_("Nobody: whoever leads there."),
    )  # fmt: skip
    for_customer = forms.BooleanField(label=_("A customer waits for the answer"), required=False, initial=True)
    url = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)

    def __init__(self, *args: Any, by: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["shop"].queryset = visible_shops(by)  # type: ignore[attr-defined]
        self.fields["expert"].queryset = people_to_assign(by, colleagues=True).exclude(pk=by.pk)  # type: ignore[attr-defined]


class IncidentForm(forms.Form):
    """What the handbook wants noted, in its order."""

    shop = forms.ModelChoiceField(label=_("Shop"), queryset=Shop.objects.none())
    next_at = LocalDateTime(label=_("Look at it again"), required=False)
    url = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)

    def __init__(self, *args: Any, by: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shops = visible_shops(by)
        self.fields["shop"].queryset = shops  # type: ignore[attr-defined]
        self.names = []
        for name, words in house.incident_fields(clock.now()):
            long = name in ("problem", "wish")
            widget = forms.Textarea(attrs={"rows": 2}) if long else forms.TextInput(attrs={"type": "date" if name == "bought_on" else "text"})
            self.fields[name] = forms.CharField(label=str(words), max_length=1000, widget=widget)
            self.names.append(name)

    @property
    def facts(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in self.names}


class RequestForm(forms.Form):
    """The form of one kind of request, with the fields it brings along."""

    department = forms.ModelChoiceField(label=_("To which department"), queryset=Department.objects.order_by("name"))
    title = forms.CharField(label=_("What is needed"), max_length=200)
    shop = forms.ModelChoiceField(label=_("Shop"), queryset=Shop.objects.none(), required=False)
    body = forms.CharField(label=_("Details"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3}))
    due_at = LocalDateTime(label=_("Needed earlier than usual, by"), required=False)

    def __init__(self, *args: Any, by: Person, kind: RequestKind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["shop"].queryset = visible_shops(by)  # type: ignore[attr-defined]
        self.fields["department"].initial = Department.objects.filter(code=kind.department).first()
        self.names = []
        for name, label in kind.fields:
            self.fields[name] = forms.CharField(label=label, max_length=1000, required=False)  # type: ignore[arg-type]
            self.names.append(name)

    @property
    def facts(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in self.names}


class FollowUpForm(forms.Form):
    next_at = LocalDateTime(label=_("Look at it again"))


class SignForm(forms.Form):
    to = forms.ModelChoiceField(
        label=_("Who takes over"), queryset=Person.objects.none(), required=False,
        help_text=_("Nobody: whoever of the team comes."),
    )  # fmt: skip
    note = forms.CharField(
        label=_("A word for the next shift"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, by: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = people_to_assign(by, colleagues=True).exclude(pk=by.pk)  # type: ignore[attr-defined]


class SummaryForm(forms.Form):
    questions = forms.CharField(label=_("Hard questions"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 4}))
    not_sold = forms.CharField(label=_("Why customers did not buy"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 4}))
    aftersales = forms.CharField(label=_("After-sales facts checked"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 4}))


class NoticeForm(forms.Form):
    title = forms.CharField(label=_("Title"), max_length=200)
    body = forms.CharField(label=_("What it says"), max_length=8000, widget=forms.Textarea(attrs={"rows": 6}))
    team = forms.ModelChoiceField(label=_("For a team"), queryset=Team.objects.none(), required=False)
    shop = forms.ModelChoiceField(label=_("Or for who serves a shop"), queryset=Shop.objects.none(), required=False)
    must_read = forms.BooleanField(
        label=_("Must be read"), required=False,
        help_text=_("Stands on every page until it was confirmed; you see who has not yet."),
    )  # fmt: skip
    confidentiality = forms.TypedChoiceField(label=_("Confidentiality"), coerce=int, initial=1)
    until = LocalDateTime(label=_("Shown until"), required=False)

    def __init__(self, *args: Any, by: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams, shops, everybody = where_to_notify(by)
        self.fields["team"].queryset = teams  # type: ignore[attr-defined]
        self.fields["shop"].queryset = shops  # type: ignore[attr-defined]
        allowed = house.confirmation_time(clock.now())
        if allowed is not None:
            self.fields["must_read"].help_text = _(
                "Stands on every page until it was confirmed, within %(time)s; you see who has not yet."
            ) % {"time": allowed}
        if everybody:
            self.fields["team"].help_text = _("Neither team nor shop: for everybody.")
        self.fields["confidentiality"].choices = levels_for(by)  # type: ignore[attr-defined]


class DelegateForm(forms.Form):
    to = forms.ModelChoiceField(label=_("Pass on to whom"), queryset=Person.objects.none())
    note = forms.CharField(label=_("A word with it"), required=False, max_length=200)

    def __init__(self, *args: Any, by: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = people_to_assign(by, colleagues=True).exclude(pk=by.pk)  # type: ignore[attr-defined]


class AnswerForm(forms.Form):
    answer = forms.CharField(
        label=_("A word with it"), required=False, max_length=300, help_text=_("Needed when you refuse.")
    )
