from django.apps import AppConfig
from django.utils.translation import pgettext_lazy

from dangban.lib import rail


class ShopsConfig(AppConfig):
    name = "dangban.shops"
    label = "shops"

    def ready(self) -> None:
        from dangban.shops import feedback, words

        words.register()
        feedback.register()
        products = pgettext_lazy("rail", "Goods")
        rail.register(
            rail.RailItem("products", products, "products", "shops:catalogue", "shops.view", order=280)
        )
        shops = pgettext_lazy("rail", "Shops")
        rail.register(rail.RailItem("shops", shops, "shops", "shops:list", "shops.view", order=295))
