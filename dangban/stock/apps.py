from django.apps import AppConfig
from django.utils.translation import pgettext_lazy

from dangban.lib import background, rail


class StockConfig(AppConfig):
    name = "dangban.stock"
    label = "stock"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from dangban.desk import ports as desk_ports
        from dangban.shops import ports as shop_ports
        from dangban.stock import alerts, availability, inbox, words

        words.register()
        shop_ports.register_stock(availability.notes)
        desk_ports.register_inbox("stock", _("Stock"), inbox.Lists())
        background.register("stock-alerts", background.every(alerts.EVERY_SECONDS, alerts.run))
        label = pgettext_lazy("rail", "Stock")
        rail.register(rail.RailItem("stock", label, "stock", "stock:list", "stock.view", order=285))
