from django.apps import AppConfig


class AftersalesConfig(AppConfig):
    name = "dangban.aftersales"
    label = "aftersales"

    def ready(self) -> None:
        from dangban.aftersales.workshop import words as workshop_words

        workshop_words.register()
