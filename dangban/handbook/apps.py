from django.apps import AppConfig


class HandbookConfig(AppConfig):
    name = "dangban.handbook"
    label = "handbook"

    def ready(self) -> None:
        from django.utils.translation import get_language

        from dangban.handbook import checks, jobs, words
        from dangban.handbook.shapes import discover
        from dangban.handbook.shapes.words import set_language_source
        from dangban.lib import background

        discover()
        set_language_source(lambda: "en" if (get_language() or "").startswith("en") else "zh")
        checks.register()
        words.register()
        background.register("handbook-watch", jobs.watch)
