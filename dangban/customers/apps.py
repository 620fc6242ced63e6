from django.apps import AppConfig
from django.utils.translation import pgettext_lazy

from dangban.lib import rail


class CustomersConfig(AppConfig):
    name = "dangban.customers"
    label = "customers"

    def ready(self) -> None:
        from dangban.customers import personal, words

        personal.register()
        words.register()
        label = pgettext_lazy("rail", "Customers")
        rail.register(
            rail.RailItem("customers", label, "customers", "customers:list", "customers.view", order=270)
        )
