from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "dangban.desk"
    label = "desk"

    def ready(self) -> None:
        from dangban.desk import clock, inbox, words
        from dangban.lib import background

        background.register("desk-clock", clock.run_clock)
        inbox.register()
        words.register()
