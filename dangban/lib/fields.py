"""Fields that forms of several rooms share."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _


class DayField(forms.DateField):
    """A day of a calendar that somebody lives by: so far out no rule holds, and no sum of days is possible."""

    def to_python(self, value: Any) -> date | None:
        day: date | None = super().to_python(value)
        if day is not None and not 1950 <= day.year < 2200:
            raise forms.ValidationError(_("No calendar reaches to this day. Check the year."), code="far")
        return day
