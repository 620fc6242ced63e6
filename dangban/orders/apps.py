from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dangban.lib import rail


class OrdersConfig(AppConfig):
    name = "dangban.orders"
    label = "orders"

    def ready(self) -> None:
        from dangban.customers import ports as customer_ports
        from dangban.orders import figures, personal, timeline, words

        personal.register()
        words.register()
        customer_ports.register_timeline("orders", _("Orders"), timeline.timeline)
        customer_ports.register_bought(figures.bought_since)
        customer_ports.register_mover("orders", timeline.move, timeline.give_back)
        label = pgettext_lazy("rail", "Orders")
        rail.register(rail.RailItem("orders", label, "orders", "orders:list", "orders.view", order=30))
