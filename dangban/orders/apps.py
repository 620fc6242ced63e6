from django.apps import AppConfig
from django.utils.translation import pgettext_lazy

from dangban.lib import rail


class OrdersConfig(AppConfig):
    name = "dangban.orders"
    label = "orders"

    def ready(self) -> None:
        label = pgettext_lazy("rail", "Orders")
        rail.register(rail.RailItem("orders", label, "orders", "orders:list", "orders.view", order=30))
