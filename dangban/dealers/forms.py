"""What people type about what dealers send back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from dangban.aftersales.workshop.forms import SeenForm, YuanField
from dangban.customers import access as customers
from dangban.customers.models import Customer
from dangban.dealers import access
from dangban.dealers.actions import About, Result, Wanted
from dangban.dealers.models import Advance, Dealer, DealerReturn, Finding, ReturnLine
from dangban.lib.errors import BadInput
from dangban.people.models import Person, Shop
from dangban.shops.models import Sku

# Rows of goods on the page of an application, and of findings beside each line.
ROWS = 8
FINDINGS = 4


def day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def area(rows: int = 3) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class DealerForm(forms.Form):
    shop = forms.ModelChoiceField(Shop.objects.none(), label=gettext_lazy("Shop"), empty_label=None)
    name = forms.CharField(label=gettext_lazy("Dealer"), max_length=80)
    contact = forms.CharField(label=gettext_lazy("Contact"), max_length=40)
    phone = forms.CharField(label=gettext_lazy("Phone"), max_length=30, required=False)
    address = forms.CharField(label=gettext_lazy("Address"), max_length=200, required=False)
    customer = forms.CharField(
        label=gettext_lazy("Known as customer"), max_length=80, required=False,
        help_text=gettext_lazy("The account name under which the dealer also writes to us, if any."),
    )  # fmt: skip
    contract = forms.CharField(label=gettext_lazy("Contract"), max_length=60, required=False)
    breach = forms.DecimalField(
        label=gettext_lazy("Breach fee by contract (%)"), min_value=0, max_value=100, decimal_places=2, required=False,
        help_text=gettext_lazy("Of goods made to order, when an order is changed or cancelled. Empty: the handbook's."),
    )  # fmt: skip
    note = forms.CharField(label=gettext_lazy("Note"), max_length=200, required=False)

    def __init__(self, person: Person, *args: Any, dealer: Dealer | None = None, **given: Any) -> None:
        super().__init__(*args, **given)
        self.person = person
        self.fields["shop"].queryset = access.visible_shops(person, access.MANAGE)  # type: ignore[attr-defined]
        if dealer is not None:
            del self.fields["shop"]

    def clean_customer(self) -> Customer | None:
        typed = self.cleaned_data["customer"].strip()
        if not typed:
            return None
        found = customers.visible_customers(self.person).filter(handles__handle=typed).first()
        if found is None:
            raise forms.ValidationError(_("There is no customer with this account."))
        return found

    def about(self) -> About:
        given = self.cleaned_data
        points = int(given["breach"] * 100) if given["breach"] is not None else None
        texts = {name: given[name] for name in ("name", "contact", "phone", "address", "contract", "note")}
        return About(**texts, breach_points=points, customer=given["customer"])


class Files(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files under one name."""

    def __init__(self, **given: Any) -> None:
        super().__init__(widget=Files(attrs={"multiple": True}), **given)

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        one = super().clean
        return [one(item, initial) for item in data] if isinstance(data, (list, tuple)) else [one(data, initial)] if data else []


