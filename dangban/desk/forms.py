"""What is typed at the desk."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dangban.desk import house
from dangban.desk.access import levels_for, people_to_assign, teams_to_assign, where_to_notify
from dangban.lib import clock
from dangban.people.models import Person, Shop, Team


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

    def __init__(self, *args: Any, by: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = people_to_assign(by)  # type: ignore[attr-defined]
        self.fields["team"].queryset = teams_to_assign(by)  # type: ignore[attr-defined]
        self.fields["owner"].initial = by.pk


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
