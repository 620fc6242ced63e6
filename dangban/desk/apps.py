from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "dangban.desk"
    label = "desk"

    def ready(self) -> None:
        from dangban.desk import clock, inbox, leaving, receipts, words
        from dangban.lib import background

        background.register("desk-clock", clock.run_clock)
        background.register("desk-receipts", background.every(receipts.EVERY_SECONDS, receipts.look_round))
        inbox.register()
        leaving.register()
        words.register()
