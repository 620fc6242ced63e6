from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "dangban.people"
    label = "people"

    def ready(self) -> None:
        from dangban.people import factor_notes, personal, words

        factor_notes.connect()
        personal.register()
        words.register()
