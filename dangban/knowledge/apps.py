from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class KnowledgeConfig(AppConfig):
    name = "dangban.knowledge"
    label = "knowledge"

    def ready(self) -> None:
        from dangban.knowledge import words
        from dangban.knowledge.prompts import PaymentScripts
        from dangban.lib import rail
        from dangban.orders import ports as order_ports

        words.register()
        order_ports.register_scripts(PaymentScripts())
        label = pgettext_lazy("rail", "Scripts")
        rail.register(rail.RailItem("scripts", label, "scripts", "scripts", "conversations.serve", order=160))
