from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "dangban.desk"
    label = "desk"

    def ready(self) -> None:
        from dangban.desk import blockers, clock, inbox, jobs, kinds, leaving, receipts, words
        from dangban.lib import background

        background.register("desk-clock", clock.run_clock)
        background.register("desk-receipts", background.every(receipts.EVERY_SECONDS, receipts.look_round))
        background.register("desk-jobs", background.every(jobs.EVERY_SECONDS, jobs.look_round))
        blockers.register()
        inbox.register()
        kinds.register()
        leaving.register()
        words.register()