class ApplicationForm(forms.Form):
    dealer = forms.ModelChoiceField(Dealer.objects.none(), label=gettext_lazy("Dealer"), empty_label=pgettext_lazy("dealers", "Please choose"))
    reason = forms.ChoiceField(label=pgettext_lazy("dealer return", "Reason"), choices=DealerReturn.Reason.choices)
    received_on = forms.DateField(label=gettext_lazy("The dealer received the goods on"), widget=day())
    order_number = forms.CharField(label=gettext_lazy("Order or delivery note"), max_length=60, required=False)
    words = forms.CharField(label=pgettext_lazy("dealers", "What happened"), max_length=500, widget=area())
    batch = forms.BooleanField(label=gettext_lazy("A whole batch is concerned"), required=False)
    disputed = forms.BooleanField(label=gettext_lazy("The dealer and we do not agree"), required=False)
    photos = FilesField(label=gettext_lazy("Photos, video or PDF"), required=False)
    key = forms.CharField(max_length=40, widget=forms.HiddenInput)

    def __init__(self, person: Person, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        found = access.visible_dealers(person, access.APPLY).filter(closed_on=None).order_by("name", "pk")
        self.fields["dealer"].queryset = found  # type: ignore[attr-defined]
        self.rows: list[dict[str, str]] = [self._typed(index) for index in range(ROWS)]

    def _typed(self, index: int) -> dict[str, str]:
        return {name: str(self.data.get(f"{name}-{index}", "")).strip()[:200] for name in ("sku", "quantity", "price", "fault", "nonstandard")}

    def wanted(self) -> list[Wanted]:
        """The lines of goods; BadInput names the line that can't be read."""
        dealer = self.cleaned_data["dealer"]
        return [self._line(dealer, number, row) for number, row in enumerate(self.rows, 1) if row["sku"] or row["quantity"]]

    def _line(self, dealer: Dealer, number: int, row: dict[str, str]) -> Wanted:
        sku = Sku.objects.filter(shop=dealer.shop_id, code__iexact=row["sku"]).order_by("-listed", "pk").first()
        if sku is None:
            raise _bad(_("Line %(number)s: this shop has no goods with the code “%(code)s”.") % {"number": number, "code": row["sku"][:40]})
        if not (row["quantity"].isdecimal() and len(row["quantity"]) < 7):
            raise _bad(_("Line %(number)s: how many pieces?") % {"number": number})
        try:
            price = YuanField().clean(row["price"])
        except forms.ValidationError as error:
            raise _bad(_("Line %(number)s: write a price such as 12.50.") % {"number": number}) from error
        if not row["fault"]:
            raise _bad(_("Line %(number)s: what is wrong with the goods?") % {"number": number})
        return Wanted(sku, int(row["quantity"]), price, row["fault"], nonstandard=bool(row["nonstandard"]))


def _bad(message: str) -> BadInput:
    return BadInput(message, fields={"lines": [message]})


class VisitForm(SeenForm):
    engineer = forms.CharField(label=gettext_lazy("Quality engineer"), max_length=40)
    on = forms.DateField(label=gettext_lazy("On site on"), widget=day())
    words = forms.CharField(label=gettext_lazy("What was found"), max_length=500, widget=area())


class JudgeForm(SeenForm):
    judged = forms.ChoiceField(
        label=gettext_lazy("Judgement"), choices=[one for one in DealerReturn.Judged.choices if one[0]], widget=forms.RadioSelect
    )
    words = forms.CharField(label=gettext_lazy("Why, and what is to be done"), max_length=500, widget=area())


class WordsForm(SeenForm):
    words = forms.CharField(label=pgettext_lazy("dealers", "Words"), max_length=500, widget=area())


class WhyForm(SeenForm):
    why = forms.CharField(label=pgettext_lazy("reason", "Why"), max_length=300)


class SendForm(SeenForm):
    courier = forms.CharField(label=pgettext_lazy("dealers", "Courier"), max_length=40)
    number = forms.CharField(label=gettext_lazy("Tracking number"), max_length=60)
    pickup = forms.CharField(label=gettext_lazy("To be fetched, where and when"), max_length=200, required=False)


class GateForm(forms.Form):
    warehouse = forms.ModelChoiceField(access.Warehouse.objects.none(), label=gettext_lazy("Warehouse"), empty_label=None)
    shop = forms.ModelChoiceField(
        Shop.objects.none(), label=gettext_lazy("Shop"), empty_label=None, help_text=gettext_lazy("Only counts for what nobody announced.")
    )
    number = forms.CharField(
        label=gettext_lazy("Tracking number, or the number of the return"), max_length=60, widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"})
    )
    courier = forms.CharField(label=pgettext_lazy("dealers", "Courier"), max_length=40, required=False)
    sender = forms.CharField(label=gettext_lazy("Sender"), max_length=80, required=False)

    def __init__(self, person: Person, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["warehouse"].queryset = access.warehouses(person)  # type: ignore[attr-defined]
        self.fields["shop"].queryset = access.visible_shops(person, access.RECEIVE)  # type: ignore[attr-defined]


class CountForm(SeenForm):
    """So many pieces of each line, and how they look."""

    def __init__(self, lines: Sequence[ReturnLine], *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.lines = lines
        for line in lines:
            start = line.counted if line.counted is not None else None
            self.fields[f"counted-{line.pk}"] = forms.IntegerField(min_value=0, max_value=99_999, label=gettext_lazy("Counted"), initial=start)
            self.fields[f"looks-{line.pk}"] = forms.CharField(max_length=200, required=False, label=gettext_lazy("Looks"), initial=line.looks)

    def counted(self) -> dict[int, tuple[int, str]]:
        return {line.pk: (self.cleaned_data[f"counted-{line.pk}"], self.cleaned_data[f"looks-{line.pk}"]) for line in self.lines}


class SignForm(SeenForm):
    part = forms.CharField(max_length=20, widget=forms.HiddenInput)
    words = forms.CharField(max_length=300, required=False)


class ReportForm(SeenForm):
    """Findings beside each line; rows without pieces are left out."""

    words = forms.CharField(label=gettext_lazy("Remark of the inspector"), max_length=500, required=False)

    def __init__(self, lines: Sequence[ReturnLine], *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.lines = [line for line in lines if line.counted]
        self.rows = {line.pk: [self._typed(line, index) for index in range(FINDINGS)] for line in self.lines}

    def _typed(self, line: ReturnLine, index: int) -> dict[str, str]:
        names = ("quantity", "fault", "cause", "disposal", "plan", "cost")
        if self.is_bound:
            return {name: str(self.data.get(f"{name}-{line.pk}-{index}", "")).strip()[:500] for name in names}
        first = {"quantity": str(line.counted), "fault": line.fault} if index == 0 else {}
        return dict.fromkeys(names, "") | first

    def results(self) -> list[Result]:
        found = []
        for line in self.lines:
            for row in self.rows[line.pk]:
                if row["quantity"]:
                    found.append(self._result(line, row))
        return found

    def _result(self, line: ReturnLine, row: dict[str, str]) -> Result:
        if not (row["quantity"].isdecimal() and len(row["quantity"]) < 7):
            raise BadInput(_("Line %(number)s: how many pieces?") % {"number": line.position}, fields={"findings": []})
        try:
            cost = YuanField().clean(row["cost"])
        except forms.ValidationError as error:
            raise BadInput(_("Line %(number)s: write a price such as 12.50.") % {"number": line.position}, fields={"findings": []}) from error
        return Result(line.pk, int(row["quantity"]), row["fault"], row["cause"], row["disposal"], row["plan"], cost)


class DecisionForm(SeenForm):
    disposal = forms.ChoiceField(label=gettext_lazy("Disposal"), choices=Finding.Disposal.choices)
    plan = forms.CharField(label=gettext_lazy("Plan for the workshop"), max_length=500, required=False)
    cost = YuanField(label=gettext_lazy("Cost"))


class SettleForm(SeenForm):
    dispatch = YuanField(label=gettext_lazy("Dispatch and freight"))
    packing = YuanField(label=pgettext_lazy("dealers", "Packing"))
    words = forms.CharField(label=gettext_lazy("Remark"), max_length=300, required=False)


class CloseForm(SeenForm):
    words = forms.CharField(label=gettext_lazy("What the dealer was told"), max_length=500, widget=area(2))
    courier = forms.CharField(label=gettext_lazy("Sent back with"), max_length=40, required=False)
    number = forms.CharField(label=gettext_lazy("Tracking number"), max_length=60, required=False)


class AdvanceForm(SeenForm):
    way = forms.ChoiceField(label=gettext_lazy("Asked for by"), choices=Advance.Way.choices)
    said_on = forms.DateField(label=gettext_lazy("On"), widget=day())
    words = forms.CharField(label=gettext_lazy("Words of the dealer"), max_length=500, widget=area(2))


class AdvanceSendForm(SeenForm):
    courier = forms.CharField(label=pgettext_lazy("dealers", "Courier"), max_length=40)
    number = forms.CharField(label=gettext_lazy("Tracking number"), max_length=60)
