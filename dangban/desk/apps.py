from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "dangban.desk"
    label = "desk"

    def ready(self) -> None:
        from dangban.desk import clock, inbox, leaving, words
        from dangban.lib import background

        background.register("desk-clock", clock.run_clock)
        inbox.register()
        leaving.register()
        words.register()
