"""What is typed into the pages of attendance."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dangban.attendance.models import Dispute, PunchRepair, ShiftRecord
from dangban.handbook.shapes import ClockSpan
from dangban.lib import clock
from dangban.lib.days import month_of, typed_day
from dangban.lib.fields import DayField
from dangban.workforce.shifts import read_hours


class LateForm(forms.Form):
    """Lateness is announced for a day, with a few words and perhaps for how long."""

    day = DayField(label=_("Which day"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    minutes = forms.IntegerField(label=_("About how many minutes"), required=False, min_value=1, max_value=600)
    said = forms.CharField(label=pgettext_lazy("attendance", "Why"), max_length=200)


class RepairForm(forms.Form):
    side = forms.ChoiceField(label=_("Which punch"), choices=PunchRepair.Side.choices)
    at = forms.TimeField(label=_("At what time"), widget=forms.TimeInput(attrs={"type": "time"}))
    reason = forms.CharField(label=pgettext_lazy("punch repair", "Why it is missing"), max_length=300)

    def instant(self, held: ShiftRecord) -> datetime:
        """The time on the shift's day; one before the shift's beginning by more than half a day lies on the next."""
        wall: time = self.cleaned_data["at"]
        at = clock.at_local(held.day, wall)
        window = held.ends_at - held.starts_at
        return at if at >= held.starts_at - window / 2 else clock.at_local(clock.business_day(held.ends_at), wall)


class WordForm(forms.Form):
    word = forms.CharField(label=_("Your word"), max_length=300)


class ReasonForm(forms.Form):
    reason = forms.CharField(label=pgettext_lazy("attendance", "Reason"), max_length=300)


class DisputeForm(forms.Form):
    said = forms.CharField(label=pgettext_lazy("attendance", "What is wrong with it"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))


class AnswerForm(forms.Form):
    outcome = forms.ChoiceField(label=pgettext_lazy("dispute of attendance", "What becomes of it"), choices=[("", ""), *Dispute.Outcome.choices])
    words = forms.CharField(label=pgettext_lazy("dispute of attendance", "Answer"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))


class FileForm(forms.Form):
    file = forms.FileField(label=_("File"))
    midday = forms.CharField(
        label=_("Midday break"), required=False, max_length=20,
        help_text=_("Like 12:00-13:30; DingTalk's files don't tell it, and minutes beside leave depend on it."),
    )

    def clean_midday(self) -> ClockSpan | None:
        written = self.cleaned_data["midday"].strip()
        if not written:
            return None
        read = read_hours(written)
        if read is None:
            raise forms.ValidationError(_("Write hours like 12:00-13:30."))
        return ClockSpan(*read)


class AppForm(forms.Form):
    app_key = forms.CharField(label="AppKey", max_length=80)
    secret = forms.CharField(label="AppSecret", max_length=200, required=False, widget=forms.PasswordInput)
    asks = forms.BooleanField(label=_("Ask DingTalk every quarter of an hour"), required=False)


def read_day(written: str, otherwise: date) -> date:
    return typed_day(written) or otherwise


def read_month(written: str, otherwise: date) -> date:
    """``2026-11`` as a month's field sends it."""
    return month_of(typed_day(f"{written}-01") or otherwise)


def faults(form: forms.Form, fields: dict[str, Any]) -> None:
    """Hang an action's faults at the fields they belong to."""
    for name, said in fields.items():
        form.add_error(name if name in form.fields else None, list(said))
