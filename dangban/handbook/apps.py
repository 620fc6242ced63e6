from django.apps import AppConfig


class HandbookConfig(AppConfig):
    name = "dangban.handbook"
    label = "handbook"

    def ready(self) -> None:
        from django.utils.translation import get_language, pgettext_lazy

        from dangban.handbook import checks, jobs
        from dangban.handbook.shapes import discover
        from dangban.handbook.shapes.words import set_language_source
        from dangban.lib import background
        from dangban.lib.rail import RailItem, register

        discover()
        set_language_source(lambda: "en" if (get_language() or "").startswith("en") else "zh")
        checks.register()
        background.register("handbook-watch", jobs.watch)
        label = pgettext_lazy("rail", "Handbook")
        register(RailItem("handbook", label, "handbook", "handbook:in-force", order=90))
