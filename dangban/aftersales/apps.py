from django.apps import AppConfig
from django.utils.translation import pgettext_lazy

from dangban.lib import rail


class AftersalesConfig(AppConfig):
    name = "dangban.aftersales"
    label = "aftersales"

    def ready(self) -> None:
        from dangban.aftersales import events, telling, words
        from dangban.aftersales.inbound import words as inbound_words
        from dangban.aftersales.self_service import part
        from dangban.aftersales.settling import words as settling_words
        from dangban.aftersales.workshop import words as workshop_words
        from dangban.orders import ports as orders

        orders.register_own_part("aftersales", part.own_part)
        words.register()
        events.on_moved(telling.after_move)
        workshop_words.register()
        settling_words.register()
        inbound_words.register()
        label = pgettext_lazy("rail", "After-sales")
        rail.register(rail.RailItem("aftersales", label, "returns", "aftersales:list", "aftersales.view", order=59))
