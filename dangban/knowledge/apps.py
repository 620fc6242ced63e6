from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class KnowledgeConfig(AppConfig):
    name = "dangban.knowledge"
    label = "knowledge"

    def ready(self) -> None:
        from dangban.knowledge import words
        from dangban.lib import rail

        words.register()
        label = pgettext_lazy("rail", "Scripts")
        rail.register(rail.RailItem("scripts", label, "scripts", "scripts", "conversations.serve", order=70))
