from django.apps import AppConfig
from django.utils.translation import pgettext_lazy

from dangban.lib import background, rail


class PayConfig(AppConfig):
    name = "dangban.pay"
    label = "pay"

    def ready(self) -> None:
        from dangban.pay import jobs, personal, words
        from dangban.people import ports as people_ports

        words.register()
        people_ports.register_personal_data("pay", personal.PayData())
        background.register("pay", background.every(jobs.EVERY_SECONDS, jobs.look_round))
        rail.register(rail.RailItem("pay", pgettext_lazy("rail", "Pay"), "pay", "pay:own", order=360))
