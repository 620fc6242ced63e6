from django.apps import AppConfig


class JournalConfig(AppConfig):
    name = "dangban.journal"
    label = "journal"

    def ready(self) -> None:
        from dangban.journal import jobs, words
        from dangban.lib import background

        background.register("journal-sealer", jobs.run_sealer)
        words.register()
        background.register("journal-subscribers", jobs.run_subscribers)
