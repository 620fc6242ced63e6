from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dangban.lib import background, rail


class DealersConfig(AppConfig):
    name = "dangban.dealers"
    label = "dealers"

    def ready(self) -> None:
        from dangban.customers import ports as customer_ports
        from dangban.dealers import customers, jobs, open_work, words
        from dangban.people import ports as people_ports

        words.register()
        customer_ports.register_mover("dealers", customers.move, customers.give_back)
        people_ports.register_open_work("dealers", _("Returns of dealers"), open_work.OpenWork())
        background.register("dealers", background.every(jobs.EVERY_SECONDS, jobs.look_round))
        label = pgettext_lazy("rail", "Dealers")
        rail.register(rail.RailItem("dealers", label, "transfer", "dealers:list", "dealers.view", order=260))
