from django.apps import AppConfig
from django.utils.translation import pgettext_lazy

from dangban.lib import rail


class DealersConfig(AppConfig):
    name = "dangban.dealers"
    label = "dealers"

    def ready(self) -> None:
        from dangban.dealers import words

        words.register()
        label = pgettext_lazy("rail", "Dealers")
        rail.register(rail.RailItem("dealers", label, "undo", "dealers:list", "dealers.view", order=59))
