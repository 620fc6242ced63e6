"""What people type on the pages of the register."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from dangban.backorders import access
from dangban.backorders.models import Attempt, Shortfall
from dangban.customers import access as customers
from dangban.customers.models import Customer, Handle
from dangban.orders.models import Order
from dangban.people.models import Person, Shop
from dangban.shops.models import Sku


def day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class SkuField(forms.CharField):
    """Goods by their code, as it stands on the label; the shop is the form's."""

    def __init__(self, **given: Any) -> None:
        super().__init__(max_length=64, **given)


class WishForm(forms.Form):
    """Who waits for what, how many, what else would do, until when."""

    shop = forms.ModelChoiceField(Shop.objects.none(), label=gettext_lazy("Shop"), empty_label=None)
    customer = forms.CharField(
        label=gettext_lazy("Customer"), max_length=80, help_text=gettext_lazy("The account name, or the whole phone number.")
    )
    sku = SkuField(label=gettext_lazy("Code of the goods"))
    quantity = forms.IntegerField(label=pgettext_lazy("back-order", "Pieces"), min_value=1, max_value=999, initial=1)
    until = forms.DateField(
        label=gettext_lazy("Waits until"), required=False, widget=day(), help_text=gettext_lazy("Empty: as long as the handbook allows.")
    )
    takes_other = forms.BooleanField(label=gettext_lazy("Would take other goods instead"), required=False)
    other = SkuField(label=gettext_lazy("Which (code)"), required=False)
    note = forms.CharField(label=gettext_lazy("Note"), max_length=200, required=False)

    def __init__(self, person: Person, *args: Any, fixed: tuple[str, ...] = (), **given: Any) -> None:
        super().__init__(*args, **given)
        self.person = person
        self.fields["shop"].queryset = access.visible_shops(person, "backorders.register")  # type: ignore[attr-defined]
        # What the page knows already is not asked again.
        for name in fixed:
            if name == "customer":
                del self.fields[name]
            else:
                self.fields[name].widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        shop = given.get("shop")
        if shop is None:
            return given
        for name in ("sku", "other"):
            if given.get(name):
                given[name] = self._sku(name, given[name], shop)
        if given.get("customer"):
            given["customer"] = self._customer(given["customer"], shop)
        return given

    def _sku(self, name: str, code: str, shop: Shop) -> Sku | None:
        rows = Sku.objects.filter(shop=shop).select_related("product")
        found = rows.filter(code__iexact=code.strip()).order_by("-listed", "pk").first()
        if found is None:
            self.add_error(name, _("There are no goods with the code “%(code)s” in this shop.") % {"code": code[:40]})
        return found

    def _customer(self, typed: str, shop: Shop) -> Customer | None:
        typed = typed.strip()
        rows = customers.visible_customers(self.person)
        if typed.isdecimal() and rows.filter(phone=typed).exists():
            return rows.filter(phone=typed).order_by("pk").first()
        handles = Handle.objects.filter(handle=typed, customer__in=rows)
        found = handles.select_related("customer").order_by("pk").first()
        if found is None:
            self.add_error("customer", _("Nobody of that name or number is known here. Customers come with their orders and chats."))
            return None
        return found.customer


class ContactForm(forms.Form):
    way = forms.ChoiceField(label=gettext_lazy("How"), choices=Attempt.Way.choices)
    answered = forms.BooleanField(label=gettext_lazy("They answered"), required=False)
    text = forms.CharField(label=gettext_lazy("What was said"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
    seen = forms.IntegerField(widget=forms.HiddenInput())


class UntilForm(forms.Form):
    until = forms.DateField(label=gettext_lazy("Waits until"), widget=day())


class FewerForm(forms.Form):
    quantity = forms.IntegerField(label=pgettext_lazy("back-order", "Pieces"), min_value=1, max_value=999)


class WhyForm(forms.Form):
    why = forms.CharField(label=pgettext_lazy("back-order", "Why"), max_length=200)


class ShortForm(forms.Form):
    """Which line of an order lacks goods, how many, until when."""

    sku = forms.ModelChoiceField(Sku.objects.none(), label=gettext_lazy("Goods"), empty_label=None)
    quantity = forms.IntegerField(
        label=gettext_lazy("Pieces that are lacking"), required=False, min_value=1, max_value=9999, help_text=gettext_lazy("Empty: all of them.")
    )
    expected_on = forms.DateField(
        label=gettext_lazy("Expected on"), required=False, widget=day(), help_text=gettext_lazy("Empty: as the warehouse expects it.")
    )

    def __init__(self, order: Order, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        lines = order.lines.filter(sku__isnull=False).values("sku")
        self.fields["sku"].queryset = Sku.objects.filter(pk__in=lines).select_related("product").order_by("pk")  # type: ignore[attr-defined]
        self.fields["sku"].label_from_instance = lambda sku: f"{sku.product.title} {sku.name} {sku.code}"  # type: ignore[attr-defined]


class ChoiceForm(forms.Form):
    """What was agreed with the customer."""

    choice = forms.ChoiceField(label=gettext_lazy("The customer chose"), choices=[one for one in Shortfall.Choice.choices if one[0]])
    other = SkuField(label=gettext_lazy("Exchange for (code)"), required=False)
    until = forms.DateField(label=gettext_lazy("Waits until"), required=False, widget=day())
    words = forms.CharField(
        label=gettext_lazy("What the customer is told"), required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Empty: thanks for waiting, with the day and what they get."),
    )  # fmt: skip
    seen = forms.IntegerField(widget=forms.HiddenInput())
