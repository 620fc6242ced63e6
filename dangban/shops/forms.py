"""What people type about shops and goods."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from dangban.lib import money, tables
from dangban.people.models import Department, Shop
from dangban.shops import feedback, rules
from dangban.shops.models import PageFeedback, Product, Profile

_TIME = {"type": "time"}


class LinesField(forms.CharField):
    """Several short texts, one a line (or parted by commas)."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, widget=forms.Textarea(attrs={"rows": 3}), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        parts = re.split(r"[\n,，、;；]+", super().to_python(value) or "")
        return list(dict.fromkeys(part.strip() for part in parts if part.strip()))


class ProfileForm(forms.ModelForm):
    remote_areas = LinesField(
        label=gettext_lazy("Remote areas"),
        help_text=gettext_lazy("Provinces or cities, one a line. Empty: as the handbook says."),
    )
    origins = LinesField(
        label=gettext_lazy("Sites that may show the chat"),
        help_text=gettext_lazy("https://www.example.com, one a line."),
    )

    class Meta:
        model = Profile
        fields = (
            *("opens", "closes", "cut_off", "return_name", "return_phone", "return_address"),
            *("remote_areas", "policies", "welcome", "origins"),
        )
        labels = {
            "opens": gettext_lazy("Opens at"),
            "closes": gettext_lazy("Closes at"),
            "cut_off": gettext_lazy("Cut-off"),
            "return_name": gettext_lazy("Returns go to"),
            "return_phone": gettext_lazy("Phone for returns"),
            "return_address": gettext_lazy("Return address"),
            "policies": gettext_lazy("Policies"),
            "welcome": gettext_lazy("Welcome"),
        }
        help_texts = {
            "cut_off": gettext_lazy(
                "Orders paid until then leave the same day. Empty: as the handbook says."
            ),
            "policies": gettext_lazy("What agents may promise: returns, freight, invoices."),
        }
        widgets = {
            "opens": forms.TimeInput(attrs=_TIME, format="%H:%M"),
            "closes": forms.TimeInput(attrs=_TIME, format="%H:%M"),
            "cut_off": forms.TimeInput(attrs=_TIME, format="%H:%M"),
            "policies": forms.Textarea(attrs={"rows": 5}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("opens", "closes", "cut_off"):
            self.fields[name].required = False

    def clean_origins(self) -> list[str]:
        origins: list[str] = self.cleaned_data["origins"]
        wrong = next((one for one in origins if not re.fullmatch(r"https?://[A-Za-z0-9.:-]+", one)), None)
        if wrong:
            raise forms.ValidationError(_("“%(origin)s” is not the address of a site.") % {"origin": wrong})
        return origins


class CourierForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Courier"), max_length=40)
    accepts_collect = forms.BooleanField(label=gettext_lazy("Freight collect is accepted"), required=False)
    areas = forms.CharField(
        label=gettext_lazy("Areas and prices"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy(
            "One area a line: province [city] first-weight price, further-weight price; or “no” where it does not go."
        ),
    )

    def clean_areas(self) -> list[dict[str, Any]]:
        return [self._area(line) for line in self.cleaned_data["areas"].splitlines() if line.strip()]

    def _area(self, line: str) -> dict[str, Any]:
        parts = line.replace("，", " ").replace(",", " ").split()
        prices = [part for part in parts if re.fullmatch(r"\d+(\.\d{1,2})?", part)]
        places = [part for part in parts if part not in prices and not rules.says_not_going(part)]
        goes = len(places) == len(parts) - len(prices)
        if not 1 <= len(places) <= 2 or (goes and not prices) or len(prices) > 2:
            raise forms.ValidationError(_("This line can't be understood: %(line)s") % {"line": line})
        fen = [money.fen(price) for price in prices] + [0, 0]
        city = places[1] if len(places) == 2 else ""
        return {"province": places[0], "city": city, "reaches": goes, "first_fen": fen[0], "next_fen": fen[1]}


class ProductForm(forms.Form):
    """What is kept about a listing beside what the platform says."""

    must_say = forms.CharField(
        label=gettext_lazy("What an agent must say"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Shown at every card of this product, before the customer buys."),
    )
    supplier = forms.CharField(label=gettext_lazy("Supplier"), required=False, max_length=80)
    category = forms.CharField(label=gettext_lazy("Category"), required=False, max_length=80)


class BatchForm(forms.Form):
    sku = forms.IntegerField(widget=forms.HiddenInput)
    number = forms.CharField(label=gettext_lazy("Batch"), max_length=40)
    made_on = forms.DateField(
        label=gettext_lazy("Made on"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    expires_on = forms.DateField(
        label=gettext_lazy("Expires on"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )


class UploadForm(forms.Form):
    """A file and the shop whose orders, goods or count it holds: one of `shops`."""

    shop = forms.ModelChoiceField(label=gettext_lazy("Shop"), queryset=Shop.objects.none(), empty_label=None)
    file = forms.FileField(label=gettext_lazy("File"))

    def __init__(self, shops: QuerySet[Shop], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shop = self.fields["shop"]
        assert isinstance(shop, forms.ModelChoiceField)
        shop.queryset = shops

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if file.size is not None and file.size > tables.MAX_BYTES:
            raise forms.ValidationError(
                _("This file is larger than %(limit)s MB.") % {"limit": tables.MAX_BYTES // 2**20}
            )
        return file


class FeedbackForm(forms.Form):
    """A fault of a page; who sees to it follows from the fault where the company has that department."""

    fault = forms.ChoiceField(label=pgettext_lazy("page fault", "What is wrong"))
    text = forms.CharField(
        label=gettext_lazy("What it says, and what would be right"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
    page = forms.CharField(label=gettext_lazy("Where: address or place on the page"), required=False, max_length=300)
    department = forms.ModelChoiceField(
        label=gettext_lazy("Who sees to it"), queryset=Department.objects.order_by("name"), required=False,
        empty_label=gettext_lazy("as the fault asks for"),
    )  # fmt: skip

    def __init__(self, *args: Any, product: Product | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        faults = [one for one in PageFeedback.Fault.choices if product is None or one[0] != PageFeedback.Fault.COUNTERFEIT]
        self.fields["fault"].choices = faults  # type: ignore[attr-defined]
        if product is not None:
            self.fields["page"].initial = product.url

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("department") is None and "fault" in given:
            given["department"] = feedback.department_for(given["fault"])
        return given
